/** Other terms for a working order: a new total quantity, a new price. */
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { newKey, post } from "../api/client";
import type { Instrument, Order } from "../api/types";
import { isMultiple, parseRaw, stepBy } from "../lib/decimal";
import { formatQty } from "../lib/format";
import { Dialog } from "../ui/dialog";
import { FormError } from "../ui/FormError";
import { toast } from "../ui/toast";
import { StepField } from "./StepField";
import { checkSteps, hasLimit, hasTrigger } from "./terms";

type ReplaceDialogProps = { order: Order; instrument: Instrument | undefined; onClose: () => void };

export function ReplaceDialog({ order, instrument, onClose }: ReplaceDialogProps) {
  const [quantity, setQuantity] = useState(order.order_qty);
  const [price, setPrice] = useState(order.limit_price ?? "");
  const [trigger, setTrigger] = useState(order.trigger_price ?? "");
  const [key] = useState(newKey);
  const lot = instrument?.lot_size ?? "1";
  const tick = instrument?.tick_size ?? "0.01";
  const limited = hasLimit(order.order_type);
  const moved = hasTrigger(order.order_type) && trigger !== "" && trigger !== order.trigger_price;
  const replace = useMutation({
    mutationFn: () =>
      post(
        `orders/${order.order_id}/replace`,
        {
          order_qty: quantity,
          ...(limited ? { limit_price: price } : {}),
          ...(moved ? { trigger_price: trigger } : {}),
        },
        { idempotencyKey: `${key}-${quantity}-${price}-${trigger}` },
      ),
    onSuccess: () => {
      toast({ tone: "info", title: `Replace of order ${order.order_id} requested` });
      onClose();
    },
  });
  const quantityError = checkTotal(quantity, order.cum_qty, lot);
  const priceError = !limited || isMultiple(price, tick) ? undefined : `Must be a multiple of ${tick}`;
  const triggerError = checkSteps(trigger, tick, "tick size");
  const isSame = quantity === order.order_qty && price === (order.limit_price ?? "") && !moved;
  return (
    <Dialog title={`Replace order ${order.order_id}`} onClose={onClose}>
      <form
        className="halt-form"
        onSubmit={(event) => {
          event.preventDefault();
          replace.mutate();
        }}
      >
        <p className="state-text">
          {order.side === "BUY" ? "Buy" : "Sell"} {order.instrument_id}, {formatQty(order.cum_qty)} of{" "}
          {formatQty(order.order_qty)} filled
        </p>
        <StepField
          label="New total quantity"
          unit=""
          value={quantity}
          error={quantityError}
          onChange={setQuantity}
          onStep={(count) => setQuantity(stepBy(quantity, lot, count))}
        />
        {hasTrigger(order.order_type) ? (
          <StepField
            label="New trigger price"
            unit={instrument?.quote_currency ?? ""}
            value={trigger}
            error={triggerError}
            onChange={setTrigger}
            onStep={(count) => setTrigger(stepBy(trigger, tick, count))}
          />
        ) : null}
        {limited ? (
          <StepField
            label="New limit price"
            unit={instrument?.quote_currency ?? ""}
            value={price}
            error={priceError}
            onChange={setPrice}
            onStep={(count) => setPrice(stepBy(price, tick, count))}
          />
        ) : null}
        <FormError error={replace.error} />
        <div className="form-row">
          <button type="button" className="button" onClick={onClose}>
            Keep it as it is
          </button>
          <button
            type="submit"
            className="button button-primary"
            disabled={
              replace.isPending ||
              isSame ||
              [quantityError, priceError, triggerError].some((error) => error !== undefined)
            }
          >
            Replace order
          </button>
        </div>
      </form>
    </Dialog>
  );
}

/** A new total must be more than what is filled already. */
export function checkTotal(quantity: string, filled: string, lot: string): string | undefined {
  const total = parseRaw(quantity);
  if (total === null) return "Not a number";
  if (total <= (parseRaw(filled) ?? 0n)) return `Must be more than the ${filled} filled`;
  return isMultiple(quantity, lot) ? undefined : `Must be a multiple of the lot size ${lot}`;
}
