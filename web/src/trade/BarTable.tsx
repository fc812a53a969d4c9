/** The bars of a chart as a table, newest first. */
import { useMemo } from "react";
import type { Bar } from "../api/types";
import { formatPrice, formatQty, formatTime } from "../lib/format";
import { type Column, LiveTable } from "../ui/LiveTable";

type BarTableProps = { bars: readonly Bar[]; hasOpen: boolean; digits: number };

export function BarTable({ bars, hasOpen, digits }: BarTableProps) {
  const rows = useMemo(() => [...bars].reverse(), [bars]);
  const columns = useMemo(() => {
    const price = (key: "open" | "high" | "low" | "close", title: string): Column<Bar> => ({
      key,
      title,
      width: "1fr",
      align: "right",
      render: (bar) => formatPrice(bar[key], digits),
    });
    const all: Column<Bar>[] = [
      { key: "ts", title: "Time (UTC)", width: "150px", render: (bar) => formatTime(bar.ts) },
    ];
    if (hasOpen) all.push(price("open", "Open"), price("high", "High"), price("low", "Low"));
    all.push(price("close", "Close"), {
      key: "volume",
      title: "Volume",
      width: "1fr",
      align: "right",
      render: (bar) => formatQty(bar.volume),
    });
    return all;
  }, [hasOpen, digits]);
  return <LiveTable label="Bars" rows={rows} columns={columns} rowKey={(bar) => bar.ts} empty={null} />;
}
