/** The picture itself: painted by the second outside React, with a crosshair by mouse and by keyboard. */
import { type KeyboardEvent, type PointerEvent, useEffect, useMemo, useRef } from "react";
import { usePainter } from "../feed/hooks";
import { requestPaint } from "../feed/painters";
import { digitsOf } from "../lib/decimal";
import { formatClock, formatPrice } from "../lib/format";
import { usePreferences } from "../lib/preferences";
import { luminance, usePalette } from "../spec/charts/palette";
import type { BookStore } from "./book";
import { type HeatColumn, sizeAt, type Trade } from "./decode";
import type { Fit } from "./HeatMap";
import { shortQty } from "./heatLegend";
import { type HeatColors, HeatPainter, type HeatView, type Mark } from "./heatPainter";
import { rampOf, wordsOf } from "./ramp";
import { bubblesOf, columnAt, priceRange, type Range, settle, topSize } from "./scale";
import type { SimBook } from "./types";

type HeatCanvasProps = {
  book: SimBook;
  store: BookStore;
  marks: readonly Mark[];
  isFrozen: boolean;
  spanMs: number;
  fit: Fit;
};
type Source = { of: BookStore | null; columns: HeatColumn[]; trades: Trade[] };
const NO_SOURCE: Source = { of: null, columns: [], trades: [] };
type Point = { x: number; y: number };

/** The colors of the theme in force. */
export function useHeatColors(): HeatColors {
  const palette = usePalette();
  const theme = usePreferences((state) => state.theme);
  return useMemo(() => {
    const ramp = rampOf(palette.panel, luminance(palette.panel) > 0.4);
    const halo = theme === "contrast" ? "#000000" : palette.panel;
    return { palette, ramp, words: wordsOf(ramp), halo };
  }, [palette, theme]);
}

/** What of the source is in view, and at which ranges; null where there is nothing to draw. */
export function viewOf(
  source: Pick<Source, "columns" | "trades">,
  { book, marks, spanMs, fit }: Pick<HeatCanvasProps, "book" | "marks" | "spanMs" | "fit">,
  before: Range | null,
): HeatView | null {
  const last = source.columns.at(-1);
  if (!last) return null;
  const time = { low: last.at + 1_000 - spanMs, high: last.at + 1_000 };
  const columns = source.columns.filter((column) => column.at + 1_000 > time.low);
  const wanted = priceRange(columns, fit) ?? priceRange(columns, "book");
  if (!wanted) return null;
  return {
    columns,
    bubbles: bubblesOf(source.trades, time.low),
    marks: marks.filter(({ at }) => at >= time.low && at <= time.high),
    time,
    price: settle(before, wanted),
    top: topSize(columns),
    digits: digitsOf(book.tick_size) ?? 2,
    unit: book.base,
  };
}

export function HeatCanvas(props: HeatCanvasProps) {
  const { book, store, marks, isFrozen, spanMs, fit } = props;
  const frame = useRef<HTMLDivElement>(null);
  const canvases = useRef<[HTMLCanvasElement | null, HTMLCanvasElement | null]>([null, null]);
  const readout = useRef<HTMLParagraphElement>(null);
  const spoken = useRef<HTMLParagraphElement>(null);
  const painter = useRef<HeatPainter | null>(null);
  const source = useRef<Source>(NO_SOURCE);
  const view = useRef<HeatView | null>(null);
  const painted = useRef(-1);
  const cursor = useRef<Point | null>(null);
  const colors = useHeatColors();

  useSize(frame, canvases, painter, painted);
  // biome-ignore lint/correctness/useExhaustiveDependencies: each of these changes the picture
  useEffect(() => {
    view.current = null;
    painted.current = -1;
    requestPaint();
  }, [store, fit]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: each of these changes the picture
  useEffect(() => {
    painted.current = -1;
    requestPaint();
  }, [colors, spanMs, marks, isFrozen]);

  const drawCross = () => {
    const found = painter.current && crossOf(cursor.current, painter.current, view.current);
    painter.current?.cross(found, colors, view.current?.digits ?? 2);
    const text = found && view.current ? readoutOf(view.current, found.time, found.price) : "";
    if (readout.current && readout.current.textContent !== text) readout.current.textContent = text;
    return text;
  };
  usePainter(() => {
    if (!painter.current || painted.current === store.columnsVersion) return;
    if (isFrozen && painted.current >= 0) return;
    painted.current = store.columnsVersion;
    if (!isFrozen || source.current.of !== store) {
      source.current = { of: store, columns: store.columns.list(), trades: store.trades.list() };
    }
    view.current = viewOf(source.current, props, view.current?.price ?? null);
    if (!view.current) return;
    painter.current.paint(view.current, colors);
    drawCross();
  });
  const onPointerMove = (event: PointerEvent) => {
    const box = event.currentTarget.getBoundingClientRect();
    cursor.current = { x: event.clientX - box.left, y: event.clientY - box.top };
    drawCross();
  };
  const clear = () => {
    cursor.current = null;
    drawCross();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const axes = painter.current?.axes;
    if (!axes || !view.current) return;
    if (event.key === "Escape") return clear();
    const moved = moveOf(event, cursor.current, axes.plot, view.current);
    if (!moved) return;
    event.preventDefault();
    cursor.current = moved;
    const text = drawCross();
    if (spoken.current) spoken.current.textContent = text;
  };
  const label = `Book and price of ${book.symbol} over ${spanMs / 60_000} minutes. Arrow keys move a crosshair; a table of it is a button away.`;
  return (
    // biome-ignore lint/a11y/useSemanticElements: a figure cannot be named by a text that is not its caption
    <div
      ref={frame}
      role="group"
      aria-label={label}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: the crosshair is moved with the arrow keys
      tabIndex={0}
      className="sim-canvas"
      onPointerMove={onPointerMove}
      onPointerLeave={clear}
      onKeyDown={onKeyDown}
      onBlur={clear}
    >
      <canvas
        ref={(element) => {
          canvases.current[0] = element;
        }}
      />
      <canvas
        ref={(element) => {
          canvases.current[1] = element;
        }}
      />
      <p ref={readout} className="sim-readout" aria-hidden="true" />
      <p ref={spoken} className="visually-hidden" role="status" />
    </div>
  );
}

/** Makes the painter, and keeps its canvases as large as their frame. */
function useSize(
  frame: { current: HTMLDivElement | null },
  canvases: { current: [HTMLCanvasElement | null, HTMLCanvasElement | null] },
  painter: { current: HeatPainter | null },
  painted: { current: number },
): void {
  useEffect(() => {
    const [base, over] = canvases.current;
    if (!frame.current || !base || !over) return;
    const made = new HeatPainter(base, over);
    painter.current = made;
    const resize = (width: number, height: number) => {
      made.resize(width, height);
      painted.current = -1;
      requestPaint();
    };
    resize(frame.current.clientWidth, frame.current.clientHeight);
    if (typeof ResizeObserver === "undefined") return;
    const observer = new ResizeObserver(([entry]) => {
      if (entry) resize(Math.floor(entry.contentRect.width), Math.floor(entry.contentRect.height));
    });
    observer.observe(frame.current);
    return () => {
      observer.disconnect();
      painter.current = null;
    };
  }, [frame, canvases, painter, painted]);
}

/** The time and price under a point; null outside of the plot. */
function crossOf(point: Point | null, painter: HeatPainter, view: HeatView | null) {
  const { axes } = painter;
  if (!point || !axes || !view) return null;
  const { left, top, width, height } = axes.plot;
  const isInside = point.x >= left && point.x <= left + width && point.y >= top && point.y <= top + height;
  return isInside ? { time: axes.timeAt(point.x), price: axes.priceAt(point.y) } : null;
}

/** The values at a time and a price in a line. */
export function readoutOf(view: HeatView, time: number, price: number): string {
  const column = columnAt(view.columns, time);
  const parts = [formatClock(time), formatPrice(price, view.digits)];
  if (!column || time - column.at > 2_000) return [...parts, "no data"].join(" · ");
  const size = sizeAt(column, price);
  parts.push(size === null ? "beyond the cells" : `${shortQty(size)} ${view.unit} rests`);
  parts.push(`bid ${formatPrice(column.bid, view.digits)}`, `ask ${formatPrice(column.ask, view.digits)}`);
  const traded = view.bubbles.filter((each) => Math.floor(each.at / 1_000) === Math.floor(column.at / 1_000));
  for (const { isBuy, qty } of traded) parts.push(`${isBuy ? "▲ bought" : "▼ sold"} ${shortQty(qty)}`);
  return parts.join(" · ");
}

/** Where the keys lead: a second or a cell on, ten with Shift; the first key begins at the newest price. */
function moveOf(
  event: KeyboardEvent,
  from: Point | null,
  plot: { left: number; top: number; width: number; height: number },
  view: HeatView,
): Point | null {
  const by: Record<string, [number, number]> = {
    ArrowLeft: [-1, 0],
    ArrowRight: [1, 0],
    ArrowUp: [0, -1],
    ArrowDown: [0, 1],
  };
  const step = by[event.key];
  const last = view.columns.at(-1);
  if (!step || !last) return null;
  const { low, high } = view.price;
  const y = plot.top + (1 - (last.mid - low) / (high - low)) * plot.height;
  if (!from) return { x: plot.left + plot.width - 1, y: Number.isFinite(y) ? y : plot.top + plot.height / 2 };
  const times = event.shiftKey ? 10 : 1;
  const second = (plot.width / (view.time.high - view.time.low)) * 1_000;
  const cell = (plot.height / (high - low)) * last.step;
  const clamp = (value: number, least: number, most: number) => Math.min(Math.max(value, least), most);
  return {
    x: clamp(from.x + step[0] * second * times, plot.left, plot.left + plot.width - 1),
    y: clamp(from.y + step[1] * cell * times, plot.top, plot.top + plot.height - 1),
  };
}
