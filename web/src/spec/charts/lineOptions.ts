/** How uPlot is set up: axes, grid and lines in the colors of the theme. */
import type uPlot from "uplot";
import { textOf } from "../cells";
import type { Format } from "../types";
import { alpha, type Palette } from "./palette";
import type { LineData } from "./series";

type LineSetup = {
  data: LineData;
  format: Format;
  palette: Palette;
  width: number;
  height: number;
  isLog: boolean;
};

const short = (digits: number) =>
  new Intl.NumberFormat("en-US", { notation: "compact", maximumFractionDigits: digits });
const SHORT = short(2);
const FINER = short(4);

/** A value in few letters, for an axis. */
export function axisText(value: number, format: Format): string {
  if (format === "pct" || format === "bps") return textOf(value, format).replace(/\.?0+%$/, "%");
  return SHORT.format(value).replace("-", "\u2212");
}

/** The marks of an axis; with more decimals where marks that differ would read alike. */
function axisTexts(ticks: readonly (number | null)[], format: Format): string[] {
  const texts = ticks.map((tick) => (tick === null ? "" : axisText(tick, format)));
  const known = texts.filter((text) => text !== "");
  if (format === "pct" || format === "bps" || new Set(known).size === known.length) return texts;
  return ticks.map((tick) => (tick === null ? "" : FINER.format(tick).replace("-", "\u2212")));
}

export function lineOptions({ data, format, palette, width, height, isLog }: LineSetup): uPlot.Options {
  const axis: uPlot.Axis = {
    stroke: palette.muted,
    font: palette.font,
    grid: { stroke: palette.grid, width: 1 },
    ticks: { stroke: palette.grid, width: 1, size: 4 },
  };
  return {
    width,
    height,
    tzDate: (seconds) => utcAsLocal(seconds),
    legend: { show: false },
    cursor: { x: true, y: true, points: { size: 6 }, drag: { x: true, y: false } },
    scales: { x: { time: true }, y: isLog ? { distr: 3 } : { range: (_, low, high) => padded(low, high) } },
    axes: [
      { ...axis, size: 40 },
      {
        ...axis,
        side: 1,
        size: 60,
        values: (_, ticks) => axisTexts(ticks, format),
      },
    ],
    series: [{}, ...data.series.map(({ title, area }, at) => lineOf(title, area, palette, at))],
  };
}

function lineOf(title: string, area: boolean, palette: Palette, at: number): uPlot.Series {
  const color = palette.series[at % palette.series.length] as string;
  const line: uPlot.Series = {
    label: title,
    stroke: color,
    width: 1.5,
    points: { show: false },
    spanGaps: false,
  };
  if (at >= palette.series.length) line.dash = [6, 4];
  if (!area) return line;
  line.fill = (plot) => {
    const { top, height } = plot.bbox;
    if (!Number.isFinite(top + height) || height <= 0) return alpha(color, 0.12);
    const gradient = plot.ctx.createLinearGradient(0, top, 0, top + height);
    gradient.addColorStop(0, alpha(color, 0.28));
    gradient.addColorStop(1, alpha(color, 0.02));
    return gradient;
  };
  return line;
}

/** A little room above and below; around a constant a span of its own. */
export function padded(low: number | null, high: number | null): [number, number] {
  if (low === null || high === null || !Number.isFinite(low) || !Number.isFinite(high)) return [0, 1];
  if (low === high) return low === 0 ? [-1, 1] : [low - Math.abs(low) * 0.01, high + Math.abs(high) * 0.01];
  const room = (high - low) * 0.06;
  return [low - room, high <= 0 && high + room > 0 ? 0 : high + room];
}

/** A date whose local parts are the UTC parts of an instant: the axis is in UTC wherever the reader is. */
function utcAsLocal(seconds: number): Date {
  const date = new Date(seconds * 1000);
  return new Date(date.getTime() + date.getTimezoneOffset() * 60_000);
}
