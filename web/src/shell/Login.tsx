/** Signing in, and the change of password that follows a first login. */
import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { request } from "../api/client";
import { useHealth } from "../api/queries";
import type { LoginAnswer } from "../api/types";
import { FormError } from "../ui/FormError";
import "../styles/login.css";

type LoginProps = {
  mustChange: boolean;
  onSignedIn: (answer: LoginAnswer) => void;
  onChanged: () => void;
};

export function Login({ mustChange, onSignedIn, onChanged }: LoginProps) {
  const health = useHealth();
  const version = health.data?.version;
  return (
    <main className="login">
      <div className="login-box">
        <header className="login-head">
          <Mark />
          <div>
            <h1>Trade2026</h1>
            <p>{mustChange ? "Choose a password of your own" : "Sign in to the desk"}</p>
          </div>
        </header>
        {mustChange ? <ChangePasswordForm onChanged={onChanged} /> : <SignInForm onSignedIn={onSignedIn} />}
        <footer className="login-foot">
          <span className={health.isError ? "dot dot-error" : `dot dot-${health.data?.status ?? "unknown"}`} />
          {health.isError ? "The desk does not answer" : health.data ? `Desk ${health.data.status}` : "…"}
          <span className="spacer" />
          {version ? <span>{version}</span> : null}
          <a href="ops/halt">Emergency halt</a>
        </footer>
      </div>
    </main>
  );
}

function Mark() {
  return (
    <svg className="login-mark" viewBox="0 0 32 32" aria-hidden="true">
      <path className="mark-line" d="M4 22l7-8 5 4 12-12" />
      <path className="mark-base" d="M4 28h24" />
    </svg>
  );
}

function SignInForm({ onSignedIn }: Pick<LoginProps, "onSignedIn">) {
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const login = useMutation({
    mutationFn: () => request<LoginAnswer>("POST", "auth/login", { body: { name, password }, isLogin: true }),
    onSuccess: onSignedIn,
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    login.mutate();
  };
  return (
    <form onSubmit={submit} className="login-form">
      <label className="field">
        <span>Name</span>
        <input
          name="name"
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
          required
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
      </label>
      <label className="field">
        <span>Password</span>
        <input
          name="password"
          type="password"
          autoComplete="current-password"
          required
          value={password}
          onChange={(event) => setPassword(event.target.value)}
        />
      </label>
      <FormError error={login.error} />
      <button type="submit" className="button button-primary button-wide" disabled={login.isPending}>
        {login.isPending ? "Signing in…" : "Sign in"}
      </button>
      <details className="login-hint">
        <summary>First start?</summary>
        <p>
          The desk wrote a name and a password into <code>desk/state/first-login.txt</code> in its home folder. Only the
          account that runs the desk can read it; it is removed once the password is changed.
        </p>
      </details>
    </form>
  );
}

/** Asks for the password twice; also used from the user menu. */
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
