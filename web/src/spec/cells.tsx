/** Values as cells and figures show them: text for people and files, classes for color, glyphs for direction. */
import type { ReactNode } from "react";
import {
  arrowOf,
  classOf,
  type Decimal,
  formatAge,
  formatBps,
  formatDecimal,
  formatLocal,
  formatMoney,
  formatPct,
  formatPrice,
  formatQty,
  formatTime,
  formatWord,
  millisecondsOf,
  NOTHING,
  signOf,
} from "../lib/format";
import type { Format } from "./types";

const RIGHT = new Set<Format>(["decimal", "money", "qty", "price", "bps", "pct", "age"]);
const NUMERIC = new Set<Format>(["decimal", "money", "qty", "price", "bps", "pct"]);

/** Whether a format is written to the right edge. */
export const isRight = (format: Format | undefined) => RIGHT.has(format ?? "text");

/** Whether a format is of numbers. */
export const isNumeric = (format: Format | undefined) => NUMERIC.has(format ?? "text");

/** The number a value stands for, NaN where it is none. */
export function numberOf(value: unknown): number {
  if (typeof value === "number") return value;
  if (typeof value === "string" && value.trim() !== "") return Number(value);
  return Number.NaN;
}

/** Decimals that all numbers of a column get, so that they can be compared; undefined where each keeps its own.

Whole numbers stay whole. Two decimals do, or four where a number is so small that two would hide it, or all are
so small that two would make them alike.
*/
export function decimalsOf(values: readonly unknown[], format: Format | undefined): number | undefined {
  if (format !== "decimal") return undefined;
  const numbers = values.filter((value) => value !== undefined && value !== null && value !== "");
  if (!numbers.every((value) => typeof value === "number" && Number.isFinite(value))) return undefined;
  const sizes = (numbers as number[]).map(Math.abs);
  if (sizes.every(Number.isInteger)) return undefined;
  const isFine = sizes.some((size) => size < SMALL && size >= ROUNDED_AWAY);
  const areSmall = sizes.every((size) => size < ALL_SMALL) && sizes.some((size) => size >= ROUNDED_AWAY);
  return isFine || areSmall ? 4 : 2;
}

/** Decimals for numbers that are read on one scale, whose largest size is given. */
export function decimalsOnScale(largest: number, isWhole: boolean): number {
  if (isWhole) return 0;
  return largest < ALL_SMALL ? 4 : 2;
}

const SMALL = 0.01;
const ALL_SMALL = 0.1;
const ROUNDED_AWAY = 5e-5;

/** A value in the words of a format. `nowMs` is what ages are counted to. */
export function textOf(value: unknown, format: Format = "text", nowMs: number = Date.now()): string {
  if (value === undefined || value === null || value === "") return NOTHING;
  if (isByCurrency(value) && isNumeric(format)) return amounts(value);
  const large = inPowers(value, format);
  if (large !== null) return large;
  switch (format) {
    case "money":
      return formatMoney(decimal(value));
    case "qty":
      return formatQty(decimal(value));
    case "price":
      return price(decimal(value));
    case "decimal":
      return typeof value === "number" && !Number.isInteger(value)
        ? formatDecimal(value, Math.abs(value) < 0.1 ? 4 : 2)
        : formatDecimal(decimal(value), fractionOf(value) > 4 ? 4 : undefined);
    case "bps":
      return formatBps(decimal(value)).replace(/^\+/, "");
    case "pct":
      return formatPct(decimal(value)).replace(/^\+/, "");
    case "time":
      return formatTime(value as string);
    case "age":
      return formatAge(ageOf(value, nowMs));
    case "status":
    case "side":
      return typeof value === "boolean" ? (value ? "Yes" : "No") : formatWord(plain(value));
    case "json":
      return JSON.stringify(value);
    default:
      return plain(value);
  }
}

const LARGE = 1e9;

/** A figure that is too large to be read digit by digit, as "4.72 × 10²¹"; null for any other value. */
function inPowers(value: unknown, format: Format): string | null {
  if (typeof value !== "number" || (format !== "decimal" && format !== "pct")) return null;
  const shown = format === "pct" ? value * 100 : value;
  if (!Number.isFinite(shown) || Math.abs(shown) < LARGE) return null;
  const [digits = "", power = ""] = Math.abs(shown).toExponential(2).split("e+");
  const raised = [...power].map((digit) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[Number(digit)]).join("");
  return `${shown < 0 ? "−" : ""}${digits} × 10${raised}${format === "pct" ? "%" : ""}`;
}

function plain(value: unknown): string {
  if (Array.isArray(value) && value.every((item) => typeof item !== "object"))
    return value.join(", ") || NOTHING;
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

function decimal(value: unknown): Decimal {
  return typeof value === "string" || typeof value === "number" ? value : null;
}

/** How many decimals a text has. */
function fractionOf(value: unknown): number {
  return typeof value === "string" ? (value.split(".")[1]?.length ?? 0) : 0;
}

/** Two decimals, or as many as the price has. */
function price(value: Decimal): string {
  return formatPrice(value, Math.max(2, fractionOf(value)));
}

function isByCurrency(value: unknown): value is Record<string, Decimal> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function amounts(value: Record<string, Decimal>): string {
  const texts = Object.entries(value).map(([currency, amount]) => formatMoney(amount, currency));
  return texts.join(" · ") || NOTHING;
}

function ageOf(value: unknown, nowMs: number): number {
  if (typeof value === "number") return value;
  return (nowMs - millisecondsOf(value as string)) / 1000;
}

const STATUS_TONES: Record<string, string> = {
  RUNNING: "ok",
  ACTIVE: "ok",
  FILLED: "ok",
  DONE: "ok",
  PLAYING: "ok",
  OK: "ok",
  CONNECTED: "ok",
  READY: "ok",
  AGREED: "ok",
  SETTLED: "ok",
  CONFIRMED: "ok",
  NEW: "info",
  INFO: "info",
  PARTIALLY_FILLED: "info",
  PENDING_NEW: "info",
  STARTING: "info",
  QUEUED: "info",
  PAUSED: "warn",
  WARNING: "warn",
  RECONCILING: "warn",
  OUTSTANDING: "warn",
  OPEN: "warn",
  ACCEPT: "warn",
  REPAIR: "warn",
  REDUCING: "warn",
  RESTARTING: "warn",
  STOPPING: "warn",
  PENDING_CANCEL: "warn",
  INTERRUPTED: "warn",
  DEGRADED: "warn",
  HALTED: "error",
  CRITICAL: "error",
  FAILED: "error",
  REJECTED: "error",
  REFUSED: "error",
  DENIED: "error",
  DOWN: "error",
  AWAY: "error",
};

/** The tone of a word of state: ok, info, warn, error, or "" for no tone. */
export function toneOf(value: unknown): string {
  return typeof value === "string" ? (STATUS_TONES[value.toUpperCase()] ?? "") : "";
}

/** The sign of a value; of amounts by currency where all agree. */
export function directionOf(value: unknown): -1 | 0 | 1 {
  if (isByCurrency(value)) {
    const signs = new Set(Object.values(value).map((amount) => signOf(amount)));
    signs.delete(0);
    const [only] = signs;
    return signs.size === 1 && only !== undefined ? only : 0;
  }
  return signOf(decimal(value));
}

/** The same, a number with as many decimals as are given. */
export function textWith(value: unknown, format: Format, decimals: number | undefined): string {
  return decimals !== undefined && typeof value === "number" && inPowers(value, format) === null
    ? formatDecimal(value, decimals)
    : textOf(value, format);
}

/** A value as it is shown in a cell. */
export function Cell({
  value,
  format = "text",
  signed,
  decimals,
}: {
  value: unknown;
  format?: Format;
  signed?: boolean;
  decimals?: number | undefined;
}): ReactNode {
  const text = textWith(value, format, decimals);
  if (text === NOTHING) return <span className="muted">{NOTHING}</span>;
  if (format === "text" && typeof value === "boolean") return value ? "Yes" : "No";
  if (format === "status" && typeof value !== "boolean") return <StatusWord value={value} text={text} />;
  if (format === "side") return <span className={value === "BUY" ? "side up" : "side down"}>{text}</span>;
  if (format === "id") return <span className="spec-id">{text}</span>;
  if (format === "json") return <code className="spec-inline-json">{text}</code>;
  if (format === "time") return <time title={formatLocal(value as string)}>{text}</time>;
  if (!signed) return text.length > 40 ? <span title={text}>{text}</span> : text;
  const direction = directionOf(value);
  const shown = direction > 0 && !text.startsWith("+") ? `+${text}` : text;
  return (
    <span className={classOf(direction)}>
      {shown} {format === "qty" ? null : <span aria-hidden="true">{arrowOf(direction)}</span>}
    </span>
  );
}

function StatusWord({ value, text }: { value: unknown; text: string }) {
  const tone = toneOf(value);
  return (
    <span className={`spec-status ${tone ? `tone-${tone}` : ""}`}>
      {tone ? <span className="spec-dot" aria-hidden="true" /> : null}
      {text}
    </span>
  );
}
