/** A scenario's fields as a form, and what it will do in a sentence. */
import { formatDecimal } from "../lib/format";
import type { Values } from "../spec/form/schema";
import type { Schema } from "../spec/types";
import type { ScenarioField, ScenarioKind } from "./types";

/** The name of the field that chooses a book. */
const BOOK = "instrument_id";

/** The schema that a form is drawn from; no field may be left empty, since the sentence names them all. */
export function schemaOf(kind: ScenarioKind): Schema {
  return {
    type: "object",
    properties: Object.fromEntries(kind.fields.map((field) => [field.name, propertyOf(field)])),
    required: kind.fields.map((field) => field.name),
  };
}

function propertyOf(field: ScenarioField): Schema {
  const { type, title, unit, minimum, maximum, choices } = field;
  const schema: Schema = { type: type === "choice" ? "string" : type, title, default: field.default };
  if (unit) schema["x-unit"] = unit;
  if (minimum !== null) schema.minimum = minimum;
  if (maximum !== null) schema.maximum = maximum;
  if (type === "choice") schema.enum = choices;
  return schema;
}

/** The values a form begins with while a book is in view: it is about that one. */
export function valuesFor(kind: ScenarioKind, instrumentId: string): Values {
  const field = kind.fields.find(({ name }) => name === BOOK);
  return field?.choices.includes(instrumentId) ? { [BOOK]: instrumentId } : {};
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

/** Larger ones the market takes, but not every browser counts so far. */
export const SEED_MAX = Number.MAX_SAFE_INTEGER;

/** Why a text is no seed; null where it is one. */
export function seedFault(text: string): string | null {
  if (!/^\d+$/.test(text.trim())) return "A seed is a whole number from 0 on.";
  return Number(text) > SEED_MAX ? `A seed is at most ${SEED_MAX}.` : null;
}
