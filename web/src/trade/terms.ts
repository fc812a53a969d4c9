/** What an order can ask for beyond type, quantity and limit price; no requests and no React. */

import type {
  BracketRequest,
  Instrument,
  Order,
  OrderRequest,
  OrderType,
  Side,
  TimeInForce,
  TrailingOffsetType,
  TriggerSource,
} from "../api/types";
import { formatRaw, isMultiple, parseRaw } from "../lib/decimal";

export const ORDER_TYPES: readonly OrderType[] = ["LIMIT", "MARKET", "STOP", "STOP_LIMIT", "TRAILING_STOP"];
export const TIMES: readonly TimeInForce[] = ["DAY", "GTC", "IOC", "FOK", "GTD"];

export const SOURCE_WORDS: Record<TriggerSource, string> = {
  LAST: "Last price",
  MID: "Middle of the quote",
  OPPOSITE_QUOTE: "Opposite quote",
};

/** The fields as they are typed; "" for what is not asked for. */
export type Terms = {
  trigger: string;
  source: TriggerSource;
  offset: string;
  offsetType: TrailingOffsetType;
  /** UTC, as a field of date and time has it: "2026-11-30T16:00". */
  expires: string;
  display: string;
  postOnly: boolean;
  reduceOnly: boolean;
  takeProfit: string;
  stopLoss: string;
};

export const NO_TERMS: Terms = {
  trigger: "",
  source: "LAST",
  offset: "",
  offsetType: "PRICE",
  expires: "",
  display: "",
  postOnly: false,
  reduceOnly: false,
  takeProfit: "",
  stopLoss: "",
};

type Typed = { side: Side; orderType: OrderType; timeInForce: TimeInForce; quantity: string; price: string };

export const hasLimit = (type: OrderType) => type === "LIMIT" || type === "STOP_LIMIT";
export const hasTrigger = (type: OrderType) => type === "STOP" || type === "STOP_LIMIT";
export const isTrailing = (type: OrderType) => type === "TRAILING_STOP";
export const isStop = (type: OrderType) => hasTrigger(type) || isTrailing(type);
/** Orders that rest can hide a part. */
export const canRest = (type: OrderType, time: TimeInForce) =>
  hasLimit(type) && time !== "IOC" && time !== "FOK";
/** A stop takes liquidity when it is triggered; only a limit order can promise never to. */
export const canPromise = (type: OrderType, time: TimeInForce) => type === "LIMIT" && canRest(type, time);
/** An entry of a bracket fills at its price or at the market. */
export const canHaveExits = (type: OrderType) => type === "LIMIT" || type === "MARKET";

export type TermsErrors = Partial<Record<keyof Terms, string>>;

/** What is wrong with the fields that count for this order; empty ones are only missing. */
export function checkTerms(terms: Terms, order: Typed, instrument: Instrument | undefined): TermsErrors {
  const errors: TermsErrors = {};
  const tick = instrument?.tick_size;
  const note = (name: keyof Terms, message: string | undefined) => {
    if (message) errors[name] = message;
  };
  if (hasTrigger(order.orderType)) note("trigger", checkSteps(terms.trigger, tick, "tick size"));
  if (isTrailing(order.orderType)) {
    const step = terms.offsetType === "PRICE" ? tick : undefined;
    note("offset", checkSteps(terms.offset, step, "tick size"));
  }
  if (canRest(order.orderType, order.timeInForce)) {
    note("display", checkSteps(terms.display, instrument?.lot_size, "lot size") ?? checkShown(terms, order));
  }
  if (canHaveExits(order.orderType)) {
    note("takeProfit", checkExit(terms.takeProfit, order, tick, order.side === "BUY"));
    note("stopLoss", checkExit(terms.stopLoss, order, tick, order.side === "SELL"));
  }
  return errors;
}

function checkShown(terms: Terms, order: Typed): string | undefined {
  const [shown, all] = [parseRaw(terms.display), parseRaw(order.quantity)];
  if (shown === null || all === null || shown <= all) return undefined;
  return `Must be at most the quantity ${order.quantity}`;
}

/** An exit must be on the right side of a limit price: a profit beyond it, a loss before it. */
function checkExit(
  text: string,
  order: Typed,
  tick: string | undefined,
  isAbove: boolean,
): string | undefined {
  const wrong = checkSteps(text, tick, "tick size");
  const [exit, entry] = [parseRaw(text), parseRaw(order.price)];
  if (wrong || exit === null || entry === null || order.orderType !== "LIMIT") return wrong;
  if (isAbove ? exit > entry : exit < entry) return undefined;
  return `Must be ${isAbove ? "above" : "below"} the limit price`;
}

/** What is wrong with a decimal that moves in steps; nothing about an empty one. */
export function checkSteps(text: string, step: string | undefined, what: string): string | undefined {
  if (text.trim() === "") return undefined;
  const raw = parseRaw(text);
  if (raw === null) return "Not a number";
  if (raw <= 0n) return "Must be more than zero";
  if (!isMultiple(text, step)) return `Must be a multiple of the ${what} ${step}`;
  return undefined;
}

/** Whether every field that the type and the time need is filled in. */
export function hasAllTerms(terms: Terms, order: Typed): boolean {
  if (hasTrigger(order.orderType) && terms.trigger.trim() === "") return false;
  if (isTrailing(order.orderType) && terms.offset.trim() === "") return false;
  return order.timeInForce !== "GTD" || terms.expires !== "";
}

/** The fields of a request that the terms fill; what does not count for the order is left out. */
export function termsOf(terms: Terms, order: Typed): Partial<OrderRequest> {
  const fields: Partial<OrderRequest> = {};
  if (isStop(order.orderType)) fields.trigger_source = terms.source;
  if (hasTrigger(order.orderType)) fields.trigger_price = shortest(terms.trigger);
  if (isTrailing(order.orderType)) {
    fields.trailing_offset = shortest(terms.offset);
    fields.trailing_offset_type = terms.offsetType;
  }
  if (order.timeInForce === "GTD") fields.expire_time = utcOf(terms.expires);
  if (canRest(order.orderType, order.timeInForce)) {
    if (terms.display.trim() !== "") fields.display_qty = shortest(terms.display);
  }
  if (terms.postOnly && canPromise(order.orderType, order.timeInForce)) fields.post_only = true;
  if (terms.reduceOnly) fields.reduce_only = true;
  return fields;
}

/** The exits of a bracket; null where none is asked for. */
export function exitsOf(terms: Terms, order: Typed): Omit<BracketRequest, "entry"> | null {
  if (!canHaveExits(order.orderType)) return null;
  const exits: Omit<BracketRequest, "entry"> = {};
  if (terms.takeProfit.trim() !== "") exits.take_profit = { limit_price: shortest(terms.takeProfit) };
  if (terms.stopLoss.trim() !== "") exits.stop_loss = { trigger_price: shortest(terms.stopLoss) };
  return exits.take_profit || exits.stop_loss ? exits : null;
}

/** The shortest text of a decimal; what is none stays as it is. */
export function shortest(text: string): string {
  const raw = parseRaw(text);
  return raw === null ? text.trim() : formatRaw(raw);
}

/** A field of date and time, read as UTC. */
function utcOf(text: string): string {
  return `${text.length === 16 ? `${text}:00` : text}Z`;
}

/** A moment some days after another as a field of date and time has it; "" where that is not known. */
export function daysAfter(now: string | null | undefined, days: number): string {
  const date = new Date(now ?? Number.NaN);
  if (Number.isNaN(date.getTime())) return "";
  date.setUTCDate(date.getUTCDate() + days);
  return date.toISOString().slice(0, 16);
}

/** The price of an order in a few words: its limit, its trigger, or both. */
export function priceWords(order: Order | OrderRequest, format: (price: string) => string): string {
  const trigger = order.trigger_price ? format(order.trigger_price) : "";
  const limit = order.limit_price ? format(order.limit_price) : "";
  switch (order.order_type) {
    case "STOP":
      return `Stop ${trigger}`;
    case "STOP_LIMIT":
      return `Stop ${trigger}, ${limit}`;
    case "TRAILING_STOP":
      return trigger ? `Trail ${trigger}` : `Trail by ${order.trailing_offset}`;
    default:
      return limit || "Market";
  }
}
