/** The order book as it is now: what rests in all, as areas, and level by level. */
import { useRef } from "react";
import { usePainter } from "../feed/hooks";
import { digitsOf } from "../lib/decimal";
import { formatDecimal, formatPrice, NOTHING } from "../lib/format";
import { Panel } from "../ui/Panel";
import type { BookStore } from "./book";
import type { Level } from "./decode";
import { barShare, depthPicture } from "./depth";
import { shortQty } from "./heatLegend";
import { bar, type Head, PaintedTable, write } from "./PaintedTable";
import type { SimBook } from "./types";

const LEVELS = 20;
const BOX = { width: 200, height: 60 };
const HEADS: readonly Head[] = [
  { key: "bid-orders", title: "Orders", right: true },
  { key: "bid-size", title: "Size", right: true },
  { key: "bid", title: "▲ Bid", right: true },
  { key: "ask", title: "▼ Ask" },
  { key: "ask-size", title: "Size" },
  { key: "ask-orders", title: "Orders" },
];

type DepthProps = { book: SimBook; store: BookStore; isFrozen: boolean };

export function DepthPanel({ book, store, isFrozen }: DepthProps) {
  return (
    <Panel title="Depth" flush className="sim-depth" tools={<span className="muted">{book.base}</span>}>
      <DepthAreas book={book} store={store} isFrozen={isFrozen} />
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reached by keyboard */}
      <section className="sim-scroll" aria-label="Levels, scrolls" tabIndex={0}>
        <Ladder book={book} store={store} isFrozen={isFrozen} />
      </section>
    </Panel>
  );
}

function DepthAreas({ book, store, isFrozen }: DepthProps) {
  const bids = useRef<SVGPathElement>(null);
  const asks = useRef<SVGPathElement>(null);
  const words = useRef<HTMLParagraphElement>(null);
  const ends = useRef<HTMLParagraphElement>(null);
  const painted = useRef(-1);
  const digits = digitsOf(book.tick_size) ?? 2;
  usePainter(() => {
    if (isFrozen || painted.current === store.version || !words.current || !ends.current) return;
    painted.current = store.version;
    const picture = depthPicture(store.bids, store.asks, BOX.width, BOX.height);
    bids.current?.setAttribute("d", picture?.bids ?? "");
    asks.current?.setAttribute("d", picture?.asks ?? "");
    const [low, middle, high] = Array.from(ends.current.children);
    if (low) low.textContent = formatDecimal(picture?.low, digits);
    if (middle) middle.textContent = picture ? `up to ${shortQty(picture.most)} ${book.base}` : "";
    if (high) high.textContent = formatDecimal(picture?.high, digits);
    words.current.textContent = spreadText(store, digits);
  });
  return (
    <div className="sim-areas">
      <p ref={words} className="sim-spread">
        {NOTHING}
      </p>
      <svg viewBox={`0 0 ${BOX.width} ${BOX.height}`} preserveAspectRatio="none" aria-hidden="true">
        <path ref={bids} className="sim-area-bid" />
        <path ref={asks} className="sim-area-ask" />
      </svg>
      <p ref={ends} className="sim-ends">
        <span />
        <span />
        <span />
      </p>
    </div>
  );
}

/** Spread and what rests on either side, in words: also what a screen reader gets of the picture. */
export function spreadText(store: Pick<BookStore, "bids" | "asks">, digits: number): string {
  const [bid, ask] = [store.bids[0], store.asks[0]];
  if (!bid || !ask) return bid || ask ? `No ${bid ? "asks" : "bids"}` : "The book is empty";
  const spread = ask.price - bid.price;
  const bps = (spread / ((ask.price + bid.price) / 2)) * 1e4;
  const sum = (levels: readonly Level[]) => levels.reduce((all, { qty }) => all + qty, 0);
  const [bought, sold] = [sum(store.bids), sum(store.asks)];
  const share = Math.round((bought / (bought + sold)) * 100);
  return `Spread ${formatDecimal(spread, digits)} (${bps.toFixed(2)} bps) · ${share}% of the depth bids`;
}

function Ladder({ book, store, isFrozen }: DepthProps) {
  const painted = useRef(-1);
  const digits = digitsOf(book.tick_size) ?? 2;
  const lots = digitsOf(book.lot_size) ?? 4;
  const paint = (rows: readonly HTMLTableRowElement[]) => {
    if (isFrozen || painted.current === store.version) return;
    painted.current = store.version;
    const shown = [...store.bids.slice(0, LEVELS), ...store.asks.slice(0, LEVELS)];
    const largest = Math.max(0, ...shown.map(({ qty }) => qty));
    for (const [at, row] of rows.entries()) {
      paintSide(row, [0, 1, 2], store.bids[at], largest, digits, lots);
      paintSide(row, [5, 4, 3], store.asks[at], largest, digits, lots);
    }
  };
  return (
    <PaintedTable
      label="Levels of the book"
      heads={HEADS}
      rows={LEVELS}
      className="sim-ladder"
      paint={paint}
    />
  );
}

function paintSide(
  row: HTMLTableRowElement,
  [orders, size, price]: [number, number, number],
  level: Level | undefined,
  largest: number,
  digits: number,
  lots: number,
): void {
  write(row, orders, level ? String(level.orders) : "");
  write(row, size, level ? formatDecimal(level.qtyText, lots) : "");
  write(row, price, level ? formatPrice(level.priceText, digits) : "");
  bar(row, size, barShare(level?.qty ?? 0, largest));
}
