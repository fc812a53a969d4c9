/** The state of an order ticket and what is wrong with it; no requests and no React. */

import type { Instrument, OrderRequest, OrderType, Side, TimeInForce } from "../api/types";
import type { LineStatus } from "../feed/status";
import { formatRaw, isMultiple, multiplyRaw, parseRaw } from "../lib/decimal";

export type Ticket = {
  side: Side;
  orderType: OrderType;
  timeInForce: TimeInForce;
  quantity: string;
  price: string;
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
        return { ...ticket, step: "edit", quantity: "", key: action.key };
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

export type TicketErrors = { quantity?: string; price?: string; market?: string };

/** What is wrong with a ticket before the server is asked; {} when nothing is. Empty fields are only missing. */
export function checkTicket(
  ticket: Ticket,
  instrument: Instrument | undefined,
  line: LineStatus,
  isQuoteStale: boolean,
): TicketErrors {
  const errors: TicketErrors = {};
  const quantity = checkSteps(ticket.quantity, instrument?.lot_size, "lot size");
  if (quantity) errors.quantity = quantity;
  if (ticket.orderType === "LIMIT") {
    const price = checkSteps(ticket.price, instrument?.tick_size, "tick size");
    if (price) errors.price = price;
  } else if (line === "stale" || line === "offline") {
    errors.market = `Market orders are blocked while the live line is ${line}.`;
  } else if (isQuoteStale) {
    errors.market = "Market orders are blocked while the last price is stale.";
  }
  return errors;
}

function checkSteps(text: string, step: string | undefined, what: string): string | undefined {
  if (text.trim() === "") return undefined;
  const raw = parseRaw(text);
  if (raw === null) return "Not a number";
  if (raw <= 0n) return "Must be more than zero";
  if (!isMultiple(text, step)) return `Must be a multiple of the ${what} ${step}`;
  return undefined;
}

/** Whether every field that the order needs is filled in. */
export function isComplete(ticket: Ticket): boolean {
  return ticket.quantity.trim() !== "" && (ticket.orderType === "MARKET" || ticket.price.trim() !== "");
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
  };
  if (ticket.orderType === "LIMIT") order.limit_price = shortest(ticket.price);
  return order;
}

function shortest(text: string): string {
  const raw = parseRaw(text);
  return raw === null ? text.trim() : formatRaw(raw);
}

/** Quantity times price where both are readable: what the page can say before the server answers. */
export function roughNotional(quantity: string, price: string): string | null {
  const left = parseRaw(quantity);
  const right = parseRaw(price);
  return left === null || right === null ? null : formatRaw(multiplyRaw(left, right));
}
