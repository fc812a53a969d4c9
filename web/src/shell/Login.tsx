/** Signing in, and the change of password that follows a first login. */
import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { request } from "../api/client";
import { useHealth } from "../api/queries";
import type { LoginAnswer } from "../api/types";
import { FormError } from "../ui/FormError";
import { ChangePasswordForm } from "./ChangePasswordForm";

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
          <span
            className={health.isError ? "dot dot-error" : `dot dot-${health.data?.status ?? "unknown"}`}
          />
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
          The desk wrote a name and a password into <code>desk/state/first-login.txt</code> in its home
          folder. Only the account that runs the desk can read it; it is removed once the password is changed.
        </p>
      </details>
    </form>
  );
}
