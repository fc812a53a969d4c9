/** Colors for charts, read from the tokens of the theme in use; charts are drawn again when it changes. */
import { useMemo } from "react";
import { usePreferences } from "../../lib/preferences";

export type Palette = {
  panel: string;
  fg: string;
  muted: string;
  line: string;
  /** Of marks behind what is drawn, fainter than lines around panels may be. */
  grid: string;
  up: string;
  down: string;
  /** Colors of series in order: told apart by color-blind readers too. */
  series: readonly string[];
  font: string;
};

const FALLBACK: Record<string, string> = {
  "--panel": "#141a22",
  "--fg": "#e6ebf2",
  "--muted": "#9aa6b6",
  "--line": "#232d39",
  "--grid": "#232d39",
  "--up": "#4cb3ff",
  "--down": "#ff9a4d",
  "--blue": "#4cb3ff",
  "--orange": "#ff9a4d",
  "--green": "#5cd6a3",
  "--warn": "#f2c14e",
};

/** The tokens as they are now. */
export function readPalette(): Palette {
  const style = getComputedStyle(document.documentElement);
  const token = (name: string) => style.getPropertyValue(name).trim() || FALLBACK[name] || "#888888";
  return {
    panel: token("--panel"),
    fg: token("--fg"),
    muted: token("--muted"),
    line: token("--line"),
    grid: token("--grid"),
    up: token("--up"),
    down: token("--down"),
    series: [token("--blue"), token("--orange"), token("--green"), token("--warn")],
    font: `11px ${style.getPropertyValue("--font").trim() || "sans-serif"}`,
  };
}

/** The palette of the theme; a new object whenever the look changes. */
export function usePalette(): Palette {
  const theme = usePreferences((state) => state.theme);
  const updown = usePreferences((state) => state.updown);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the tokens depend on the look
  return useMemo(readPalette, [theme, updown]);
}

type Rgb = [number, number, number];

/** "#rrggbb" or "#rgb", as a build may shorten it, as numbers; other notations are taken as gray. */
export function rgbOf(color: string): Rgb {
  const short = /^#([0-9a-f]{3})$/i.exec(color)?.[1]?.replace(/./g, "$&$&");
  const hex = short ?? /^#([0-9a-f]{6})$/i.exec(color)?.[1] ?? "888888";
  return [0, 2, 4].map((at) => Number.parseInt(hex.slice(at, at + 2), 16)) as Rgb;
}

/** A color `share` of the way from one to another. */
export function mix(from: string, to: string, share: number): string {
  const a = rgbOf(from);
  const b = rgbOf(to);
  const parts = a.map((value, at) => Math.round(value + ((b[at] as number) - value) * share));
  return `#${parts.map((part) => part.toString(16).padStart(2, "0")).join("")}`;
}

/** A color with an opacity. */
export function alpha(color: string, opacity: number): string {
  const [red, green, blue] = rgbOf(color);
  return `rgba(${red}, ${green}, ${blue}, ${opacity})`;
}

/** Relative luminance of WCAG 2. */
export function luminance(color: string): number {
  const [red, green, blue] = rgbOf(color).map((value) => {
    const share = value / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  }) as Rgb;
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** Black or white, whichever is read better on a color. */
export function inkOn(color: string): string {
  const light = luminance(color);
  return (light + 0.05) / 0.05 > 1.05 / (light + 0.05) ? "#000000" : "#ffffff";
}
