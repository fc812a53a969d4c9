/** The heat map's cells as pixels: pure, so that it is tested without a canvas. */
import type { HeatColumn } from "./decode";
import { type Axes, shareOf } from "./scale";

export type Pixels = { width: number; height: number; words: Uint32Array };

/** How long a column is drawn where the next one is missing, milliseconds. */
const HOLD_MS = 2_000;

/** Paint columns into `pixels`, which cover the plot of `axes` at `ratio` pixels for each of its own. */
export function paintColumns(
  pixels: Pixels,
  columns: readonly HeatColumn[],
  axes: Axes,
  ratio: number,
  colors: Uint32Array,
  top: number,
): void {
  const { width, height, words } = pixels;
  const ground = colors[0] as number;
  words.fill(ground);
  const strip = new Uint8Array(height);
  for (const [at, column] of columns.entries()) {
    const next = columns[at + 1]?.at ?? column.at + 1_000;
    const end = Math.min(next, column.at + HOLD_MS);
    const left = Math.max(0, Math.round((axes.x(column.at) - axes.plot.left) * ratio));
    const right = Math.min(width, Math.round((axes.x(end) - axes.plot.left) * ratio));
    if (right <= left) continue;
    fillStrip(strip, column, axes, ratio, colors.length, top);
    for (let y = 0; y < height; y += 1) {
      const shade = strip[y] as number;
      if (shade > 0) words.fill(colors[shade] as number, y * width + left, y * width + right);
    }
  }
}

/** The shades of a column's pixels from the top: 0 for nothing; where cells share a pixel the larger wins. */
export function fillStrip(
  strip: Uint8Array,
  column: HeatColumn,
  axes: Axes,
  ratio: number,
  shades: number,
  top: number,
): void {
  strip.fill(0);
  const toRow = (price: number) => Math.round((axes.y(price) - axes.plot.top) * ratio);
  for (const [at, size] of column.sizes.entries()) {
    if (!(size > 0)) continue;
    const price = column.low + at * column.step;
    const bottom = toRow(price);
    const above = Math.min(toRow(price + column.step), bottom - 1);
    const shade = Math.max(1, Math.round(shareOf(size, top) * (shades - 1)));
    for (let row = Math.max(above, 0); row < Math.min(bottom, strip.length); row += 1) {
      if (shade > (strip[row] as number)) strip[row] = shade;
    }
  }
}
