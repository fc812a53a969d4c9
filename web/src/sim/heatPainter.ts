/** Draws the heat map on two canvases: what changes by the second below, the crosshair above it. */
import { formatClock, formatDecimal } from "../lib/format";
import type { Palette } from "../spec/charts/palette";
import type { HeatColumn } from "./decode";
import { paintColumns } from "./heatImage";
import { drawLegend } from "./heatLegend";
import { Axes, type Bubble, marksOf, type Plot, type Range, radiusOf, timeMarksOf } from "./scale";

/** A scenario's time, and the number it has in the list of them. */
export type Mark = { at: number; text: string };

/** All that is on the picture. */
export type HeatView = {
  columns: readonly HeatColumn[];
  bubbles: readonly Bubble[];
  marks: readonly Mark[];
  time: Range;
  price: Range;
  top: number;
  digits: number;
  unit: string;
};
export type HeatColors = { palette: Palette; ramp: readonly string[]; words: Uint32Array; halo: string };

const MARGIN = { left: 6, top: 26, right: 70, bottom: 20 };

/** Where the plot is on a canvas of a size. */
export function plotOf(width: number, height: number): Plot {
  return {
    left: MARGIN.left,
    top: MARGIN.top,
    width: Math.max(10, width - MARGIN.left - MARGIN.right),
    height: Math.max(10, height - MARGIN.top - MARGIN.bottom),
  };
}

export class HeatPainter {
  #base: HTMLCanvasElement;
  #over: HTMLCanvasElement;
  #width = 0;
  #height = 0;
  #ratio = 1;
  axes: Axes | null = null;

  constructor(base: HTMLCanvasElement, over: HTMLCanvasElement) {
    this.#base = base;
    this.#over = over;
  }

  /** Take a size in pixels of the page. */
  resize(width: number, height: number): void {
    this.#width = width;
    this.#height = height;
    this.#ratio = Math.min(window.devicePixelRatio || 1, 2);
    for (const canvas of [this.#base, this.#over]) {
      canvas.width = Math.round(width * this.#ratio);
      canvas.height = Math.round(height * this.#ratio);
    }
  }

  /** Draw all but the crosshair. */
  paint(view: HeatView, colors: HeatColors): void {
    const context = this.#base.getContext("2d");
    if (!context || this.#width < 40 || this.#height < 80) return;
    const axes = new Axes(plotOf(this.#width, this.#height), view.time, view.price);
    this.axes = axes;
    const { palette } = colors;
    context.setTransform(this.#ratio, 0, 0, this.#ratio, 0, 0);
    context.fillStyle = palette.panel;
    context.fillRect(0, 0, this.#width, this.#height);
    this.#drawCells(context, axes, view, colors);
    const { plot } = axes;
    context.save();
    context.beginPath();
    context.rect(plot.left, plot.top, plot.width, plot.height);
    context.clip();
    drawLines(context, axes, view.columns, colors);
    drawBubbles(context, axes, view.bubbles, colors);
    drawMarks(context, axes, view.marks, colors);
    context.restore();
    drawAxes(context, axes, view, palette);
    drawLegend(context, axes.plot, view, colors);
  }

  /** Draw the crosshair at a time and a price, or take it away. */
  cross(at: { time: number; price: number } | null, colors: HeatColors, digits: number): void {
    const context = this.#over.getContext("2d");
    if (!context) return;
    context.setTransform(this.#ratio, 0, 0, this.#ratio, 0, 0);
    context.clearRect(0, 0, this.#width, this.#height);
    if (!at || !this.axes) return;
    const { plot } = this.axes;
    const x = Math.round(this.axes.x(at.time)) + 0.5;
    const y = Math.round(this.axes.y(at.price)) + 0.5;
    const vertical: Segment = [x, plot.top, x, plot.top + plot.height];
    const horizontal: Segment = [plot.left, y, plot.left + plot.width, y];
    for (const [color, width] of [
      [colors.halo, 3],
      [colors.palette.fg, 1],
    ] as const) {
      context.strokeStyle = color;
      context.lineWidth = width;
      for (const segment of [vertical, horizontal]) stroke(context, segment);
    }
    const { palette } = colors;
    context.font = palette.font;
    tag(context, plot.left + plot.width + 2, y, formatDecimal(at.price, digits), palette);
    tag(
      context,
      Math.min(x - 26, plot.left + plot.width - 54),
      plot.top + plot.height + 10,
      formatClock(at.time),
      palette,
    );
  }

  #drawCells(context: CanvasRenderingContext2D, axes: Axes, view: HeatView, colors: HeatColors): void {
    const { plot } = axes;
    const width = Math.round(plot.width * this.#ratio);
    const height = Math.round(plot.height * this.#ratio);
    const image = context.createImageData(width, height);
    const words = new Uint32Array(image.data.buffer);
    paintColumns({ width, height, words }, view.columns, axes, this.#ratio, colors.words, view.top);
    context.putImageData(image, Math.round(plot.left * this.#ratio), Math.round(plot.top * this.#ratio));
  }
}

type Segment = [fromX: number, fromY: number, toX: number, toY: number];

function stroke(context: CanvasRenderingContext2D, [fromX, fromY, toX, toY]: Segment): void {
  context.beginPath();
  context.moveTo(fromX, fromY);
  context.lineTo(toX, toY);
  context.stroke();
}

/** Best bid and offer and the mid, as steps, each with a halo that keeps it apart from the cells. */
function drawLines(
  context: CanvasRenderingContext2D,
  axes: Axes,
  columns: readonly HeatColumn[],
  { palette, halo }: HeatColors,
): void {
  const lines = [
    { key: "bid", color: palette.up, width: 1 },
    { key: "ask", color: palette.down, width: 1 },
    { key: "mid", color: palette.fg, width: 1.4 },
  ] as const;
  for (const isHalo of [true, false]) {
    for (const { key, color, width } of lines) {
      context.strokeStyle = isHalo ? halo : color;
      context.lineWidth = isHalo ? width + 2.2 : width;
      context.beginPath();
      let isDown = false;
      for (const [at, column] of columns.entries()) {
        const price = column[key];
        if (!(price > 0)) {
          isDown = false;
          continue;
        }
        const y = axes.y(price);
        if (isDown) context.lineTo(axes.x(column.at), y);
        else context.moveTo(axes.x(column.at), y);
        context.lineTo(axes.x(Math.min(columns[at + 1]?.at ?? column.at + 1_000, column.at + 1_000)), y);
        isDown = true;
      }
      context.stroke();
    }
  }
}

/** Trades as triangles: up where the buyer came, down where the seller did; the area goes with the quantity. */
function drawBubbles(
  context: CanvasRenderingContext2D,
  axes: Axes,
  bubbles: readonly Bubble[],
  { palette, halo }: HeatColors,
): void {
  const sizes = bubbles.map((each) => each.qty).sort((left, right) => left - right);
  const largest = sizes[Math.floor((sizes.length - 1) * 0.995)] ?? 0;
  context.lineWidth = 1;
  context.strokeStyle = halo;
  for (const { at, price, qty, isBuy } of bubbles) {
    const radius = radiusOf(qty, largest);
    const x = axes.x(at);
    const y = axes.y(price);
    const tip = isBuy ? -radius : radius;
    context.fillStyle = isBuy ? palette.up : palette.down;
    context.beginPath();
    context.moveTo(x, y + tip);
    context.lineTo(x - radius * 0.87, y - tip * 0.5);
    context.lineTo(x + radius * 0.87, y - tip * 0.5);
    context.closePath();
    context.fill();
    if (radius >= 2) context.stroke();
  }
}

/** Scenarios as dashed lines with their number. */
function drawMarks(
  context: CanvasRenderingContext2D,
  axes: Axes,
  marks: readonly Mark[],
  { palette, halo }: HeatColors,
): void {
  const { top, height } = axes.plot;
  context.font = `600 ${palette.font}`;
  context.textBaseline = "top";
  context.textAlign = "left";
  for (const { at, text } of marks) {
    const x = Math.round(axes.x(at)) + 0.5;
    for (const [color, width] of [
      [halo, 3.5],
      [palette.fg, 1.5],
    ] as const) {
      context.strokeStyle = color;
      context.lineWidth = width;
      context.setLineDash([5, 4]);
      stroke(context, [x, top, x, top + height]);
    }
    context.setLineDash([]);
    const width = context.measureText(text).width + 8;
    context.fillStyle = palette.fg;
    context.fillRect(x, top, width, 15);
    context.fillStyle = palette.panel;
    context.fillText(text, x + 4, top + 2);
  }
}

function drawAxes(context: CanvasRenderingContext2D, axes: Axes, view: HeatView, palette: Palette): void {
  const { plot } = axes;
  context.font = palette.font;
  context.fillStyle = palette.muted;
  context.strokeStyle = palette.line;
  context.lineWidth = 1;
  context.textBaseline = "middle";
  context.textAlign = "left";
  for (const price of marksOf(view.price, Math.max(2, plot.height / 52))) {
    const y = Math.round(axes.y(price)) + 0.5;
    stroke(context, [plot.left + plot.width, y, plot.left + plot.width + 4, y]);
    context.fillText(formatDecimal(price, view.digits), plot.left + plot.width + 7, y);
  }
  context.textAlign = "center";
  for (const at of timeMarksOf(view.time, Math.max(2, plot.width / 90))) {
    const x = Math.round(axes.x(at)) + 0.5;
    if (x < plot.left + 26 || x > plot.left + plot.width - 20) continue;
    stroke(context, [x, plot.top + plot.height, x, plot.top + plot.height + 4]);
    context.fillText(formatClock(at), x, plot.top + plot.height + 12);
  }
  context.textAlign = "left";
  const last = view.columns.at(-1);
  if (last && last.mid > 0)
    tag(context, plot.left + plot.width + 2, axes.y(last.mid), formatDecimal(last.mid, view.digits), palette);
}

/** A value on its own ground at an axis. */
function tag(context: CanvasRenderingContext2D, x: number, y: number, text: string, palette: Palette): void {
  context.font = palette.font;
  context.textBaseline = "middle";
  context.textAlign = "left";
  context.fillStyle = palette.fg;
  context.fillRect(x, y - 8, context.measureText(text).width + 8, 16);
  context.fillStyle = palette.panel;
  context.fillText(text, x + 4, y + 0.5);
}
