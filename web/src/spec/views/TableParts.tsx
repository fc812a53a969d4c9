/** Heads and rows of a table. */
import { ChevronRight } from "lucide-react";
import { type KeyboardEvent, memo, type ReactNode } from "react";
import { RowActions } from "../ActionButton";
import { Cell, isRight, numberOf } from "../cells";
import { useSpec } from "../context";
import { Link } from "../Link";
import { linkTo, PointerError, plainOf, valueAt } from "../pointer";
import type { Column, Row } from "../types";
import { Node } from "./Json";

type HeadCellProps = {
  column: Column;
  minWidth: number | undefined;
  sorted: false | "asc" | "desc";
  onSort: () => void;
};

const SORT_WORDS = { asc: "ascending", desc: "descending" } as const;

export function HeadCell({ column, minWidth, sorted, onSort }: HeadCellProps) {
  const side = alignOf(column);
  const style = { minWidth: column.width ?? minWidth };
  if (column.title === "") {
    return (
      <th scope="col" className={side} style={style}>
        <span className="visually-hidden">{column.text}</span>
      </th>
    );
  }
  return (
    <th scope="col" className={side} style={style} aria-sort={sorted ? SORT_WORDS[sorted] : undefined}>
      {column.text ? (
        column.title
      ) : (
        <button type="button" className="sort-button" onClick={onSort}>
          {column.title}
          <span aria-hidden="true">{sorted === "asc" ? " ↑" : sorted === "desc" ? " ↓" : ""}</span>
        </button>
      )}
    </th>
  );
}

function alignOf(column: Column): string {
  return (column.align ?? (isRight(column.format) ? "right" : "left")) === "right" ? "right" : "left";
}

type TableRowProps = {
  row: unknown;
  index: number;
  columns: readonly Column[];
  decimals: readonly (number | undefined)[];
  actions: readonly string[];
  detail: string | undefined;
  span: number;
  isOpen: boolean;
  onToggle: () => void;
};

export const TableRow = memo(function TableRow(props: TableRowProps) {
  const { row, index, columns, decimals, actions, detail, span, isOpen, onToggle } = props;
  const { navigate } = useSpec();
  const content = detail === undefined ? undefined : valueAt(row, detail);
  const hasDetail = Array.isArray(content) ? content.length > 0 : content !== undefined && content !== null;
  const link = columns.find((column) => column.link && !column.text)?.link;
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== "Enter" || event.target !== event.currentTarget) return;
    const to = link ? linkTo(link, (name) => valueAt(row, name)) : null;
    if (to) navigate(to);
    else if (hasDetail) onToggle();
  };
  return (
    <>
      <tr data-row tabIndex={-1} aria-rowindex={index + 2} onKeyDown={onKeyDown}>
        {detail ? (
          <td className="spec-toggle">
            {hasDetail ? (
              <button
                type="button"
                className="icon-button"
                aria-expanded={isOpen}
                aria-label={`Detail of row ${index + 1}`}
                onClick={onToggle}
              >
                <ChevronRight size={13} aria-hidden="true" />
              </button>
            ) : null}
          </td>
        ) : null}
        {columns.map((column, at) => (
          <td key={`${column.key} ${column.title} ${column.text ?? ""}`} className={alignOf(column)}>
            <CellContent column={column} row={row} decimals={decimals[at]} />
          </td>
        ))}
        {actions.length > 0 ? (
          <td className="spec-row-actions">
            <RowActions ids={actions} row={row as Row} />
          </td>
        ) : null}
      </tr>
      {isOpen && hasDetail ? (
        <tr className="spec-detail">
          <td colSpan={span}>
            <Detail value={content} />
          </td>
        </tr>
      ) : null}
    </>
  );
});

type CellContentProps = { column: Column; row: unknown; decimals: number | undefined };

function CellContent({ column, row, decimals }: CellContentProps): ReactNode {
  const { read } = useSpec();
  let value = valueAt(row, column.key);
  if (column.share_of !== undefined) value = shareOf(value, column.share_of, read);
  if (column.link) {
    const to = linkTo(column.link, (name) => valueAt(row, name));
    if (to !== null) return <Link to={to}>{column.text ?? plainOf(value)}</Link>;
  }
  const format = column.format ?? "text";
  return <Cell value={value} format={format} signed={column.signed ?? false} decimals={decimals} />;
}

/** A value over the number at a pointer; undefined where that is not known or zero. */
export function shareOf(
  value: unknown,
  pointer: string,
  read: (pointer: string) => unknown,
): number | undefined {
  try {
    const share = numberOf(value) / numberOf(read(pointer));
    return Number.isFinite(share) ? share : undefined;
  } catch (error) {
    if (error instanceof PointerError) return undefined;
    throw error;
  }
}

/** Rows of a list as a small table, anything else as a tree. */
function Detail({ value }: { value: unknown }) {
  const rows = Array.isArray(value) ? value : [];
  const isTable =
    rows.length > 0 && rows.every((row) => row !== null && typeof row === "object" && !Array.isArray(row));
  if (!isTable) return <Node value={value} depth={0} />;
  const keys = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  return (
    <table className="spec-subtable">
      <thead>
        <tr>
          {keys.map((key) => (
            <th key={key} scope="col">
              {key.replaceAll("_", " ")}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: details are shown as they came
          <tr key={at}>
            {keys.map((key) => (
              <td key={key} className={Number.isFinite(numberOf(row[key])) ? "right" : "left"}>
                {plainOf(row[key])}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
