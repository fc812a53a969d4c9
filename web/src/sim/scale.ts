/** Where things are drawn: ranges that do not tremble, round marks, and the way from values to pixels. */
import type { HeatColumn, Trade } from "./decode";

export type Range = { low: number; high: number };

/** A round number at or above a positive one: 1, 2 or 5 times a power of ten. */
export function roundUp(value: number): number {
  if (!(value > 0) || !Number.isFinite(value)) return 1;
  const power = 10 ** Math.floor(Math.log10(value) + 1e-12);
  const share = value / power;
  const round = share <= 1 + 1e-9 ? 1 : share <= 2 + 1e-9 ? 2 : share <= 5 + 1e-9 ? 5 : 10;
  return round * power;
}

/** Round values within a range, about `count` of them. */
export function marksOf({ low, high }: Range, count: number): number[] {
  const span = high - low;
  if (!(span > 0) || count < 1) return [];
  const step = roundUp(span / count);
  const marks: number[] = [];
  for (let at = Math.ceil(low / step - 1e-9); at * step <= high + step * 1e-9; at += 1) marks.push(at * step);
  return marks;
}

const TIME_STEPS_S = [5, 10, 15, 30, 60, 120, 300, 600];

/** Round times (milliseconds) within a range, about `count` of them. */
export function timeMarksOf({ low, high }: Range, count: number): number[] {
  const wanted = (high - low) / 1_000 / Math.max(count, 1);
  const step = (TIME_STEPS_S.find((each) => each >= wanted) ?? 1_200) * 1_000;
  const marks: number[] = [];
  for (let at = Math.ceil(low / step) * step; at <= high; at += step) marks.push(at);
  return marks;
}

/** The range of prices to show: "book" is all that columns cover, "price" keeps to the best bid and offer. */
export function priceRange(columns: readonly HeatColumn[], fit: "book" | "price"): Range | null {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const column of columns) {
    const isPrice = fit === "price" && column.bid > 0 && column.ask > 0;
    const bottom = isPrice ? column.bid : column.low;
    const top = isPrice ? column.ask : column.low + column.step * column.sizes.length;
    if (fit === "price" && !isPrice) continue;
    if (bottom < low) low = bottom;
    if (top > high) high = top;
  }
  if (!(high > low)) return null;
  const room = fit === "price" ? (high - low) * 0.25 : 0;
  return { low: low - room, high: high + room };
}

/** The range to go on with: the one before while what is wanted fits it well, else a new one with room. */
export function settle(before: Range | null, wanted: Range): Range {
  const span = wanted.high - wanted.low;
  if (before && wanted.low >= before.low && wanted.high <= before.high) {
    if (span >= (before.high - before.low) * 0.7) return before;
  }
  const room = span * 0.06;
  return { low: wanted.low - room, high: wanted.high + room };
}

const SAMPLED = 60;

/** The size at which color is full: a round number above 98 of 100 resting sizes. */
export function topSize(columns: readonly HeatColumn[]): number {
  const every = Math.max(1, Math.floor(columns.length / SAMPLED));
  const found: number[] = [];
  for (let at = columns.length - 1; at >= 0; at -= every) {
    for (const size of columns[at]?.sizes ?? []) if (size > 0) found.push(size);
  }
  if (found.length === 0) return 1;
  found.sort((left, right) => left - right);
  return roundUp(found[Math.floor((found.length - 1) * 0.98)] as number);
}

const DECADES = 100;

/** How much of the color a size takes, 0 to 1; logarithmic, so that small sizes are seen beside large ones. */
export function shareOf(size: number, top: number): number {
  if (!(size > 0)) return 0;
  return Math.min(1, Math.log1p((size / top) * DECADES) / Math.log1p(DECADES));
}

/** The size that takes a share of the color: the way back. */
export function sizeOf(share: number, top: number): number {
  return (Math.expm1(share * Math.log1p(DECADES)) / DECADES) * top;
}

/** Trades of one second and side as one point: their mean price by quantity, and all their quantity. */
export type Bubble = { at: number; price: number; qty: number; isBuy: boolean };

/** Trades from `from` on, second by second. */
export function bubblesOf(trades: readonly Trade[], from: number): Bubble[] {
  const found = new Map<number, Bubble>();
  for (const trade of trades) {
    if (trade.at < from) continue;
    const isBuy = trade.side === "BUY";
    const second = Math.floor(trade.at / 1_000);
    const key = second * 2 + (isBuy ? 1 : 0);
    const known = found.get(key);
    if (!known) {
      found.set(key, { at: second * 1_000 + 500, price: trade.price, qty: trade.qty, isBuy });
      continue;
    }
    const qty = known.qty + trade.qty;
    if (qty > 0) known.price += ((trade.price - known.price) * trade.qty) / qty;
    known.qty = qty;
  }
  return [...found.values()];
}

/** The radius of a trade's point in pixels: its area goes with the quantity. */
export function radiusOf(qty: number, largest: number, most = 9): number {
  if (!(qty > 0) || !(largest > 0)) return 0;
  return Math.max(0.8, Math.min(1, Math.sqrt(qty / largest)) * most);
}

/** The part of a canvas where data is, in its own pixels. */
export type Plot = { left: number; top: number; width: number; height: number };

/** From values to pixels of a plot and back. */
export class Axes {
  readonly plot: Plot;
  readonly time: Range;
  readonly price: Range;

  constructor(plot: Plot, time: Range, price: Range) {
    this.plot = plot;
    this.time = time;
    this.price = price;
  }

  x(at: number): number {
    const { left, width } = this.plot;
    return left + ((at - this.time.low) / (this.time.high - this.time.low)) * width;
  }

  y(price: number): number {
    const { top, height } = this.plot;
    return top + (1 - (price - this.price.low) / (this.price.high - this.price.low)) * height;
  }

  timeAt(x: number): number {
    const { left, width } = this.plot;
    return this.time.low + ((x - left) / width) * (this.time.high - this.time.low);
  }

  priceAt(y: number): number {
    const { top, height } = this.plot;
    return this.price.low + (1 - (y - top) / height) * (this.price.high - this.price.low);
  }
}

/** The column that a time falls into: the last that begins at or before it. */
export function columnAt(columns: readonly HeatColumn[], at: number): HeatColumn | null {
  let low = 0;
  let high = columns.length - 1;
  let found: HeatColumn | null = null;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const column = columns[middle] as HeatColumn;
    if (column.at <= at) {
      found = column;
      low = middle + 1;
    } else high = middle - 1;
  }
  return found;
}
