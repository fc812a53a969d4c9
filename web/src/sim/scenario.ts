/** A scenario's fields as a form, and what it will do in a sentence. */
import { formatDecimal } from "../lib/format";
import type { Values } from "../spec/form/schema";
import type { Schema } from "../spec/types";
import type { ScenarioField, ScenarioKind } from "./types";

const TYPES: Record<string, string> = {
  float: "number",
  number: "number",
  int: "integer",
  integer: "integer",
};
const BOOKS = new Set(["instrument_id", "symbol", "book"]);

/** The schema that a form is drawn from; no field may be left empty, since the sentence names them all. */
export function schemaOf(kind: ScenarioKind): Schema {
  return {
    type: "object",
    properties: Object.fromEntries(kind.fields.map((field) => [field.name, propertyOf(field)])),
    required: kind.fields.map((field) => field.name),
  };
}

function propertyOf(field: ScenarioField): Schema {
  const schema: Schema = { type: TYPES[field.type] ?? "string", title: field.title };
  if (field.unit) schema["x-unit"] = field.unit;
  if (field.default !== undefined && field.default !== null) schema.default = field.default;
  if (typeof field.minimum === "number") schema.minimum = field.minimum;
  if (typeof field.maximum === "number") schema.maximum = field.maximum;
  if (field.choices && field.choices.length > 0) schema.enum = field.choices;
  return schema;
}

/** The values a form begins with where one book is in view: the field that names a book has that one. */
export function valuesFor(kind: ScenarioKind, book: { instrument_id: string; symbol: string }): Values {
  const found: Values = {};
  for (const field of kind.fields) {
    if (!BOOKS.has(field.name)) continue;
    const offered = [book.instrument_id, book.symbol];
    const known = offered.find((each) => field.choices?.includes(each));
    found[field.name] = known ?? (field.name === "instrument_id" ? book.instrument_id : book.symbol);
  }
  return found;
}

/** Such as "Fat finger: Book BTC-USDT.PRISM, Side BUY, Size 400 clips." */
export function sentenceOf(kind: ScenarioKind, body: Record<string, unknown>): string {
  const parts = kind.fields.flatMap((field) => {
    const value = body[field.name];
    if (value === undefined || value === "") return [];
    const text = typeof value === "number" ? formatDecimal(value) : String(value);
    return [`${field.title} ${text}${field.unit ? ` ${field.unit}` : ""}`];
  });
  return `${kind.title}${parts.length > 0 ? `: ${parts.join(", ")}` : ""}.`;
}

/** Why a reason does not do; null where it does. The server keeps it in the audit log. */
export function reasonFault(reason: string): string | null {
  return reason.trim().length < 3 ? "Say in a few words why: it is kept in the audit log." : null;
}

export const SEED_MAX = 2 ** 32 - 1;

/** Why a text is no seed; null where it is one. */
export function seedFault(text: string): string | null {
  if (!/^\d+$/.test(text.trim())) return "A seed is a whole number from 0 on.";
  return Number(text) > SEED_MAX ? `A seed is at most ${SEED_MAX}.` : null;
}
