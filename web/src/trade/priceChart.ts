/** The chart of one instrument: candles, or a line where only closes are known, with live updates. */
import {
  AreaSeries,
  CandlestickSeries,
  createChart,
  createSeriesMarkers,
  HistogramSeries,
  type IChartApi,
  type IPriceLine,
  type ISeriesApi,
  type ISeriesMarkersPluginApi,
  LineStyle,
  type SeriesMarker,
  type Time,
  type UTCTimestamp,
} from "lightweight-charts";
import type { Fill, Order, Position } from "../api/types";
import { formatDate, formatDecimal, formatTime } from "../lib/format";
import { type ChartBar, isFull } from "./bars";

export type Look = { isCandles: boolean; digits: number; isDaily: boolean };
export type Overlays = { orders: readonly Order[]; fills: readonly Fill[]; position: Position | undefined };

const DAY_S = 86_400;

/** A lightweight chart that speaks in bars, orders and fills, and takes its colors from the page. */
export class PriceChart {
  #chart: IChartApi;
  #main: ISeriesApi<"Candlestick" | "Area">;
  #volume: ISeriesApi<"Histogram"> | null = null;
  #markers: ISeriesMarkersPluginApi<Time>;
  #lines: IPriceLine[] = [];
  #look: Look;
  #box: HTMLElement;

  constructor(box: HTMLElement, look: Look, onRange: (firstVisible: number) => void) {
    this.#box = box;
    this.#look = look;
    this.#chart = createChart(box, {
      autoSize: true,
      layout: { attributionLogo: true, fontSize: 11 },
      timeScale: { timeVisible: !look.isDaily, secondsVisible: false, rightOffset: 6, minBarSpacing: 0.2 },
      rightPriceScale: {
        borderVisible: false,
        scaleMargins: { top: 0.12, bottom: look.isCandles ? 0.22 : 0.08 },
      },
      crosshair: { mode: 0 },
      localization: {
        priceFormatter: (price: number) => formatDecimal(price, look.digits),
        timeFormatter: (time: Time) =>
          look.isDaily ? formatDate(Number(time) * 1000) : formatTime(Number(time) * 1000),
      },
    });
    const main = look.isCandles
      ? this.#chart.addSeries(CandlestickSeries)
      : this.#chart.addSeries(AreaSeries);
    this.#main = main as ISeriesApi<"Candlestick" | "Area">;
    if (look.isCandles) {
      this.#volume = this.#chart.addSeries(HistogramSeries, {
        priceScaleId: "volume",
        priceFormat: { type: "volume" },
        lastValueVisible: false,
        priceLineVisible: false,
      });
      this.#chart.priceScale("volume").applyOptions({ scaleMargins: { top: 0.84, bottom: 0 } });
    }
    this.#markers = createSeriesMarkers(this.#main, []);
    this.paint();
    this.#chart.timeScale().subscribeVisibleLogicalRangeChange((range) => {
      if (range) onRange(range.from);
    });
  }

  /** Take the colors of the theme in force. */
  paint(): void {
    const color = this.#color;
    this.#chart.applyOptions({
      layout: {
        background: { color: color("--panel") },
        textColor: color("--muted"),
        fontFamily: color("--font"),
      },
      grid: { vertLines: { color: color("--line") }, horzLines: { color: color("--line") } },
      timeScale: { borderColor: color("--line") },
      crosshair: {
        vertLine: { color: color("--line-strong"), labelBackgroundColor: color("--accent-fill") },
        horzLine: { color: color("--line-strong"), labelBackgroundColor: color("--accent-fill") },
      },
    });
    if (this.#look.isCandles) {
      this.#main.applyOptions({
        upColor: color("--up"),
        borderUpColor: color("--up"),
        wickUpColor: color("--up"),
        downColor: color("--down"),
        borderDownColor: color("--down"),
        wickDownColor: color("--down"),
      });
    } else {
      this.#main.applyOptions({
        lineColor: color("--accent"),
        lineWidth: 2,
        topColor: `${color("--accent")}38`,
        bottomColor: `${color("--accent")}00`,
        priceLineColor: color("--accent"),
      });
    }
  }

  /** Show these bars instead of what was shown. */
  setBars(bars: readonly ChartBar[]): void {
    this.#main.setData(bars.map((bar) => this.#point(bar)));
    this.#volume?.setData(bars.map((bar) => this.#volumePoint(bar)));
  }

  /** Show the newest bar, or the last one anew. */
  update(bar: ChartBar): void {
    this.#main.update(this.#point(bar));
    this.#volume?.update(this.#volumePoint(bar));
  }

  /** Show working orders and the position as lines, fills as arrows. */
  setOverlays({ orders, fills, position }: Overlays): void {
    for (const line of this.#lines) this.#main.removePriceLine(line);
    this.#lines = [];
    for (const order of orders) {
      if (order.limit_price === null) continue;
      const isBuy = order.side === "BUY";
      const title = `${order.side} ${order.leaves_qty}`;
      this.#addLine(
        Number(order.limit_price),
        this.#color(isBuy ? "--up" : "--down"),
        title,
        LineStyle.Dashed,
      );
    }
    if (position?.average_price && Number(position.quantity) !== 0) {
      this.#addLine(
        Number(position.average_price),
        this.#color("--muted"),
        `Position ${position.quantity}`,
        LineStyle.Dotted,
      );
    }
    this.#markers.setMarkers(
      fills.map((fill) => this.#marker(fill)).sort((a, b) => Number(a.time) - Number(b.time)),
    );
  }

  /** Show everything there is. */
  fit(): void {
    this.#chart.timeScale().fitContent();
  }

  /** Show the last `count` bars. */
  showLast(count: number, total: number): void {
    this.#chart.timeScale().setVisibleLogicalRange({ from: Math.max(0, total - count), to: total + 5 });
  }

  /** Move by a share of what is in view: -0.25 is a quarter earlier. */
  pan(share: number): void {
    const scale = this.#chart.timeScale();
    const range = scale.getVisibleLogicalRange();
    if (!range) return;
    const by = (range.to - range.from) * share;
    scale.setVisibleLogicalRange({ from: range.from + by, to: range.to + by });
  }

  /** Call with the time (seconds) under the pointer, or null when it has left. */
  onCrosshair(listener: (time: number | null) => void): void {
    this.#chart.subscribeCrosshairMove((event) =>
      listener(event.time === undefined ? null : Number(event.time)),
    );
  }

  /** How many bars ahead of the first the view begins, after bars were put before it. */
  keepView(added: number): void {
    const scale = this.#chart.timeScale();
    const range = scale.getVisibleLogicalRange();
    if (range) scale.setVisibleLogicalRange({ from: range.from + added, to: range.to + added });
  }

  remove(): void {
    this.#chart.remove();
  }

  #addLine(price: number, color: string, title: string, lineStyle: LineStyle): void {
    const options = { price, color, title, lineStyle, lineWidth: 1 as const, axisLabelVisible: true };
    this.#lines.push(this.#main.createPriceLine(options));
  }

  #marker(fill: Fill): SeriesMarker<Time> {
    const isBuy = fill.side === "BUY";
    const seconds = Math.floor(new Date(fill.ts).getTime() / 1000);
    return {
      time: seconds as UTCTimestamp,
      position: isBuy ? "belowBar" : "aboveBar",
      shape: isBuy ? "arrowUp" : "arrowDown",
      color: this.#color(isBuy ? "--up" : "--down"),
      size: 1,
    };
  }

  #point(bar: ChartBar) {
    const time = bar.time as UTCTimestamp;
    if (!this.#look.isCandles) return { time, value: bar.close };
    if (isFull(bar)) return { time, open: bar.open, high: bar.high, low: bar.low, close: bar.close };
    return { time, open: bar.close, high: bar.close, low: bar.close, close: bar.close };
  }

  #volumePoint(bar: ChartBar) {
    const time = bar.time as UTCTimestamp;
    if (!Number.isFinite(bar.volume)) return { time };
    return { time, value: bar.volume, color: `${this.#color(bar.close >= bar.open ? "--up" : "--down")}55` };
  }

  #color = (name: string): string => {
    const style = getComputedStyle(this.#box);
    const value = style.getPropertyValue(name).trim();
    return value === "" ? "#888888" : value;
  };
}

/** Whether bars of this interval (seconds) stand for days. */
export function isDailyInterval(intervalNs: number): boolean {
  return intervalNs / 1e9 >= DAY_S;
}
