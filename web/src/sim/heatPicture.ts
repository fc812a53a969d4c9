/** The heat map of one book outside React: what is in view, when it is painted, where the crosshair is. */
import { formatClock, formatPrice } from "../lib/format";
import type { BookStore } from "./book";
import { type HeatColumn, sizeAt, type Trade } from "./decode";
import { shortQty } from "./heatLegend";
import { type HeatColors, HeatPainter, type HeatView, type Mark } from "./heatPainter";
import { bubblesOf, columnAt, type Plot, priceRange, type Range, settle, topSize } from "./scale";

/** Whether all that the cells cover is shown, or what is near the best prices. */
export type Fit = "book" | "price";
export type HeatSettings = {
  marks: readonly Mark[];
  spanMs: number;
  fit: Fit;
  /** Decimals of a price, and what sizes are in. */
  digits: number;
  unit: string;
};
export type Point = { x: number; y: number };

type Source = { of: BookStore | null; columns: HeatColumn[]; trades: Trade[] };

const SECOND_MS = 1_000;
const LEAP = 10;

/** What of the columns and trades is in view, and at which ranges; null where there is nothing to draw. */
export function viewOf(
  source: Pick<Source, "columns" | "trades">,
  { marks, spanMs, fit, digits, unit }: HeatSettings,
  before: Range | null,
): HeatView | null {
  const last = source.columns.at(-1);
  if (!last) return null;
  const time = { low: last.at + SECOND_MS - spanMs, high: last.at + SECOND_MS };
  const columns = source.columns.filter((column) => column.at + SECOND_MS > time.low);
  const wanted = priceRange(columns, fit) ?? priceRange(columns, "book");
  if (!wanted) return null;
  return {
    columns,
    bubbles: bubblesOf(source.trades, time.low),
    marks: marks.filter(({ at }) => at >= time.low && at <= time.high),
    time,
    price: settle(before, wanted),
    top: topSize(columns),
    digits,
    unit,
  };
}

/** The values at a time and a price in a line. */
export function readoutOf(view: HeatView, time: number, price: number): string {
  const column = columnAt(view.columns, time);
  const parts = [formatClock(time), formatPrice(price, view.digits)];
  if (!column || time - column.at > 2 * SECOND_MS) return [...parts, "no data"].join(" · ");
  const size = sizeAt(column, price);
  parts.push(size === null ? "beyond the cells" : `${shortQty(size)} ${view.unit} rests`);
  parts.push(`bid ${formatPrice(column.bid, view.digits)}`, `ask ${formatPrice(column.ask, view.digits)}`);
  const second = Math.floor(column.at / SECOND_MS);
  for (const { at, isBuy, qty } of view.bubbles) {
    if (Math.floor(at / SECOND_MS) === second)
      parts.push(`${isBuy ? "▲ bought" : "▼ sold"} ${shortQty(qty)}`);
  }
  return parts.join(" · ");
}

const STEPS: Record<string, readonly [number, number]> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

/** Where a key leads: a second or a cell on, ten with Shift; the first key begins at the newest price. */
export function moved(
  key: string,
  isLeap: boolean,
  from: Point | null,
  plot: Plot,
  view: HeatView,
): Point | null {
  const step = STEPS[key];
  const last = view.columns.at(-1);
  if (!step || !last) return null;
  const { low, high } = view.price;
  const y = plot.top + (1 - (last.mid - low) / (high - low)) * plot.height;
  if (!from) return { x: plot.left + plot.width - 1, y: Number.isFinite(y) ? y : plot.top + plot.height / 2 };
  const times = isLeap ? LEAP : 1;
  const second = (plot.width / (view.time.high - view.time.low)) * SECOND_MS;
  const cell = (plot.height / (high - low)) * last.step;
  return {
    x: clamp(from.x + step[0] * second * times, plot.left, plot.left + plot.width - 1),
    y: clamp(from.y + step[1] * cell * times, plot.top, plot.top + plot.height - 1),
  };
}

function clamp(value: number, least: number, most: number): number {
  return Math.min(Math.max(value, least), most);
}

export class HeatPicture {
  #painter: HeatPainter;
  #colors: HeatColors;
  #settings: HeatSettings;
  #source: Source = { of: null, columns: [], trades: [] };
  #view: HeatView | null = null;
  /** The version of the columns that was painted; -1 where all is to be painted anew. */
  #painted = -1;
  #paintedAt = Number.NEGATIVE_INFINITY;
  #point: Point | null = null;

  constructor(base: HTMLCanvasElement, over: HTMLCanvasElement, colors: HeatColors, settings: HeatSettings) {
    this.#painter = new HeatPainter(base, over);
    this.#colors = colors;
    this.#settings = settings;
  }

  resize(width: number, height: number): void {
    this.#painter.resize(width, height);
    this.#painted = -1;
  }

  /** Take other colors or settings; another way to fit has a range of its own. */
  set(colors: HeatColors, settings: HeatSettings): void {
    if (settings.fit !== this.#settings.fit) this.#view = null;
    this.#colors = colors;
    this.#settings = settings;
    this.#painted = -1;
  }

  /**
   * Paint where something has changed, at most once in `pauseMs`; a frozen picture keeps what it shows,
   * whatever comes in. `now` is the page's time, milliseconds.
   */
  frame(store: BookStore, isFrozen: boolean, now: number, pauseMs: number): void {
    const isDue = this.#painted !== store.columnsVersion && now - this.#paintedAt >= pauseMs;
    if (this.#painted >= 0 && (isFrozen || !isDue)) return;
    if (!isFrozen || this.#source.of !== store) {
      this.#source = { of: store, columns: store.columns.list(), trades: store.trades.list() };
    }
    this.#view = viewOf(this.#source, this.#settings, this.#view?.price ?? null);
    if (!this.#view) return;
    this.#painted = store.columnsVersion;
    this.#paintedAt = now;
    this.#painter.paint(this.#view, this.#colors);
    this.#cross();
  }

  /** Put the crosshair at a point of the frame, or take it away; the values there, "" for none. */
  point(at: Point | null): string {
    this.#point = at;
    return this.#cross();
  }

  /** Move the crosshair by a key; the values there, null where the key does not move it. */
  key(key: string, isLeap: boolean): string | null {
    const plot = this.#painter.axes?.plot;
    if (!plot || !this.#view) return null;
    const to = moved(key, isLeap, this.#point, plot, this.#view);
    return to && this.point(to);
  }

  /** The values at the crosshair. */
  get readout(): string {
    const at = this.#at();
    return at && this.#view ? readoutOf(this.#view, at.time, at.price) : "";
  }

  #cross(): string {
    this.#painter.cross(this.#at(), this.#colors, this.#view?.digits ?? 2);
    return this.readout;
  }

  #at(): { time: number; price: number } | null {
    const { axes } = this.#painter;
    if (!this.#point || !axes) return null;
    const { x, y } = this.#point;
    const { left, top, width, height } = axes.plot;
    const isInside = x >= left && x <= left + width && y >= top && y <= top + height;
    return isInside ? { time: axes.timeAt(x), price: axes.priceAt(y) } : null;
  }
}
