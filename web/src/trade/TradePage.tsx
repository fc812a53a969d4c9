/** The workspace where orders are made and watched. */
import { lazy, Suspense, useMemo, useState } from "react";
import { useInstruments, useMe } from "../api/queries";
import type { Fill, Order, Position } from "../api/types";
import { useTopicRows } from "../feed/hooks";
import { useDesk } from "../lib/desk";
import { usePreferences } from "../lib/preferences";
import { hasRole } from "../lib/roles";
import { navigate, useSearch } from "../lib/router";
import { useFeed } from "../shell/ContextBar";
import { useChords } from "../shell/useKeys";
import { Segmented } from "../ui/Segmented";
import { Blotter } from "./Blotter";
import { ChartPanel } from "./ChartPanel";
import { isOpen } from "./orders";
import { ReplayControls } from "./ReplayControls";
import { TicketPanel } from "./TicketPanel";
import { useLiveRows } from "./useLiveRows";
import { Watchlist } from "./Watchlist";
import "../styles/trade.css";

/** Read from the journal when it is asked for, and loaded then. */
const OrderLife = lazy(() => import("./OrderLife"));

type Pane = "chart" | "ticket" | "blotter" | "watch";
const PANES: { value: Pane; title: string }[] = [
  { value: "chart", title: "Chart" },
  { value: "ticket", title: "Ticket" },
  { value: "blotter", title: "Orders" },
  { value: "watch", title: "Watchlist" },
];
const NARROW = "(max-width: 760px)";

/** The order whose life is shown is in the address. */
function openLife(order: Order): void {
  if (order.order_id !== null) navigate(null, (now) => ({ ...now, order: String(order.order_id) }));
}

function closeLife(): void {
  navigate(null, (now) => ({ ...now, order: undefined }));
}

export function TradePage() {
  const me = useMe().data;
  const life = useSearch().order;
  const { account, symbol, setSymbol } = useDesk();
  const instruments = useInstruments().data;
  const feed = useFeed();
  const [pane, setPane] = useState<Pane>("chart");
  const [asked, setAsked] = useState({ side: "BUY" as "BUY" | "SELL", count: 0 });
  const query = { account_id: account, limit: 500 };
  const orders = useLiveRows<Order>("orders", "orders", { ...query, status: "all" }, account);
  const fills = useLiveRows<Fill>("fills", "fills", query, account);
  const positions = useTopicRows<Position>("positions", { account, enabled: account !== "" });
  const here = useMemo(() => {
    const isHere = (row: { instrument_id: string }) => row.instrument_id === symbol;
    return {
      orders: orders.rows.filter((order) => isHere(order) && isOpen(order)),
      fills: fills.rows.filter(isHere).slice(-500),
      position: positions.find(isHere),
    };
  }, [orders.rows, fills.rows, positions, symbol]);
  const ask = (side: "BUY" | "SELL") => {
    setAsked((now) => ({ side, count: now.count + 1 }));
    setPane("ticket");
  };
  useChords((chord) => {
    if (!usePreferences.getState().tradingKeys || !hasRole(me?.role, "trader")) return;
    if (chord === "b") ask("BUY");
    if (chord === "s") ask("SELL");
  });
  if (!me) return null;
  const instrument = instruments?.find((item) => item.instrument_id === symbol);
  const choose = (chosen: string) => {
    setSymbol(chosen);
    if (window.matchMedia(NARROW).matches) setPane("chart");
  };
  return (
    <div className="trade" data-pane={pane}>
      <h1 className="visually-hidden">Trade</h1>
      <div className="trade-replay">
        <ReplayControls me={me} feed={feed} />
      </div>
      <Segmented
        className="trade-panes"
        label="Part of the page"
        value={pane}
        onChange={setPane}
        choices={PANES}
      />
      <div className="trade-watch">
        <Watchlist instruments={instruments} symbol={symbol} onChoose={choose} />
      </div>
      <div className="trade-chart">
        <ChartPanel key={symbol} symbol={symbol} instrument={instrument} {...here} />
      </div>
      <div className="trade-ticket">
        <TicketPanel me={me} instrument={instrument} asked={asked} position={here.position} />
      </div>
      <div className="trade-blotter">
        <Blotter
          me={me}
          orders={orders}
          fills={fills}
          positions={positions}
          instruments={instruments ?? []}
          onOpen={openLife}
        />
      </div>
      {life ? (
        <Suspense fallback={null}>
          <OrderLife key={life} orderId={life} onClose={closeLife} />
        </Suspense>
      ) : null}
    </div>
  );
}
