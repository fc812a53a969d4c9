/** The last look before orders leave, or before what was interrupted is completed. */
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { newKey, post } from "../api/client";
import { formatMoney } from "../lib/format";
import { Dialog } from "../ui/dialog";
import { FormError } from "../ui/FormError";
import { toast } from "../ui/toast";
import { PATH } from "./queries";
import { sidesOf } from "./targets";
import type { Proposal } from "./types";

type ConfirmDialogProps = {
  proposal: Proposal;
  left: number;
  onDone: (proposal: Proposal) => void;
  onClose: () => void;
};

export function ConfirmDialog({ proposal, left, onDone, onClose }: ConfirmDialogProps) {
  const [key] = useState(newKey);
  const isRest = proposal.state === "INTERRUPTED";
  const orders = isRest ? proposal.orders.filter((order) => order.order === null) : proposal.orders;
  const confirm = useMutation({
    mutationFn: () =>
      post<{ proposal: Proposal; repeated: boolean }>(
        `${PATH}/${encodeURIComponent(proposal.proposal_id)}/confirm`,
        {},
        { idempotencyKey: key },
      ),
    onSuccess: (answer) => {
      onDone(answer.proposal);
      toast({ tone: "info", title: `Orders of ${proposal.proposal_id} are on their way` });
      onClose();
    },
  });
  const isOver = !isRest && (left <= 0 || proposal.state !== "OPEN" || proposal.why_not !== "");
  const many = `${orders.length} ${orders.length === 1 ? "order" : "orders"}`;
  return (
    <Dialog title={isRest ? "Send the rest?" : `Send ${many}?`} onClose={onClose}>
      <div className="spec-confirm">
        <ul className="rb-sides">
          {sidesOf(orders).map((each) => (
            <li key={each.side}>
              <b className={each.side === "BUY" ? "up" : "down"}>
                {each.side === "BUY" ? "Buy" : "Sell"} {each.count}
              </b>{" "}
              for {formatMoney(each.value, proposal.currency)} on {proposal.account_id}
            </li>
          ))}
        </ul>
        <p>
          Expected cost {formatMoney(proposal.cost, proposal.currency)}, free cash afterwards{" "}
          {formatMoney(proposal.cash_after, proposal.currency)}.
        </p>
        {proposal.is_sequenced && orders.some((order) => order.side === "BUY") ? (
          <p className="muted">
            Sells go first. A buy goes out once free cash covers it; until then this page says what it waits
            for.
          </p>
        ) : null}
        <p className="muted">Each order is made once, however often this is confirmed.</p>
        <FormError error={confirm.error} />
        {isOver && !confirm.error ? (
          <p className="form-error" role="alert">
            {proposal.why_not || "It has expired"}. Close this and propose again.
          </p>
        ) : null}
        <div className="spec-buttons">
          {isRest ? null : <span className="rb-left">{Math.ceil(left)} s left</span>}
          <button type="button" className="button" onClick={onClose}>
            Not now
          </button>
          <button
            type="button"
            className="button button-primary"
            disabled={confirm.isPending || isOver}
            onClick={() => confirm.mutate()}
          >
            {isRest ? "Send the rest" : `Send ${many}`}
          </button>
        </div>
      </div>
    </Dialog>
  );
}
