/** Fills, newest first. */
import { useMemo } from "react";
import type { Fill, Instrument } from "../api/types";
import { formatDecimal, formatMoney, formatPrice, formatQty, formatTime } from "../lib/format";
import { type Column, LiveTable } from "../ui/LiveTable";
import { Empty } from "../ui/states";
import { digitsBy, SideText } from "./cells";

export function FillTable({
  fills,
  instruments,
}: {
  fills: readonly Fill[];
  instruments: readonly Instrument[];
}) {
  const columns = useMemo((): Column<Fill>[] => {
    const digits = digitsBy(instruments);
    return [
      { key: "ts", title: "Time (UTC)", width: "150px", render: (f) => formatTime(f.ts), sort: (f) => f.ts },
      {
        key: "order",
        title: "Order",
        width: "62px",
        align: "right",
        render: (f) => f.order_id,
        sort: (f) => f.order_id,
      },
      {
        key: "instrument",
        title: "Instrument",
        width: "minmax(96px,1fr)",
        render: (f) => f.instrument_id,
        sort: (f) => f.instrument_id,
      },
      {
        key: "side",
        title: "Side",
        width: "60px",
        render: (f) => <SideText side={f.side} />,
        sort: (f) => f.side,
      },
      { key: "qty", title: "Quantity", width: "80px", align: "right", render: (f) => formatQty(f.last_qty) },
      {
        key: "price",
        title: "Price",
        width: "90px",
        align: "right",
        render: (f) => formatPrice(f.last_px, digits(f.instrument_id)),
      },
      {
        key: "value",
        title: "Value",
        width: "104px",
        align: "right",
        render: (f) => formatMoney(Number(f.last_qty) * Number(f.last_px)),
      },
      {
        key: "fee",
        title: "Commission",
        width: "92px",
        align: "right",
        render: (f) => formatDecimal(f.commission, 2),
      },
      { key: "by", title: "By", width: "minmax(72px,0.6fr)", render: (f) => f.strategy_id || "manual" },
    ];
  }, [instruments]);
  return (
    <LiveTable
      label="Fills"
      rows={fills}
      columns={columns}
      rowKey={(fill) => `${fill.seq} ${fill.execution_id}`}
      initialSort={{ key: "ts", descending: true }}
      minWidth={800}
      empty={<Empty title="No fills yet" next="They appear as orders trade." />}
    />
  );
}
