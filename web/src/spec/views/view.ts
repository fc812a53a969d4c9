/** What a view is: a component, and what can be said of its value without drawing it. */
import type { ComponentType } from "react";
import type { TableData } from "../exporting";
import type { Block } from "../types";

export type ViewProps = {
  block: Block;
  value: unknown;
  /** Drawn large, in a dialog. */
  isLarge?: boolean;
};

export type View = {
  Component: ComponentType<ViewProps>;
  /** Whether there is nothing to draw. */
  isEmpty: (value: unknown, block: Block) => boolean;
  /** The same as rows, for the table in place of a chart, for files and the clipboard. */
  table?: (value: unknown, block: Block) => TableData;
  /** Drawn with canvas or SVG: it has a table in its place, and a picture can be taken. */
  isChart?: boolean;
  /** It reads sources beside its own value, and is drawn even where that is null. */
  readsMore?: boolean;
};

/** The rows of a value; none where it is no list. */
export function rowsOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
