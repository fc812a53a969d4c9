/** Who is signed in, and the ways to change the password and to leave. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { request } from "../api/client";
import { ApiError } from "../api/problem";
import type { Me } from "../api/types";
import { formatTime } from "../lib/format";
import { Dialog } from "../ui/dialog";
import { toast } from "../ui/toast";
import { ChangePasswordForm } from "./ChangePasswordForm";

export function UserSheet({ me, onChange }: { me: Me; onChange: () => void }) {
  const queries = useQueryClient();
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
      <div className="menu-group">
        <p className="menu-name">{me.name}</p>
        <p className="menu-label">
          {me.role}, {me.accounts.includes("*") ? "all accounts" : me.accounts.join(", ") || "no account"}
        </p>
        <p className="menu-label">Signed in {formatTime(me.auth_time)} UTC</p>
      </div>
      <button type="button" className="menu-item" onClick={onChange}>
        Change password
      </button>
      <button type="button" className="menu-item" disabled={logout.isPending} onClick={() => logout.mutate()}>
        Sign out
      </button>
    </>
  );
}

export function ChangePasswordDialog({ onClose }: { onClose: () => void }) {
  return (
    <Dialog title="Change password" onClose={onClose}>
      <ChangePasswordForm
        onChanged={() => {
          onClose();
          toast({ tone: "ok", title: "Password changed" });
        }}
      />
    </Dialog>
  );
}
