/** The values of a form in the address, and what a problem document says about them. */
import type { FieldError } from "../../api/problem";
import { sentences } from "../pointer";
import type { Schema } from "../types";
import { type Faults, plainSchema, typeOf, type Values } from "./schema";

/** Values with one at a path changed. */
export function withValue(values: Values, path: readonly string[], value: string | boolean): Values {
  const [name, ...rest] = path;
  if (name === undefined) return values;
  if (rest.length === 0) return { ...values, [name]: value };
  const inner = values[name];
  return { ...values, [name]: withValue(typeof inner === "object" ? inner : {}, rest, value) };
}

/** Values laid over others, names both have taken from `over`. */
export function merged(values: Values, over: Record<string, unknown>): Values {
  const found: Values = { ...values };
  for (const [name, value] of Object.entries(over)) {
    const inner = found[name];
    if (value !== null && typeof value === "object" && !Array.isArray(value)) {
      found[name] = merged(typeof inner === "object" ? inner : {}, value as Record<string, unknown>);
    } else {
      found[name] =
        typeof value === "boolean" ? value : Array.isArray(value) ? value.join(", ") : String(value ?? "");
    }
  }
  return found;
}

/** The values of a form that an address holds, under names that begin with `prefix`. */
export function fromSearch(search: Record<string, string | undefined>, prefix: string): Values {
  let values: Values = {};
  for (const [name, text] of Object.entries(search)) {
    if (text === undefined || !name.startsWith(prefix)) continue;
    const path = name.slice(prefix.length).split(".");
    if (path.some((part) => part === "__proto__")) continue;
    values = withValue(values, path, text);
  }
  return values;
}

/** What differs from the defaults as parts of an address; passwords never. What no longer differs is undefined. */
export function toSearch(
  schema: Schema,
  values: Values,
  defaults: Values,
  prefix: string,
): Record<string, string | undefined> {
  const found: Record<string, string | undefined> = {};
  for (const [name, raw] of Object.entries(schema.properties ?? {})) {
    const each = plainSchema(raw);
    const value = values[name];
    const first = defaults[name];
    if (each.format === "password") continue;
    if (each.properties) {
      const inner = typeof value === "object" ? value : {};
      const base = typeof first === "object" ? first : {};
      Object.assign(found, toSearch(each, inner, base, `${prefix}${name}.`));
    } else {
      found[prefix + name] = value === undefined || value === first ? undefined : String(value);
    }
  }
  return found;
}

/** The values of an address as the fields' own kinds: ticks are true or false. */
export function typed(schema: Schema, values: Values): Values {
  const found: Values = {};
  for (const [name, value] of Object.entries(values)) {
    const each = plainSchema(schema.properties?.[name] ?? {});
    if (typeof value === "object") found[name] = typed(each, value);
    else found[name] = typeOf(each) === "boolean" ? value === true || value === "true" : value;
  }
  return found;
}

/** Every path of a schema's fields. */
export function pathsOf(schema: Schema, prefix = ""): string[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, raw]) => {
    const each = plainSchema(raw);
    return each.properties ? pathsOf(each, `${prefix}${name}.`) : [`${prefix}${name}`];
  });
}

/** The errors of a problem document by field; those of no field of this form are returned apart. */
export function faultsOf(
  errors: readonly FieldError[],
  schema: Schema,
): { faults: Faults; others: string[] } {
  const paths = pathsOf(schema);
  const faults: Faults = {};
  const others: string[] = [];
  for (const error of errors) {
    const text = sentences([error.message, error.remedy]);
    const named = error.field.replace(/^\$?\.?\/?(body[./])?/, "").replaceAll("/", ".");
    const path =
      paths.find((each) => each === named) ??
      paths.find((each) => each.endsWith(`.${named}`) || named.endsWith(`.${each}`));
    if (path) faults[path] = text;
    else others.push(text);
  }
  return { faults, others };
}
