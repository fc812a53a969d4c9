/** The chart of the chosen instrument with its ranges, its legend and, for those who cannot see it, its table. */
import { useQuery } from "@tanstack/react-query";
import { Table2 } from "lucide-react";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { get } from "../api/client";
import type { Bars, Fill, Instrument, Order, Position } from "../api/types";
import { useColumns, usePainter } from "../feed/hooks";
import { digitsOf } from "../lib/decimal";
import { formatDate, formatDecimal, formatSigned, formatTime, NOTHING } from "../lib/format";
import { usePreferences } from "../lib/preferences";
import { useChords } from "../shell/useKeys";
import { Panel } from "../ui/Panel";
import { Segmented } from "../ui/Segmented";
import { Empty, ErrorState, Loading } from "../ui/states";
import { BarTable } from "./BarTable";
import { BarSeries, type ChartBar, toChartBar } from "./bars";
import { isDailyInterval, PriceChart } from "./priceChart";

type ChartPanelProps = {
  symbol: string;
  instrument: Instrument | undefined;
  orders: readonly Order[];
  fills: readonly Fill[];
  position: Position | undefined;
};

const FIRST_READ = 1_500;
const OLDER_READ = 2_000;
const ALL = { value: "all", title: "All" };
/** Counts of bars: of days, and of minutes. */
const DAYS = [
  { value: "66", title: "3M" },
  { value: "252", title: "1Y" },
  { value: "1260", title: "5Y" },
  ALL,
];
const MINUTES = [
  { value: "60", title: "1H" },
  { value: "240", title: "4H" },
  { value: "1440", title: "1D" },
  ALL,
];

export function ChartPanel({ symbol, instrument, orders, fills, position }: ChartPanelProps) {
  const [chosen, setRange] = useState("");
  const [isTable, setTable] = useState(false);
  const { chartType, set } = usePreferences();
  const read = useQuery({
    queryKey: ["bars", symbol],
    queryFn: ({ signal }) => get<Bars>("bars", { instrument_id: symbol, limit: FIRST_READ }, signal),
    enabled: symbol !== "",
    staleTime: 0,
    gcTime: 0,
  });
  const digits = digitsOf(instrument?.tick_size) ?? 2;
  const bars = read.data;
  const ranges = !bars || isDailyInterval(bars.interval_ns) ? DAYS : MINUTES;
  const range = ranges.some(({ value }) => value === chosen) ? chosen : (ranges[1] ?? ALL).value;
  const isCandles = chartType === "auto" && bars?.has_open === true;
  const tools = (
    <>
      {bars?.has_open ? (
        <Segmented
          label="Chart type"
          value={chartType}
          onChange={(value) => set({ chartType: value })}
          choices={[
            { value: "auto", title: "Candles" },
            { value: "line", title: "Line" },
          ]}
        />
      ) : null}
      <Segmented label="Range" value={range} onChange={setRange} choices={ranges} />
      <button
        type="button"
        className="icon-button"
        aria-pressed={isTable}
        aria-label="Show as a table"
        title="Show as a table"
        onClick={() => setTable(!isTable)}
      >
        <Table2 size={14} aria-hidden="true" />
      </button>
    </>
  );
  return (
    <Panel title={symbol || "Chart"} tools={tools} flush className="chart-panel">
      {read.isError && !bars ? (
        <ErrorState error={read.error} onRetry={() => void read.refetch()} />
      ) : !bars ? (
        <Loading rows={6} label="Loading the chart" />
      ) : bars.items.length === 0 ? (
        <Empty title="No bars yet" next="They appear as trading time goes on; a replay is started above." />
      ) : isTable ? (
        <BarTable bars={bars.items} hasOpen={bars.has_open} digits={digits} />
      ) : (
        <ChartCanvas
          key={`${symbol} ${isCandles}`}
          first={bars}
          {...{ symbol, digits, isCandles, range, setRange, orders, fills, position }}
        />
      )}
    </Panel>
  );
}

type ChartCanvasProps = Omit<ChartPanelProps, "instrument"> & {
  first: Bars;
  digits: number;
  isCandles: boolean;
  range: string;
  setRange: (range: string) => void;
};

function ChartCanvas(props: ChartCanvasProps) {
  const { first, symbol, digits, isCandles, range, setRange, orders, fills, position } = props;
  const box = useRef<HTMLDivElement>(null);
  const chart = useRef<PriceChart | null>(null);
  const legend = useRef<HTMLParagraphElement>(null);
  const theme = usePreferences((state) => `${state.theme} ${state.updown}`);
  const series = useMemo(() => new BarSeries(), []);
  const isDaily = isDailyInterval(first.interval_ns);
  const hovered = useRef<number | null>(null);
  const history = useHistory(symbol, series, chart);
  const write = useCallback(() => {
    const text = legendOf(series, hovered.current, digits, isDaily);
    if (legend.current && legend.current.textContent !== text) legend.current.textContent = text;
  }, [series, digits, isDaily]);
  useEffect(() => {
    if (!box.current) return;
    const made = new PriceChart(box.current, { isCandles, digits, isDaily }, history.onRange);
    chart.current = made;
    made.onCrosshair((time) => {
      hovered.current = time;
      write();
    });
    return () => {
      chart.current = null;
      made.remove();
    };
  }, [isCandles, digits, isDaily, history.onRange, write]);
  useEffect(() => {
    series.merge(first.items.map(toChartBar));
    chart.current?.setBars(series.bars);
    write();
  }, [first, series, write]);
  useEffect(() => {
    if (range === "all") chart.current?.fit();
    else chart.current?.showLast(Number(range), series.bars.length);
  }, [range, series]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the theme is what changes the colors
  useEffect(() => chart.current?.paint(), [theme]);
  useEffect(() => chart.current?.setOverlays({ orders, fills, position }), [orders, fills, position]);
  useLiveBars(symbol, series, chart, write);
  useChords((chord) => {
    if (chord === "t ArrowLeft") chart.current?.pan(-0.25);
    if (chord === "t ArrowRight") chart.current?.pan(0.25);
    if (chord === "t z") setRange("all");
  });
  const last = series.last;
  const summary = last
    ? `${symbol}: ${series.bars.length} bars, last close ${formatDecimal(last.close, digits)}. A table of them is a button away.`
    : symbol;
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for forms
    <div className="chart-frame" role="group" aria-label={`Chart. ${summary}`}>
      <p ref={legend} className="chart-legend" aria-hidden="true" />
      <div ref={box} className="chart-box" />
    </div>
  );
}

/** The values of the bar under the pointer, or of the last one. */
function legendOf(series: BarSeries, time: number | null, digits: number, isDaily: boolean): string {
  const { bars } = series;
  const found = time === null ? -1 : bars.findIndex((bar) => bar.time === time);
  const index = found >= 0 ? found : bars.length - 1;
  const bar = bars[index];
  if (!bar) return NOTHING;
  const before = bars[index - 1];
  const when = isDaily ? formatDate(bar.time * 1000) : formatTime(bar.time * 1000);
  const change = before ? `${formatSigned(((bar.close - before.close) / before.close) * 100, 2)}%` : "";
  const show = (name: string, value: number) =>
    Number.isFinite(value) ? `${name} ${formatDecimal(value, digits)}  ` : "";
  return `${when}  ${show("O", bar.open)}${show("H", bar.high)}${show("L", bar.low)}${show("C", bar.close)}${change}`;
}

type ChartRef = { current: PriceChart | null };

/** Reads older bars as the view nears the first one. */
function useHistory(symbol: string, series: BarSeries, chart: ChartRef) {
  const state = useRef({ isReading: false, isComplete: false });
  const onRange = useCallback(
    (firstVisible: number) => {
      const first = series.first;
      if (firstVisible > 60 || !first || state.current.isReading || state.current.isComplete) return;
      state.current.isReading = true;
      const end = new Date(first.time * 1000).toISOString();
      get<Bars>("bars", { instrument_id: symbol, end, limit: OLDER_READ })
        .then((older) => {
          const count = series.bars.length;
          const isNew = series.merge(older.items.map(toChartBar));
          state.current.isComplete = !isNew || series.bars.length === count;
          if (!isNew) return;
          chart.current?.setBars(series.bars);
          chart.current?.keepView(series.bars.length - count);
        })
        .catch(() => {
          // The chart stays as it is; the next move of the view asks again.
        })
        .finally(() => {
          state.current.isReading = false;
        });
    },
    [symbol, series, chart],
  );
  return { onRange };
}

const REFILL_MS = 1_500;

/** Puts live bars into the chart; what was conflated away on a fast replay is read soon after. */
function useLiveBars(symbol: string, series: BarSeries, chart: ChartRef, onChange: () => void): void {
  const store = useColumns("bars", 15);
  const painted = useRef(0);
  const sound = useRef<number | null>(null);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  const refill = useCallback(async () => {
    timer.current = undefined;
    const from = sound.current;
    const to = series.last?.time ?? null;
    if (from === null || to === null) return;
    try {
      const start = new Date(from * 1000).toISOString();
      const missed = await get<Bars>("bars", { instrument_id: symbol, start, limit: 1000 });
      sound.current = to;
      if (!series.merge(missed.items.map(toChartBar))) return;
      chart.current?.setBars(series.bars);
      onChange();
    } catch {
      // Kept for the next bar: `sound` has not moved.
    }
  }, [symbol, series, chart, onChange]);
  usePainter(() => {
    if (!store || store.version === painted.current || !chart.current) return;
    const isDirty = store.isDirty(symbol, painted.current);
    painted.current = store.version;
    if (!isDirty) return;
    const bar = liveBar(store, symbol);
    const before = series.last;
    if (!before || !Number.isFinite(bar.time) || bar.time < before.time) return;
    series.push(bar);
    chart.current.update(bar);
    onChange();
    if (bar.time === before.time) return;
    sound.current ??= before.time;
    timer.current ??= setTimeout(() => void refill(), REFILL_MS);
  });
}

function liveBar(store: { value: (key: string, column: string) => number }, symbol: string): ChartBar {
  const value = (column: string) => store.value(symbol, column);
  return {
    time: Math.floor(value("ts_ms") / 1000),
    open: value("open"),
    high: value("high"),
    low: value("low"),
    close: value("close"),
    volume: value("volume"),
  };
}
