/** The trades as they happen, the newest first. */
import { useRef } from "react";
import { digitsOf } from "../lib/decimal";
import { formatDecimal, formatPrice, formatTime } from "../lib/format";
import { Panel } from "../ui/Panel";
import type { BookStore } from "./book";
import type { Trade } from "./decode";
import { type Head, PaintedTable, write } from "./PaintedTable";
import type { SimBook } from "./types";

const ROWS = 60;

type TapeProps = { book: SimBook; store: BookStore; isFrozen: boolean };

export function TapePanel({ book, store, isFrozen }: TapeProps) {
  const painted = useRef(-1);
  const digits = digitsOf(book.tick_size) ?? 2;
  const lots = digitsOf(book.lot_size) ?? 4;
  const heads: readonly Head[] = [
    { key: "time", title: "Time (UTC)" },
    { key: "side", title: "Side" },
    { key: "price", title: "Price", right: true },
    { key: "size", title: `Size, ${book.base}`, right: true },
  ];
  const paint = (rows: readonly HTMLTableRowElement[]) => {
    if (isFrozen || painted.current === store.version) return;
    painted.current = store.version;
    const { trades } = store;
    for (const [at, row] of rows.entries()) paintTrade(row, trades.at(trades.length - 1 - at), digits, lots);
  };
  return (
    <Panel title="Trades" flush className="sim-tape">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reached by keyboard */}
      <section className="sim-scroll" aria-label="Trades, newest first, scrolls" tabIndex={0}>
        <PaintedTable label="Trades" heads={heads} rows={ROWS} className="sim-trades" paint={paint} />
      </section>
    </Panel>
  );
}

function paintTrade(row: HTMLTableRowElement, trade: Trade | undefined, digits: number, lots: number): void {
  const name = trade === undefined ? "" : trade.side === "BUY" ? "up" : "down";
  if (row.dataset.side !== name) row.dataset.side = name;
  const word = trade?.side === "BUY" ? "▲ Buy" : "▼ Sell";
  write(row, 0, trade ? formatTime(trade.at, true).slice(11, 21) : "");
  write(row, 1, trade ? `${word}${trade.isBlock ? " block" : ""}` : "");
  write(row, 2, trade ? formatPrice(trade.priceText, digits) : "");
  write(row, 3, trade ? formatDecimal(trade.qtyText, lots) : "");
}
