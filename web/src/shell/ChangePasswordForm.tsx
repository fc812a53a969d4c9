/** A new password, asked for twice. */
import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { request } from "../api/client";
import { FormError } from "../ui/FormError";
import "../styles/login.css";

export function ChangePasswordForm({ onChanged }: { onChanged: () => void }) {
  const [current, setCurrent] = useState("");
  const [next, setNext] = useState("");
  const [again, setAgain] = useState("");
  const change = useMutation({
    mutationFn: () =>
      request<void>("POST", "auth/password", { body: { current_password: current, new_password: next } }),
    onSuccess: onChanged,
  });
  const differs = again !== "" && again !== next;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (next === again) change.mutate();
  };
  return (
    <form onSubmit={submit} className="login-form">
      <Password label="Current password" complete="current-password" value={current} onChange={setCurrent} />
      <Password label="New password" complete="new-password" value={next} onChange={setNext} />
      <Password label="New password again" complete="new-password" value={again} onChange={setAgain} />
      {differs ? <p className="field-error">The two do not match.</p> : null}
      <FormError error={change.error} />
      <button
        type="submit"
        className="button button-primary button-wide"
        disabled={change.isPending || differs || next === ""}
      >
        Change password
      </button>
    </form>
  );
}

type PasswordProps = { label: string; complete: string; value: string; onChange: (value: string) => void };

function Password({ label, complete, value, onChange }: PasswordProps) {
  return (
    <label className="field">
      <span>{label}</span>
      <input
        type="password"
        autoComplete={complete}
        required
        value={value}
        onChange={(event) => onChange(event.target.value)}
      />
    </label>
  );
}
