/** Rebalancing proposals as the server tells them; decimals and times are text. */
import type { Failure } from "../api/problem";
import type { Order, OrderType, Side, TimeInForce } from "../api/types";

export type ProposalState =
  | "OPEN"
  | "EXPIRED"
  | "WITHDRAWN"
  | "SENDING"
  | "WAITING"
  | "INTERRUPTED"
  | "STOPPED"
  | "SENT";

export type ProposedOrder = {
  client_order_id: string;
  instrument_id: string;
  side: Side;
  order_qty: string;
  order_type: OrderType;
  time_in_force: TimeInForce;
  limit_price: string | null;
  expected_price: string;
  value: string;
  half_spread: string;
  fee: string;
  risk: "APPROVED" | "WAITS" | "REFUSED";
  risk_text: string;
  failures: Failure[];
  order: Order | null;
};

export type ProposedLine = {
  instrument_id: string;
  before_qty: string;
  open_qty: string;
  target_qty: string | null;
  order_qty: string;
  after_qty: string;
  before_weight: string;
  target_weight: string;
  after_weight: string;
  price: string;
  bid: string | null;
  ask: string | null;
  quote_ts: string | null;
  source: "MARKET" | "PAPER" | null;
  left_out: string;
};

export type Proposal = {
  proposal_id: string;
  account_id: string;
  state: ProposalState;
  reason: string;
  why_not: string;
  job_id: string;
  created_by: string;
  created: string;
  expires: string;
  seconds_left: number;
  confirmed_by: string;
  confirmed: string | null;
  currency: string;
  is_sequenced: boolean;
  equity: string;
  capital: string;
  turnover: string;
  half_spread: string;
  fees: string;
  cost: string;
  cash_before: string;
  cash_after: string;
  cash_after_worst: string;
  gross_before: string;
  gross_after: string;
  notes: string[];
  orders: ProposedOrder[];
  lines: ProposedLine[];
  /** What asks for the same again. */
  request: Wanted;
};

export type Job = {
  job_id: string;
  title: string;
  asked: string;
  state: string;
  finished: string | null;
  text: string;
  propose: string;
};

/** What is asked for; `weights` or `job_id`. */
export type Wanted = {
  account_id: string;
  weights?: Record<string, string> | null;
  job_id?: string | null;
  capital?: string | null;
  others: "KEEP" | "CLOSE";
  order_type: "LIMIT" | "MARKET";
  time_in_force: "DAY" | "GTC" | "IOC";
  offset_bps: number;
  min_trade: string;
};
