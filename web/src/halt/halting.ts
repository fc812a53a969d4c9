/** What a halt covers, what is asked before one is lifted, and how far one has come. */
import type { Order, Scope, TradingStateItem } from "../api/types";

export const HOLD_MS = 1_000;
export const RESUME_REASON_LEAST = 10;
/** A login older than this does not lift a halt; a little less than the server's five minutes. */
export const FRESH_LOGIN_MS = 270_000;

export type Target = { scope: Scope; target: string };

/** Whether an order is within a scope; the venue is what follows the last dot of the instrument. */
export function covers({ scope, target }: Target, order: Order): boolean {
  switch (scope) {
    case "GLOBAL":
      return true;
    case "ACCOUNT":
      return order.account_id === target;
    case "INSTRUMENT":
      return order.instrument_id === target;
    case "STRATEGY":
      return order.strategy_id === target;
    case "VENUE":
      return order.instrument_id.slice(order.instrument_id.lastIndexOf(".") + 1) === target;
  }
}

/** Whether trading in a scope is halted by what the server says. */
export function isHalted(target: Target, states: readonly TradingStateItem[]): boolean {
  return states.some(
    (item) => item.state === "HALTED" && item.scope === target.scope && item.target === target.target,
  );
}

/** The name of a scope in a sentence. */
export function nameOf({ scope, target }: Target): string {
  return scope === "GLOBAL" ? "all trading" : `${scope.toLowerCase()} ${target}`;
}

/** Whole seconds until a time, at least 0. */
export function secondsUntil(time: string | null | undefined, now: number): number {
  if (!time) return 0;
  const left = (new Date(time).getTime() - now) / 1000;
  return Number.isFinite(left) ? Math.max(0, Math.ceil(left)) : 0;
}

/** Whether lifting a halt needs the password again. */
export function needsLogin(authTime: string, now: number): boolean {
  const age = now - new Date(authTime).getTime();
  return !Number.isFinite(age) || age > FRESH_LOGIN_MS;
}
