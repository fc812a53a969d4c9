/** The state of an order ticket and what is wrong with it; no requests and no React. */

import type { BracketRequest, Instrument, OrderRequest, OrderType, Side, TimeInForce } from "../api/types";
import type { LineStatus } from "../feed/status";
import { formatRaw, multiplyRaw, parseRaw } from "../lib/decimal";
import {
  checkSteps,
  checkTerms,
  exitsOf,
  hasAllTerms,
  hasLimit,
  NO_TERMS,
  shortest,
  type Terms,
  type TermsErrors,
  termsOf,
} from "./terms";

export type Ticket = {
  side: Side;
  orderType: OrderType;
  timeInForce: TimeInForce;
  quantity: string;
  price: string;
  terms: Terms;
  step: "edit" | "review";
  /** Names this order, so that sending it twice is sending it once; new after every change. */
  key: string;
};

export type TicketAction =
  | { type: "side"; side: Side }
  | { type: "orderType"; orderType: OrderType; price?: string }
  | { type: "timeInForce"; timeInForce: TimeInForce }
  | { type: "quantity"; quantity: string }
  | { type: "price"; price: string }
  | { type: "terms"; terms: Partial<Terms> }
  | { type: "review" }
  | { type: "back" }
  | { type: "sent"; key: string };

export function emptyTicket(key: string): Ticket {
  return {
    side: "BUY",
    orderType: "LIMIT",
    timeInForce: "DAY",
    quantity: "",
    price: "",
    terms: NO_TERMS,
    step: "edit",
    key,
  };
}

/** The ticket after an action; whatever changes the order leaves the review and takes a new key. */
export function reduceTicket(newKey: () => string) {
  return (ticket: Ticket, action: TicketAction): Ticket => {
    switch (action.type) {
      case "review":
        return { ...ticket, step: "review" };
      case "back":
        return { ...ticket, step: "edit" };
      case "sent":
        return { ...ticket, step: "edit", quantity: "", terms: NO_TERMS, key: action.key };
      case "terms":
        return { ...ticket, terms: { ...ticket.terms, ...action.terms }, step: "edit", key: newKey() };
      case "orderType":
        return {
          ...ticket,
          orderType: action.orderType,
          price: action.price ?? ticket.price,
          step: "edit",
          key: newKey(),
        };
      default: {
        const { type: _, ...change } = action;
        return { ...ticket, ...change, step: "edit", key: newKey() };
      }
    }
  };
}

export type TicketErrors = TermsErrors & { quantity?: string; price?: string; market?: string };

/** What is wrong with a ticket before the server is asked; {} when nothing is. Empty fields are only missing. */
export function checkTicket(
  ticket: Ticket,
  instrument: Instrument | undefined,
  line: LineStatus,
  isQuoteStale: boolean,
): TicketErrors {
  const errors: TicketErrors = checkTerms(ticket.terms, ticket, instrument);
  const quantity = checkSteps(ticket.quantity, instrument?.lot_size, "lot size");
  if (quantity) errors.quantity = quantity;
  if (hasLimit(ticket.orderType)) {
    const price = checkSteps(ticket.price, instrument?.tick_size, "tick size");
    if (price) errors.price = price;
  }
  if (ticket.orderType !== "MARKET") return errors;
  if (line === "stale" || line === "offline") {
    errors.market = `Market orders are blocked while the live line is ${line}.`;
  } else if (isQuoteStale) {
    errors.market = "Market orders are blocked while the last price is stale.";
  }
  return errors;
}

/** Whether every field that the order needs is filled in. */
export function isComplete(ticket: Ticket): boolean {
  const hasPrice = !hasLimit(ticket.orderType) || ticket.price.trim() !== "";
  return ticket.quantity.trim() !== "" && hasPrice && hasAllTerms(ticket.terms, ticket);
}

/** The order as the server takes it; decimals in their shortest form. */
export function requestOf(ticket: Ticket, account: string, symbol: string): OrderRequest {
  const order: OrderRequest = {
    account_id: account,
    instrument_id: symbol,
    side: ticket.side,
    order_type: ticket.orderType,
    time_in_force: ticket.timeInForce,
    order_qty: shortest(ticket.quantity),
    ...termsOf(ticket.terms, ticket),
  };
  if (hasLimit(ticket.orderType)) order.limit_price = shortest(ticket.price);
  return order;
}

/** The order with its exits; null where it has none. */
export function bracketOf(ticket: Ticket, order: OrderRequest): BracketRequest | null {
  const exits = exitsOf(ticket.terms, ticket);
  return exits === null ? null : { entry: order, ...exits };
}

/** Quantity times price where both are readable: what the page can say before the server answers. */
export function roughNotional(quantity: string, price: string): string | null {
  const left = parseRaw(quantity);
  const right = parseRaw(price);
  return left === null || right === null ? null : formatRaw(multiplyRaw(left, right));
}
