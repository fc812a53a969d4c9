/** What can be said of an order from its status. */
import type { Order } from "../api/types";
import { formatQty, formatTime, formatWord } from "../lib/format";
import { SOURCE_WORDS } from "./terms";

const DONE = new Set(["FILLED", "CANCELED", "EXPIRED", "REJECTED", "REFUSED", "DENIED", "NOT_RECEIVED"]);
const NO = new Set(["REJECTED", "REFUSED", "DENIED", "NOT_RECEIVED"]);
const CHANGEABLE = new Set(["NEW", "PARTIALLY_FILLED", "PENDING_NEW", "HELD", "SUSPENDED", "STOPPED"]);

/** What a status means, where its word alone does not say it. */
const MEANINGS: Record<string, string> = {
  HELD: "Held by the trading core: the venue does not know of it, and it does nothing while the core is down.",
  UNKNOWN: "Sent, and what became of it is not known: it may work at the venue. Its value stays reserved.",
  NOT_RECEIVED: "It is proved that the venue never received it.",
  SUSPENDED: "The venue keeps it and does not match it.",
  STOPPED: "The venue keeps it and does not match it.",
  DONE_FOR_DAY: "The venue matches it no more today.",
};

/** Whether an order may still trade. */
export function isOpen(order: Order): boolean {
  return !DONE.has(order.status);
}

/** Whether it can be asked to be canceled now: nothing of the kind is on its way. */
export function canCancel(order: Order): boolean {
  return CHANGEABLE.has(order.status) || order.status === "UNKNOWN";
}

/** Whether it can be asked to be replaced now: it has a price to change, and its terms are known. */
export function canReplace(order: Order): boolean {
  return CHANGEABLE.has(order.status) && order.order_type !== "MARKET";
}

/** The tone a status is shown in. */
export function toneOf(status: string): "ok" | "info" | "warn" | "error" | "muted" {
  if (status === "FILLED") return "ok";
  if (NO.has(status) || status === "UNKNOWN") return "error";
  if (status === "CANCELED" || status === "EXPIRED") return "muted";
  return status.startsWith("PENDING") || status in MEANINGS ? (status === "HELD" ? "info" : "warn") : "info";
}

/** All that a status does not say: what it means, what it waits for, and why it is so. */
export function hintOf(order: Order): string {
  const parts = [MEANINGS[order.status], waitsFor(order), order.text];
  if (order.unknown_requests?.length && order.status !== "UNKNOWN") {
    parts.push("What became of a request to change it is not known.");
  }
  if (order.expire_time) parts.push(`Ends ${formatTime(order.expire_time)} UTC.`);
  if (order.display_qty) parts.push(`Shows ${formatQty(order.display_qty)} at a time.`);
  if (order.post_only) parts.push("Post only.");
  if (order.reduce_only) parts.push("Reduce only.");
  if (order.list_id) parts.push(`List ${order.list_id}.`);
  if (order.prevented_qty) parts.push(`${formatQty(order.prevented_qty)} taken off to prevent a self-trade.`);
  return parts.filter(Boolean).join(" ");
}

function waitsFor(order: Order): string | undefined {
  if (order.status !== "HELD") return undefined;
  if (order.parent_client_order_id && order.armed_qty === "0") {
    return `Waits for fills of ${order.parent_client_order_id}.`;
  }
  if (!order.trigger_price) return undefined;
  const source = SOURCE_WORDS[order.trigger_source ?? "LAST"].toLowerCase();
  const where = order.side === "BUY" ? "at or above" : "at or below";
  return `Waits until the ${source} is ${where} ${order.trigger_price}.`;
}

/** The type of an order in words. */
export function typeWords(order: { order_type: string }): string {
  return formatWord(order.order_type);
}
