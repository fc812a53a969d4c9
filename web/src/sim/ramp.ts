/** The sequential palette of the heat map: viridis, from the panel's own color, so that more always stands out. */
import { mix, rgbOf } from "../spec/charts/palette";

/** Viridis at equal steps: even in lightness, and told apart by color-blind readers. */
const VIRIDIS = [
  "#440154",
  "#482878",
  "#3e4a89",
  "#31688e",
  "#26828e",
  "#1f9e89",
  "#35b779",
  "#6ece58",
  "#b5de2b",
  "#fde725",
];
export const RAMP_STEPS = 256;

/** The colors from nothing (the ground itself) to most. On a light ground it runs from light to dark. */
export function rampOf(ground: string, isLight: boolean): string[] {
  const stops = isLight ? [...VIRIDIS].reverse() : VIRIDIS;
  const first = stops[0] as string;
  const colors = [ground];
  for (let at = 1; at < RAMP_STEPS; at += 1) {
    const share = at / (RAMP_STEPS - 1);
    const color = between(stops, share);
    // The least sizes fade in from the ground; without this a single lot would jump out of nothing.
    colors.push(share < 0.12 ? mix(mix(ground, first, 0.35), color, share / 0.12) : color);
  }
  return colors;
}

function between(stops: readonly string[], share: number): string {
  const place = Math.min(Math.max(share, 0), 1) * (stops.length - 1);
  const at = Math.min(Math.floor(place), stops.length - 2);
  return mix(stops[at] as string, stops[at + 1] as string, place - at);
}

/** Colors as the words of an ImageData: alpha, blue, green, red from the high byte. */
export function wordsOf(colors: readonly string[]): Uint32Array {
  return Uint32Array.from(colors, (color) => {
    const [red, green, blue] = rgbOf(color);
    return ((255 << 24) | (blue << 16) | (green << 8) | red) >>> 0;
  });
}
