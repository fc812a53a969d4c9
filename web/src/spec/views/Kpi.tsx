/** Figures side by side, each with its name. */
import { arrowOf, classOf, NOTHING } from "../../lib/format";
import { Cell, directionOf, numberOf, textOf } from "../cells";
import { useSpec } from "../context";
import { holds, PointerError, valueAt } from "../pointer";
import type { Figure, KpiOptions } from "../types";
import { rowsOf, type ViewProps } from "./view";

/** Letters from which a figure is written smaller, so that it keeps to one line. */
const LONG = 14;

export default function Kpi({ block, value }: ViewProps) {
  const { read } = useSpec();
  const { items } = block.opts as KpiOptions;
  return (
    <dl className="spec-kpis">
      {items.map((item) => (
        <FigureView key={`${item.key} ${item.title}`} item={item} value={figureOf(item, value, read)} />
      ))}
    </dl>
  );
}

/** The value of a figure: a column of the block's object, or what the rows elsewhere are reduced to. */
export function figureOf(item: Figure, value: unknown, read: (pointer: string) => unknown): unknown {
  if (item.data === undefined) return valueAt(value, item.key);
  try {
    const rows = rowsOf(read(item.data)).filter((row) => holds(row, item.where));
    return reduceRows(rows, item.key, item.reduce ?? "last");
  } catch (error) {
    if (error instanceof PointerError) return undefined; // That source is not loaded yet.
    throw error;
  }
}

/** One value of many rows; numbers as text keep what is exact where nothing is computed. */
export function reduceRows(
  rows: readonly unknown[],
  key: string,
  how: NonNullable<Figure["reduce"]>,
): unknown {
  if (how === "count") return rows.length;
  const values = rows.map((row) => valueAt(row, key)).filter((value) => Number.isFinite(numberOf(value)));
  const last = values[values.length - 1];
  switch (how) {
    case "first":
      return values[0];
    case "last":
      return last;
    case "sum":
      return values.reduce((sum: number, value) => sum + numberOf(value), 0);
    case "change":
      return values.length < 2 ? undefined : rounded(numberOf(last) - numberOf(values[values.length - 2]));
    default:
      return values.length < 2 ? undefined : rounded(numberOf(last) - numberOf(values[0]));
  }
}

/** Without the dust a difference of floats leaves behind. */
function rounded(value: number): number {
  return Number(value.toFixed(6));
}

function FigureView({ item, value }: { item: Figure; value: unknown }) {
  const format = item.format ?? "text";
  const text = textOf(value, format);
  const direction = item.good === "up" && text !== NOTHING ? directionOf(value) : 0;
  return (
    <div className="spec-kpi">
      <dt title={item.doc}>{item.title}</dt>
      <dd className={direction === 0 ? undefined : classOf(direction)}>
        {direction === 0 ? (
          <span className={text.length > LONG ? "spec-long" : undefined}>
            <Cell value={value} format={format} />
          </span>
        ) : (
          <>
            {direction > 0 ? `+${text}` : text} <span aria-hidden="true">{arrowOf(direction)}</span>
          </>
        )}
      </dd>
    </div>
  );
}
