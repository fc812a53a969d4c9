/** A checker for the part of JSON Schema that forms use; the server checks again and has the last word. */
import { plainOf, valueAt } from "../pointer";
import type { Schema } from "../types";

/** What was typed: texts, ticks, and more of these by name. */
export type Values = { [name: string]: string | boolean | Values };

/** What is wrong, by path with dots. */
export type Faults = Record<string, string>;

/** `doc` is what it is, without its value. */
export type FieldChoice = { value: string; title: string; doc: string };

/** The schema behind `anyOf [X, null]`: X, and that it may be left out. */
export function plainSchema(schema: Schema): Schema {
  const kinds = (schema.anyOf ?? []).filter((each) => each.type !== "null");
  const [only] = kinds;
  if (kinds.length !== 1 || !only) return schema;
  const { anyOf: _, ...outer } = schema;
  return { ...only, ...outer };
}

/** The type of a schema; of several the first that is not null. */
export function typeOf(schema: Schema): string {
  const { type } = schema;
  if (typeof type === "string") return type;
  return (type ?? []).find((each) => each !== "null") ?? "string";
}

/** The schema with what depends on sources and on other fields put in its place. */
export function expandSchema(schema: Schema, values: Values, read: (pointer: string) => unknown): Schema {
  if (!schema.properties) return schema;
  const properties: Record<string, Schema> = {};
  for (const [name, each] of Object.entries(schema.properties)) {
    const from = each["x-schema"];
    properties[name] = plainSchema(from ? { ...each, ...schemaFrom(from, values, read) } : each);
  }
  return { ...schema, properties };
}

function schemaFrom(
  from: NonNullable<Schema["x-schema"]>,
  values: Values,
  read: (pointer: string) => unknown,
): Pick<Schema, "properties" | "required"> {
  const rows = readOr(read, from.data);
  const row = rows.find((each) =>
    Object.entries(from.match).every(([column, field]) => plainOf(valueAt(each, column)) === values[field]),
  );
  const { properties = {}, required = [] } = (valueAt(row, from.value) ?? {}) as Schema;
  return { properties, required };
}

/** What there is to choose from beside the other values, or null where anything may be typed. */
export function choicesOf(
  schema: Schema,
  read: (pointer: string) => unknown,
  values: Values = {},
): FieldChoice[] | null {
  if (schema.enum) return enumOf(schema);
  const from = schema["x-choices"];
  if (!from) return null;
  const isMatch = (row: unknown) =>
    Object.entries(from.match ?? {}).every(
      ([column, field]) => plainOf(valueAt(row, column)) === values[field],
    );
  const rows = readOr(read, from.data);
  return (from.match ? rows.filter(isMatch) : rows).map((row) => {
    const value = plainOf(valueAt(row, from.value));
    const title = from.title ? plainOf(valueAt(row, from.title)) : "";
    const doc = title === value ? "" : title;
    return { value, title: doc ? `${value} · ${doc}` : value, doc };
  });
}

/** The values that are offered, each by what it is called. */
export function enumOf(schema: Schema): FieldChoice[] {
  return (schema.enum ?? []).map((each) => {
    const value = plainOf(each);
    return { value, title: schema["x-words"]?.[value] ?? value, doc: "" };
  });
}

function readOr(read: (pointer: string) => unknown, pointer: string): unknown[] {
  try {
    const value = read(pointer);
    return Array.isArray(value) ? value : [];
  } catch {
    return []; // That source is not loaded yet.
  }
}

/** The values a form begins with: defaults, as texts. */
export function defaultsOf(schema: Schema, fillIn: (text: string) => string): Values {
  const found: Values = {};
  for (const [name, raw] of Object.entries(schema.properties ?? {})) {
    const each = plainSchema(raw);
    if (each.properties) found[name] = defaultsOf(each, fillIn);
    else if (typeOf(each) === "boolean") found[name] = each.default === true;
    else found[name] = each["x-fill"] ? fillIn(each["x-fill"]) : textOfDefault(each);
  }
  return found;
}

function textOfDefault(schema: Schema): string {
  const value = schema.const ?? schema.default;
  return Array.isArray(value) ? value.map(plainOf).join(", ") : plainOf(value);
}

/** What was typed as the body of a request, and what is wrong with it. */
export function bodyOf(schema: Schema, values: Values): { body: Record<string, unknown>; faults: Faults } {
  const faults: Faults = {};
  const body = objectOf(schema, values, "", faults);
  return { body, faults };
}

function objectOf(schema: Schema, values: Values, path: string, faults: Faults): Record<string, unknown> {
  const body: Record<string, unknown> = {};
  for (const [name, raw] of Object.entries(schema.properties ?? {})) {
    const each = plainSchema(raw);
    const at = path ? `${path}.${name}` : name;
    const value = values[name];
    if (each.properties) {
      body[name] = objectOf(each, typeof value === "object" ? value : {}, at, faults);
      continue;
    }
    const text = typeof value === "string" ? value.trim() : "";
    if (typeOf(each) === "array" && each.items?.enum && text === "") {
      const fault = faultOf(each, []); // None is ticked: that is not the same as what is usual.
      if (fault) faults[at] = fault;
      else body[name] = [];
      continue;
    }
    const isRequired = schema.required?.includes(name) ?? false;
    if (typeOf(each) !== "boolean" && text === "") {
      if (isRequired && each.default !== "") faults[at] = "Needed.";
      else if (each.default === "") body[name] = "";
      continue;
    }
    const made = typeOf(each) === "boolean" ? value === true : madeOf(each, text);
    const fault = faultOf(each, made);
    if (fault) faults[at] = fault;
    else body[name] = made;
  }
  return body;
}

/** A text as the value of a type; NaN where it is no number. */
function madeOf(schema: Schema, text: string): unknown {
  switch (typeOf(schema)) {
    case "integer":
    case "number":
      return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : Number.NaN;
    case "array":
      return text
        .split(",")
        .map((item) => item.trim())
        .filter((item) => item !== "")
        .map((item) => (schema.items ? madeOf(schema.items, item) : item));
    default:
      return text;
  }
}

/** Why a value does not fit a schema, in words; null where it does. */
export function faultOf(schema: Schema, value: unknown): string | null {
  if (schema.const !== undefined && value !== schema.const) return `Must be ${plainOf(schema.const)}.`;
  if (Array.isArray(value)) return arrayFault(schema, value);
  if (schema.enum && !schema.enum.includes(value))
    return `Must be one of ${schema.enum.map(plainOf).join(", ")}.`;
  if (typeof value === "number") return numberFault(schema, value);
  return typeof value === "string" ? textFault(schema, value) : null;
}

function numberFault(schema: Schema, value: number): string | null {
  if (!Number.isFinite(value)) return "Must be a number.";
  if (typeOf(schema) === "integer" && !Number.isInteger(value)) return "Must be a whole number.";
  if (schema.minimum !== undefined && value < schema.minimum) return `Must be at least ${schema.minimum}.`;
  if (schema.maximum !== undefined && value > schema.maximum) return `Must be at most ${schema.maximum}.`;
  const { exclusiveMinimum: above, exclusiveMaximum: below, multipleOf } = schema;
  if (above !== undefined && value <= above) return `Must be above ${above}.`;
  if (below !== undefined && value >= below) return `Must be below ${below}.`;
  if (multipleOf !== undefined && Math.abs(value / multipleOf - Math.round(value / multipleOf)) > 1e-9) {
    return `Must be a multiple of ${multipleOf}.`;
  }
  return null;
}

function textFault(schema: Schema, value: string): string | null {
  const { minLength, maxLength, pattern } = schema;
  if (minLength !== undefined && value.length < minLength)
    return `Must have at least ${minLength} characters.`;
  if (maxLength !== undefined && value.length > maxLength)
    return `Must have at most ${maxLength} characters.`;
  if (pattern !== undefined && !new RegExp(pattern, "u").test(value)) return "Is not written as it must be.";
  return null;
}

function arrayFault(schema: Schema, value: readonly unknown[]): string | null {
  const { minItems, maxItems, items } = schema;
  if (minItems !== undefined && value.length < minItems) return `Needs at least ${minItems}.`;
  if (maxItems !== undefined && value.length > maxItems) return `Takes at most ${maxItems}.`;
  for (const item of value) {
    const fault = items ? faultOf(items, item) : null;
    if (fault) return `${plainOf(item)}: ${fault}`;
  }
  return null;
}

/** The bounds of a field in a word, for its hint. */
export function boundsOf(schema: Schema): string {
  const { minimum, maximum, exclusiveMinimum: above, exclusiveMaximum: below } = schema;
  const has = (value: number | undefined) =>
    value !== undefined && Math.abs(value) <= Number.MAX_SAFE_INTEGER;
  if (has(minimum) && has(maximum)) return `${plainly(minimum)} to ${plainly(maximum)}`;
  const low = has(minimum) ? `from ${plainly(minimum)}` : has(above) ? `above ${plainly(above)}` : "";
  const high = has(maximum) ? `up to ${plainly(maximum)}` : has(below) ? `below ${plainly(below)}` : "";
  return [low, high].filter(Boolean).join(", ");
}

const plainly = (value: number | undefined) =>
  value?.toLocaleString("en-US", { maximumFractionDigits: 12 }) ?? "";
