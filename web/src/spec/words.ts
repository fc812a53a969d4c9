/** Names that the server keeps to, as people read them: each block says what those in its columns are called. */
import type { Block } from "./types";

/** What stands between names that are one: an estimator and what its matrix is cleaned of. */
const JOINED = " + ";

const wordOf = (byName: Record<string, string>) => (name: string) =>
  Object.hasOwn(byName, name) ? byName[name] : name;

/** The value of a block, rows or one object, with plain words in the columns that have some. */
export function inWords(value: unknown, words: Block["words"]): unknown {
  if (!words) return value;
  if (Array.isArray(value)) return value.map((row) => inWords(row, words));
  if (value === null || typeof value !== "object") return value;
  const row: Record<string, unknown> = { ...value };
  for (const [key, byName] of Object.entries(words)) {
    const name = row[key];
    if (typeof name === "string") row[key] = name.split(JOINED).map(wordOf(byName)).join(JOINED);
  }
  return row;
}
