/** The last look: Enter sends, Escape goes back. */
import { useEffect, useRef } from "react";
import type { BracketRequest, OrderRequest, Preview } from "../api/types";
import { formatMoney, formatQty, formatTime, formatWord } from "../lib/format";
import { FormError } from "../ui/FormError";
import { priceWords, SOURCE_WORDS } from "./terms";

type ReviewProps = {
  order: OrderRequest;
  /** The order with its exits, where it has any. */
  bracket: BracketRequest | null;
  environment: string | undefined;
  preview: Preview | undefined;
  error: unknown;
  isBlocked: boolean;
  /** Whether nobody knows if the order arrived: asking again under the same key tells. */
  isUnknown: boolean;
  isSending: boolean;
  onSend: () => void;
  onBack: () => void;
};

export function Review(props: ReviewProps) {
  const { order, bracket, environment, preview, error, isBlocked, isUnknown, isSending, onSend, onBack } =
    props;
  const send = useRef<HTMLButtonElement>(null);
  useEffect(() => send.current?.focus(), []);
  const isBuy = order.side === "BUY";
  return (
    <form
      className={`ticket review ticket-${order.side.toLowerCase()}`}
      aria-label="Review the order"
      onSubmit={(event) => {
        event.preventDefault();
        if (!isSending && !isBlocked) onSend();
      }}
      onKeyDown={(event) => {
        if (event.key === "Escape" && !isSending) onBack();
      }}
    >
      <p className={`review-line ${isBuy ? "up" : "down"}`}>
        <strong>
          {isBuy ? "▲ Buy" : "▼ Sell"} {formatQty(order.order_qty)}
        </strong>
        <span>{order.instrument_id}</span>
      </p>
      <dl className="facts">
        <div>
          <dt>Price</dt>
          <dd>
            {order.order_type === "LIMIT" ? "Limit " : ""}
            {priceWords(order, (price) => price)}
          </dd>
        </div>
        {moreFacts(order, bracket).map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
        <div>
          <dt>Time in force</dt>
          <dd>{order.time_in_force}</dd>
        </div>
        <div>
          <dt>Account</dt>
          <dd>
            {order.account_id}
            {environment ? ` (${formatWord(environment)})` : ""}
          </dd>
        </div>
        <div>
          <dt>Value</dt>
          <dd>{formatMoney(preview?.notional)}</dd>
        </div>
        <div>
          <dt>Fee, estimated</dt>
          <dd>{formatMoney(preview?.fee_estimate)}</dd>
        </div>
      </dl>
      {preview?.held || bracket ? (
        <p className="state-text">
          The trading core holds {bracket ? "the exits" : "this order"}; while it is down the venue does not
          know of {bracket ? "them" : "it"}, and nothing is triggered.
        </p>
      ) : null}
      {isBlocked ? (
        <p className="form-error">This order is blocked while the core or its prices are away.</p>
      ) : null}
      <FormError error={error} />
      {isUnknown ? (
        <p className="state-text">
          Whether the order arrived is not known. Sending again cannot send it twice.
        </p>
      ) : null}
      <button
        ref={send}
        type="submit"
        className={`button button-wide button-${order.side.toLowerCase()}`}
        disabled={isSending || isBlocked}
      >
        {isSending ? "Sending…" : isUnknown ? "Send again" : `Send ${isBuy ? "buy" : "sell"} order`}
      </button>
      <button type="button" className="button button-wide" disabled={isSending} onClick={onBack}>
        Back
      </button>
    </form>
  );
}

/** What else was asked for, in words. */
function moreFacts(order: OrderRequest, bracket: BracketRequest | null): [string, string][] {
  const unit = order.trailing_offset_type === "BASIS_POINTS" ? " basis points" : "";
  const facts: [string, string | undefined][] = [
    ["Triggered by", order.trigger_source && SOURCE_WORDS[order.trigger_source]],
    ["Trails by", order.trailing_offset && `${order.trailing_offset}${unit}`],
    ["Ends", order.expire_time && `${formatTime(order.expire_time)} UTC`],
    ["Shown at a time", order.display_qty && formatQty(order.display_qty)],
    ["Post only", order.post_only ? "Yes" : undefined],
    ["Reduce only", order.reduce_only ? "Yes" : undefined],
    ["Take profit", bracket?.take_profit?.limit_price],
    ["Stop loss", bracket?.stop_loss?.trigger_price],
  ];
  return facts.filter((fact): fact is [string, string] => Boolean(fact[1]));
}
