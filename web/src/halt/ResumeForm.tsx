/** Lifting a halt: a fresh login, a reason, and time to think. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { newKey, post, request } from "../api/client";
import { ApiError } from "../api/problem";
import type { LoginAnswer, Me, TradingStateItem } from "../api/types";
import { FormError } from "../ui/FormError";
import { toast } from "../ui/toast";
import { nameOf, needsLogin, RESUME_REASON_LEAST, secondsUntil } from "./halting";

type ResumeFormProps = {
  me: Me;
  item: TradingStateItem;
  canResumeAt: string | null;
  onDone: () => void;
  onBack: () => void;
};

export function ResumeForm({ me, item, canResumeAt, onDone, onBack }: ResumeFormProps) {
  const queries = useQueryClient();
  const now = useSecond();
  const [reason, setReason] = useState("");
  const [password, setPassword] = useState("");
  const [asksLogin, setAsksLogin] = useState(() => needsLogin(me.auth_time, Date.now()));
  const [waitUntil, setWaitUntil] = useState<number>(0);
  const wait = Math.max(secondsUntil(canResumeAt, now), Math.ceil((waitUntil - now) / 1000), 0);
  const resume = useMutation({
    mutationFn: async () => {
      if (asksLogin) {
        const body = { name: me.name, password };
        await request<LoginAnswer>("POST", "auth/login", { body, isLogin: true });
        setAsksLogin(false);
        await queries.invalidateQueries({ queryKey: ["me"] });
      }
      const { scope, target } = item;
      return post("resume", { scope, target, reason: reason.trim() }, { idempotencyKey: newKey() });
    },
    onSuccess: () => {
      toast({ tone: "ok", title: `Resumed ${nameOf(item)}` });
      void queries.invalidateQueries({ queryKey: ["trading-state"] });
      onDone();
    },
    onError: (error) => {
      if (!(error instanceof ApiError)) return;
      if (error.retryAfter) setWaitUntil(Date.now() + error.retryAfter * 1000);
      if (/login|auth/.test(error.slug)) setAsksLogin(true);
    },
  });
  const missing = RESUME_REASON_LEAST - reason.trim().length;
  return (
    <form
      className="halt-form"
      onSubmit={(event) => {
        event.preventDefault();
        resume.mutate();
      }}
    >
      <h3>Resume {nameOf(item)}</h3>
      <p className="state-text">Orders are taken again at once. Canceled orders do not come back.</p>
      <label className="field">
        <span>Why it is safe to go on</span>
        <textarea
          rows={3}
          maxLength={200}
          value={reason}
          onChange={(event) => setReason(event.target.value)}
        />
        <small>{missing > 0 ? `${missing} more characters` : "Goes into the journal"}</small>
      </label>
      {asksLogin ? (
        <label className="field">
          <span>Password of {me.name}: the login must be fresh</span>
          <input
            type="password"
            autoComplete="current-password"
            value={password}
            onChange={(event) => setPassword(event.target.value)}
          />
        </label>
      ) : null}
      <FormError error={resume.error} />
      <div className="form-row">
        <button type="button" className="button" onClick={onBack}>
          Back
        </button>
        <button
          type="submit"
          className="button button-primary"
          disabled={resume.isPending || missing > 0 || wait > 0 || (asksLogin && password === "")}
        >
          {wait > 0 ? `Possible in ${wait} s` : "Resume trading"}
        </button>
      </div>
    </form>
  );
}

/** The time, anew each half second. */
function useSecond(): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 500);
    return () => clearInterval(timer);
  }, []);
  return now;
}
