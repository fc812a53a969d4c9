/** Bins that touch, with a curve over them: what was found beside what a law would give. */
import { useMemo } from "react";
import { numberOf } from "../cells";
import { Axes, Legend, placesOf, shown } from "../charts/Axes";
import { usePalette } from "../charts/palette";
import { useWidth } from "../charts/useWidth";
import { plainOf, valueAt } from "../pointer";
import type { HistogramOptions } from "../types";
import { rowsOf, type ViewProps } from "./view";

export type Bin = { low: number; high: number; value: number; curve: number; isMarked: boolean };

/** The bins of the rows; a row without its three numbers is left out. */
export function binsOf(rows: readonly unknown[], options: HistogramOptions): Bin[] {
  return rows
    .map((row) => ({
      low: numberOf(valueAt(row, options.low)),
      high: numberOf(valueAt(row, options.high)),
      value: numberOf(valueAt(row, options.value)),
      curve: options.curve ? numberOf(valueAt(row, options.curve)) : Number.NaN,
      isMarked: options.mark !== undefined && plainOf(valueAt(row, options.mark)) === "true",
    }))
    .filter(({ low, high, value }) => high > low && Number.isFinite(value));
}

export default function Histogram({ block, value }: ViewProps) {
  const options = block.opts as HistogramOptions;
  const palette = usePalette();
  const [frame, width] = useWidth<HTMLDivElement>(720);
  const bins = useMemo(() => binsOf(rowsOf(value), options), [value, options]);
  if (bins.length === 0) return <p className="spec-scatter">There is no bin.</p>;
  const height = options.height ?? 300;
  const curve = bins.filter((bin) => Number.isFinite(bin.curve));
  const across = {
    low: Math.min(...bins.map((bin) => bin.low)),
    high: Math.max(...bins.map((bin) => bin.high)),
  };
  const top = Math.max(...bins.map((bin) => bin.value), ...curve.map((bin) => bin.curve));
  const along = { low: 0, high: top > 0 ? top * 1.05 : 1 };
  const { x, y } = placesOf(width, height, across, along);
  const names = [
    options.title,
    ...(options.mark_title ? [options.mark_title] : []),
    ...(options.curve_title ? [options.curve_title] : []),
  ];
  const color = (name: string) =>
    (name === options.title
      ? palette.series[0]
      : name === options.curve_title
        ? palette.series[1]
        : palette.series[2]) ?? palette.fg;
  const label = `${block.title}: ${bins.length} bins of ${options.x_title} from ${shown(across.low, options.x_format)} to ${shown(across.high, options.x_format)}, ${options.y_title} up to ${shown(top, options.y_format)}`;
  return (
    <div ref={frame} className="spec-scatter">
      <Legend groups={names} color={color} />
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
        {bins.map((bin) => (
          <rect
            key={bin.low}
            x={x(bin.low)}
            y={y(bin.value)}
            width={Math.max(x(bin.high) - x(bin.low) - 1, 1)}
            height={Math.max(y(0) - y(bin.value), 0)}
            fill={color(bin.isMarked ? (options.mark_title ?? "") : options.title)}
          >
            <title>{`${shown(bin.low, options.x_format)} to ${shown(bin.high, options.x_format)}: ${shown(bin.value, options.y_format)}`}</title>
          </rect>
        ))}
        {curve.length > 0 ? (
          <polyline
            fill="none"
            stroke={color(options.curve_title ?? "")}
            strokeWidth={2}
            points={curve.map((bin) => `${x((bin.low + bin.high) / 2)},${y(bin.curve)}`).join(" ")}
          />
        ) : null}
      </svg>
    </div>
  );
}
