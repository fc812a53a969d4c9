/** Orders, newest first, with the ways to cancel or replace those that work. */
import { Pencil, X } from "lucide-react";
import { useMemo } from "react";
import type { Instrument, Order } from "../api/types";
import { formatPrice, formatQty, formatTime, formatWord, NOTHING } from "../lib/format";
import { type Column, LiveTable } from "../ui/LiveTable";
import { Empty } from "../ui/states";
import { digitsBy, SideText } from "./cells";
import { canCancel, canReplace, hintOf, toneOf } from "./orders";
import { priceWords } from "./terms";

type OrderTableProps = {
  orders: readonly Order[];
  instruments: readonly Instrument[];
  actions: { onCancel: (order: Order) => void; onReplace: (order: Order) => void } | undefined;
  isWorking?: boolean;
  onOpen: (order: Order) => void;
};

export function OrderTable({ orders, instruments, actions, isWorking, onOpen }: OrderTableProps) {
  const columns = useMemo(() => {
    const digits = digitsBy(instruments);
    const all: Column<Order>[] = [
      {
        key: "id",
        title: "Order",
        width: "66px",
        align: "right",
        render: (o) =>
          o.order_id === null ? (
            NOTHING
          ) : (
            <button
              type="button"
              className="link-button"
              tabIndex={-1} // By keyboard j, k and Enter open the row: Tab need not stop at each.
              aria-label={`Life of order ${o.order_id}`}
              onClick={() => onOpen(o)}
            >
              {o.order_id}
            </button>
          ),
        sort: (o) => o.created_seq,
      },
      {
        key: "time",
        title: "Time (UTC)",
        width: "134px",
        render: (o) => <span title={formatTime(o.created)}>{formatTime(o.created).slice(0, 16)}</span>,
        sort: (o) => o.created,
      },
      {
        key: "instrument",
        title: "Instrument",
        width: "minmax(90px,1fr)",
        render: (o) => o.instrument_id,
        sort: (o) => o.instrument_id,
      },
      {
        key: "side",
        title: "Side",
        width: "60px",
        render: (o) => <SideText side={o.side} />,
        sort: (o) => o.side,
      },
      { key: "qty", title: "Quantity", width: "72px", align: "right", render: (o) => formatQty(o.order_qty) },
      { key: "filled", title: "Filled", width: "64px", align: "right", render: (o) => formatQty(o.cum_qty) },
      {
        key: "price",
        title: "Price",
        width: "minmax(92px,0.5fr)",
        align: "right",
        render: (o) => priceWords(o, (price) => formatPrice(price, digits(o.instrument_id))),
      },
      {
        key: "average",
        title: "Average",
        width: "76px",
        minor: true,
        align: "right",
        render: (o) => formatPrice(Number(o.cum_qty) === 0 ? null : o.average_price, digits(o.instrument_id)),
      },
      { key: "tif", title: "TIF", width: "46px", minor: true, render: (o) => o.time_in_force },
      {
        key: "status",
        title: "Status",
        width: "112px",
        render: (o) => (
          <span className={`status status-${toneOf(o.status)}`} title={hintOf(o)}>
            {formatWord(o.status)}
          </span>
        ),
        sort: (o) => o.status,
      },
      {
        key: "by",
        title: "By",
        width: "minmax(84px,0.6fr)",
        minor: true,
        render: (o) => o.strategy_id || o.trader_id,
      },
    ];
    if (actions)
      all.push({
        key: "actions",
        title: "",
        width: "56px",
        pinned: true,
        render: (o) => <Actions order={o} {...actions} />,
      });
    return all;
  }, [instruments, actions, onOpen]);
  return (
    <LiveTable
      label={isWorking ? "Working orders" : "Orders"}
      rows={orders}
      columns={columns}
      rowKey={(order) => String(order.created_seq)}
      initialSort={{ key: "id", descending: true }}
      minWidth={actions ? 896 : 840}
      onOpen={onOpen}
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
  if (!canCancel(order)) return null;
  return (
    <span className="row-actions">
      <button
        type="button"
        className="icon-button"
        aria-label={`Replace order ${order.order_id}`}
        title="Replace"
        disabled={!canReplace(order)}
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
