/** Answers of a simulated market for tests, in the shapes of the server. */
import type {
  BookAnswer,
  ColumnAnswer,
  ScenarioKind,
  Scorecard,
  SimBook,
  SimState,
  TradeAnswer,
} from "../../src/sim/types";

export const BOOK: SimBook = {
  instrument_id: "BTCUSDT.PRISM",
  symbol: "BTCUSDT",
  base: "BTC",
  quote: "USDT",
  tick_size: "0.01",
  lot_size: "0.0001",
  price: "60000.00",
  bid: "59999.99",
  ask: "60000.01",
  spread_bps: 0.33,
  change_bps: -12.5,
  volume: "12.5",
  trades: 90,
  phase: "CONTINUOUS",
};
export const OTHER: SimBook = { ...BOOK, instrument_id: "ETHUSDT.PRISM", symbol: "ETHUSDT", base: "ETH" };

export const START = Date.UTC(2026, 10, 29, 12, 0, 0);
export const at = (second: number) =>
  new Date(START + second * 1_000).toISOString().replace(".000Z", ".123456789Z");

export const STATE: SimState = {
  run: "r-1",
  seed: 7,
  speed: 10,
  behind_s: 0,
  now: at(5),
  started: at(0),
  is_paused: false,
  books: [BOOK, OTHER],
  orders: 12_345,
  cancels: 9_000,
  trades: 678,
  agents: 40,
  is_turbulent: true,
  news: 2,
  injected: [
    {
      at: at(3),
      begins: at(3),
      kind: "flash_crash",
      instrument_id: BOOK.instrument_id,
      text: "makers are away for 30 s",
      trader_id: "op",
      reason: "a drill",
    },
    {
      at: at(1),
      begins: at(1),
      kind: "news_shock",
      instrument_id: OTHER.instrument_id,
      text: "the value jumps",
      trader_id: "op",
      reason: "a drill",
    },
  ],
};

export function column(second: number, sizes: number[] = [0, 5, 10, 0]): ColumnAnswer {
  return {
    at: at(second),
    mid: "60000",
    bid: "59999.99",
    ask: "60000.01",
    low_tick: 5_999_800,
    step_ticks: 100,
    sizes,
  };
}

export function top(change: Partial<BookAnswer> = {}): BookAnswer {
  return {
    run: "r-1",
    now: at(5),
    instrument_id: BOOK.instrument_id,
    quote: { bid: "59999.99", ask: "60000.01", bid_size: "1.5", ask_size: "2", price: "60000" },
    bids: [
      ["59999.99", "1.5", 3],
      ["59999.00", "2.5", 1],
    ],
    asks: [
      ["60000.01", "2", 2],
      ["60001.00", "1", 1],
    ],
    ...change,
  };
}

export function trade(id: number, second = 2 * id): TradeAnswer {
  const isBuy = id % 2 === 0;
  return {
    trade_id: id,
    at: at(second),
    price: isBuy ? "60000.01" : "59999.99",
    qty: isBuy ? "0.5" : "0.1",
    side: isBuy ? "BUY" : "SELL",
    is_block: isBuy,
  };
}

export const KIND: ScenarioKind = {
  kind: "fat_finger",
  title: "Fat finger",
  text: "One market order of far too many.",
  fields: [
    {
      name: "instrument_id",
      title: "Book",
      unit: "",
      type: "choice",
      default: BOOK.instrument_id,
      minimum: null,
      maximum: null,
      choices: [BOOK.instrument_id, OTHER.instrument_id],
    },
    {
      name: "side",
      title: "Side",
      unit: "",
      type: "choice",
      default: "SELL",
      minimum: null,
      maximum: null,
      choices: ["BUY", "SELL"],
    },
    {
      name: "clips",
      title: "Size",
      unit: "usual orders",
      type: "number",
      default: 400,
      minimum: 0.001,
      maximum: 5_000,
      choices: [],
    },
  ],
};

export const CARD: Scorecard = {
  name: "PRISM BTCUSDT",
  made: at(0),
  seeds: [1, 2],
  hours: 2,
  level: 0.95,
  facts: [
    {
      name: "heavy_tails", question: "Are there?", criterion: "value in 2 to 5", verdict: "reproduced", reason: "",
      value: 2.61, low: 2.2, high: 3, at_least: 2, at_most: 5, seeds: 2, n: 120, needed: 100,
    },
    {
      name: "leverage_effect", question: "Is there?", criterion: "interval below 0", verdict: "not reproduced",
      reason: "", value: 0.0027, low: -0.001, high: 0.006, at_least: null, at_most: 0, seeds: 2, n: 120, needed: 100,
    },
    {
      name: "square_root_law", question: "Does it?", criterion: "value in 0.4 to 0.7", verdict: "not testable",
      reason: "has no metaorders", value: null, low: null, high: null, at_least: 0.4, at_most: 0.7, seeds: 0, n: 0,
      needed: 1_000,
    },
  ],
  figures: [{ name: "volatility_bps", words: "volatility of a minute", value: 8.6, low: 7.7, high: 9.4 }],
}; // biome-ignore format: one card
