/** A dendrogram: leaves below one another, joined at the distance at which their clusters were merged. */
import { useMemo } from "react";
import { numberOf, textOf } from "../cells";
import { usePalette } from "../charts/palette";
import { ticksOf } from "../charts/ticks";
import { useWidth } from "../charts/useWidth";
import { plainOf, valueAt } from "../pointer";
import { rowsOf, type ViewProps } from "./view";

export type Merge = { left: number; right: number; height: number };
export type Join = { height: number; y: number; below: readonly [Corner, Corner] };
type Corner = { height: number; y: number };
export type Layout = { leaves: string[]; joins: Join[]; top: number };

const ROW = 20;
const GLYPH = 7;
const FOOT = 30;

/**
 * Where everything stands. `leaves` are names in the order of the data and `merges` pairs of clusters in the
 * order they were made: below the number of leaves a leaf, from there on the merges themselves. Leaves are
 * drawn in the order in which no two lines cross.
 */
export function layoutOf(value: unknown): Layout {
  const names = rowsOf(valueAt(value, "leaves")).map(plainOf);
  const merges: Merge[] = rowsOf(valueAt(value, "merges")).map((each) => ({
    left: numberOf(valueAt(each, "left")),
    right: numberOf(valueAt(each, "right")),
    height: numberOf(valueAt(each, "height")),
  }));
  if (names.length === 0 || merges.length !== names.length - 1) return { leaves: names, joins: [], top: 1 };
  const places = new Map(orderOf(names.length, merges).map((leaf, at) => [leaf, at]));
  const corners: Corner[] = names.map((_, leaf) => ({ height: 0, y: places.get(leaf) ?? 0 }));
  const joins = merges.map(({ left, right, height }): Join => {
    const below = [corners[left], corners[right]] as [Corner, Corner];
    const y = (below[0].y + below[1].y) / 2;
    corners.push({ height, y });
    return { height, y, below };
  });
  const leaves = [...places.keys()].map((leaf) => names[leaf] ?? "");
  return { leaves, joins, top: Math.max(...merges.map((merge) => merge.height)) || 1 };
}

function orderOf(leaves: number, merges: readonly Merge[]): number[] {
  const order: number[] = [];
  const waiting = [leaves + merges.length - 1];
  while (waiting.length > 0) {
    const node = waiting.pop() as number;
    const merge = merges[node - leaves];
    if (merge) waiting.push(merge.right, merge.left);
    else order.push(node);
  }
  return order;
}

export default function Tree({ block, value }: ViewProps) {
  const palette = usePalette();
  const [frame, width] = useWidth<HTMLDivElement>(720);
  const { leaves, joins, top } = useMemo(() => layoutOf(value), [value]);
  const names = Math.min(Math.max(...leaves.map((leaf) => leaf.length), 4) * GLYPH + 12, width * 0.35);
  const room = Math.max(width - names - 16, 40);
  const x = (height: number) => names + (height / top) * room;
  const y = (row: number) => (row + 0.5) * ROW;
  const bottom = leaves.length * ROW;
  return (
    <div ref={frame} className="spec-dendrogram">
      <svg
        data-chart
        role="img"
        aria-label={`${block.title}: ${leaves.length} leaves in the order ${leaves.slice(0, 12).join(", ")}`}
        width={width}
        height={bottom + FOOT}
        fontSize={11}
      >
        {ticksOf(0, top, 6).map((tick) => (
          <g key={tick}>
            <line x1={x(tick)} x2={x(tick)} y1={0} y2={bottom} stroke={palette.grid} />
            <text x={x(tick)} y={bottom + 14} textAnchor="middle" fill={palette.muted}>
              {textOf(tick, "decimal")}
            </text>
          </g>
        ))}
        {leaves.map((leaf, at) => (
          <text key={leaf} x={names - 8} y={y(at) + 4} textAnchor="end" fill={palette.fg}>
            {leaf}
          </text>
        ))}
        {joins.map((join, at) => (
          <path
            // biome-ignore lint/suspicious/noArrayIndexKey: merges have no other name
            key={at}
            fill="none"
            stroke={palette.series[0]}
            d={`M${x(join.below[0].height)} ${y(join.below[0].y)}H${x(join.height)}V${y(join.below[1].y)}H${x(join.below[1].height)}`}
          />
        ))}
      </svg>
    </div>
  );
}
