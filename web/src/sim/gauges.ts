/** The measures of a book over the last minutes, and how they are written. */
import { formatDecimal, NOTHING } from "../lib/format";
import { Ring } from "./ring";
import type { GaugesAnswer } from "./types";

/** Five minutes at one a second. */
const KEPT = 300;

export class GaugeHistory {
  #values = new Map<string, Ring<number>>();
  #now = "";

  /** Take in an answer; the same one again is left out. NaN stands where there was no value. */
  take(answer: GaugesAnswer): void {
    if (answer.now === this.#now) return;
    this.#now = answer.now;
    for (const { id, value } of answer.gauges) {
      let ring = this.#values.get(id);
      if (!ring) {
        ring = new Ring(KEPT);
        this.#values.set(id, ring);
      }
      ring.push(value ?? Number.NaN);
    }
  }

  /** What a measure was, the oldest first. */
  of(id: string): number[] {
    return this.#values.get(id)?.list() ?? [];
  }
}

/** A measure with so many figures that count; very small and very large ones as powers of ten. */
export function gaugeText(value: number | null, figures = 4): string {
  if (value === null || !Number.isFinite(value)) return NOTHING;
  const size = Math.abs(value);
  if (size === 0) return "0";
  if (size >= 1e7 || size < 1e-4) {
    const [head = "", power = ""] = value.toExponential(2).split("e");
    return `${head.replace("-", "\u2212")}e${power.replace("+", "").replace("-", "\u2212")}`;
  }
  const digits = Math.min(6, Math.max(0, figures - 1 - Math.floor(Math.log10(size))));
  return formatDecimal(Number(value.toFixed(digits)), Math.min(digits, 4));
}

/** The path of a line through values within a box; a gap where one is not known. Empty for fewer than two. */
export function sparkPath(values: readonly number[], width: number, height: number): string {
  const known = values.filter(Number.isFinite);
  if (known.length < 2) return "";
  const low = Math.min(...known);
  const high = Math.max(...known);
  const span = high - low;
  const parts: string[] = [];
  let isDown = false;
  for (const [at, value] of values.entries()) {
    if (!Number.isFinite(value)) {
      isDown = false;
      continue;
    }
    const x = (at / (values.length - 1)) * width;
    const y = span > 0 ? height - ((value - low) / span) * height : height / 2;
    parts.push(`${isDown ? "L" : "M"}${x.toFixed(1)} ${y.toFixed(1)}`);
    isDown = true;
  }
  return parts.join("");
}
