/** Weights as a person writes them, and what a proposal comes to in words. */
import { formatRaw, parseRaw, UNIT } from "../lib/decimal";
import { formatDecimal } from "../lib/format";
import type { Proposal, ProposedOrder } from "./types";

export type Weights = { weights: Record<string, string>; sum: bigint; errors: string[] };

/** One line for each instrument: its id and its share, "KO.XNYS 0.3" or "KO.XNYS 30%". */
export function parseWeights(text: string): Weights {
  const found: Weights = { weights: {}, sum: 0n, errors: [] };
  for (const [at, line] of text.split("\n").entries()) {
    if (line.trim() === "") continue;
    const [name = "", share = ""] = splitName(line.trim());
    const raw = rawShare(share);
    if (raw === null)
      found.errors.push(`Line ${at + 1}: write an instrument and its share, such as KO.XNYS 0.3`);
    else if (name in found.weights) found.errors.push(`Line ${at + 1}: ${name} stands there twice`);
    else {
      found.weights[name] = formatRaw(raw);
      found.sum += raw;
    }
  }
  return found;
}

/** The id, which has no spaces, and what is behind it. */
function splitName(line: string): [string, string] {
  const match = /^(\S+?)\s*[=,;]?\s+([-+.\d]+%?)$|^(\S+?)[=,;]([-+.\d]+%?)$/.exec(line);
  return match ? [match[1] ?? match[3] ?? "", match[2] ?? match[4] ?? ""] : ["", ""];
}

function rawShare(text: string): bigint | null {
  if (!text.endsWith("%")) return parseRaw(text);
  const raw = parseRaw(text.slice(0, -1));
  return raw === null ? null : raw / 100n;
}

/** A share as a percentage with two decimals. */
export function percentOf(share: string | bigint): string {
  const raw = typeof share === "bigint" ? share : parseRaw(share);
  return raw === null ? "–" : `${formatDecimal(formatRaw(raw * 100n), 2)}%`;
}

/** What the expected cost is of the value of all orders, in basis points. */
export function costInBps(proposal: Proposal): string {
  const value = proposal.orders.reduce((sum, order) => sum + (parseRaw(order.value) ?? 0n), 0n);
  const cost = parseRaw(proposal.cost);
  if (value === 0n || cost === null) return "";
  return `${formatDecimal(formatRaw((cost * 10_000n * UNIT) / value), 1)} bps`;
}

/** Buys and sells of a proposal with the sums of their values. */
export function sidesOf(
  orders: readonly ProposedOrder[],
): { side: "SELL" | "BUY"; count: number; value: string }[] {
  return (["SELL", "BUY"] as const).flatMap((side) => {
    const mine = orders.filter((order) => order.side === side);
    const value = mine.reduce((sum, order) => sum + (parseRaw(order.value) ?? 0n), 0n);
    return mine.length > 0 ? [{ side, count: mine.length, value: formatRaw(value) }] : [];
  });
}

const DONE = new Set(["FILLED", "CANCELED", "EXPIRED", "REJECTED", "REFUSED", "DENIED", "NOT_RECEIVED"]);

/** Whether anything of it can still change by itself. */
export function isMoving(proposal: Proposal): boolean {
  if (["OPEN", "SENDING", "WAITING"].includes(proposal.state)) return true;
  return proposal.orders.some((order) => order.order !== null && !DONE.has(order.order.status));
}

/** What stands for an order now: the order itself once there is one, before that what risk says. */
export function statusOf(order: ProposedOrder, proposal: Proposal): { word: string; tone: string } {
  if (order.order) return { word: order.order.status, tone: toneOf(order.order.status) };
  if (proposal.state === "WAITING" || proposal.state === "SENDING") return { word: "WAITS", tone: "info" };
  if (proposal.confirmed !== null) return { word: "NOT_SENT", tone: "warn" };
  const tone = { APPROVED: "ok", WAITS: "info", REFUSED: "error" }[order.risk];
  return { word: order.risk === "APPROVED" ? "PASSES_RISK" : order.risk, tone };
}

function toneOf(status: string): string {
  if (status === "FILLED") return "ok";
  return DONE.has(status) ? "error" : "info";
}
