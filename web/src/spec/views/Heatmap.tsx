/** Cells by two keys with their values printed, colored by sign and size from the panel's own color. */
import { useMemo } from "react";
import { formatDecimal } from "../../lib/format";
import { decimalsOnScale, numberOf } from "../cells";
import { inkOn, mix, type Palette, usePalette } from "../charts/palette";
import { useWidth } from "../charts/useWidth";
import { fitted, widthOf } from "../charts/words";
import { plainOf, valueAt } from "../pointer";
import type { Format, HeatmapOptions } from "../types";
import { rowsOf, type ViewProps } from "./view";

export type Grid = {
  xs: string[];
  ys: string[];
  values: Map<string, number>;
  extent: number;
  largest: number;
  isWhole: boolean;
};

const ROW = 24;
const LABEL = 48;
const CELL_MIN = 44;
/** The most of the head that names may take when they are written upwards. */
const UPRIGHT_MAX = 120;
const LINE = 13;

/** The grid of a heat map; `extent` is the size at which color is full: the 95th percentile. */
export function gridOf(rows: readonly unknown[], options: HeatmapOptions): Grid {
  const xs = new Map<string, unknown>();
  const ys = new Map<string, unknown>();
  const values = new Map<string, number>();
  for (const row of rows) {
    const x = valueAt(row, options.x);
    const y = valueAt(row, options.y);
    const value = numberOf(valueAt(row, options.value));
    if (x === undefined || y === undefined) continue;
    xs.set(plainOf(x), x);
    ys.set(plainOf(y), y);
    if (Number.isFinite(value)) values.set(`${plainOf(x)} ${plainOf(y)}`, value);
  }
  const labels = options.x_labels;
  const all = labels ? labels.map((_, at) => String(at + 1)) : sorted(xs);
  const sizes = [...values.values()].map(Math.abs).sort((left, right) => left - right);
  return {
    xs: all,
    ys: sorted(ys),
    values,
    extent: sizes[Math.floor((sizes.length - 1) * 0.95)] || 1,
    largest: sizes[sizes.length - 1] ?? 0,
    isWhole: sizes.every(Number.isInteger),
  };
}

function sorted(keys: Map<string, unknown>): string[] {
  const names = [...keys.keys()];
  const isNumeric = names.every((name) => Number.isFinite(Number(name)));
  return isNumeric ? names.sort((left, right) => Number(left) - Number(right)) : names;
}

/** The text of a cell: all have the decimals that the largest calls for, so that they can be compared. */
export function cellText(value: number, grid: Grid, format: Format = "decimal"): string {
  if (format === "pct") return `${formatDecimal(value * 100, grid.largest < 0.01 ? 2 : 1)}%`;
  return formatDecimal(value, decimalsOnScale(grid.largest, grid.isWhole));
}

/** The color of a value: the panel's at zero, blue or orange at the extent. */
export function heatColor(value: number, extent: number, palette: Palette): string {
  const share = Math.min(Math.abs(value) / extent, 1);
  return mix(palette.panel, value < 0 ? palette.down : palette.up, share * 0.85);
}

type Heads = { head: number; lines: string[][]; isUpright: boolean };

/** Names over columns: in a line or two where they have room, upwards otherwise; `head` is how high they are. */
export function headsOf(heads: readonly string[], room: number): Heads {
  const lines = heads.map((name) => (widthOf(name) <= room ? [name] : inTwo(name)));
  if (lines.every((parts) => parts.every((part) => widthOf(part) <= room))) {
    const most = Math.max(1, ...lines.map((parts) => parts.length));
    return { head: ROW + (most - 1) * LINE, lines, isUpright: false };
  }
  const longest = Math.min(Math.max(...heads.map(widthOf)) + 10, UPRIGHT_MAX);
  return { head: longest, lines: heads.map((name) => [fitted(name, longest - 8)]), isUpright: true };
}

/** A name in two lines, at the blank that leaves the shorter ones. */
function inTwo(name: string): string[] {
  const blanks = [...name].flatMap((letter, at) => (letter === " " ? [at] : []));
  const [best] = blanks
    .map((at) => [name.slice(0, at), name.slice(at + 1)] as const)
    .sort((one, other) => Math.max(...one.map(widthOf)) - Math.max(...other.map(widthOf)));
  return best ? [...best] : [name];
}

export default function Heatmap({ block, value }: ViewProps) {
  const options = block.opts as HeatmapOptions;
  const palette = usePalette();
  const [frame, width] = useWidth<HTMLDivElement>(720);
  const grid = useMemo(() => gridOf(rowsOf(value), options), [value, options]);
  const names = Math.max(LABEL, Math.max(0, ...grid.ys.map(widthOf)) + 16);
  const cell = Math.max((width - names) / Math.max(grid.xs.length, 1), CELL_MIN);
  const heads = grid.xs.map((x, at) => options.x_labels?.[at] ?? x);
  const { head, lines, isUpright } = headsOf(heads, cell - 2);
  const label = `${block.title}: ${grid.values.size} cells, ${grid.ys[0] ?? ""} to ${grid.ys[grid.ys.length - 1] ?? ""}`;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reached by keyboard
    <section ref={frame} className="spec-heatmap" aria-label={`${block.title}, scrolls`} tabIndex={0}>
      <svg
        data-chart
        role="img"
        aria-label={label}
        width={names + cell * grid.xs.length}
        height={head + grid.ys.length * ROW}
        fontSize={11}
      >
        {grid.xs.map((x, at) => (
          <text
            key={x}
            {...(isUpright
              ? { transform: `translate(${names + (at + 0.5) * cell + 4} ${head - 5}) rotate(-90)` }
              : { x: names + (at + 0.5) * cell, y: 16 })}
            textAnchor={isUpright ? "start" : "middle"}
            fill={palette.muted}
          >
            <title>{x}</title>
            {lines[at]?.map((line, number, all) =>
              all.length === 1 ? (
                line
              ) : (
                <tspan key={line} x={names + (at + 0.5) * cell} dy={number * LINE}>
                  {line}
                </tspan>
              ),
            )}
          </text>
        ))}
        {grid.ys.map((y, row) => (
          <g key={y} transform={`translate(0 ${head + row * ROW})`}>
            <text x={names - 8} y={16} textAnchor="end" fill={palette.muted}>
              {y}
            </text>
            {grid.xs.map((x, at) => (
              <HeatCell
                key={x}
                value={grid.values.get(`${x} ${y}`)}
                left={names + at * cell}
                width={cell}
                grid={grid}
                palette={palette}
                format={options.format}
              />
            ))}
          </g>
        ))}
      </svg>
    </section>
  );
}

type HeatCellProps = {
  value: number | undefined;
  left: number;
  width: number;
  grid: Grid;
  palette: Palette;
  format: Format | undefined;
};

function HeatCell({ value, left, width, grid, palette, format }: HeatCellProps) {
  if (value === undefined) return null;
  const color = heatColor(value, grid.extent, palette);
  return (
    <>
      <rect x={left + 0.5} y={0.5} width={width - 1} height={ROW - 1} fill={color} rx={2} />
      <text x={left + width / 2} y={16} textAnchor="middle" fill={inkOn(color)}>
        {cellText(value, grid, format)}
      </text>
    </>
  );
}
