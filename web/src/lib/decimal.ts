/** Exact decimals: text to integers in units of 1e-9 and back, as the server counts. */

const UNIT_DIGITS = 9;
export const UNIT = 1_000_000_000n;

/** The raw integer of a decimal text, or null where it is no decimal or has more than nine places. */
export function parseRaw(text: string): bigint | null {
  const match = /^([+-]?)(\d*)(?:\.(\d*))?$/.exec(text.trim());
  if (!match) return null;
  const [, sign, whole = "", fraction = ""] = match;
  if (whole === "" && fraction === "") return null;
  if (fraction.length > UNIT_DIGITS) return null;
  const raw = BigInt((whole || "0") + fraction.padEnd(UNIT_DIGITS, "0"));
  return sign === "-" ? -raw : raw;
}

/** The shortest text of a raw integer: no trailing zeros. */
export function formatRaw(raw: bigint): string {
  const digits = (raw < 0n ? -raw : raw).toString().padStart(UNIT_DIGITS + 1, "0");
  const whole = digits.slice(0, -UNIT_DIGITS);
  const fraction = digits.slice(-UNIT_DIGITS).replace(/0+$/, "");
  return `${raw < 0n ? "-" : ""}${whole}${fraction ? `.${fraction}` : ""}`;
}

/** The product of two raw integers, rounded half away from zero. */
export function multiplyRaw(left: bigint, right: bigint): bigint {
  const product = left * right;
  const half = product < 0n ? -UNIT / 2n : UNIT / 2n;
  return (product + half) / UNIT;
}

/** Whether `text` is a whole number of `step`s; a step that is no positive decimal allows all. */
export function isMultiple(text: string, step: string | undefined): boolean {
  const raw = parseRaw(text);
  const size = step === undefined ? null : parseRaw(step);
  if (raw === null) return false;
  return size === null || size <= 0n || raw % size === 0n;
}

/** How many decimals a step such as "0.01" has. */
export function digitsOf(step: string | undefined): number | undefined {
  const raw = step === undefined ? null : parseRaw(step);
  if (raw === null || raw <= 0n) return undefined;
  return (formatRaw(raw).split(".")[1] ?? "").length;
}

/** `text` moved by `count` steps, never below one step; unreadable text becomes one step. */
export function stepBy(text: string, step: string, count: number): string {
  const size = parseRaw(step) ?? UNIT;
  const from = parseRaw(text) ?? 0n;
  const to = from + size * BigInt(count);
  return formatRaw(to < size ? size : to);
}
