/** Prices over time: candles where opens are known, else a line of closes. */
import { useEffect, useMemo, useRef } from "react";
import { usePreferences } from "../../lib/preferences";
import { type ChartBar, isFull } from "../../trade/bars";
import { PriceChart } from "../../trade/priceChart";
import { numberOf } from "../cells";
import { secondsOf } from "../charts/series";
import { plainOf, valueAt } from "../pointer";
import type { CandlesOptions } from "../types";
import { rowsOf, type ViewProps } from "./view";

const DAY_S = 86_400;

/** Bars in order of time, each time once; rows without a close are left out. */
export function candleBars(rows: readonly unknown[], options: CandlesOptions): ChartBar[] {
  const found = new Map<number, ChartBar>();
  for (const row of rows) {
    const number = (key: string | undefined) =>
      key === undefined ? Number.NaN : numberOf(valueAt(row, key));
    const time = Math.floor(secondsOf(valueAt(row, options.x)));
    const close = number(options.close);
    if (!Number.isFinite(time) || !Number.isFinite(close)) continue;
    const [open, high, low] = [number(options.open), number(options.high), number(options.low)];
    found.set(time, { time, open, high, low, close, volume: number(options.volume) });
  }
  return [...found.values()].sort((left, right) => left.time - right.time);
}

/** The most decimals among the closes, two at the least. */
export function digitsOf(rows: readonly unknown[], options: CandlesOptions): number {
  const lengths = rows.map((row) => plainOf(valueAt(row, options.close)).split(".")[1]?.length ?? 0);
  return Math.min(Math.max(2, ...lengths.slice(-50)), 8);
}

/** Whether bars are of days: most of them are a day or more apart. */
export function isDaily(bars: readonly ChartBar[]): boolean {
  const gaps = bars.slice(1).map((bar, at) => bar.time - (bars[at] as ChartBar).time);
  gaps.sort((left, right) => left - right);
  return (gaps[Math.floor(gaps.length / 2)] ?? DAY_S) >= DAY_S;
}

export default function Candles({ block, value, isLarge }: ViewProps) {
  const options = block.opts as CandlesOptions;
  const rows = rowsOf(value);
  const bars = useMemo(() => candleBars(rows, options), [rows, options]);
  const box = useRef<HTMLDivElement>(null);
  const theme = usePreferences((state) => `${state.theme} ${state.updown}`);
  const digits = digitsOf(rows, options);
  const daily = isDaily(bars);
  const isCandles = bars.length > 0 && bars.every(isFull);
  const chart = useRef<PriceChart | null>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the chart takes its colors anew with the theme
  useEffect(() => {
    if (!box.current) return;
    const made = new PriceChart(box.current, { isCandles, digits, isDaily: daily }, () => {});
    chart.current = made;
    return () => {
      chart.current = null;
      made.remove();
    };
  }, [isCandles, digits, daily, theme]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a chart that was made anew needs its bars too
  useEffect(() => {
    chart.current?.setBars(bars);
    chart.current?.fit();
  }, [bars, isCandles, digits, daily, theme]);
  return (
    // biome-ignore lint/a11y/useSemanticElements: a figure cannot be named by a text that is not its caption
    <div
      ref={box}
      role="group"
      aria-label={`${block.title}, chart of ${bars.length} bars`}
      style={{ height: isLarge ? 520 : 340 }}
    />
  );
}
