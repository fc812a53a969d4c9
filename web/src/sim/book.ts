/** One book as the page knows it: outside React, filled by the live line, read by painters. */
import { requestPaint } from "../feed/painters";
import { millisecondsOf } from "../lib/format";
import {
  decodeColumn,
  decodeLevels,
  decodeTrade,
  type HeatColumn,
  type Level,
  type Trade,
  type Units,
} from "./decode";
import { Ring } from "./ring";
import type { BookAnswer, ColumnAnswer, LiveAnswer, QuoteAnswer, TradeAnswer } from "./types";

/** Ten minutes of the market, a column a second. */
export const COLUMNS_KEPT = 600;
const TRADES_KEPT = 8_000;
const NO_QUOTE: QuoteAnswer = { bid: null, ask: null, bid_size: null, ask_size: null, price: null };

/** Rows of a topic, the oldest first; `snapshots` counts how often they began anew. */
export type Rows<T> = { list: () => readonly T[]; snapshots: number };
/** What the line has of one book. */
export type BookRows = { top: Rows<BookAnswer>; tape: Rows<TradeAnswer>; heat: Rows<ColumnAnswer> };

/** An answer of REST as if the line had told it: of no snapshot that the line tells. */
export function rowsOfAnswer(answer: LiveAnswer): BookRows {
  const { tape, columns, ...top } = answer;
  const rows = <T>(list: readonly T[]): Rows<T> => ({ list: () => list, snapshots: -1 });
  return { top: rows<BookAnswer>([top]), tape: rows([...tape].reverse()), heat: rows(columns) };
}

export class BookStore {
  readonly units: Units;
  readonly columns = new Ring<HeatColumn>(COLUMNS_KEPT);
  readonly trades = new Ring<Trade>(TRADES_KEPT);
  bids: readonly Level[] = [];
  asks: readonly Level[] = [];
  quote: QuoteAnswer = NO_QUOTE;
  /** The market's time, milliseconds. */
  now = Number.NaN;
  /** Grows with each change, so that a painter knows whether it has anything to do. */
  version = 0;
  /** Grows with each change of the columns. */
  columnsVersion = 0;
  #top: BookAnswer | undefined;
  /** What was taken last: its number or time; and of which snapshot. */
  #trade = -1;
  #column = Number.NEGATIVE_INFINITY;
  #tapes = 0;
  #heats = 0;

  constructor(units: Units) {
    this.units = units;
  }

  /** Whether anything is known of it. */
  get isBegun(): boolean {
    return this.#top !== undefined;
  }

  /** Take in what is new. What came twice is taken once, and a market that was made anew begins anew. */
  take(rows: BookRows): void {
    const top = rows.top.list()[0];
    if (top && this.#top && top.run !== this.#top.run) {
      this.#forgetTrades();
      this.#forgetColumns();
    }
    if (top && top !== this.#top) this.#takeTop(top);
    this.#takeTrades(rows.tape);
    this.#takeColumns(rows.heat);
    this.version += 1;
    requestPaint();
  }

  #takeTop(top: BookAnswer): void {
    this.#top = top;
    this.bids = decodeLevels(top.bids);
    this.asks = decodeLevels(top.asks);
    this.quote = top.quote;
    this.now = millisecondsOf(top.now);
  }

  #takeTrades({ list, snapshots }: Rows<TradeAnswer>): void {
    const rows = list();
    if (rows.length === 0) return; // A snapshot is empty where the server begins to ask for it.
    const isAnew = snapshots !== this.#tapes || (rows.at(-1) as TradeAnswer).trade_id < this.#trade;
    this.#tapes = snapshots;
    // What was seen before a new snapshot stays where the snapshot goes on from it.
    if (isAnew && !rows.some((row) => this.#isLast(row))) this.#forgetTrades();
    let from = rows.length;
    while (from > 0 && (rows[from - 1] as TradeAnswer).trade_id > this.#trade) from -= 1;
    for (const row of rows.slice(from)) {
      const trade = decodeTrade(row);
      if (trade) this.trades.push(trade);
      this.#trade = row.trade_id;
    }
  }

  #isLast(row: TradeAnswer): boolean {
    const { last } = this.trades;
    return last !== undefined && last.id === String(row.trade_id) && last.at === millisecondsOf(row.at);
  }

  #takeColumns({ list, snapshots }: Rows<ColumnAnswer>): void {
    const rows = list();
    if (rows.length === 0) return;
    if (snapshots !== this.#heats) this.#forgetColumns();
    this.#heats = snapshots;
    let from = rows.length;
    while (from > 0 && millisecondsOf((rows[from - 1] as ColumnAnswer).at) > this.#column) from -= 1;
    for (const row of rows.slice(from)) {
      const column = decodeColumn(row, this.units);
      if (column === null) continue;
      this.columns.push(column);
      this.#column = column.at;
      this.columnsVersion += 1;
    }
  }

  #forgetTrades(): void {
    this.trades.clear();
    this.#trade = -1;
  }

  #forgetColumns(): void {
    this.columns.clear();
    this.#column = Number.NEGATIVE_INFINITY;
    this.columnsVersion += 1;
  }
}
