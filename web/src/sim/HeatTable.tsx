/** The seconds of the heat map as rows: for screen readers and for files. */
import { useEffect, useMemo, useState } from "react";
import { digitsOf } from "../lib/decimal";
import { formatClock, formatPrice } from "../lib/format";
import type { TableData } from "../spec/exporting";
import { type Column, LiveTable } from "../ui/LiveTable";
import { Empty } from "../ui/states";
import type { BookStore } from "./book";
import type { HeatColumn } from "./decode";
import { shortQty } from "./heatLegend";
import type { SimBook } from "./types";

const READ_MS = 2_000;

/** What rests below and above the mid of a column, and at which price most of it. */
export function sidesOf(column: HeatColumn): { bids: number; asks: number; most: number; at: number } {
  const found = { bids: 0, asks: 0, most: 0, at: Number.NaN };
  for (const [index, size] of column.sizes.entries()) {
    const price = column.low + index * column.step;
    if (price + column.step / 2 < column.mid) found.bids += size;
    else found.asks += size;
    if (size > found.most) {
      found.most = size;
      found.at = price;
    }
  }
  return found;
}

/** All columns with all cells, for a file: prices as numbers, cells from the lowest price up. */
export function heatTable(columns: readonly HeatColumn[], digits: number): TableData {
  const cells = Math.max(0, ...columns.map(({ sizes }) => sizes.length));
  const names = Array.from({ length: cells }, (_, at) => `size_${at}`);
  const price = (value: number) => (Number.isFinite(value) ? value.toFixed(digits) : "");
  const rows = columns.map((column) => ({
    time: new Date(column.at).toISOString(),
    mid: Number.isFinite(column.mid) ? column.mid.toFixed(digits + 1) : "",
    bid: price(column.bid),
    ask: price(column.ask),
    low_price: price(column.low),
    step: price(column.step),
    ...Object.fromEntries(names.map((name, at) => [name, plain(column.sizes[at] ?? 0)])),
  }));
  const keys = ["time", "mid", "bid", "ask", "low_price", "step", ...names];
  return { columns: keys.map((key) => ({ key, title: key })), rows };
}

function plain(size: number): string {
  return String(Number(size.toPrecision(7)));
}

type HeatTableProps = { book: SimBook; store: BookStore; isFrozen: boolean };

export function HeatTable({ book, store, isFrozen }: HeatTableProps) {
  const rows = useRows(store, isFrozen);
  const columns = useMemo(() => {
    const digits = digitsOf(book.tick_size) ?? 2;
    const price = (key: "mid" | "bid" | "ask", title: string): Column<HeatColumn> => ({
      key,
      title,
      width: "1fr",
      align: "right",
      render: (row) => formatPrice(row[key], key === "mid" ? digits + 1 : digits),
    });
    const size = (key: "bids" | "asks", title: string): Column<HeatColumn> => ({
      key,
      title: `${title}, ${book.base}`,
      width: "1fr",
      align: "right",
      render: (row) => shortQty(sidesOf(row)[key]),
    });
    const all: Column<HeatColumn>[] = [
      { key: "at", title: "Time (UTC)", width: "90px", render: (row) => formatClock(row.at) },
      price("bid", "Bid"),
      price("mid", "Mid"),
      price("ask", "Ask"),
      size("bids", "Rests below"),
      size("asks", "Rests above"),
      {
        key: "most",
        title: "Most at",
        width: "1.4fr",
        align: "right",
        render: (row) => {
          const { most, at } = sidesOf(row);
          return most > 0 ? `${shortQty(most)} at ${formatPrice(at, digits)}` : "";
        },
      },
    ];
    return all;
  }, [book.tick_size, book.base]);
  return (
    <LiveTable
      label="Seconds of the book"
      rows={rows}
      columns={columns}
      rowKey={(row) => String(row.at)}
      empty={<Empty title="No seconds yet" next="The first comes within a second of the market." />}
      minWidth={560}
    />
  );
}

/** The columns, the newest first, read again every two seconds: a table that runs away cannot be read. */
function useRows(store: BookStore, isFrozen: boolean): HeatColumn[] {
  const [rows, setRows] = useState(() => store.columns.list().reverse());
  useEffect(() => {
    if (isFrozen) return;
    const read = () => setRows(store.columns.list().reverse());
    read();
    const timer = setInterval(read, READ_MS);
    return () => clearInterval(timer);
  }, [store, isFrozen]);
  return rows;
}
