/** Parts of a whole along a number, as areas that stand on one another; below zero they hang from it. */
import { useMemo } from "react";
import { numberOf } from "../cells";
import { Axes, Legend, placesOf, shown } from "../charts/Axes";
import { usePalette } from "../charts/palette";
import { useWidth } from "../charts/useWidth";
import { plainOf, valueAt } from "../pointer";
import type { StackOptions } from "../types";
import { rowsOf, type ViewProps } from "./view";

export const REST = "others";
const DEFAULT_LIMIT = 8;
/** Opacity of the colors when they come again: told apart from the first, and from the panel. */
const FAINT = 0.55;
const COLORS = 4;

/** One part: at each place the edge it stands on and the one that it reaches. */
export type Layer = { name: string; from: number[]; to: number[] };
export type Layers = { places: number[]; layers: Layer[] };

/** The parts, the largest first and what is beyond the limit as one; places in rising order. */
export function layersOf(rows: readonly unknown[], options: StackOptions): Layers {
  const at = new Map<number, Map<string, number>>();
  const sizes = new Map<string, number>();
  for (const row of rows) {
    const place = numberOf(valueAt(row, options.x));
    const value = numberOf(valueAt(row, options.value));
    if (!Number.isFinite(place) || !Number.isFinite(value)) continue;
    const name = plainOf(valueAt(row, options.name));
    const parts = at.get(place) ?? new Map<string, number>();
    parts.set(name, (parts.get(name) ?? 0) + value);
    at.set(place, parts);
    sizes.set(name, Math.max(sizes.get(name) ?? 0, Math.abs(value)));
  }
  const places = [...at.keys()].sort((one, other) => one - other);
  const ranked = [...sizes.keys()].sort((one, other) => (sizes.get(other) ?? 0) - (sizes.get(one) ?? 0));
  const limit = options.limit ?? DEFAULT_LIMIT;
  const named = ranked.length > limit + 1 ? ranked.slice(0, limit) : ranked;
  const rest = ranked.slice(named.length);
  const groups: [string, string[]][] = named.map((name) => [name, [name]]);
  if (rest.length > 0) groups.push([REST, rest]);
  const above = places.map(() => 0);
  const below = places.map(() => 0);
  const layers = groups.map(([name, members]): Layer => {
    const from: number[] = [];
    const to: number[] = [];
    for (const [number, place] of places.entries()) {
      const parts = at.get(place);
      const value = members.reduce((sum, member) => sum + (parts?.get(member) ?? 0), 0);
      const edges = value < 0 ? below : above;
      from.push(edges[number] ?? 0);
      edges[number] = (edges[number] ?? 0) + value;
      to.push(edges[number] ?? 0);
    }
    return { name, from, to };
  });
  return { places, layers };
}

export default function Stack({ block, value }: ViewProps) {
  const options = block.opts as StackOptions;
  const palette = usePalette();
  const [frame, width] = useWidth<HTMLDivElement>(720);
  const { places, layers } = useMemo(() => layersOf(rowsOf(value), options), [value, options]);
  if (places.length < 2) return <p className="spec-scatter">Parts are drawn from two places on.</p>;
  const height = options.height ?? 300;
  const across = { low: places[0] ?? 0, high: places[places.length - 1] ?? 1 };
  const edges = layers.flatMap((layer) => layer.to);
  const along = { low: Math.min(0, ...edges), high: Math.max(...edges, 0.001) };
  const { x, y } = placesOf(width, height, across, along);
  const names = layers.map((layer) => layer.name);
  const color = (name: string) =>
    (name === REST ? palette.muted : palette.series[names.indexOf(name) % COLORS]) ?? palette.fg;
  const opacity = (name: string) => (names.indexOf(name) < COLORS && name !== REST ? 0.9 : FAINT);
  const label = `${block.title}: ${names.join(", ")} along ${options.x_title} from ${shown(across.low, options.x_format)} to ${shown(across.high, options.x_format)}`;
  return (
    <div ref={frame} className="spec-scatter">
      <Legend groups={names} color={color} opacity={opacity} />
      <svg data-chart role="img" aria-label={label} width={width} height={height} fontSize={11}>
        <Axes
          options={{ ...options, y_format: options.y_format ?? "pct" }}
          across={across}
          along={along}
          x={x}
          y={y}
          width={width}
          height={height}
          palette={palette}
        />
        {layers.map((layer) => (
          <polygon
            key={layer.name}
            fill={color(layer.name)}
            fillOpacity={opacity(layer.name)}
            stroke={palette.panel}
            strokeWidth={0.5}
            points={[
              ...places.map((place, at) => `${x(place)},${y(layer.to[at] ?? 0)}`),
              ...places.map((place, at) => `${x(place)},${y(layer.from[at] ?? 0)}`).reverse(),
            ].join(" ")}
          >
            <title>{layer.name}</title>
          </polygon>
        ))}
      </svg>
    </div>
  );
}
