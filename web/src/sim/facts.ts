/** The scorecard's facts as intervals on a common axis. */
import { gaugeText } from "./gauges";
import type { ScoredFact, ScoredFigure, Verdict } from "./types";

export type Estimate = Pick<ScoredFigure, "value" | "low" | "high">;
export type Bounds = { low: number | null; high: number | null };
export type Axis = { low: number; high: number };

/** An axis that holds all that is drawn, with room; null where there is nothing. */
export function axisOf({ value, low, high }: Estimate, bounds: Bounds): Axis | null {
  if (value === null) return null;
  const all = [value, low, high, bounds.low, bounds.high];
  const values = all.filter((each): each is number => each !== null && Number.isFinite(each));
  const least = Math.min(...values);
  const most = Math.max(...values);
  const room = (most - least || Math.abs(most) || 1) * 0.1;
  return { low: least - room, high: most + room };
}

/** "2.61 [2.22, 3.01]", the value alone where it has no interval. */
export function estimateText({ value, low, high }: Estimate): string {
  const text = (each: number | null) => gaugeText(each, 3);
  if (value === null || low === null || high === null) return text(value);
  return `${text(value)} [${text(low)}, ${text(high)}]`;
}

/** "heavy_tails" as "Heavy tails". */
export function titleOf(name: string): string {
  const text = name.replaceAll("_", " ");
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** How many facts have each verdict. */
export function countsOf(facts: readonly ScoredFact[]): Record<Verdict, number> {
  const counts = { reproduced: 0, "not reproduced": 0, "not testable": 0 };
  for (const fact of facts) counts[fact.verdict] += 1;
  return counts;
}
