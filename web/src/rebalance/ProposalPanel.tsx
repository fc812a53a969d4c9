/** A proposal: how long it can be confirmed, what it would cost and do, and what became of it. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { request } from "../api/client";
import { formatDecimal, formatMoney, formatTime, formatWord } from "../lib/format";
import { FormError } from "../ui/FormError";
import { ConfirmDialog } from "./ConfirmDialog";
import { ProposalTable } from "./ProposalTable";
import { PATH } from "./queries";
import { costInBps, percentOf } from "./targets";
import type { Proposal, ProposalState } from "./types";

const LIFE_S = 60;
const TONES: Record<ProposalState, string> = {
  OPEN: "info",
  EXPIRED: "warn",
  WITHDRAWN: "warn",
  SENDING: "info",
  WAITING: "info",
  INTERRUPTED: "error",
  STOPPED: "error",
  SENT: "ok",
};

type ProposalPanelProps = {
  proposal: Proposal;
  readAt: number;
  isAllowed: boolean;
  /** Propose the same at the quotes of now; undefined while that is asked for. */
  onAgain: (() => void) | undefined;
};

export function ProposalPanel({ proposal, readAt, isAllowed, onAgain }: ProposalPanelProps) {
  const queries = useQueryClient();
  const [isAsking, setAsking] = useState(false);
  const keep = (made: Proposal) => {
    queries.setQueryData(["rebalancing", made.proposal_id], made);
    void queries.invalidateQueries({ queryKey: ["rebalancing", "list"] });
  };
  const withdraw = useMutation({
    mutationFn: () => request<Proposal>("DELETE", `${PATH}/${encodeURIComponent(proposal.proposal_id)}`),
    onSuccess: keep,
  });
  const left = useSecondsLeft(proposal, readAt);
  const isOpen = proposal.state === "OPEN" && left > 0;
  const canConfirm = isAllowed && ((isOpen && proposal.why_not === "") || proposal.state === "INTERRUPTED");
  const canWithdraw = isAllowed && (isOpen || ["WAITING", "INTERRUPTED"].includes(proposal.state));
  return (
    <section className="panel rb-proposal" aria-labelledby="rb-title">
      <header className="panel-head">
        <h2 id="rb-title" className="panel-title">
          <span className="rb-word">Proposal </span>
          <span className="spec-id">{proposal.proposal_id}</span>
        </h2>
        <span className={`spec-status tone-${TONES[proposal.state]}`}>
          <span className="spec-dot" />
          {formatWord(isOpen || proposal.state !== "OPEN" ? proposal.state : "EXPIRED")}
        </span>
        <div className="panel-tools">
          {isAllowed && !canConfirm && !["WAITING", "SENDING"].includes(proposal.state) ? (
            <button type="button" className="button small" disabled={!onAgain} onClick={onAgain}>
              Propose again
            </button>
          ) : null}
          {canWithdraw ? (
            <button
              type="button"
              className="button small"
              disabled={withdraw.isPending}
              onClick={() => withdraw.mutate()}
            >
              {proposal.state === "OPEN" ? "Withdraw" : "Do not send the rest"}
            </button>
          ) : null}
          {canConfirm ? (
            <button type="button" className="button button-primary small" onClick={() => setAsking(true)}>
              {proposal.state === "INTERRUPTED" ? "Complete" : "Confirm"}
            </button>
          ) : null}
        </div>
      </header>
      <Countdown proposal={proposal} left={left} />
      <FormError error={withdraw.error} />
      <Figures proposal={proposal} />
      {proposal.notes.map((note) => (
        <p key={note} className="spec-doc">
          {note}
        </p>
      ))}
      <ProposalTable proposal={proposal} />
      {isAsking ? (
        <ConfirmDialog proposal={proposal} left={left} onDone={keep} onClose={() => setAsking(false)} />
      ) : null}
    </section>
  );
}

/** Counted here between two readings, so that it runs without the server. */
function useSecondsLeft(proposal: Proposal, readAt: number): number {
  const [now, setNow] = useState(() => Date.now());
  const isOpen = proposal.state === "OPEN";
  useEffect(() => {
    if (!isOpen) return;
    const timer = setInterval(() => setNow(Date.now()), 250);
    return () => clearInterval(timer);
  }, [isOpen]);
  return isOpen ? Math.max(0, proposal.seconds_left - Math.max(0, now - readAt) / 1000) : 0;
}

/** The line that says where it is: time left, what it waits for, or why it is over. */
function Countdown({ proposal, left }: { proposal: Proposal; left: number }) {
  if (proposal.state === "OPEN" && left > 0) {
    const seconds = Math.ceil(left);
    return (
      <div className="rb-line">
        <progress
          className={seconds <= 10 ? "rb-life is-late" : "rb-life"}
          value={left}
          max={LIFE_S}
          aria-label="Time left to confirm"
        />
        <span className="rb-left">{seconds} s to confirm</span>
        {proposal.why_not ? (
          <p className="spec-problem" role="alert">
            It cannot be confirmed: {proposal.why_not}
          </p>
        ) : null}
      </div>
    );
  }
  const text = proposal.reason || (proposal.state === "OPEN" ? "it expired" : proposal.why_not);
  const by = proposal.confirmed
    ? `Confirmed by ${proposal.confirmed_by} at ${formatTime(proposal.confirmed)}.`
    : "";
  const isBad = ["INTERRUPTED", "STOPPED"].includes(proposal.state);
  return (
    <div className="rb-line">
      <p className={isBad ? "spec-problem" : "rb-said"} role={isBad ? "alert" : "status"}>
        {text ? `${text.charAt(0).toUpperCase()}${text.slice(1)}. ` : ""}
        <span className="muted">{by}</span>
      </p>
    </div>
  );
}

function Figures({ proposal }: { proposal: Proposal }) {
  const { currency } = proposal;
  const bps = costInBps(proposal);
  return (
    <dl className="spec-kpis rb-figures">
      <Figure title="Weights of" value={formatMoney(proposal.capital, currency)} />
      <Figure
        title="Turnover"
        value={percentOf(proposal.turnover)}
        more={`of ${formatMoney(proposal.equity)}`}
      />
      <Figure
        title="Expected cost"
        value={formatMoney(proposal.cost, currency)}
        more={`${bps ? `${bps}: ` : ""}spread ${formatDecimal(proposal.half_spread, 2)}, fees ${formatDecimal(proposal.fees, 2)}`}
      />
      <Figure
        title="Free cash after"
        value={formatMoney(proposal.cash_after, currency)}
        more={`${formatMoney(proposal.cash_after_worst)} at worst, ${formatMoney(proposal.cash_before)} before`}
      />
      <Figure
        title="Invested after"
        value={formatMoney(proposal.gross_after, currency)}
        more={`${formatMoney(proposal.gross_before)} before`}
      />
    </dl>
  );
}

function Figure({ title, value, more }: { title: string; value: string; more?: string }) {
  return (
    <div className="spec-kpi">
      <dt>{title}</dt>
      <dd>
        {value}
        {more ? <small>{more}</small> : null}
      </dd>
    </div>
  );
}
