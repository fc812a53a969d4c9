/** What can be said of an order from its status. */
import type { Order } from "../api/types";

const DONE = new Set(["FILLED", "CANCELED", "EXPIRED", "REJECTED", "REFUSED", "DENIED"]);
const NO = new Set(["REJECTED", "REFUSED", "DENIED"]);

/** Whether an order may still trade. */
export function isOpen(order: Order): boolean {
  return !DONE.has(order.status);
}

/** Whether it can be asked to be canceled or replaced now: nothing of the kind is on its way. */
export function canChange(order: Order): boolean {
  return order.status === "NEW" || order.status === "PARTIALLY_FILLED" || order.status === "PENDING_NEW";
}

/** The tone a status is shown in. */
export function toneOf(status: string): "ok" | "info" | "warn" | "error" | "muted" {
  if (status === "FILLED") return "ok";
  if (NO.has(status)) return "error";
  if (status === "CANCELED" || status === "EXPIRED") return "muted";
  return status.startsWith("PENDING") ? "warn" : "info";
}
