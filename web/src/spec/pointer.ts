/** Finding things in what the server answered: JSON pointers, dotted keys, and texts with names to fill in. */

/** A pointer that leads nowhere; says which part was not there. */
export class PointerError extends Error {
  constructor(pointer: string, part: string, at: string) {
    super(
      `The page asks for ${pointer}, but the server's answer has no ${JSON.stringify(part)} in ${at || "it"}.`,
    );
    this.name = "PointerError";
  }
}

/** The parts of a JSON pointer (RFC 6901); "" has none. */
export function partsOf(pointer: string): string[] {
  if (pointer === "") return [];
  if (!pointer.startsWith("/")) throw new PointerError(pointer, pointer, "");
  return pointer
    .slice(1)
    .split("/")
    .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));
}

/** What a pointer leads to. Null on the way is null: the server knows the place, and nothing of it. */
export function resolvePointer(document: unknown, pointer: string): unknown {
  let value = document;
  let at = "";
  for (const part of partsOf(pointer)) {
    if (value === null) return null;
    if (typeof value !== "object" || !Object.hasOwn(value as object, part))
      throw new PointerError(pointer, part, at);
    value = (value as Record<string, unknown>)[part];
    at += `/${part}`;
  }
  return value;
}

/** The value at a key, or a path of keys with dots; undefined where there is none. */
export function valueAt(row: unknown, key: string): unknown {
  if (row === null || typeof row !== "object") return undefined;
  if (Object.hasOwn(row, key)) return (row as Record<string, unknown>)[key];
  if (!key.includes(".")) return undefined;
  return key.split(".").reduce<unknown>((value, part) => {
    if (value === null || typeof value !== "object" || !Object.hasOwn(value, part)) return undefined;
    return (value as Record<string, unknown>)[part];
  }, row);
}

/** Gives the value of a name, or undefined. */
export type Lookup = (name: string) => unknown;

/** `text` with each "{name}" replaced; null where one has no value. */
export function fill(
  text: string,
  lookup: Lookup,
  encode: (value: string) => string = (value) => value,
): string | null {
  let isWhole = true;
  const filled = text.replace(/\{([^{}]*)\}/g, (_, name: string) => {
    const value = lookup(name);
    if (value === undefined || value === null || value === "") isWhole = false;
    return encode(plainOf(value));
  });
  return isWhole ? filled : null;
}

/** The address a link leads to, or null. A link of one name alone takes it as it is, where it is of this page. */
export function linkTo(link: string, lookup: Lookup): string | null {
  const alone = /^\{([^{}]*)\}$/.exec(link);
  if (!alone) return fill(link, lookup, encodeURIComponent);
  const address = plainOf(lookup(alone[1] as string));
  return /^\/(?!\/)/.test(address) ? address : null;
}

/** `text` with each "{name}" replaced; a name without value becomes nothing. For words, not for addresses. */
export function fillWords(text: string, lookup: Lookup): string {
  return text
    .replace(/\{([^{}]*)\}/g, (_, name: string) => plainOf(lookup(name)))
    .replace(/\s+/g, " ")
    .trim();
}

/** `value` with every text in it filled. */
export function fillAll(value: unknown, lookup: Lookup): unknown {
  if (typeof value === "string") return fillWords(value, lookup);
  if (Array.isArray(value)) return value.map((item) => fillAll(item, lookup));
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, fillAll(item, lookup)]));
}

/** A value in a word. */
export function plainOf(value: unknown): string {
  if (value === undefined || value === null) return "";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

/** Whether all columns of `when` are one of their texts. */
export function holds(row: unknown, when: Record<string, readonly string[]> | undefined): boolean {
  return Object.entries(when ?? {}).every(([key, texts]) => texts.includes(plainOf(valueAt(row, key))));
}

/** Texts as sentences one after another; empty ones are left out. */
export function sentences(texts: readonly (string | undefined)[]): string {
  const kept = texts.map((text) => text?.trim() ?? "").filter((text) => text !== "");
  return kept.map((text) => (/[.!?]$/.test(text) ? text : `${text}.`)).join(" ");
}
