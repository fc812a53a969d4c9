/** Points by two numbers, of several groups; the points of a group may be joined to a line. */
import { useMemo } from "react";
import { numberOf } from "../cells";
import { Axes, BOTTOM, LEFT, Legend, placesOf, type Range, shown, TOP } from "../charts/Axes";
import { placeNames } from "../charts/names";
import { usePalette } from "../charts/palette";
import { useWidth } from "../charts/useWidth";
import { plainOf, valueAt } from "../pointer";
import type { ScatterOptions } from "../types";
import { rowsOf, type ViewProps } from "./view";

export type Dot = { name: string; group: string; x: number; y: number };

/** With more points than this none has its name beside it: they would cover the picture. */
const NAMES_MAX = 120;
const DOT = 3.5;
const CORNER = 2;

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
  const groups = [...new Set(dots.map((dot) => dot.group))];
  const isJoined = (dot: Dot) => options.joined?.includes(dot.group) ?? false;
  const radius = (dot: Dot) => (isJoined(dot) ? CORNER : DOT);
  const isNamed = (dot: Dot) => dot.name !== "" && !isJoined(dot);
  const names = dots.filter(isNamed).length <= NAMES_MAX ? dots.filter(isNamed).length : 0;
  const lines = groups
    .filter((group) => options.joined?.includes(group))
    .map((group) => dots.filter((dot) => dot.group === group).map((dot) => ({ x: x(dot.x), y: y(dot.y) })));
  const placed =
    names === 0
      ? []
      : placeNames(
          dots.map((dot) => ({
            x: x(dot.x),
            y: y(dot.y),
            radius: radius(dot),
            name: isNamed(dot) ? dot.name : "",
            group: dot.group,
          })),
          { left: LEFT, top: TOP, right: width, bottom: height - BOTTOM },
          lines,
        );
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
            <circle cx={x(dot.x)} cy={y(dot.y)} r={radius(dot)} fill={color(dot.group)}>
              <title>{`${dot.name || dot.group}: ${shown(dot.x, options.x_format)}, ${shown(dot.y, options.y_format)}`}</title>
            </circle>
          </g>
        ))}
        {placed.map(({ mark, anchor, ...at }) => (
          <text
            key={mark}
            {...at}
            textAnchor={anchor}
            fill={palette.muted}
            stroke={palette.panel}
            strokeWidth={3}
            strokeLinejoin="round"
            paintOrder="stroke"
            data-name
          >
            {dots[mark]?.name}
          </text>
        ))}
      </svg>
      {placed.length < names ? (
        <p className="spec-hint">
          {names - placed.length} of {names} names have no room here: point at a dot, or see the table.
        </p>
      ) : null}
    </div>
  );
}
