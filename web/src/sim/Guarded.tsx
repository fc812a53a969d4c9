/** A dialog in two steps: what and why, then the sentence of what will be done, and only then it is. */
import { type FormEvent, type ReactNode, useState } from "react";
import { newKey } from "../api/client";
import { Dialog } from "../ui/dialog";
import { FormError } from "../ui/FormError";
import { reasonFault } from "./scenario";

type GuardedProps = {
  title: string;
  text: ReactNode;
  children: ReactNode;
  submit: string;
  tone?: "danger";
  /** The sentence of what will be done; null while a field is wrong, which the fields then say. */
  check: () => string | null;
  send: (request: { reason: string; key: string }) => void;
  isPending: boolean;
  error: unknown;
  onClose: () => void;
};

export function Guarded(props: GuardedProps) {
  const { title, text, children, submit, tone, check, send, isPending, error, onClose } = props;
  const [reason, setReason] = useState("");
  const [fault, setFault] = useState<string | null>(null);
  const [asked, setAsked] = useState<{ sentence: string; key: string } | null>(null);
  const review = (event: FormEvent) => {
    event.preventDefault();
    const sentence = check();
    const wrong = reasonFault(reason);
    setFault(wrong);
    if (sentence !== null && wrong === null) setAsked({ sentence, key: newKey() });
  };
  const confirm = (event: FormEvent) => {
    event.preventDefault();
    if (asked && !isPending) send({ reason: reason.trim(), key: asked.key });
  };
  return (
    <Dialog title={title} onClose={onClose} tone={tone}>
      <form onSubmit={asked ? confirm : review} className="spec-confirm" noValidate>
        {asked ? (
          <>
            <p className="sim-sentence">{asked.sentence}</p>
            <p className="muted">Reason: {reason.trim()}</p>
            <FormError error={error} />
          </>
        ) : (
          <>
            <p className="muted">{text}</p>
            {children}
            <label className="spec-field">
              <span className="spec-field-title">Reason *</span>
              <input
                value={reason}
                maxLength={400}
                aria-required="true"
                aria-invalid={fault ? true : undefined}
                onChange={(event) => {
                  setReason(event.target.value);
                  setFault(null);
                }}
              />
              {fault ? (
                <span className="spec-fault" role="alert">
                  {fault}
                </span>
              ) : null}
            </label>
          </>
        )}
        <div className="spec-buttons">
          <button type="button" className="button" onClick={asked ? () => setAsked(null) : onClose}>
            {asked ? "Back" : "Close"}
          </button>
          {asked ? (
            // A button of its own, so that the key that asked for the review cannot also confirm it.
            <button
              key="confirm"
              type="submit"
              className={tone === "danger" ? "button button-danger" : "button button-primary"}
              disabled={isPending}
            >
              {isPending ? "Sent…" : submit}
            </button>
          ) : (
            <button key="review" type="submit" className="button button-primary">
              Review
            </button>
          )}
        </div>
      </form>
    </Dialog>
  );
}
