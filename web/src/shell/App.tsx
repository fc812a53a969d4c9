/** Decides between login and desk, and keeps the session and the live line alive. */
import { useQueryClient } from "@tanstack/react-query";
import { lazy, Suspense, useEffect, useState } from "react";
import { onSignedOut, refreshSession } from "../api/client";
import { ApiError } from "../api/problem";
import { useMe } from "../api/queries";
import { feed, startLine } from "../feed/line";
import { rememberSignedIn } from "../lib/session";
import { ErrorState, Loading } from "../ui/states";
import { Toaster } from "../ui/toast";
import { Shell } from "./Shell";

const Login = lazy(() => import("./Login").then((module) => ({ default: module.Login })));
const RENEW_BEFORE_MS = 90_000;
const RENEW_LEAST_MS = 30_000;

export function App() {
  const me = useMe();
  const queries = useQueryClient();
  const [mustChange, setMustChange] = useState(false);
  useEffect(() => onSignedOut(() => queries.setQueryData(["me"], null)), [queries]);
  useEffect(() => {
    if (me.data === null) rememberSignedIn(false);
  }, [me.data]);
  const isSignedOut = me.data === null || (me.error instanceof ApiError && me.error.status === 401);
  const mustChangeNow = mustChange || me.data?.must_change_password === true;
  if (me.isPending) {
    return (
      <main className="splash">
        <Loading rows={3} label="Opening the desk" />
      </main>
    );
  }
  if (isSignedOut || mustChangeNow) {
    return (
      <Suspense fallback={<main className="splash" />}>
        <Login
          mustChange={mustChangeNow}
          onSignedIn={(answer) => {
            rememberSignedIn(true);
            setMustChange(answer.must_change_password);
            queries.clear();
            void queries.refetchQueries();
            void me.refetch();
          }}
          onChanged={() => {
            setMustChange(false);
            void me.refetch();
          }}
        />
      </Suspense>
    );
  }
  if (!me.data) {
    return (
      <main className="splash">
        <ErrorState error={me.error} onRetry={() => void me.refetch()} />
        <p className="state-text">
          Trading can be halted without this page at <a href="ops/halt">/ops/halt</a>.
        </p>
      </main>
    );
  }
  return (
    <>
      <Session expiresAt={me.data.expires_at} />
      <Shell me={me.data} />
      <Toaster />
    </>
  );
}

/** While mounted the live line is open, and the session is renewed before it ends. */
function Session({ expiresAt }: { expiresAt: string }) {
  const queries = useQueryClient();
  useEffect(() => startLine(), []);
  useEffect(() => {
    const left = new Date(expiresAt).getTime() - Date.now() - RENEW_BEFORE_MS;
    const timer = setTimeout(
      async () => {
        const refreshed = await refreshSession();
        if (refreshed) feed.authenticate(refreshed.access_token);
        await queries.invalidateQueries({ queryKey: ["me"] });
      },
      Math.max(RENEW_LEAST_MS, Number.isFinite(left) ? left : RENEW_LEAST_MS),
    );
    return () => clearTimeout(timer);
  }, [expiresAt, queries]);
  return null;
}
