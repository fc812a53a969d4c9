/** Something to do at a press: asked about first where it matters, with a reason where one is kept. */
import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { newKey, request } from "../api/client";
import { ApiError } from "../api/problem";
import { hasRole } from "../lib/roles";
import { Dialog } from "../ui/dialog";
import { toast } from "../ui/toast";
import { isOffered } from "./conditions";
import { useSpec } from "./context";
import { logInAgain, wantsFreshLogin } from "./freshLogin";
import { fill, fillAll, fillWords, type Lookup, sentences, valueAt } from "./pointer";
import type { Action, Confirm, Row } from "./types";

type ActionButtonProps = { action: Action; row?: Row; small?: boolean };

export function ActionButton({ action, row, small }: ActionButtonProps) {
  const { lookup, role, refresh } = useSpec();
  const [isAsking, setAsking] = useState(false);
  const find: Lookup = (name) =>
    row && valueAt(row, name) !== undefined ? valueAt(row, name) : lookup(name);
  const path = fill(action.path, find, encodeURIComponent);
  const isAllowed = hasRole(role, action.role);
  const run = useMutation({
    mutationFn: async ({ reason, password }: Confirmed) => {
      if (password) await logInAgain(password);
      const filled = fillAll(action.body ?? {}, find) as Row;
      const body = reason === undefined ? filled : { ...filled, reason };
      const isBare = action.method === "DELETE" && Object.keys(body).length === 0;
      return request(action.method, path as string, {
        body: isBare ? undefined : body,
        idempotencyKey: newKey(),
      });
    },
    onSuccess: () => {
      setAsking(false);
      toast({ tone: "ok", title: `${action.title}: accepted` });
      refresh();
    },
    onError: (error) => {
      if (!isAsking) toast({ tone: "error", title: `${action.title} failed`, text: error.message });
    },
  });
  const name = `button ${small ? "small" : ""} ${action.danger ? "spec-danger-button" : ""}`;
  const start = () => {
    run.reset();
    if (action.confirm) setAsking(true);
    else run.mutate({});
  };
  return (
    <>
      <button
        type="button"
        className={name}
        disabled={!isAllowed || path === null || run.isPending}
        title={isAllowed ? undefined : `This needs the role ${action.role}`}
        onClick={start}
      >
        {action.title}
      </button>
      {isAsking && action.confirm ? (
        <ConfirmDialog
          confirm={action.confirm}
          find={find}
          submit={action.title}
          isDanger={action.danger ?? false}
          isPending={run.isPending}
          error={run.error}
          onConfirm={(confirmed) => run.mutate(confirmed)}
          onClose={() => setAsking(false)}
        />
      ) : null}
    </>
  );
}

/** What was typed when an action was confirmed: a reason where one is kept, a password where one is wanted. */
export type Confirmed = { reason?: string | undefined; password?: string | undefined };

type ConfirmDialogProps = {
  confirm: Confirm;
  find: Lookup;
  submit: string;
  isDanger: boolean;
  isPending: boolean;
  error: unknown;
  onConfirm: (confirmed: Confirmed) => void;
  onClose: () => void;
};

/** Asks whether to go on, and for a reason where one is wanted. */
export function ConfirmDialog(props: ConfirmDialogProps) {
  const { confirm, find, submit, isDanger, isPending, error, onConfirm, onClose } = props;
  const [reason, setReason] = useState("");
  const [password, setPassword] = useState("");
  const [asksLogin, setAsksLogin] = useState(false);
  if (!asksLogin && wantsFreshLogin(error)) setAsksLogin(true);
  const least = confirm.reason ? (confirm.reason_min ?? 0) : 0;
  const send = (event: FormEvent) => {
    event.preventDefault();
    event.stopPropagation(); // A form that asks is around this one, and would ask anew.
    onConfirm({
      reason: confirm.reason ? reason.trim() : undefined,
      password: asksLogin ? password : undefined,
    });
  };
  return (
    <Dialog title={fillWords(confirm.title, find)} onClose={onClose} tone={isDanger ? "danger" : undefined}>
      <form onSubmit={send} className="spec-confirm">
        <p>{fillWords(confirm.text, find)}</p>
        {confirm.reason ? (
          <label className="spec-field">
            <span className="spec-field-title">Reason</span>
            <input
              value={reason}
              minLength={least}
              required={least > 0}
              maxLength={400}
              onChange={(event) => setReason(event.target.value)}
            />
          </label>
        ) : null}
        {asksLogin ? (
          <label className="spec-field">
            <span className="spec-field-title">Password: the login must be fresh</span>
            <input
              type="password"
              autoComplete="current-password"
              required
              value={password}
              onChange={(event) => setPassword(event.target.value)}
            />
          </label>
        ) : null}
        {error ? (
          <p className="spec-problem" role="alert">
            {wordsOf(error)}
          </p>
        ) : null}
        <div className="spec-buttons">
          <button type="button" className="button" onClick={onClose}>
            Back
          </button>
          <button
            type="submit"
            className={isDanger ? "button button-danger" : "button button-primary"}
            disabled={isPending || reason.trim().length < least || (asksLogin && password === "")}
          >
            {isPending ? "Sent…" : submit}
          </button>
        </div>
      </form>
    </Dialog>
  );
}

/** What went wrong, what to do, and the id to ask about. */
export function wordsOf(error: unknown): string {
  if (!(error instanceof ApiError)) return error instanceof Error ? error.message : String(error);
  const parts = [error.detail, error.remedy, error.requestId ? `Request ${error.requestId}.` : undefined];
  return sentences(parts);
}

/** The buttons of a row: those actions of the page that are offered for it. */
export function RowActions({ ids, row }: { ids: readonly string[]; row: Row }) {
  const { actions, read } = useSpec();
  return actions(ids)
    .filter((action) => isOffered(action, row, read))
    .map((action) => <ActionButton key={action.id} action={action} row={row} small />);
}
