/** Bars as the chart wants them: by second, in order, each time once. */
import type { Bar } from "../api/types";
import { millisecondsOf } from "../lib/format";

export type ChartBar = {
  time: number;
  open: number;
  high: number;
  low: number;
  close: number;
  volume: number;
};

/** A bar of the REST interface; NaN where a value is not known. */
export function toChartBar(bar: Bar): ChartBar {
  return {
    time: Math.floor(millisecondsOf(bar.ts) / 1000),
    open: numberOf(bar.open),
    high: numberOf(bar.high),
    low: numberOf(bar.low),
    close: numberOf(bar.close),
    volume: numberOf(bar.volume),
  };
}

function numberOf(text: string | undefined | null): number {
  return text === undefined || text === null ? Number.NaN : Number(text);
}

/** Bars ordered by time, kept while they come in from several places. */
export class BarSeries {
  bars: ChartBar[] = [];

  /** Take in bars in any order; a later one of the same time wins. Returns whether anything changed. */
  merge(bars: readonly ChartBar[]): boolean {
    const known = new Map(this.bars.map((bar) => [bar.time, bar]));
    let isChanged = false;
    for (const bar of bars) {
      if (!Number.isFinite(bar.time) || !Number.isFinite(bar.close)) continue;
      const old = known.get(bar.time);
      if (old && old.close === bar.close && same(old.high, bar.high) && same(old.low, bar.low)) continue;
      known.set(bar.time, bar);
      isChanged = true;
    }
    if (isChanged) this.bars = [...known.values()].sort((left, right) => left.time - right.time);
    return isChanged;
  }

  /** Take in the newest bar; false where it is older than the last and needs a merge. */
  push(bar: ChartBar): boolean {
    const last = this.bars.at(-1);
    if (!Number.isFinite(bar.time) || !Number.isFinite(bar.close)) return true;
    if (last && bar.time < last.time) return false;
    if (last && bar.time === last.time) this.bars[this.bars.length - 1] = bar;
    else this.bars.push(bar);
    return true;
  }

  get first(): ChartBar | undefined {
    return this.bars[0];
  }

  get last(): ChartBar | undefined {
    return this.bars.at(-1);
  }
}

function same(left: number, right: number): boolean {
  return left === right || (Number.isNaN(left) && Number.isNaN(right));
}

/** Whether a bar has all of open, high and low. */
export function isFull(bar: ChartBar): boolean {
  return Number.isFinite(bar.open) && Number.isFinite(bar.high) && Number.isFinite(bar.low);
}
