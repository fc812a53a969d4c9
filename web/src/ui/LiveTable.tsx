/** A dense table of many rows of which only those in view are in the document. */
import { useVirtualizer } from "@tanstack/react-virtual";
import { type KeyboardEvent, type ReactNode, useEffect, useMemo, useRef, useState } from "react";
import { usePreferences } from "../lib/preferences";

export type Column<T> = {
  key: string;
  title: string;
  /** Share of the width, as in CSS grid: "90px", "1fr". */
  width: string;
  align?: "left" | "right";
  render: (row: T) => ReactNode;
  /** What to sort by; without it the column cannot be sorted. */
  sort?: (row: T) => number | string | bigint;
  /** Hidden where the table is narrower than its `minWidth`. */
  minor?: boolean;
  /** Stays at the right edge. */
  pinned?: boolean;
};

type LiveTableProps<T> = {
  label: string;
  rows: readonly T[];
  columns: readonly Column<T>[];
  rowKey: (row: T) => string;
  empty: ReactNode;
  onOpen?: (row: T) => void;
  initialSort?: { key: string; descending: boolean };
  minWidth?: number;
};

/** A row is at least as high as a button that can be hit. */
const ROW_HEIGHT = { compact: 24, cosy: 28, touch: 44 };

export function LiveTable<T>(props: LiveTableProps<T>) {
  const { label, rows, rowKey, empty, onOpen, initialSort, minWidth } = props;
  const [sort, setSort] = useState(initialSort);
  const density = usePreferences((state) => state.density);
  const height = ROW_HEIGHT[density];
  const scroller = useRef<HTMLDivElement>(null);
  const isNarrow = useIsNarrow(scroller, minWidth ?? 0);
  const columns = useMemo(
    () => (isNarrow ? props.columns.filter((column) => !column.minor) : props.columns),
    [isNarrow, props.columns],
  );
  const sorted = useMemo(() => sortRows(rows, columns, sort), [rows, columns, sort]);
  const virtual = useVirtualizer({
    count: sorted.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => height,
    overscan: 8,
    initialRect: { width: 800, height: 400 },
  });
  virtual.options.estimateSize = () => height;
  const template = columns.map((column) => column.width).join(" ");
  const toggle = (key: string) =>
    setSort((now) => ({ key, descending: now?.key === key ? !now.descending : true }));
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reached by keyboard
    <section ref={scroller} className="live-table" aria-label={label} tabIndex={0}>
      {/* biome-ignore-start lint/a11y/useSemanticElements: a table element cannot be virtualized by rows of a grid */}
      <div
        role="table"
        aria-label={label}
        aria-rowcount={sorted.length + 1}
        style={{ minWidth: isNarrow ? leastWidth(columns) : undefined }}
      >
        {/* biome-ignore lint/a11y/useFocusableInteractive: its buttons take the focus */}
        <div
          role="row"
          className="live-row live-head"
          style={{ gridTemplateColumns: template }}
          aria-rowindex={1}
        >
          {columns.map((column) => (
            <HeadCell key={column.key} column={column} sort={sort} onToggle={toggle} />
          ))}
        </div>
        <div role="rowgroup" data-rows style={{ height: virtual.getTotalSize(), position: "relative" }}>
          {virtual.getVirtualItems().map((item) => {
            const row = sorted[item.index];
            if (row === undefined) return null;
            return (
              <div
                key={rowKey(row)}
                role="row"
                className="live-row"
                data-row
                tabIndex={-1}
                aria-rowindex={item.index + 2}
                style={{
                  gridTemplateColumns: template,
                  height,
                  transform: `translateY(${item.index * height}px)`,
                }}
                onKeyDown={(event) => openOnEnter(event, row, onOpen)}
                onDoubleClick={() => onOpen?.(row)}
              >
                {columns.map((column) => (
                  <div key={column.key} role="cell" className={cellClass(column)}>
                    {column.render(row)}
                  </div>
                ))}
              </div>
            );
          })}
        </div>
      </div>
      {/* biome-ignore-end lint/a11y/useSemanticElements: see above */}
      {sorted.length === 0 ? empty : null}
    </section>
  );
}

function openOnEnter<T>(event: KeyboardEvent, row: T, onOpen: ((row: T) => void) | undefined): void {
  if (event.key !== "Enter" || event.target !== event.currentTarget) return;
  event.preventDefault(); // Else the key goes on to press what has the focus in what opens.
  onOpen?.(row);
}

type HeadCellProps<T> = {
  column: Column<T>;
  sort: { key: string; descending: boolean } | undefined;
  onToggle: (key: string) => void;
};

function HeadCell<T>({ column, sort, onToggle }: HeadCellProps<T>) {
  const isSorted = sort?.key === column.key;
  const direction = sort?.descending ? "descending" : "ascending";
  return (
    // biome-ignore lint/a11y/useSemanticElements: the table is a grid of its own
    // biome-ignore lint/a11y/useFocusableInteractive: its button takes the focus
    <div role="columnheader" className={cellClass(column)} aria-sort={isSorted ? direction : undefined}>
      {column.sort ? (
        <button type="button" className="sort-button" onClick={() => onToggle(column.key)}>
          {column.title}
          <span aria-hidden="true">{isSorted ? (sort?.descending ? " ↓" : " ↑") : ""}</span>
        </button>
      ) : (
        column.title
      )}
    </div>
  );
}

function cellClass<T>(column: Column<T>): string {
  return `live-cell ${column.align ?? "left"}${column.pinned ? " pinned" : ""}`;
}

/** The sum of what the columns need, in pixels. */
function leastWidth<T>(columns: readonly Column<T>[]): number {
  return columns.reduce(
    (sum, column) => sum + Number.parseFloat(/[\d.]+(?=px)/.exec(column.width)?.[0] ?? "60"),
    0,
  );
}

/** Whether an element is narrower than `width`, kept current. */
function useIsNarrow(element: { current: HTMLElement | null }, width: number): boolean {
  const [isNarrow, setNarrow] = useState(false);
  useEffect(() => {
    const box = element.current;
    if (!box || typeof ResizeObserver === "undefined") return;
    const observer = new ResizeObserver(([entry]) => setNarrow((entry?.contentRect.width ?? width) < width));
    observer.observe(box);
    return () => observer.disconnect();
  }, [element, width]);
  return isNarrow;
}

/** The rows in the order of a column; equal rows keep theirs. */
export function sortRows<T>(
  rows: readonly T[],
  columns: readonly Column<T>[],
  sort: { key: string; descending: boolean } | undefined,
): readonly T[] {
  const by = columns.find((column) => column.key === sort?.key)?.sort;
  if (!by || !sort) return rows;
  const sign = sort.descending ? -1 : 1;
  return rows
    .map((row) => ({ row, value: by(row) }))
    .sort((left, right) => (left.value < right.value ? -sign : left.value > right.value ? sign : 0))
    .map((entry) => entry.row);
}
