/** A table that sorts, filters, opens rows for their detail and acts on them; of many rows only those in view exist. */
import {
  columnFilteringFeature,
  createFilteredRowModel,
  createSortedRowModel,
  globalFilteringFeature,
  rowSortingFeature,
  tableFeatures,
  useTable,
} from "@tanstack/react-table";
import { useVirtualizer } from "@tanstack/react-virtual";
import { useMemo, useRef, useState } from "react";
import { usePreferences } from "../../lib/preferences";
import { decimalsOf, isRight, numberOf, textOf } from "../cells";
import { holds, plainOf, valueAt } from "../pointer";
import type { Column, TableOptions } from "../types";
import { HeadCell, TableRow } from "./TableParts";
import { rowsOf, type ViewProps } from "./view";

const features = tableFeatures({
  columnFilteringFeature,
  globalFilteringFeature,
  rowSortingFeature,
  filteredRowModel: createFilteredRowModel(),
  sortedRowModel: createSortedRowModel(),
});

/** Rows hold links and buttons: no lower than a target may be. */
const ROW_HEIGHT = { compact: 24, cosy: 28, touch: 44 };
const VIRTUAL_FROM = 60;
const NO_ACTIONS: readonly string[] = [];

/** Numbers by size, all else by letters, what is not known last. */
export function compareValues(left: unknown, right: unknown): number {
  const [a, b] = [numberOf(left), numberOf(right)];
  if (Number.isFinite(a) && Number.isFinite(b)) return a - b;
  const [x, y] = [plainOf(left), plainOf(right)];
  if (x === "" || y === "") return x === y ? 0 : x === "" ? 1 : -1;
  return x.localeCompare(y, "en", { numeric: true });
}

/** Whether a row has all words of a filter in what it shows. */
export function matchesText(row: unknown, columns: readonly Column[], text: string): boolean {
  const shown = columns
    .map((column) => textOf(valueAt(row, column.key), column.format))
    .join(" ")
    .toLowerCase();
  const raw = columns
    .map((column) => plainOf(valueAt(row, column.key)))
    .join(" ")
    .toLowerCase();
  return text
    .toLowerCase()
    .split(/\s+/)
    .every((word) => shown.includes(word) || raw.includes(word));
}

/** The key of a row: its columns of `row_key` (several with commas), or its place. */
export function keyOf(row: unknown, at: number, rowKey: string | undefined): string {
  if (!rowKey) return String(at);
  const parts = rowKey.split(",").map((key) => plainOf(valueAt(row, key)));
  return parts.every((part) => part === "") ? String(at) : parts.join("|");
}

export default function Table({ block, value, isLarge }: ViewProps) {
  const options = block.opts as TableOptions;
  const rows = useMemo(() => rowsOf(value).filter((row) => holds(row, options.where)), [value, options]);
  const [sorting, setSorting] = useState(() => firstSort(options));
  const [filter, setFilter] = useState("");
  const [opened, setOpened] = useState<ReadonlySet<string>>(new Set());
  const density = usePreferences((state) => state.density);
  const scroller = useRef<HTMLDivElement>(null);
  const columns = useMemo(() => columnsOf(options.columns), [options]);
  const table = useTable({
    features,
    columns,
    data: rows as Record<string, unknown>[],
    getRowId: (row, at) => keyOf(row, at, options.row_key),
    state: { sorting, globalFilter: filter },
    onSortingChange: setSorting,
    onGlobalFilterChange: setFilter,
    globalFilterFn: (row, _, text) => matchesText(row.original, options.columns, String(text)),
    getColumnCanGlobalFilter: () => true,
    enableMultiSort: false,
  });
  const shown = table.getRowModel().rows;
  const height = ROW_HEIGHT[density];
  const isVirtual = shown.length > VIRTUAL_FROM && opened.size === 0;
  const virtual = useVirtualizer({
    count: isVirtual ? shown.length : 0,
    getScrollElement: () => scroller.current,
    estimateSize: () => height,
    overscan: 12,
    initialRect: { width: 800, height: 480 },
  });
  const items = virtual.getVirtualItems();
  const first = isVirtual ? (items[0]?.index ?? 0) : 0;
  const end = isVirtual ? (items[items.length - 1]?.index ?? -1) + 1 : shown.length;
  const actions = options.actions ?? NO_ACTIONS;
  const decimals = useMemo(
    () =>
      options.columns.map(({ key, format, share_of }) =>
        share_of === undefined
          ? decimalsOf(
              rows.map((row) => valueAt(row, key)),
              format,
            )
          : undefined,
      ),
    [options, rows],
  );
  const widths = useMemo(
    () => (isVirtual ? widthsOf(options.columns, rows) : null),
    [isVirtual, options, rows],
  );
  const span = options.columns.length + (actions.length > 0 ? 1 : 0) + (options.detail ? 1 : 0);
  const toggle = (key: string) =>
    setOpened((now) => {
      const next = new Set(now);
      if (!next.delete(key)) next.add(key);
      return next;
    });
  return (
    <div className="spec-table">
      {options.filter ? (
        <div className="spec-table-tools">
          <input
            type="search"
            data-filter
            aria-label={`Filter ${block.title}`}
            placeholder="Filter"
            value={filter}
            onChange={(event) => setFilter(event.target.value)}
          />
          <span className="muted" role="status">
            {filter ? `${shown.length} of ${rows.length}` : rows.length}
          </span>
        </div>
      ) : null}
      <section
        ref={scroller}
        className={isLarge ? "spec-scroll large" : "spec-scroll"}
        aria-label={`${block.title}, rows`}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reached by keyboard
        tabIndex={0}
      >
        <table aria-rowcount={shown.length + 1}>
          <caption className="visually-hidden">{block.title}</caption>
          <thead>
            <tr>
              {options.detail ? (
                <th scope="col">
                  <span className="visually-hidden">Detail</span>
                </th>
              ) : null}
              {table.getHeaderGroups()[0]?.headers.map((header, at) => (
                <HeadCell
                  key={header.id}
                  column={options.columns[at] as Column}
                  minWidth={widths?.[at]}
                  sorted={header.column.getIsSorted()}
                  onSort={() => header.column.toggleSorting(undefined, false)}
                />
              ))}
              {actions.length > 0 ? (
                <th scope="col">
                  <span className="visually-hidden">Actions</span>
                </th>
              ) : null}
            </tr>
          </thead>
          <tbody data-rows>
            <Spacer height={first * height} span={span} />
            {shown.slice(first, end).map((row, at) => (
              <TableRow
                key={row.id}
                row={row.original}
                index={first + at}
                columns={options.columns}
                decimals={decimals}
                actions={actions}
                detail={options.detail}
                span={span}
                isOpen={opened.has(row.id)}
                onToggle={() => toggle(row.id)}
              />
            ))}
            <Spacer height={Math.max(shown.length - end, 0) * height} span={span} />
          </tbody>
        </table>
        {shown.length === 0 && filter ? <p className="spec-none">No row has “{filter}”.</p> : null}
      </section>
    </div>
  );
}

function Spacer({ height, span }: { height: number; span: number }) {
  if (height <= 0) return null;
  return (
    <tr className="spec-spacer">
      <td colSpan={span} style={{ height, padding: 0, border: 0 }} />
    </tr>
  );
}

function firstSort({ sort }: TableOptions): { id: string; desc: boolean }[] {
  if (!sort) return [];
  return [{ id: `${sort.replace(/^-/, "")}`, desc: sort.startsWith("-") }];
}

/** Columns for the table; one that is shown twice gets a number behind its id. */
function columnsOf(columns: readonly Column[]) {
  const seen = new Map<string, number>();
  return columns.map((column) => {
    const count = seen.get(column.key) ?? 0;
    seen.set(column.key, count + 1);
    return {
      id: count === 0 ? column.key : `${column.key} ${count}`,
      accessorFn: (row: Record<string, unknown>) => valueAt(row, column.key) ?? undefined,
      sortUndefined: "last" as const,
      enableSorting: !column.text && column.title !== "",
      sortDescFirst: isRight(column.format) || column.format === "time",
      sortFn: (a: { original: unknown }, b: { original: unknown }) =>
        compareValues(valueAt(a.original, column.key), valueAt(b.original, column.key)),
    };
  });
}

/** Widths that hold while rows come and go, from the longest of what is shown. */
function widthsOf(columns: readonly Column[], rows: readonly unknown[]): number[] {
  return columns.map((column) => {
    const texts = rows
      .slice(0, 300)
      .map((row) => column.text ?? textOf(valueAt(row, column.key), column.format));
    const longest = Math.max(column.title.length + 2, ...texts.map((text) => text.length));
    return Math.min(longest, 60) * 6.8 + 16;
  });
}
