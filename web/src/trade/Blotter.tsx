/** Orders, fills and positions of the account, kept current by the live line. */
import { useMutation } from "@tanstack/react-query";
import { type KeyboardEvent, useRef, useState } from "react";
import { newKey, post } from "../api/client";
import type { Fill, Instrument, Me, Order, Position } from "../api/types";
import { useConnection } from "../feed/hooks";
import { useDesk } from "../lib/desk";
import { hasRole } from "../lib/roles";
import { Dialog } from "../ui/dialog";
import { FormError } from "../ui/FormError";
import { ErrorState, Loading } from "../ui/states";
import { toast } from "../ui/toast";
import { FillTable } from "./FillTable";
import { OrderTable } from "./OrderTable";
import { isOpen } from "./orders";
import { PositionTable } from "./PositionTable";
import { ReplaceDialog } from "./ReplaceDialog";
import type { LiveRows } from "./useLiveRows";

type Tab = "working" | "orders" | "fills" | "positions";
type BlotterProps = {
  me: Me;
  orders: LiveRows<Order>;
  fills: LiveRows<Fill>;
  positions: readonly Position[];
  instruments: readonly Instrument[];
  /** Show an order's life. */
  onOpen: (order: Order) => void;
};

export function Blotter({ me, orders, fills, positions, instruments, onOpen }: BlotterProps) {
  const [tab, setTab] = useState<Tab>("orders");
  const [replacing, setReplacing] = useState<Order | null>(null);
  const [isAsking, setAsking] = useState(false);
  const line = useConnection();
  const working = orders.rows.filter(isOpen);
  const held = positions.filter((position) => Number(position.quantity) !== 0);
  const mayTrade = hasRole(me.role, "trader");
  const cancel = useMutation({
    mutationFn: (order: Order) => post(`orders/${order.order_id}/cancel`, {}, { idempotencyKey: newKey() }),
    onSuccess: (_, order) => toast({ tone: "info", title: `Cancel of order ${order.order_id} requested` }),
    onError: (error) => toast({ tone: "error", title: "Not canceled", text: error.message }),
  });
  const actions = mayTrade ? { onCancel: cancel.mutate, onReplace: setReplacing } : undefined;
  const tabs = [
    { id: "working" as const, title: "Working", count: working.length },
    { id: "orders" as const, title: "Orders", count: orders.rows.length },
    { id: "fills" as const, title: "Fills", count: fills.rows.length },
    { id: "positions" as const, title: "Positions", count: held.length },
  ];
  const source = tab === "fills" ? fills : orders;
  return (
    <section className={`panel blotter line-${line}`} aria-label="Orders, fills and positions">
      <header className="panel-head">
        <TabList tabs={tabs} chosen={tab} onChoose={setTab} />
        <span className="spacer" />
        {mayTrade ? (
          <button
            type="button"
            className="button"
            disabled={working.length === 0}
            onClick={() => setAsking(true)}
          >
            Cancel all
          </button>
        ) : null}
      </header>
      <div className="panel-body flush" role="tabpanel" id="blotter-panel" aria-labelledby={`blotter-${tab}`}>
        {tab !== "positions" && source.error ? (
          <ErrorState error={source.error} onRetry={source.refetch} />
        ) : tab !== "positions" && source.isPending ? (
          <Loading rows={4} label="Loading orders" />
        ) : tab === "working" ? (
          <OrderTable
            orders={working}
            instruments={instruments}
            actions={actions}
            onOpen={onOpen}
            isWorking
          />
        ) : tab === "orders" ? (
          <OrderTable orders={orders.rows} instruments={instruments} actions={actions} onOpen={onOpen} />
        ) : tab === "fills" ? (
          <FillTable fills={fills.rows} instruments={instruments} />
        ) : (
          <PositionTable positions={held} instruments={instruments} />
        )}
      </div>
      {replacing ? (
        <ReplaceDialog
          order={replacing}
          instrument={instruments.find((item) => item.instrument_id === replacing.instrument_id)}
          onClose={() => setReplacing(null)}
        />
      ) : null}
      {isAsking ? <CancelAllDialog working={working} onClose={() => setAsking(false)} /> : null}
    </section>
  );
}

type TabListProps = {
  tabs: readonly { id: Tab; title: string; count: number }[];
  chosen: Tab;
  onChoose: (tab: Tab) => void;
};

/** Tabs that arrow keys move between. */
function TabList({ tabs, chosen, onChoose }: TabListProps) {
  const list = useRef<HTMLDivElement>(null);
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const at = tabs.findIndex((tab) => tab.id === chosen);
    const next = tabs[(at + step + tabs.length) % tabs.length];
    if (!next) return;
    onChoose(next.id);
    list.current?.querySelector<HTMLElement>(`#blotter-${next.id}`)?.focus();
  };
  return (
    <div ref={list} role="tablist" aria-label="Blotter" className="tablist" onKeyDown={onKeyDown}>
      {tabs.map((tab) => (
        <button
          key={tab.id}
          id={`blotter-${tab.id}`}
          type="button"
          role="tab"
          aria-selected={tab.id === chosen}
          aria-controls="blotter-panel"
          tabIndex={tab.id === chosen ? 0 : -1}
          className="tab"
          onClick={() => onChoose(tab.id)}
        >
          {tab.title} <span className="count">{tab.count}</span>
        </button>
      ))}
    </div>
  );
}

function CancelAllDialog({ working, onClose }: { working: readonly Order[]; onClose: () => void }) {
  const { account } = useDesk();
  const cancelAll = useMutation({
    mutationFn: () =>
      post<{ canceled: number[] }>(
        "orders/cancel-all",
        { account_id: account },
        { idempotencyKey: newKey() },
      ),
    onSuccess: ({ canceled }) => {
      toast({ tone: "info", title: `${canceled.length} cancels requested` });
      onClose();
    },
  });
  return (
    <Dialog title="Cancel all orders" onClose={onClose}>
      <p className="state-text">
        All {working.length} working orders of account {account} are asked to be canceled. Positions are kept,
        and strategies may send new orders.
      </p>
      <FormError error={cancelAll.error} />
      <div className="form-row">
        <button type="button" className="button" onClick={onClose}>
          Keep them
        </button>
        <button
          type="button"
          className="button button-danger"
          disabled={cancelAll.isPending}
          onClick={() => cancelAll.mutate()}
        >
          Cancel {working.length} orders
        </button>
      </div>
    </Dialog>
  );
}
