/** Points by two numbers, of several groups; the points of a group may be joined to a line. */
import { useMemo } from "react";
import { numberOf } from "../cells";
import { Axes, Legend, placesOf, type Range, shown } from "../charts/Axes";
import { usePalette } from "../charts/palette";
import { useWidth } from "../charts/useWidth";
import { plainOf, valueAt } from "../pointer";
import type { ScatterOptions } from "../types";
import { rowsOf, type ViewProps } from "./view";

export type Dot = { name: string; group: string; x: number; y: number };

const NAMES_MAX = 120;
const NAME = 80;
const NARROW = 480;

/** The points of the rows, in their order; a row without both numbers is left out. */
export function dotsOf(rows: readonly unknown[], options: ScatterOptions): Dot[] {
  return rows
    .map((row) => ({
      name: options.label ? plainOf(valueAt(row, options.label)) : "",
      group: options.group ? plainOf(valueAt(row, options.group)) : "",
      x: numberOf(valueAt(row, options.x)),
      y: numberOf(valueAt(row, options.y)),
    }))
    .filter(({ x, y }) => Number.isFinite(x) && Number.isFinite(y));
}

/** The range of some numbers with a twentieth of room at both ends; never empty. */
export function roomOf(values: readonly number[]): Range {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const value of values) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  const room = high > low ? (high - low) / 20 : Math.max(Math.abs(high), 1) / 20;
  return { low: low - room, high: high + room };
}

export default function Scatter({ block, value }: ViewProps) {
  const options = block.opts as ScatterOptions;
  const palette = usePalette();
  const [frame, width] = useWidth<HTMLDivElement>(720);
  const dots = useMemo(() => dotsOf(rowsOf(value), options), [value, options]);
  if (dots.length === 0) return <p className="spec-scatter">No row has both numbers.</p>;
  const height = options.height ?? 320;
  const across = roomOf(dots.map((dot) => dot.x));
  const along = roomOf(dots.map((dot) => dot.y));
  const { x, y } = placesOf(width, height, across, along);
  const isNamed = dots.length <= NAMES_MAX && width >= NARROW; // Else names would cover one another.
  const groups = [...new Set(dots.map((dot) => dot.group))];
  const color = (group: string) =>
    palette.series[groups.indexOf(group) % palette.series.length] ?? palette.fg;
  const label = `${block.title}: ${dots.length} points, ${options.x_title} from ${shown(across.low, options.x_format)} to ${shown(across.high, options.x_format)}, ${options.y_title} from ${shown(along.low, options.y_format)} to ${shown(along.high, options.y_format)}`;
  return (
    <div ref={frame} className="spec-scatter">
      <Legend groups={groups.filter((group) => group !== "")} color={color} />
      <svg data-chart role="img" aria-label={label} width={width} height={height} fontSize={11}>
        <Axes
          options={options}
          across={across}
          along={along}
          x={x}
          y={y}
          width={width}
          height={height}
          palette={palette}
        />
        {groups
          .filter((group) => options.joined?.includes(group))
          .map((group) => (
            <polyline
              key={group}
              fill="none"
              stroke={color(group)}
              strokeWidth={1.5}
              points={dots
                .filter((dot) => dot.group === group)
                .map((dot) => `${x(dot.x)},${y(dot.y)}`)
                .join(" ")}
            />
          ))}
        {dots.map((dot, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: two points may have one name
          <g key={`${dot.name} ${at}`}>
            <circle
              cx={x(dot.x)}
              cy={y(dot.y)}
              r={options.joined?.includes(dot.group) ? 2 : 3.5}
              fill={color(dot.group)}
            >
              <title>{`${dot.name || dot.group}: ${shown(dot.x, options.x_format)}, ${shown(dot.y, options.y_format)}`}</title>
            </circle>
            {dot.name && isNamed && !options.joined?.includes(dot.group) ? (
              <text
                x={x(dot.x) + (x(dot.x) > width - NAME ? -6 : 6)}
                y={y(dot.y) + 4}
                textAnchor={x(dot.x) > width - NAME ? "end" : "start"}
                fill={palette.muted}
              >
                {dot.name}
              </text>
            ) : null}
          </g>
        ))}
      </svg>
    </div>
  );
}
