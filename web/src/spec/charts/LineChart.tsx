/** Lines over time on a canvas, with a crosshair that reads out values, by mouse and by keyboard. */
import { type KeyboardEvent, useEffect, useMemo, useRef, useState } from "react";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { formatDate, formatTime } from "../../lib/format";
import { useChords } from "../../shell/useKeys";
import { Segmented } from "../../ui/Segmented";
import { textWith } from "../cells";
import type { Format } from "../types";
import { lineOptions } from "./lineOptions";
import { usePalette } from "./palette";
import { decimalsOfLines, type LineData, lineSummary, RANGES, type Range, rangeOf } from "./series";
import { useWidth } from "./useWidth";

type LineChartProps = {
  label: string;
  data: LineData;
  format: Format;
  height: number;
  canLog?: boolean | undefined;
  hasRanges?: boolean | undefined;
};

const DAY = 86_400;
const PAN = 0.25;
/** As many colors as the palette has; later lines have them again, with dashes. */
const SERIES = 4;

export function LineChart({ label, data, format, height, canLog, hasRanges }: LineChartProps) {
  const palette = usePalette();
  const [frame, width] = useWidth<HTMLDivElement>();
  const [isLog, setLog] = useState(false);
  const [range, setRange] = useState<Range>("All");
  const plot = useRef<uPlot | null>(null);
  const readout = useRef<HTMLDivElement>(null);
  const decimals = useMemo(() => decimalsOfLines(data, format), [data, format]);
  const latest = useRef({ data, decimals });
  latest.current = { data, decimals };
  const isPositive = useMemo(
    () => data.series.every(({ values }) => values.every((value) => (value ?? 1) > 0)),
    [data],
  );
  const isLogShown = isLog && isPositive;
  const shape = data.series.map(({ title, area }) => `${title}${area}`).join("|");

  // biome-ignore lint/correctness/useExhaustiveDependencies: a new plot only where its set-up changes; data follows below
  useEffect(() => {
    if (!frame.current) return;
    const { data } = latest.current;
    const options = lineOptions({ data, format, palette, width, height, isLog: isLogShown });
    options.hooks = {
      setCursor: [(made) => show(readout.current, latest.current, format, made.cursor.idx ?? null)],
    };
    const made = new uPlot(options, columnsOf(data), frame.current);
    plot.current = made;
    return () => {
      plot.current = null;
      made.destroy();
    };
  }, [shape, format, palette, height, isLogShown]);

  useEffect(() => plot.current?.setSize({ width, height }), [width, height]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: a plot that was made anew needs data and range too
  useEffect(() => {
    const made = plot.current;
    if (!made) return;
    made.setData(columnsOf(data), false);
    const span = rangeOf(range, data.x);
    if (span) made.setScale("x", { min: span[0], max: span[1] === span[0] ? span[0] + DAY : span[1] });
    show(readout.current, { data, decimals }, format, null);
  }, [data, range, shape, palette, isLogShown, height]);

  useChords((chord) => {
    if (!hasRanges) return;
    if (chord === "t z") setRange("All");
    if (chord === "t ArrowLeft") pan(plot.current, data, -PAN);
    if (chord === "t ArrowRight") pan(plot.current, data, PAN);
  });

  const onKeyDown = (event: KeyboardEvent) => {
    const step = event.key === "ArrowLeft" ? -1 : event.key === "ArrowRight" ? 1 : 0;
    if (step === 0 || !plot.current) return;
    event.preventDefault();
    moveCursor(plot.current, data, step * (event.shiftKey ? 10 : 1));
  };
  return (
    <div className="spec-line">
      <div className="spec-line-tools">
        <div ref={readout} className="spec-readout" />
        {hasRanges && data.x.length > 20 ? (
          <Segmented
            label={`Range of ${label}`}
            value={range}
            choices={RANGES.map((value) => ({ value, title: value }))}
            onChange={setRange}
          />
        ) : null}
        {canLog && isPositive ? (
          <label className="spec-check">
            <input type="checkbox" checked={isLog} onChange={(event) => setLog(event.target.checked)} /> Log
          </label>
        ) : null}
      </div>
      {/* biome-ignore lint/a11y/useSemanticElements: a figure cannot be named by a text that is not its caption */}
      <div
        role="group"
        aria-label={`${label}, chart. ${lineSummary(
          data,
          (value) => textWith(value, format, decimals),
          (at) => formatDate(at * 1000),
        )}`}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: the crosshair is moved with the arrow keys
        tabIndex={0}
        className="spec-canvas"
        style={{ height }}
        onKeyDown={onKeyDown}
        ref={frame}
      />
    </div>
  );
}

function columnsOf(data: LineData): uPlot.AlignedData {
  return [data.x, ...data.series.map(({ values }) => values)];
}

/** Move what is in view by a share of it, within the data. */
function pan(plot: uPlot | null, data: LineData, share: number): void {
  const { min, max } = plot?.scales.x ?? {};
  const [first, last] = [data.x[0], data.x[data.x.length - 1]];
  if (!plot || min == null || max == null || first === undefined || last === undefined) return;
  const by = Math.min(Math.max((max - min) * share, first - min), last - max);
  plot.setScale("x", { min: min + by, max: max + by });
}

function moveCursor(plot: uPlot, data: LineData, step: number): void {
  const last = data.x.length - 1;
  const at = Math.min(Math.max((plot.cursor.idx ?? (step < 0 ? last + 1 : -1)) + step, 0), last);
  const time = data.x[at];
  if (time === undefined) return;
  plot.setCursor({ left: plot.valToPos(time, "x"), top: plot.bbox.height / 2 / devicePixelRatio });
}

/** Write the values at a point, or the last ones, above the chart. */
function show(
  element: HTMLElement | null,
  { data, decimals }: { data: LineData; decimals: number | undefined },
  format: Format,
  index: number | null,
): void {
  if (!element) return;
  const at = index ?? data.x.length - 1;
  const time = data.x[at];
  if (time === undefined) {
    element.textContent = "";
    return;
  }
  const isDay = data.x.length < 2 || (data.x[data.x.length - 1] as number) - (data.x[0] as number) > 3 * DAY;
  const when = isDay ? formatDate(time * 1000) : formatTime(time * 1000);
  const parts = data.series.map(({ title, values }, row) => {
    const part = document.createElement("span");
    part.className = `spec-read series-${row % SERIES}${row >= SERIES ? " dashed" : ""}`;
    const number = document.createElement("b");
    number.textContent = textWith(values[at], format, decimals);
    part.append(`${title} `, number);
    return part;
  });
  const stamp = document.createElement("span");
  stamp.className = "muted";
  stamp.textContent = when;
  element.replaceChildren(stamp, ...parts);
}
