/** A table of a fixed number of rows whose cells are painted outside React. */
import { useRef } from "react";
import { usePainter } from "../feed/hooks";

export type Head = { key: string; title: string; right?: boolean };

type PaintedTableProps = {
  label: string;
  heads: readonly Head[];
  rows: number;
  className: string;
  /** Called at each frame in which something may have changed; it must be cheap where nothing has. */
  paint: (rows: readonly HTMLTableRowElement[]) => void;
};

export function PaintedTable({ label, heads, rows, className, paint }: PaintedTableProps) {
  const body = useRef<HTMLTableSectionElement>(null);
  const lines = useRef<HTMLTableRowElement[]>([]);
  usePainter(() => {
    if (!body.current) return;
    if (lines.current.length !== rows) lines.current = Array.from(body.current.rows);
    paint(lines.current);
  });
  return (
    <table className={`painted ${className}`} aria-label={label}>
      <thead>
        <tr>
          {heads.map((head) => (
            <th key={head.key} scope="col" className={head.right ? "right" : undefined}>
              {head.title}
            </th>
          ))}
        </tr>
      </thead>
      <tbody ref={body}>
        {Array.from({ length: rows }, (_, row) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a row is a place, not a thing
          <tr key={row}>
            {heads.map((head) => (
              <td key={head.key} className={head.right ? "right" : undefined} />
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** Write a cell's text where it differs. */
export function write(row: HTMLTableRowElement, at: number, text: string): void {
  const cell = row.cells[at];
  if (cell && cell.textContent !== text) cell.textContent = text;
}

/** Give a cell the length of its bar, 0 to 1. */
export function bar(row: HTMLTableRowElement, at: number, share: number): void {
  row.cells[at]?.style.setProperty("--share", share.toFixed(3));
}
