/** One book as the page knows it: outside React, filled by the live answers, read by painters. */
import { requestPaint } from "../feed/painters";
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
import type { LiveAnswer, QuoteAnswer } from "./types";

/** Ten minutes of the market, a column a second. */
export const COLUMNS_KEPT = 600;
const TRADES_KEPT = 8_000;
/** Without an answer for so long what is shown is old. */
export const STALE_MS = 2_000;
const NO_QUOTE: QuoteAnswer = { bid: null, ask: null, bid_size: null, ask_size: null, price: null };

export class BookStore {
  readonly units: Units;
  readonly columns = new Ring<HeatColumn>(COLUMNS_KEPT);
  readonly trades = new Ring<Trade>(TRADES_KEPT);
  bids: readonly Level[] = [];
  asks: readonly Level[] = [];
  quote: QuoteAnswer = NO_QUOTE;
  /** The market's time of the last answer, milliseconds. */
  now = Number.NaN;
  /** Which run of the market answered last. */
  run = "";
  /** What the next question asks for: everything after this. */
  cursor = 0;
  /** Grows with each answer, so that a painter knows whether it has anything to do. */
  version = 0;
  /** Grows with each change of the columns. */
  columnsVersion = 0;
  /** When the last answer came, by the page's own clock; NaN before the first. */
  answeredAt = Number.NaN;

  constructor(units: Units) {
    this.units = units;
  }

  /** Take in an answer that came at `at` (page time, milliseconds). A market that was made anew begins anew. */
  take(answer: LiveAnswer, at: number): void {
    const now = Date.parse(answer.now.replace(/(\.\d{3})\d+/, "$1"));
    const isOther = this.run !== "" && answer.run !== this.run;
    if (isOther || answer.cursor < this.cursor || now < this.now - 1_000) this.#forget();
    for (const each of answer.columns) this.#takeColumn(decodeColumn(each, this.units));
    for (const each of [...answer.tape].reverse()) {
      const trade = decodeTrade(each);
      if (trade && trade.id !== this.trades.last?.id) this.trades.push(trade);
    }
    this.bids = decodeLevels(answer.bids);
    this.asks = decodeLevels(answer.asks);
    this.quote = answer.quote;
    this.run = answer.run;
    this.cursor = answer.cursor;
    this.now = now;
    this.answeredAt = at;
    this.version += 1;
    requestPaint();
  }

  /** Seconds since the last answer, NaN before the first. */
  age(at: number): number {
    return (at - this.answeredAt) / 1_000;
  }

  #takeColumn(column: HeatColumn | null): void {
    if (column === null) return;
    const last = this.columns.last;
    if (last && column.at < last.at) return; // Came twice.
    if (last && column.at === last.at) this.columns.replaceLast(column);
    else this.columns.push(column);
    this.columnsVersion += 1;
  }

  #forget(): void {
    this.columns.clear();
    this.trades.clear();
    this.cursor = 0;
    this.columnsVersion += 1;
  }
}
