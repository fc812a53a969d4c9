/** The last look: Enter sends, Escape goes back. */
import { useEffect, useRef } from "react";
import type { OrderRequest, Preview } from "../api/types";
import { formatMoney, formatQty, formatWord } from "../lib/format";
import { FormError } from "../ui/FormError";

type ReviewProps = {
  order: OrderRequest;
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
  const { order, environment, preview, error, isBlocked, isUnknown, isSending, onSend, onBack } = props;
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
          <dd>{order.limit_price ? `Limit ${order.limit_price}` : "Market"}</dd>
        </div>
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
