/** From rows to columns for lines: times ascending, gaps where nothing is known. */
import { millisecondsOf } from "../../lib/format";
import { decimalsOnScale, numberOf } from "../cells";
import { plainOf, valueAt } from "../pointer";
import type { Format, LineOptions, Series } from "../types";

/** Null is a gap; what is undefined is not known at that time, and the line goes on. */
export type LineValue = number | null | undefined;
export type LineData = { x: number[]; series: { title: string; area: boolean; values: LineValue[] }[] };

/** Seconds since 1970 of a time, or of milliseconds. */
export function secondsOf(value: unknown): number {
  return millisecondsOf(value as string | number) / 1000;
}

/** Rows as columns; rows without a time are left out, of several at one time the last stays. */
export function lineData(rows: readonly unknown[], x: string, series: readonly Series[]): LineData {
  const at = new Map<number, unknown>();
  for (const row of rows) {
    const seconds = secondsOf(valueAt(row, x));
    if (Number.isFinite(seconds)) at.set(seconds, row);
  }
  const times = [...at.keys()].sort((left, right) => left - right);
  const column = ({ key, negate }: Series) =>
    times.map((time) => {
      const value = numberOf(valueAt(at.get(time), key));
      if (!Number.isFinite(value)) return null;
      return negate && value !== 0 ? -value : value;
    });
  return {
    x: times,
    series: series.map((each) => ({ title: each.title, area: each.area ?? false, values: column(each) })),
  };
}

/** Lines as their options say: a series each, or a line for each name in the column of groups. */
export function linesOf(rows: readonly unknown[], { x, series, group }: LineOptions): LineData {
  const first = series[0];
  if (group === undefined || first === undefined) return lineData(rows, x, series);
  const byName = new Map<string, unknown[]>();
  for (const row of rows) {
    const name = plainOf(valueAt(row, group));
    const known = byName.get(name);
    if (known) known.push(row);
    else byName.set(name, [row]);
  }
  const parts = [...byName].map(([name, of]) => ({
    label: "",
    data: lineData(of, x, [{ ...first, title: name }]),
  }));
  return mergeLines(parts);
}

/** Several sets of lines over the times of all of them. */
export function mergeLines(parts: readonly { label: string; data: LineData }[]): LineData {
  const times = [...new Set(parts.flatMap(({ data }) => data.x))].sort((left, right) => left - right);
  const series = parts.flatMap(({ label, data }) => {
    const rowOf = new Map(data.x.map((time, row) => [time, row]));
    return data.series.map(({ title, values }) => ({
      title: label ? `${title} ${label}` : title,
      area: false,
      values: times.map((time) => values[rowOf.get(time) ?? -1]),
    }));
  });
  return { x: times, series };
}

/** Decimals that all values of a chart get, so that they do not jump while they are read; of no other format. */
export function decimalsOfLines(data: LineData, format: Format): number | undefined {
  if (format !== "decimal") return undefined;
  let largest = 0;
  let isWhole = true;
  for (const { values } of data.series) {
    for (const value of values) {
      if (typeof value !== "number") continue;
      largest = Math.max(largest, Math.abs(value));
      isWhole &&= Number.isInteger(value);
    }
  }
  return decimalsOnScale(largest, isWhole);
}

export const RANGES = ["1M", "3M", "YTD", "1Y", "5Y", "All"] as const;
export type Range = (typeof RANGES)[number];

/** First and last second of a range that ends at the last of `x`. */
export function rangeOf(range: Range, x: readonly number[]): [number, number] | null {
  const first = x[0];
  const last = x[x.length - 1];
  if (first === undefined || last === undefined) return null;
  const end = new Date(last * 1000);
  const from = new Date(end);
  if (range === "1M") from.setUTCMonth(end.getUTCMonth() - 1);
  else if (range === "3M") from.setUTCMonth(end.getUTCMonth() - 3);
  else if (range === "1Y") from.setUTCFullYear(end.getUTCFullYear() - 1);
  else if (range === "5Y") from.setUTCFullYear(end.getUTCFullYear() - 5);
  else if (range === "YTD") from.setTime(Date.UTC(end.getUTCFullYear(), 0, 1));
  else return [first, last];
  return [Math.max(from.getTime() / 1000, first), last];
}

/** A sentence that says what the lines show, for those who do not see them. */
export function lineSummary(
  data: LineData,
  format: (value: number) => string,
  time: (seconds: number) => string,
): string {
  const first = data.x[0];
  const last = data.x[data.x.length - 1];
  if (first === undefined || last === undefined) return "No points.";
  const parts = data.series.map(({ title, values }) => {
    const known = values.filter((value): value is number => typeof value === "number");
    if (known.length === 0) return `${title}: nothing known.`;
    let low = Number.POSITIVE_INFINITY;
    let high = Number.NEGATIVE_INFINITY;
    for (const value of known) {
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
    const end = known[known.length - 1] as number;
    return `${title}: from ${format(known[0] as number)} to ${format(end)}, low ${format(low)}, high ${format(high)}.`;
  });
  return `${data.x.length} points, ${time(first)} to ${time(last)}. ${parts.join(" ")}`;
}
