/** The ticket: what to trade, how the desk would answer, and a last look before it is sent. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useEffect, useMemo, useReducer, useRef } from "react";
import { newKey, post } from "../api/client";
import { ApiError } from "../api/problem";
import { useAccounts } from "../api/queries";
import type {
  BatchAnswer,
  Instrument,
  Me,
  OrderAnswer,
  OrderType,
  Position,
  Side,
  TimeInForce,
} from "../api/types";
import { useColumns, useConnection } from "../feed/hooks";
import { digitsOf, stepBy } from "../lib/decimal";
import { useDesk } from "../lib/desk";
import { formatPrice, formatQty, formatWord } from "../lib/format";
import { hasRole } from "../lib/roles";
import { useFeed } from "../shell/ContextBar";
import { Panel } from "../ui/Panel";
import { Segmented } from "../ui/Segmented";
import { Empty, Forbidden } from "../ui/states";
import { toast } from "../ui/toast";
import { toneOf } from "./orders";
import { PreviewBox } from "./PreviewBox";
import { PriceHead } from "./PriceHead";
import { Review } from "./Review";
import { StepField } from "./StepField";
import { choiceWords, ExpiryField, MoreFields, TriggerFields } from "./TermsFields";
import { daysAfter, hasLimit, ORDER_TYPES, type Terms, TIMES } from "./terms";
import { bracketOf, checkTicket, emptyTicket, isComplete, reduceTicket, requestOf } from "./ticket";
import { usePreview } from "./usePreview";
import { quoteOf, useQuotes } from "./Watchlist";

type TicketPanelProps = {
  me: Me;
  instrument: Instrument | undefined;
  /** A key asked for a side; counts up with each press. */
  asked: { side: Side; count: number };
  position: Position | undefined;
};

/** How long a GTD order lasts unless another day is chosen. */
const GTD_DAYS = 7;

export function TicketPanel({ me, instrument, asked, position }: TicketPanelProps) {
  if (!hasRole(me.role, "trader")) {
    return (
      <Panel title="Ticket">
        <Forbidden role="trader" detail="You may look at everything here, but not send orders." />
      </Panel>
    );
  }
  if (!instrument) {
    return (
      <Panel title="Ticket">
        <Empty title="No instrument" next="Choose one in the watchlist." />
      </Panel>
    );
  }
  return (
    <Panel title="Ticket">
      <TicketForm key={instrument.instrument_id} instrument={instrument} asked={asked} position={position} />
    </Panel>
  );
}

function TicketForm({
  instrument,
  asked,
  position,
}: Omit<TicketPanelProps, "me"> & { instrument: Instrument }) {
  const { account } = useDesk();
  const symbol = instrument.instrument_id;
  const queries = useQueryClient();
  const reduce = useMemo(() => reduceTicket(newKey), []);
  const [ticket, act] = useReducer(reduce, undefined, () => emptyTicket(newKey()));
  const line = useConnection();
  const quotes = useQuotes();
  const store = useColumns("quotes", 10);
  const quantity = useRef<HTMLInputElement>(null);
  const feed = useFeed();
  const isCoreAway = feed?.connected === false;
  const isMarketAway = isCoreAway || feed?.state === "FAILED" || feed?.state === "AWAY";
  const isStale = isMarketAway || quotes.get(symbol)?.stale === true;
  const errors = checkTicket(ticket, instrument, line, isStale);
  const isSound = Object.keys(errors).length === 0 && isComplete(ticket) && account !== "";
  const order = requestOf(ticket, account, symbol);
  const bracket = bracketOf(ticket, order);
  const preview = usePreview(isSound ? order : null);
  const environment = useAccounts().data?.find((item) => item.account_id === account)?.environment;
  useAsked(asked, (side) => {
    act({ type: "side", side });
    quantity.current?.focus();
  });
  const send = useMutation({
    mutationFn: (): Promise<BatchAnswer | OrderAnswer> =>
      bracket
        ? post<BatchAnswer>("orders/bracket", bracket, { idempotencyKey: ticket.key })
        : post<OrderAnswer>("orders", order, { idempotencyKey: ticket.key }),
    onSuccess: (answer) => {
      for (const result of "results" in answer ? answer.results : [answer]) sayResult(result, symbol);
      act({ type: "sent", key: newKey() });
      void queries.invalidateQueries({ queryKey: ["accounts"] });
    },
  });
  const lastPrice = () => {
    const { last } = quoteOf(symbol, store, quotes);
    return last === null ? "" : formatPrice(last, digitsOf(instrument.tick_size) ?? 2).replaceAll(",", "");
  };
  const changeTerms = (terms: Partial<Terms>) => act({ type: "terms", terms });
  const review = (event: FormEvent) => {
    event.preventDefault();
    if (isSound && preview.data?.accepted && !isCoreAway) act({ type: "review" });
  };
  const back = () => {
    send.reset();
    act({ type: "back" });
  };
  if (ticket.step === "review") {
    return (
      <Review
        order={order}
        bracket={bracket}
        environment={environment}
        preview={preview.data}
        error={send.error}
        isBlocked={isCoreAway || errors.market !== undefined}
        isUnknown={send.error instanceof ApiError && (send.error.status === 504 || send.error.status === 0)}
        isSending={send.isPending}
        onSend={() => send.mutate()}
        onBack={back}
      />
    );
  }
  const fields = { ticket, instrument, errors, lastPrice, onChange: changeTerms };
  return (
    <form className={`ticket ticket-${ticket.side.toLowerCase()}`} onSubmit={review}>
      <PriceHead instrument={instrument} position={position} />
      <Segmented
        label="Side"
        className="side"
        value={ticket.side}
        onChange={(side) => act({ type: "side", side })}
        choices={[
          { value: "BUY", title: "Buy", tone: "buy" },
          { value: "SELL", title: "Sell", tone: "sell" },
        ]}
      />
      <div className="form-row">
        <label className="field">
          <span>Type</span>
          <select
            value={ticket.orderType}
            onChange={(event) => {
              const orderType = event.target.value as OrderType;
              const price = hasLimit(orderType) && ticket.price === "" ? lastPrice() : ticket.price;
              act({ type: "orderType", orderType, price });
            }}
          >
            {ORDER_TYPES.map((item) => (
              <option key={item} value={item}>
                {choiceWords(item, instrument.order_types)}
              </option>
            ))}
          </select>
        </label>
        <label className="field">
          <span>Time in force</span>
          <select
            value={ticket.timeInForce}
            onChange={(event) => {
              const timeInForce = event.target.value as TimeInForce;
              if (timeInForce === "GTD" && ticket.terms.expires === "") {
                changeTerms({ expires: daysAfter(feed?.now, GTD_DAYS) });
              }
              act({ type: "timeInForce", timeInForce });
            }}
          >
            {TIMES.map((item) => (
              <option key={item} value={item}>
                {choiceWords(item, instrument.times_in_force)}
              </option>
            ))}
          </select>
        </label>
      </div>
      <StepField
        inputRef={quantity}
        label="Quantity"
        value={ticket.quantity}
        error={errors.quantity}
        unit={instrument.base_currency ?? "units"}
        onChange={(value) => act({ type: "quantity", quantity: value })}
        onStep={(count) =>
          act({ type: "quantity", quantity: stepBy(ticket.quantity, instrument.lot_size, count) })
        }
      />
      <TriggerFields {...fields} />
      {hasLimit(ticket.orderType) ? (
        <StepField
          label="Limit price"
          value={ticket.price}
          error={errors.price}
          unit={instrument.quote_currency}
          onChange={(value) => act({ type: "price", price: value })}
          onStep={(count) =>
            act({ type: "price", price: stepBy(ticket.price || lastPrice(), instrument.tick_size, count) })
          }
        >
          <button
            type="button"
            className="link-button"
            onClick={() => act({ type: "price", price: lastPrice() })}
          >
            Last
          </button>
        </StepField>
      ) : null}
      <ExpiryField ticket={ticket} onChange={changeTerms} />
      <MoreFields {...fields} />
      {isCoreAway ? (
        <p className="form-error" role="status">
          The trading core is away: orders can be sent again once it is back.
        </p>
      ) : errors.market ? (
        <p className="form-error">{errors.market}</p>
      ) : null}
      <PreviewBox
        preview={preview}
        currency={instrument.quote_currency}
        digits={digitsOf(instrument.tick_size) ?? 2}
        isWaiting={!isSound || isCoreAway}
        onQuantity={(value) => act({ type: "quantity", quantity: value })}
      />
      <button
        type="submit"
        className={`button button-wide button-${ticket.side.toLowerCase()}`}
        disabled={!isSound || isCoreAway || !preview.data?.accepted}
      >
        Review {ticket.side === "BUY" ? "buy" : "sell"} order
      </button>
    </form>
  );
}

/** Say what became of an order that was sent. */
function sayResult(result: BatchAnswer["results"][number], symbol: string): void {
  const { order: made, problem } = result;
  if (!made) {
    toast({ tone: "error", title: problem?.title ?? "Not sent", text: problem?.detail ?? "" });
    return;
  }
  toast({
    tone: toneOf(made.status) === "error" ? "warn" : "ok",
    title: `${formatWord(made.side)} ${formatQty(made.order_qty)} ${symbol}: ${formatWord(made.status)}`,
    text: `${result.repeated ? "Sent before; nothing was sent twice. " : ""}${made.order_id === null ? made.text : `Order ${made.order_id}`}`,
  });
}

/** Calls `on` once for each time a key asked for a side. */
function useAsked(asked: { side: Side; count: number }, on: (side: Side) => void): void {
  const latest = useRef(on);
  latest.current = on;
  useEffect(() => {
    if (asked.count > 0) latest.current(asked.side);
  }, [asked]);
}
