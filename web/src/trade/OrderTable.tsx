/** Orders, newest first, with the ways to cancel or replace those that work. */
import { Pencil, X } from "lucide-react";
import { useMemo } from "react";
import type { Instrument, Order } from "../api/types";
import { formatPrice, formatQty, formatTime, formatWord } from "../lib/format";
import { type Column, LiveTable } from "../ui/LiveTable";
import { Empty } from "../ui/states";
import { digitsBy, SideText, timeOf } from "./cells";
import { canChange, toneOf } from "./orders";

type OrderTableProps = {
  orders: readonly Order[];
  instruments: readonly Instrument[];
  actions: { onCancel: (order: Order) => void; onReplace: (order: Order) => void } | undefined;
  isWorking?: boolean;
};

export function OrderTable({ orders, instruments, actions, isWorking }: OrderTableProps) {
  const columns = useMemo(() => {
    const digits = digitsBy(instruments);
    const all: Column<Order>[] = [
      { key: "id", title: "Order", width: "62px", align: "right", render: (o) => o.order_id, sort: (o) => o.order_id },
      {
        key: "time",
        title: "Time (UTC)",
        width: "136px",
        render: (o) => formatTime(timeOf(o)),
        sort: (o) => timeOf(o) ?? "",
      },
      {
        key: "instrument",
        title: "Instrument",
        width: "minmax(96px,1fr)",
        render: (o) => o.instrument_id,
        sort: (o) => o.instrument_id,
      },
      { key: "side", title: "Side", width: "60px", render: (o) => <SideText side={o.side} />, sort: (o) => o.side },
      { key: "qty", title: "Quantity", width: "80px", align: "right", render: (o) => formatQty(o.order_qty) },
      { key: "filled", title: "Filled", width: "74px", align: "right", render: (o) => formatQty(o.cum_qty) },
      {
        key: "price",
        title: "Limit",
        width: "82px",
        align: "right",
        render: (o) => (o.limit_price === null ? "Market" : formatPrice(o.limit_price, digits(o.instrument_id))),
      },
      {
        key: "average",
        title: "Average",
        width: "82px",
        align: "right",
        render: (o) => formatPrice(Number(o.cum_qty) === 0 ? null : o.avg_px, digits(o.instrument_id)),
      },
      { key: "tif", title: "TIF", width: "46px", render: (o) => o.time_in_force },
      {
        key: "status",
        title: "Status",
        width: "112px",
        render: (o) => (
          <span className={`status status-${toneOf(o.status)}`} title={o.text}>
            {formatWord(o.status)}
          </span>
        ),
        sort: (o) => o.status,
      },
      { key: "by", title: "By", width: "minmax(72px,0.6fr)", render: (o) => o.strategy_id || o.trader_id },
    ];
    if (actions) all.push({ key: "actions", title: "", width: "58px", render: (o) => <Actions order={o} {...actions} /> });
    return all;
  }, [instruments, actions]);
  return (
    <LiveTable
      label={isWorking ? "Working orders" : "Orders"}
      rows={orders}
      columns={columns}
      rowKey={(order) => String(order.order_id)}
      initialSort={{ key: "id", descending: true }}
      minWidth={actions ? 960 : 900}
      empty={
        <Empty
          title={isWorking ? "No working orders" : "No orders yet"}
          next="Send one from the ticket, or start a strategy."
        />
      }
    />
  );
}

type ActionsProps = { order: Order; onCancel: (order: Order) => void; onReplace: (order: Order) => void };

function Actions({ order, onCancel, onReplace }: ActionsProps) {
  if (!canChange(order)) return null;
  return (
    <span className="row-actions">
      <button
        type="button"
        className="icon-button"
        aria-label={`Replace order ${order.order_id}`}
        title="Replace"
        disabled={order.order_type === "MARKET"}
        onClick={() => onReplace(order)}
      >
        <Pencil size={12} aria-hidden="true" />
      </button>
      <button
        type="button"
        className="icon-button"
        aria-label={`Cancel order ${order.order_id}`}
        title="Cancel"
        onClick={() => onCancel(order)}
      >
        <X size={13} aria-hidden="true" />
      </button>
    </span>
  );
}
