/** How far a halt has come: requested, acknowledged by the core, confirmed by the venue. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Check, CircleDashed, LoaderCircle } from "lucide-react";
import { useCallback, useEffect, useRef, useState } from "react";
import { get, newKey, post } from "../api/client";
import { useTradingStates } from "../api/queries";
import type { Order, Page } from "../api/types";
import { formatClock } from "../lib/format";
import { FormError } from "../ui/FormError";
import { covers, isHalted, nameOf, type Target } from "./halting";

type HaltProgressProps = { target: Target; reason: string; onAgain: () => void };
type Acknowledged = { seq: number; canceled: number[] };

export function HaltProgress({ target, reason, onAgain }: HaltProgressProps) {
  const queries = useQueryClient();
  const [requestedAt] = useState(() => Date.now());
  const [key] = useState(newKey);
  const [answer, setAnswer] = useState<{ at: number; ack: Acknowledged } | null>(null);
  const [error, setError] = useState<unknown>(null);
  const isSent = useRef(false);
  const send = useCallback(async () => {
    setError(null);
    try {
      const ack = await post<Acknowledged>("halt", { ...target, reason }, { idempotencyKey: key });
      setAnswer({ at: Date.now(), ack });
      void queries.invalidateQueries({ queryKey: ["orders"] });
      void queries.invalidateQueries({ queryKey: ["trading-state"] });
    } catch (failure) {
      setError(failure);
    }
  }, [target, reason, key, queries]);
  useEffect(() => {
    if (isSent.current) return;
    isSent.current = true;
    void send();
  }, [send]);
  const states = useTradingStates(1_000);
  const open = useQuery({
    queryKey: ["orders", "open", "halt"],
    queryFn: ({ signal }) => get<Page<Order>>("orders", { status: "open", limit: 1000 }, signal),
    refetchInterval: 1_000,
    enabled: answer !== null,
    staleTime: 0,
  });
  const working = open.data?.items.filter((order) => covers(target, order)).length;
  const isInForce = answer !== null && isHalted(target, states.data?.items ?? []);
  const isConfirmed = isInForce && working === 0;
  return (
    <section className="progress" aria-live="polite" aria-label="How far the halt has come">
      <h3>Halting {nameOf(target)}</h3>
      <ol>
        <Step state="done" title="Requested" text={`${formatClock(requestedAt)} UTC`} />
        <Step
          state={answer ? "done" : error ? "failed" : "running"}
          title="Acknowledged by the core"
          text={
            answer ? `${formatClock(answer.at)} UTC, journal ${answer.ack.seq}` : "waiting for the answer"
          }
        />
        <Step
          state={isConfirmed ? "done" : answer ? "running" : "waiting"}
          title="Confirmed: halted, and nothing is working"
          text={
            answer
              ? `${answer.ack.canceled.length} cancels sent, ${working ?? "…"} orders still working`
              : "after the core has answered"
          }
        />
      </ol>
      <FormError error={error} />
      {error ? (
        <button type="button" className="button button-danger button-wide" onClick={() => void send()}>
          Ask again
        </button>
      ) : null}
      {isConfirmed ? (
        <button type="button" className="button button-wide" onClick={onAgain}>
          Halt something else
        </button>
      ) : null}
    </section>
  );
}

type StepProps = { state: "done" | "running" | "waiting" | "failed"; title: string; text: string };

function Step({ state, title, text }: StepProps) {
  const Icon = state === "done" ? Check : state === "running" ? LoaderCircle : CircleDashed;
  return (
    <li className={`step step-${state}`}>
      <Icon size={16} aria-hidden="true" />
      <div>
        <p>
          {title}
          <span className="visually-hidden">: {state}</span>
        </p>
        <p className="held-text">{text}</p>
      </div>
    </li>
  );
}
