/** Traders added up by kind, in exact decimals. */
import { formatRaw, parseRaw } from "../lib/decimal";
import type { AgentRow } from "./types";

const DECIMALS = ["inventory", "inventory_value", "cash_change", "pnl", "volume"] as const;
const COUNTS = ["orders", "open_orders", "trades"] as const;

export type KindTotal = AgentRow & { agents: number };

/** The kinds there are, each once, in their order. */
export function kindsOf(rows: readonly AgentRow[]): string[] {
  return [...new Set(rows.map((row) => row.kind))];
}

/** One row for each kind. */
export function totalsOf(rows: readonly AgentRow[]): KindTotal[] {
  return kindsOf(rows).map((kind) => {
    const of = rows.filter((row) => row.kind === kind);
    const total = { name: kind, kind, agents: of.length } as KindTotal;
    for (const key of DECIMALS) total[key] = sumOf(of.map((row) => row[key] ?? ""));
    for (const key of COUNTS) total[key] = of.reduce((sum, row) => sum + row[key], 0);
    return total;
  });
}

/** The exact sum of decimal texts; what cannot be read is left out. */
export function sumOf(texts: readonly string[]): string {
  return formatRaw(texts.reduce((sum, text) => sum + (parseRaw(text) ?? 0n), 0n));
}
