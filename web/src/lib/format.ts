/** Numbers, money, times and ages as people read them; decimals are never passed through floats. */

export type Decimal = string | number | null | undefined;

/** Shown where a value is not known. */
export const NOTHING = "–";
const MINUS = "\u2212";

/** A number with grouped thousands and, where `digits` is given, that many decimals (text is rounded half up). */
export function formatDecimal(value: Decimal, digits?: number): string {
  const text = plainText(value);
  if (text === null) return NOTHING;
  const negative = text.startsWith("-");
  const rounded =
    digits === undefined ? text.replace(/^[+-]/, "") : roundText(text.replace(/^[+-]/, ""), digits);
  const [whole = "0", fraction] = rounded.split(".");
  const grouped = whole.replace(/\B(?=(\d{3})+(?!\d))/g, ",");
  const shown = fraction === undefined || fraction === "" ? grouped : `${grouped}.${fraction}`;
  return negative && /[1-9]/.test(rounded) ? MINUS + shown : shown;
}

/** The plain decimal text of a value, or null: not known, not finite, not a number. */
function plainText(value: Decimal): string | null {
  if (value === null || value === undefined || value === "") return null;
  if (typeof value === "number") {
    if (!Number.isFinite(value)) return null;
    if (Math.abs(value) >= 1e21) return BigInt(value).toString();
    return /e/.test(String(value)) ? value.toFixed(9).replace(/\.?0+$/, "") : String(value);
  }
  return /^[+-]?(\d+\.?\d*|\.\d+)$/.test(value) ? value : null;
}

/** An unsigned decimal text rounded half up to `digits` decimals, in integers. */
function roundText(text: string, digits: number): string {
  const [whole = "0", fraction = ""] = text.split(".");
  const kept = BigInt((whole || "0") + fraction.slice(0, digits).padEnd(digits, "0"));
  const isUp = (fraction[digits] ?? "0") >= "5";
  const all = (isUp ? kept + 1n : kept).toString().padStart(digits + 1, "0");
  return digits === 0 ? all : `${all.slice(0, -digits)}.${all.slice(-digits)}`;
}

/** Money with two decimals and, where given, its currency behind it. */
export function formatMoney(value: Decimal, currency?: string): string {
  const text = formatDecimal(value, 2);
  return currency && text !== NOTHING ? `${text} ${currency}` : text;
}

/** A quantity with the decimals it has. */
export function formatQty(value: Decimal): string {
  return formatDecimal(value);
}

/** A price; `digits` are those of the instrument's tick, two where not known. */
export function formatPrice(value: Decimal, digits = 2): string {
  return formatDecimal(value, digits);
}

/** A number with its sign always shown; zero has none. */
export function formatSigned(value: Decimal, digits = 2): string {
  const text = formatDecimal(value, digits);
  return text !== NOTHING && !text.startsWith(MINUS) && /[1-9]/.test(text) ? `+${text}` : text;
}

/** Basis points as a signed percentage: 125 is +1.25%. */
export function formatBps(value: Decimal): string {
  const number = Number(plainText(value) ?? Number.NaN);
  return Number.isFinite(number) ? `${formatSigned(number / 100, 2)}%` : NOTHING;
}

/** A fraction as a signed percentage: 0.0125 is +1.25%. */
export function formatPct(value: Decimal): string {
  const number = Number(plainText(value) ?? Number.NaN);
  return Number.isFinite(number) ? `${formatSigned(number * 100, 2)}%` : NOTHING;
}

/** -1, 0 or 1; 0 where not known. */
export function signOf(value: Decimal): -1 | 0 | 1 {
  const text = plainText(value);
  if (text === null || !/[1-9]/.test(text)) return 0;
  return text.startsWith("-") ? -1 : 1;
}

/** The glyph that says the direction without color. */
export function arrowOf(value: Decimal): string {
  return ["▼", "", "▲"][signOf(value) + 1] ?? "";
}

/** The class of a value's direction. */
export function classOf(value: Decimal): string {
  return ["down", "flat", "up"][signOf(value) + 1] ?? "flat";
}

/** A UTC time (RFC 3339 or milliseconds) as "2026-11-20 20:06:22"; midnight of daily data keeps its time. */
export function formatTime(value: string | number | null | undefined, withMilliseconds = false): string {
  const date = dateOf(value);
  if (date === null) return NOTHING;
  const text = date.toISOString().replace("T", " ");
  return withMilliseconds ? text.slice(0, 23) : text.slice(0, 19);
}

/** The UTC day of a time. */
export function formatDate(value: string | number | null | undefined): string {
  return formatTime(value).slice(0, 10);
}

/** The UTC time of day of a time. */
export function formatClock(value: string | number | null | undefined): string {
  const text = formatTime(value);
  return text === NOTHING ? text : text.slice(11);
}

/** A time in the reader's own zone, for a title. */
export function formatLocal(value: string | number | null | undefined): string {
  const date = dateOf(value);
  return date === null ? "" : `${date.toLocaleString(undefined, { timeZoneName: "short" })}`;
}

/** Milliseconds since 1970 of a time, or NaN. */
export function millisecondsOf(value: string | number | null | undefined): number {
  return dateOf(value)?.getTime() ?? Number.NaN;
}

function dateOf(value: string | number | null | undefined): Date | null {
  if (value === null || value === undefined || value === "") return null;
  // Nine decimals are more than Date reads everywhere.
  const date = new Date(typeof value === "string" ? value.replace(/(\.\d{3})\d+/, "$1") : value);
  return Number.isNaN(date.getTime()) ? null : date;
}

/** An age in seconds as "3 s", "5 min", "2 h", "4 d". */
export function formatAge(seconds: number | null | undefined): string {
  if (seconds === null || seconds === undefined || !Number.isFinite(seconds)) return NOTHING;
  if (seconds < 0.95) return "now";
  if (seconds < 90) return `${Math.round(seconds)} s`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`;
  if (seconds < 129600) return `${Math.round(seconds / 3600)} h`;
  return `${Math.round(seconds / 86400)} d`;
}

/** "PARTIALLY_FILLED" as "Partially filled". */
export function formatWord(word: string | null | undefined): string {
  if (!word) return NOTHING;
  const text = word.replaceAll("_", " ").toLowerCase();
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** What holds a job up, by the word of the desk. */
export const WAITS: Record<string, string> = {
  DESK: "waits: the desk is busy",
  JOBS: "waits for other jobs",
};
