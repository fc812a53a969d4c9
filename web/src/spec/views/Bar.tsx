/** Bars by name from a common zero: to the right where positive, to the left where negative. */
import { useMemo } from "react";
import { numberOf, textOf } from "../cells";
import { usePalette } from "../charts/palette";
import { useWidth } from "../charts/useWidth";
import { fitted, widthOf } from "../charts/words";
import { plainOf, valueAt } from "../pointer";
import type { BarOptions } from "../types";
import { rowsOf, type ViewProps } from "./view";

export type BarDatum = { name: string; value: number };

const ROW = 20;
const NAMES_MIN = 28;
const NAMES_MAX = 0.42;

/** The bars of the first series: largest first unless the order is kept; what is not a number is left out. */
export function barsOf(rows: readonly unknown[], options: BarOptions): BarDatum[] {
  const key = options.series[0]?.key ?? "";
  const bars = rows
    .map((row) => ({ name: plainOf(valueAt(row, options.x)), value: numberOf(valueAt(row, key)) }))
    .filter(({ value }) => Number.isFinite(value));
  if (!options.keep_order) bars.sort((left, right) => Math.abs(right.value) - Math.abs(left.value));
  return options.limit === undefined ? bars : bars.slice(0, options.limit);
}

export default function Bar({ block, value }: ViewProps) {
  const options = block.opts as BarOptions;
  const palette = usePalette();
  const [frame, width] = useWidth<HTMLDivElement>(360);
  const bars = useMemo(() => barsOf(rowsOf(value), options), [value, options]);
  const text = (each: BarDatum) => textOf(each.value, options.format ?? "decimal");
  const names = Math.min(
    Math.max(...bars.map(({ name }) => widthOf(name)), NAMES_MIN) + 12,
    width * NAMES_MAX,
  );
  const numbers = Math.max(...bars.map((each) => widthOf(text(each))), NAMES_MIN) + 12;
  const room = Math.max(width - names - numbers, 20);
  const low = Math.min(0, ...bars.map((each) => each.value));
  const high = Math.max(0, ...bars.map((each) => each.value));
  const scale = high - low > 0 ? room / (high - low) : 0;
  const zero = names - low * scale;
  const label = `${block.title}: ${bars
    .map((each) => `${each.name} ${text(each)}`)
    .slice(0, 12)
    .join(", ")}`;
  return (
    <div ref={frame} className="spec-bars">
      <svg data-chart role="img" aria-label={label} width={width} height={bars.length * ROW + 4}>
        <line x1={zero} x2={zero} y1={0} y2={bars.length * ROW} stroke={palette.line} />
        {bars.map((each, at) => {
          const length = Math.abs(each.value) * scale;
          const y = at * ROW;
          return (
            // biome-ignore lint/suspicious/noArrayIndexKey: two bars may have one name
            <g key={`${each.name} ${at}`} fontSize={11}>
              <text x={names - 8} y={y + 14} textAnchor="end" fill={palette.fg}>
                {fitted(each.name, names - 10)}
              </text>
              <rect
                x={each.value < 0 ? zero - length : zero}
                y={y + 4}
                width={Math.max(length, 1)}
                height={ROW - 8}
                rx={1.5}
                fill={each.value < 0 ? palette.down : palette.up}
              />
              <text x={width - 2} y={y + 14} textAnchor="end" fill={palette.muted}>
                {text(each)}
              </text>
            </g>
          );
        })}
      </svg>
    </div>
  );
}
