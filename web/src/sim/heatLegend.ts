/** The legend of the heat map, on the picture itself so that a saved one has it. */
import { formatDecimal } from "../lib/format";
import type { Palette } from "../spec/charts/palette";
import type { HeatColors } from "./heatPainter";
import { type Plot, sizeOf } from "./scale";

const BAR = { width: 120, height: 8, y: 6 };
const GAP = 14;

/** A quantity in few letters: as many decimals as tell it from its neighbors. */
export function shortQty(value: number): string {
  if (!(value > 0)) return "0";
  const digits =
    value >= 100 ? 0 : value >= 10 ? 1 : Math.min(6, Math.max(1, 1 - Math.floor(Math.log10(value))));
  return formatDecimal(Number(value.toFixed(digits)));
}

/** Colors with their sizes, then what the lines and triangles are; what does not fit is left out. */
export function drawLegend(
  context: CanvasRenderingContext2D,
  plot: Plot,
  { top, unit }: { top: number; unit: string },
  { palette, ramp }: Pick<HeatColors, "palette" | "ramp">,
): void {
  context.font = palette.font;
  context.textBaseline = "middle";
  context.textAlign = "left";
  context.fillStyle = palette.muted;
  const title = `Resting, ${unit}`;
  let x = plot.left + 2;
  context.fillText(title, x, 13);
  x += context.measureText(title).width + 8;
  const marks = [0, 0.5, 1].map((share) => ({ share, text: shortQty(sizeOf(share, top)) }));
  const first = marks[0] as { share: number; text: string };
  context.fillText(first.text, x, 13);
  x += context.measureText(first.text).width + 4;
  for (let at = 0; at < BAR.width; at += 1) {
    context.fillStyle = ramp[Math.floor((at / (BAR.width - 1)) * (ramp.length - 1))] as string;
    context.fillRect(x + at, 9, 1, BAR.height);
  }
  context.strokeStyle = palette.line;
  context.strokeRect(x - 0.5, 8.5, BAR.width + 1, BAR.height + 1);
  x += BAR.width + 4;
  context.fillStyle = palette.muted;
  const last = `${marks[2]?.text ?? ""}+ (half at ${marks[1]?.text ?? ""})`;
  context.fillText(last, x, 13);
  x += context.measureText(last).width + GAP;
  drawKeys(context, x, plot.left + plot.width, palette);
}

function drawKeys(context: CanvasRenderingContext2D, from: number, end: number, palette: Palette): void {
  const keys = [
    { text: "mid", color: palette.fg },
    { text: "bid", color: palette.up },
    { text: "ask", color: palette.down },
    { text: "buyer came", color: palette.up, glyph: "▲" },
    { text: "seller came", color: palette.down, glyph: "▼" },
  ];
  let x = from;
  for (const { text, color, glyph } of keys) {
    const width = 16 + context.measureText(text).width + GAP;
    if (x + width > end) return;
    context.fillStyle = color;
    if (glyph) context.fillText(glyph, x + 1, 13);
    else context.fillRect(x, 12, 12, 2);
    context.fillStyle = palette.muted;
    context.fillText(text, x + 16, 13);
    x += width;
  }
}
