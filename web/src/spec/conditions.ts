/** When an action is offered: by the columns of its row, or by what pointers into the sources say. */
import { holds, PointerError, plainOf } from "./pointer";
import type { Action, Row } from "./types";

/** Whether an action is offered for a row, or for the page where there is none. */
export function isOffered(action: Action, row: Row | null, read: (pointer: string) => unknown): boolean {
  if (row !== null) return holds(row, action.when);
  return Object.entries(action.when ?? {}).every(([pointer, texts]) => {
    try {
      return texts.includes(plainOf(read(pointer)));
    } catch (error) {
      if (error instanceof PointerError) return false; // Not loaded yet.
      throw error;
    }
  });
}
