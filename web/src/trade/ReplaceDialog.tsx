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

type ReplaceDialogProps = { order: Order; instrument: Instrument | undefined; onClose: () => void };

export function ReplaceDialog({ order, instrument, onClose }: ReplaceDialogProps) {
  const [quantity, setQuantity] = useState(order.order_qty);
  const [price, setPrice] = useState(order.limit_price ?? "");
  const [key] = useState(newKey);
  const lot = instrument?.lot_size ?? "1";
  const tick = instrument?.tick_size ?? "0.01";
  const replace = useMutation({
    mutationFn: () =>
      post(
        `orders/${order.order_id}/replace`,
        { order_qty: quantity, limit_price: price },
        { idempotencyKey: `${key}-${quantity}-${price}` },
      ),
    onSuccess: () => {
      toast({ tone: "info", title: `Replace of order ${order.order_id} requested` });
      onClose();
    },
  });
  const quantityError = checkTotal(quantity, order.cum_qty, lot);
  const priceError = isMultiple(price, tick) ? undefined : `Must be a multiple of ${tick}`;
  const isSame = quantity === order.order_qty && price === order.limit_price;
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
        <StepField
          label="New limit price"
          unit={instrument?.quote_currency ?? ""}
          value={price}
          error={priceError}
          onChange={setPrice}
          onStep={(count) => setPrice(stepBy(price, tick, count))}
        />
        <FormError error={replace.error} />
        <div className="form-row">
          <button type="button" className="button" onClick={onClose}>
            Keep it as it is
          </button>
          <button
            type="submit"
            className="button button-primary"
            disabled={replace.isPending || isSame || quantityError !== undefined || priceError !== undefined}
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
