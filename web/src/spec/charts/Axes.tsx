/** The frame of a chart of two numbers: axes with marks and titles, and what its colors mean. */
import { formatDecimal } from "../../lib/format";
import { textOf } from "../cells";
import type { Format } from "../types";
import type { Palette } from "./palette";
import { ticksOf } from "./ticks";

export type Range = { low: number; high: number };
export type Titles = { x_title: string; y_title: string; x_format?: Format; y_format?: Format };

export const LEFT = 64;
export const BOTTOM = 38;
export const TOP = 8;
export const RIGHT = 14;

/** Where a number stands across or along the frame. */
export function placesOf(width: number, height: number, across: Range, along: Range) {
  return {
    x: (each: number) => LEFT + ((each - across.low) / (across.high - across.low)) * (width - LEFT - RIGHT),
    y: (each: number) =>
      height - BOTTOM - ((each - along.low) / (along.high - along.low)) * (height - BOTTOM - TOP),
  };
}

const TICK = 76;

/** As many marks as have room for their numbers. */
const ticksAcross = (width: number) => Math.min(Math.max(Math.floor((width - LEFT - RIGHT) / TICK), 2), 8);

/** The marks of an axis; where it counts, whole numbers alone. */
export function marksOf({ low, high }: Range, most: number, format: Format | undefined): number[] {
  const marks = ticksOf(low, high, most);
  return format === "qty" ? marks.filter(Number.isInteger) : marks;
}

/** A value as an axis writes it. */
export function shown(value: number, format: Format | undefined): string {
  return textOf(value, format ?? "decimal");
}

const DECIMALS_MAX = 9;

/** The marks of an axis, all with the decimals that the finest needs: 0.5, 1.0, 1.5, and 5% rather than 5.00%. */
export function tickTexts(ticks: readonly number[], format: Format = "decimal"): string[] {
  if (format !== "decimal" && format !== "pct") return ticks.map((tick) => shown(tick, format));
  const values = ticks.map((tick) => Number((format === "pct" ? tick * 100 : tick).toPrecision(12)));
  const trimmed = values.map((value) => value.toFixed(DECIMALS_MAX).replace(/\.?0+$/, ""));
  const finest = Math.max(0, ...trimmed.map((text) => text.split(".")[1]?.length ?? 0));
  const unit = format === "pct" ? "%" : "";
  return values.map((value) => formatDecimal(value, finest) + unit);
}

type LegendProps = {
  groups: readonly string[];
  color: (group: string) => string;
  opacity?: (group: string) => number;
};

export function Legend({ groups, color, opacity = () => 1 }: LegendProps) {
  if (groups.length === 0) return null;
  return (
    <ul className="spec-scatter-legend">
      {groups.map((group) => (
        <li key={group}>
          <svg width={10} height={10} aria-hidden="true">
            <circle cx={5} cy={5} r={4} fill={color(group)} opacity={opacity(group)} />
          </svg>{" "}
          {group}
        </li>
      ))}
    </ul>
  );
}

type AxesProps = {
  options: Titles;
  across: Range;
  along: Range;
  x: (value: number) => number;
  y: (value: number) => number;
  width: number;
  height: number;
  palette: Palette;
};

export function Axes({ options, across, along, x, y, width, height, palette }: AxesProps) {
  const rows = marksOf(along, 6, options.y_format);
  const columns = marksOf(across, ticksAcross(width), options.x_format);
  const rowTexts = tickTexts(rows, options.y_format);
  const columnTexts = tickTexts(columns, options.x_format);
  return (
    <>
      {rows.map((tick, at) => (
        <g key={tick}>
          <line x1={LEFT} x2={width - RIGHT} y1={y(tick)} y2={y(tick)} stroke={palette.grid} />
          <text x={LEFT - 6} y={y(tick) + 4} textAnchor="end" fill={palette.muted}>
            {rowTexts[at]}
          </text>
        </g>
      ))}
      {columns.map((tick, at) => (
        <g key={tick}>
          <line x1={x(tick)} x2={x(tick)} y1={TOP} y2={height - BOTTOM} stroke={palette.grid} />
          <text x={x(tick)} y={height - BOTTOM + 14} textAnchor="middle" fill={palette.muted}>
            {columnTexts[at]}
          </text>
        </g>
      ))}
      <text x={(LEFT + width - RIGHT) / 2} y={height - 6} textAnchor="middle" fill={palette.fg}>
        {options.x_title}
      </text>
      <text
        transform={`translate(11 ${(height - BOTTOM) / 2}) rotate(-90)`}
        textAnchor="middle"
        fill={palette.fg}
      >
        {options.y_title}
      </text>
    </>
  );
}
