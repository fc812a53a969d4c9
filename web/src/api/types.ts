/** The shapes of the server's answers that the shell and the trade page read; decimals and times are text. */
import type { Role } from "../lib/roles";

export type Page<T> = { items: T[]; next_cursor: string | null; as_of_seq: number };
export type Side = "BUY" | "SELL";
export type OrderType = "MARKET" | "LIMIT" | "STOP" | "STOP_LIMIT" | "TRAILING_STOP";
export type TimeInForce = "DAY" | "GTC" | "IOC" | "FOK" | "GTD";
export type TriggerSource = "LAST" | "MID" | "OPPOSITE_QUOTE";
export type TrailingOffsetType = "PRICE" | "BASIS_POINTS";

export type User = { name: string; role: Role; accounts: string[] };
export type LoginAnswer = { user: User; must_change_password: boolean; expires_in: number };
export type Me = User & {
  auth_time: string;
  expires_at: string;
  permissions: string[];
  must_change_password?: boolean;
};

export type Health = {
  status: "ok" | "degraded" | "down";
  core: unknown;
  feed: unknown;
  journal_seq: number;
  version: string;
};

export type Instrument = {
  instrument_id: string;
  venue: string;
  kind: string;
  quote_currency: string;
  base_currency: string | null;
  tick_size: string;
  lot_size: string;
  multiplier?: string;
  calendar: string;
  min_qty?: string;
  max_qty?: string;
  order_types?: OrderType[];
  times_in_force?: TimeInForce[];
  execution_instructions?: string[];
};

export type Quote = {
  instrument_id: string;
  last: string | null;
  previous_close: string | null;
  change_bps: number | string | null;
  ts: string | null;
  stale: boolean;
};

export type Bar = { ts: string; open?: string; high?: string; low?: string; close: string; volume?: string };
export type Bars = { instrument_id: string; interval_ns: number; has_open: boolean; items: Bar[] };

export type FeedAction = "PLAY" | "PAUSE" | "STEP" | "SPEED";
export type FeedView = {
  kind: string;
  data: string;
  state: "PLAYING" | "PAUSED" | "ENDED" | "FAILED" | "AWAY";
  now: string | null;
  first: string | null;
  last: string | null;
  speed: number;
  error: string;
  connected: boolean;
};

export type Order = {
  /** Null where it never became an order: refused or denied. */
  order_id: number | null;
  /** The journal's number of the frame that made it; unique among orders. */
  created_seq: number;
  client_order_id: string;
  account_id: string;
  instrument_id: string;
  strategy_id: string;
  trader_id: string;
  side: Side;
  order_type: OrderType;
  time_in_force: TimeInForce;
  order_qty: string;
  limit_price: string | null;
  status: string;
  cum_qty: string;
  leaves_qty: string;
  average_price: string | null;
  text: string;
  created: string;
  created_wall: string | null;
  updated: string;
  /** What most orders lack is left out. */
  trigger_price?: string | null;
  trigger_source?: TriggerSource | null;
  trailing_offset?: string | null;
  trailing_offset_type?: TrailingOffsetType | null;
  display_qty?: string | null;
  expire_time?: string | null;
  post_only?: boolean;
  reduce_only?: boolean;
  list_id?: string;
  parent_client_order_id?: string;
  armed_qty?: string | null;
  prevented_qty?: string | null;
  /** Requests that were sent and whose outcome is not known. */
  unknown_requests?: string[];
};

/** One step of an order's life. */
export type OrderEvent = {
  seq: number;
  n: number;
  ts: string;
  wall: string | null;
  type: string;
  title: string;
  text: string;
  evidence: { name: string; value: string }[];
  postings: { account: string; commodity: string; amount: string }[];
};

export type Fill = {
  seq: number;
  execution_id: string;
  order_id: number;
  account_id: string;
  instrument_id: string;
  strategy_id: string;
  side: Side;
  last_qty: string;
  last_px: string;
  commission: string;
  commission_currency: string;
  ts: string;
};

export type Position = {
  account_id: string;
  instrument_id: string;
  currency: string;
  quantity: string;
  average_price: string | null;
  last_price: string | null;
  market_value: string | null;
  unrealized: string | null;
  realized: string;
};

export type Account = {
  account_id: string;
  environment: "BACKTEST" | "SIM" | "PAPER" | "LIVE";
  account_type: string;
  base_currency: string;
  cash: Record<string, string>;
  equity: string | null;
  realized: string | null;
  unrealized: string | null;
  gross: string | null;
  net: string | null;
  leverage: string | null;
  buying_power?: string | null;
  stale?: boolean;
};

export type Scope = "GLOBAL" | "VENUE" | "ACCOUNT" | "STRATEGY" | "INSTRUMENT";
export type TradingStateItem = {
  scope: Scope;
  target: string;
  state: "ACTIVE" | "REDUCING" | "HALTED";
  since: string | null;
  wall: string | null;
  by: string;
  text: string;
};
export type TradingStates = { items: TradingStateItem[]; halted: boolean; can_resume_at: string | null };

export type OrderRequest = {
  account_id: string;
  instrument_id: string;
  side: Side;
  order_type: OrderType;
  time_in_force: TimeInForce;
  order_qty: string;
  limit_price?: string;
  trigger_price?: string;
  trigger_source?: TriggerSource;
  trailing_offset?: string;
  trailing_offset_type?: TrailingOffsetType;
  display_qty?: string;
  expire_time?: string;
  post_only?: boolean;
  reduce_only?: boolean;
};

export type BracketRequest = {
  entry: OrderRequest;
  take_profit?: { limit_price: string };
  stop_loss?: { trigger_price: string };
};

export type Preview = {
  accepted: boolean;
  verdict: "APPROVED" | "REFUSED" | "DENIED";
  failures: { check: string; limit?: string | null; used?: string | null; text: string }[];
  largest_qty: string | null;
  notional: string | null;
  reference_price: string | null;
  fee_estimate: string | null;
  text: string;
  /** Whether the core would keep it: the venue would not know of it before. */
  held?: boolean;
};

export type OrderAnswer = { order: Order; seq: number; repeated?: boolean };
export type BatchAnswer = {
  results: { order?: Order; repeated?: boolean; problem?: { title: string; detail: string } }[];
  seq: number;
};
export type Alert = {
  seq: number;
  ts: string;
  wall: string;
  severity: string;
  title: string;
  text: string;
  /** The page that shows more; "" for none. */
  link: string;
};
export type StrategyRun = { run_id: string; strategy: string; account_id: string; state: string };
export type Strategy = { name: string; summary: string };

/** What a page is made of is the affair of `src/spec`; the shell needs only where it belongs. */
export type PageHead = {
  id: string;
  workspace: string;
  path: string;
  title: string;
  doc: string;
  kind: string;
  order: number;
  role: Role;
  keywords: string[];
  /** Whether it is among the tabs of its workspace; so where nothing is said. */
  tab?: boolean;
};
