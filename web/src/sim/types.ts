/** The simulated market as `/api/v1/sim` and the topics `sim/…` of the live line tell of it; decimals and times are text. */
import type { Side } from "../api/types";

export type SimBook = {
  instrument_id: string;
  symbol: string;
  base: string;
  quote: string;
  tick_size: string;
  lot_size: string;
  price: string | null;
  bid: string | null;
  ask: string | null;
  spread_bps: number | null;
  change_bps: number | null;
  volume: string;
  trades: number;
  phase: string;
};

/** Something that was brought about, and when. */
export type Injected = {
  at: string;
  /** When it happens: `at`, or later where it was to wait. */
  begins: string;
  kind: string;
  instrument_id: string;
  text: string;
  trader_id: string;
  reason: string;
};

export type SimState = {
  /** Another one after every start of the market. */
  run: string;
  seed: number;
  /** Seconds of the market in one of the clock; null is as fast as it can. */
  speed: number | null;
  /** By how much it lags behind that. */
  behind_s: number;
  now: string;
  started: string;
  is_paused: boolean;
  books: SimBook[];
  orders: number;
  cancels: number;
  trades: number;
  agents: number;
  is_turbulent: boolean;
  /** Jumps of the hidden values so far. */
  news: number;
  injected: Injected[];
};

/** A price, what rests there, and in how many orders. */
export type LevelAnswer = [price: string, qty: string, orders: number];
export type TradeAnswer = {
  trade_id: number;
  at: string;
  price: string;
  qty: string;
  side: Side;
  is_block: boolean;
};
export type ColumnAnswer = {
  at: string;
  mid: string;
  bid: string | null;
  ask: string | null;
  low_tick: number;
  step_ticks: number;
  sizes: number[];
};
export type QuoteAnswer = {
  bid: string | null;
  ask: string | null;
  bid_size: string | null;
  ask_size: string | null;
  price: string | null;
};
/** A book now. */
export type BookAnswer = {
  run: string;
  now: string;
  instrument_id: string;
  quote: QuoteAnswer;
  bids: LevelAnswer[];
  asks: LevelAnswer[];
};
/** A book now, its last trades (newest first) and the columns that are kept (oldest first). */
export type LiveAnswer = BookAnswer & { tape: TradeAnswer[]; columns: ColumnAnswer[] };

export type Gauge = { id: string; title: string; value: number | null; unit: string; text: string };
export type GaugesAnswer = { instrument_id: string; now: string; window_s: number; gauges: Gauge[] };

export type AgentRow = {
  name: string;
  kind: string;
  /** In the base asset; null for all books together. */
  inventory: string | null;
  inventory_value: string;
  cash_change: string;
  pnl: string;
  orders: number;
  open_orders: number;
  trades: number;
  volume: string;
};
export type AgentsAnswer = { now: string; rows: AgentRow[] };

export type ScenarioField = {
  name: string;
  title: string;
  unit: string;
  type: "choice" | "number" | "integer";
  default: number | string;
  minimum: number | null;
  maximum: number | null;
  choices: readonly string[];
};
export type ScenarioKind = { kind: string; title: string; text: string; fields: ScenarioField[] };
export type ScenariosAnswer = { kinds: ScenarioKind[] };

export type Verdict = "reproduced" | "not reproduced" | "not testable";
export type ScoredFact = {
  name: string;
  question: string;
  criterion: string;
  verdict: Verdict;
  reason: string;
  value: number | null;
  low: number | null;
  high: number | null;
  /** Where it counts as reproduced; null where there is no such bound. */
  at_least: number | null;
  at_most: number | null;
  seeds: number;
  n: number;
  needed: number;
};
export type ScoredFigure = {
  name: string;
  words: string;
  value: number | null;
  low: number | null;
  high: number | null;
};
/** What runs of the market showed, each with a seed of its own and so many hours long. */
export type Scorecard = {
  name: string;
  made: string;
  seeds: number[];
  hours: number;
  level: number;
  facts: ScoredFact[];
  figures: ScoredFigure[];
};
export type ScorecardJob = {
  job_id: string;
  state: "QUEUED" | "RUNNING" | "DONE" | "FAILED" | "CANCELED" | "INTERRUPTED";
  seeds: number;
  hours: number;
  progress: number;
  text: string;
  /** What holds it up, or null. */
  waits_for: string | null;
  error: string;
};
