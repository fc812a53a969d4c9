/** From the server's texts to numbers that are drawn; prices shown as text keep the server's text. */
import type { Side } from "../api/types";
import { millisecondsOf } from "../lib/format";
import type { ColumnAnswer, LevelAnswer, TradeAnswer } from "./types";

/** What a book's integers stand for: the price of a tick, the quantity of a lot. */
export type Units = { tick: number; lot: number };

/** A second of the book. `sizes[i]` rests from `low + i * step` up to the next cell; NaN where not known. */
export type HeatColumn = {
  at: number;
  mid: number;
  bid: number;
  ask: number;
  low: number;
  step: number;
  sizes: Float32Array;
};
export type Trade = {
  id: string;
  at: number;
  price: number;
  qty: number;
  priceText: string;
  qtyText: string;
  side: Side;
  isBlock: boolean;
};
export type Level = { price: number; qty: number; priceText: string; qtyText: string; orders: number };

/** The units of a book; an unreadable size counts as one, so that something is to be seen. */
export function unitsOf(book: { tick_size: string; lot_size: string }): Units {
  const positive = (text: string) => (Number(text) > 0 ? Number(text) : 1);
  return { tick: positive(book.tick_size), lot: positive(book.lot_size) };
}

/** A decimal text as a number, NaN where there is none. */
export function numberOf(text: string | number | null | undefined): number {
  return text === null || text === undefined || text === "" ? Number.NaN : Number(text);
}

/** A column in prices and quantities; null where its time or its ladder cannot be read. */
export function decodeColumn(answer: ColumnAnswer, units: Units): HeatColumn | null {
  const at = millisecondsOf(answer.at);
  const step = answer.step_ticks * units.tick;
  if (!Number.isFinite(at) || !(step > 0)) return null;
  const sizes = new Float32Array(answer.sizes.length);
  for (let index = 0; index < sizes.length; index += 1) {
    sizes[index] = Math.max((answer.sizes[index] ?? 0) * units.lot, 0);
  }
  return {
    at,
    mid: numberOf(answer.mid),
    bid: numberOf(answer.bid),
    ask: numberOf(answer.ask),
    low: answer.low_tick * units.tick,
    step,
    sizes,
  };
}

/** A trade of the tape; null where it cannot be drawn. */
export function decodeTrade(answer: TradeAnswer): Trade | null {
  const at = millisecondsOf(answer.at);
  const price = numberOf(answer.price);
  const qty = numberOf(answer.qty);
  if (!Number.isFinite(at + price + qty)) return null;
  const { side, is_block: isBlock } = answer;
  return {
    id: String(answer.trade_id),
    at,
    price,
    qty,
    priceText: answer.price,
    qtyText: answer.qty,
    side,
    isBlock,
  };
}

/** Levels of one side, the best first. */
export function decodeLevels(answer: readonly LevelAnswer[]): Level[] {
  return answer.map(([priceText, qtyText, orders]) => ({
    price: numberOf(priceText),
    qty: numberOf(qtyText),
    priceText,
    qtyText,
    orders,
  }));
}

/** What rests between two prices of a column: the whole cells it touches. */
export function sizeAt(column: HeatColumn, price: number): number | null {
  const index = Math.floor((price - column.low) / column.step + 1e-9);
  return index >= 0 && index < column.sizes.length ? (column.sizes[index] as number) : null;
}
