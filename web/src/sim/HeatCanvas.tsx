/** Where the picture is: its two canvases, the pointer and the keys that move its crosshair. */
import { type KeyboardEvent, type PointerEvent, useEffect, useMemo, useRef } from "react";
import { usePainter } from "../feed/hooks";
import { requestPaint } from "../feed/painters";
import { usePreferences } from "../lib/preferences";
import { luminance, usePalette } from "../spec/charts/palette";
import type { BookStore } from "./book";
import type { HeatColors } from "./heatPainter";
import { HeatPicture, type HeatSettings } from "./heatPicture";
import { rampOf, wordsOf } from "./ramp";

type HeatCanvasProps = HeatSettings & { symbol: string; store: BookStore; isFrozen: boolean };

const CALM = "(prefers-reduced-motion: reduce)";
/** Where motion is to be reduced, a fast market does not run by faster than this. */
const CALM_MS = 1_000;

/** The colors of the theme in force. */
function useHeatColors(): HeatColors {
  const palette = usePalette();
  const theme = usePreferences((state) => state.theme);
  return useMemo(() => {
    const ramp = rampOf(palette.panel, luminance(palette.panel) > 0.4);
    return { palette, ramp, words: wordsOf(ramp), halo: theme === "contrast" ? "#000000" : palette.panel };
  }, [palette, theme]);
}

export function HeatCanvas({ symbol, store, isFrozen, marks, spanMs, fit, digits, unit }: HeatCanvasProps) {
  const frame = useRef<HTMLDivElement>(null);
  const readout = useRef<HTMLParagraphElement>(null);
  const spoken = useRef<HTMLParagraphElement>(null);
  const settings = useMemo(() => ({ marks, spanMs, fit, digits, unit }), [marks, spanMs, fit, digits, unit]);
  const picture = usePicture(frame, settings);
  const isCalm = useMemo(() => window.matchMedia(CALM).matches, []);
  const write = (element: HTMLElement | null, text: string) => {
    if (element && element.textContent !== text) element.textContent = text;
  };
  usePainter(() => {
    picture.current?.frame(store, isFrozen, performance.now(), isCalm ? CALM_MS : 0);
    write(readout.current, picture.current?.readout ?? "");
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: what stood still goes on at once
  useEffect(requestPaint, [isFrozen]);
  const clear = () => write(readout.current, picture.current?.point(null) ?? "");
  const onPointerMove = (event: PointerEvent) => {
    const box = event.currentTarget.getBoundingClientRect();
    const point = { x: event.clientX - box.left, y: event.clientY - box.top };
    write(readout.current, picture.current?.point(point) ?? "");
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Escape") return clear();
    const text = picture.current?.key(event.key, event.shiftKey) ?? null;
    if (text === null) return;
    event.preventDefault();
    write(readout.current, text);
    write(spoken.current, text);
  };
  const label = `Book and price of ${symbol} over ${spanMs / 60_000} minutes. Arrow keys move a crosshair; a table of it is a button away.`;
  return (
    // biome-ignore lint/a11y/useSemanticElements: a figure cannot be named by a text that is not its caption
    <div
      ref={frame}
      role="group"
      aria-label={label}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: the crosshair is moved with the arrow keys
      tabIndex={0}
      className="sim-canvas"
      onPointerMove={onPointerMove}
      onPointerLeave={clear}
      onKeyDown={onKeyDown}
      onBlur={clear}
    >
      <canvas />
      <canvas />
      <p ref={readout} className="sim-readout" aria-hidden="true" />
      <p ref={spoken} className="visually-hidden" role="status" />
    </div>
  );
}

/** The picture of a frame's canvases, as large as it, in the theme's colors. */
function usePicture(frame: { current: HTMLDivElement | null }, settings: HeatSettings) {
  const picture = useRef<HeatPicture | null>(null);
  const colors = useHeatColors();
  const latest = useRef({ colors, settings });
  latest.current = { colors, settings };
  useEffect(() => {
    const box = frame.current;
    const [base, over] = Array.from(box?.querySelectorAll("canvas") ?? []);
    if (!box || !base || !over) return;
    const made = new HeatPicture(base, over, latest.current.colors, latest.current.settings);
    picture.current = made;
    const resize = (width: number, height: number) => {
      made.resize(Math.floor(width), Math.floor(height));
      requestPaint();
    };
    resize(box.clientWidth, box.clientHeight);
    if (typeof ResizeObserver === "undefined") return;
    const observer = new ResizeObserver(([entry]) => {
      if (entry) resize(entry.contentRect.width, entry.contentRect.height);
    });
    observer.observe(box);
    return () => {
      observer.disconnect();
      picture.current = null;
    };
  }, [frame]);
  useEffect(() => {
    picture.current?.set(colors, settings);
    requestPaint();
  }, [colors, settings]);
  return picture;
}
