/** Lines over time from the rows of a source. */
import { useMemo } from "react";
import { LineChart } from "../charts/LineChart";
import { linesOf } from "../charts/series";
import type { LineOptions } from "../types";
import { rowsOf, type ViewProps } from "./view";

const HEIGHT = 240;

export default function Line({ block, value, isLarge }: ViewProps) {
  const options = block.opts as LineOptions;
  const data = useMemo(() => linesOf(rowsOf(value), options), [value, options]);
  return (
    <LineChart
      label={block.title}
      data={data}
      format={options.format ?? "decimal"}
      height={isLarge ? 480 : (options.height ?? HEIGHT)}
      canLog={options.log}
      hasRanges={options.ranges}
    />
  );
}
