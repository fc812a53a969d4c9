/** How fresh the live line is, told by its heartbeat. */

export type LineStatus = "live" | "delayed" | "stale" | "offline";

export const DELAYED_MS = 2_000;
export const STALE_MS = 10_000;

/**
 * The status of a line that last said something `silentMs` ago and beats each `heartbeatMs`.
 * Delayed is two seconds over a missed beat; stale is ten seconds of silence in all.
 */
export function statusOf(isOpen: boolean, silentMs: number, heartbeatMs: number): LineStatus {
  if (!isOpen) return "offline";
  if (silentMs > Math.max(STALE_MS, heartbeatMs + DELAYED_MS)) return "stale";
  return silentMs > heartbeatMs + DELAYED_MS ? "delayed" : "live";
}

/** Milliseconds to wait before try number `attempt` (from 0): doubling to 10 s, half of it by chance. */
export function backOffMs(attempt: number, random: number): number {
  const full = Math.min(10_000, 400 * 2 ** Math.min(attempt, 10));
  return full / 2 + (full / 2) * random;
}
