/** The grammar of keys: single letters, `g` and `t` sequences, never while typing. */

export type Stroke = Pick<KeyboardEvent, "key" | "ctrlKey" | "metaKey" | "altKey" | "shiftKey">;

const PREFIXES = new Set(["g", "t"]);
const SEQUENCE_MS = 1_200;

/** Whether letters belong to what has the focus. */
export function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable || target.tagName === "TEXTAREA" || target.tagName === "SELECT") return true;
  if (target.tagName !== "INPUT") return false;
  return !["checkbox", "radio", "button", "submit", "range"].includes((target as HTMLInputElement).type);
}

/** Turns strokes into chords: "mod+k", "?", "g h"; a prefix waits a little for its second key. */
export class KeyReader {
  #prefix = "";
  #at = 0;

  /** The chord a stroke completes, "" while a prefix waits. */
  read(stroke: Stroke, now: number): string {
    const key = stroke.key.length === 1 ? stroke.key.toLowerCase() : stroke.key;
    if (stroke.ctrlKey || stroke.metaKey) {
      this.#prefix = "";
      return `mod+${key}`;
    }
    if (stroke.altKey) return "";
    const prefix = now - this.#at <= SEQUENCE_MS ? this.#prefix : "";
    this.#prefix = "";
    if (prefix) return `${prefix} ${key}`;
    if (PREFIXES.has(key)) {
      this.#prefix = key;
      this.#at = now;
      return "";
    }
    return key;
  }
}

/** Move the focus to the row after (or before) the one that has it, in its own table or the page's first. */
export function moveRow(step: 1 | -1): void {
  const active = document.activeElement;
  const table = active?.closest("[data-rows]") ?? document.querySelector("main [data-rows]");
  const rows = Array.from(table?.querySelectorAll<HTMLElement>("[data-row]") ?? []).sort(
    (left, right) => rowIndex(left) - rowIndex(right),
  );
  const at = rows.findIndex((row) => row === active || row.contains(active));
  const next = rows[at < 0 ? 0 : Math.min(Math.max(at + step, 0), rows.length - 1)];
  next?.focus();
  next?.scrollIntoView?.({ block: "nearest" });
}

function rowIndex(row: HTMLElement): number {
  return Number(row.getAttribute("aria-rowindex") ?? 0);
}
