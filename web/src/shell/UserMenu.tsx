/** Who is signed in, and the ways to change the password and to leave. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { CircleUserRound } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import { request } from "../api/client";
import { ApiError } from "../api/problem";
import type { Me } from "../api/types";
import { formatTime } from "../lib/format";
import { Dialog } from "../ui/dialog";
import { Menu } from "../ui/Menu";
import { toast } from "../ui/toast";

const ChangePasswordForm = lazy(() =>
  import("./Login").then((module) => ({ default: module.ChangePasswordForm })),
);

export function UserMenu({ me }: { me: Me }) {
  const queries = useQueryClient();
  const [isChanging, setChanging] = useState(false);
  const logout = useMutation({
    mutationFn: () => request<void>("POST", "auth/logout", { body: {}, isLogin: true }),
    onSuccess: () => queries.setQueryData(["me"], null),
    onError: (error) => {
      if (error instanceof ApiError && error.status === 401) queries.setQueryData(["me"], null);
      else toast({ tone: "error", title: "Not signed out", text: String(error) });
    },
  });
  return (
    <>
      <Menu label={`Signed in as ${me.name}`} button={<CircleUserRound size={16} aria-hidden="true" />}>
        {(close) => (
          <>
            <div className="menu-group">
              <p className="menu-name">{me.name}</p>
              <p className="menu-label">
                {me.role}, {me.accounts.includes("*") ? "all accounts" : me.accounts.join(", ") || "no account"}
              </p>
              <p className="menu-label">Signed in {formatTime(me.auth_time)} UTC</p>
            </div>
            <button
              type="button"
              className="menu-item"
              onClick={() => {
                close();
                setChanging(true);
              }}
            >
              Change password
            </button>
            <button type="button" className="menu-item" disabled={logout.isPending} onClick={() => logout.mutate()}>
              Sign out
            </button>
          </>
        )}
      </Menu>
      {isChanging ? (
        <Dialog title="Change password" onClose={() => setChanging(false)}>
          <Suspense fallback={null}>
            <ChangePasswordForm
              onChanged={() => {
                setChanging(false);
                toast({ tone: "ok", title: "Password changed" });
              }}
            />
          </Suspense>
        </Dialog>
      ) : null}
    </>
  );
}
