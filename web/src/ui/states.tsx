/** The five states of anything that shows data: empty, loading, stale, failed, not allowed. */
import { CircleSlash2, Clock, Inbox, RotateCw, TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";
import { ApiError } from "../api/problem";

/** Nothing to show; `next` says what to do about it. */
export function Empty({ title, next, children }: { title: string; next?: string; children?: ReactNode }) {
  return (
    <div className="state">
      <Inbox className="state-icon" aria-hidden="true" />
      <p className="state-title">{title}</p>
      {next ? <p className="state-text">{next}</p> : null}
      {children}
    </div>
  );
}

/** A skeleton of `rows` lines while data is on its way; said to screen readers once. */
export function Loading({ rows = 4, label = "Loading" }: { rows?: number; label?: string }) {
  return (
    <div className="skeleton" role="status" aria-label={label}>
      {Array.from({ length: rows }, (_, row) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the lines are all alike and never move
        <span key={row} className="skeleton-line" style={{ width: `${88 - ((row * 17) % 40)}%` }} />
      ))}
    </div>
  );
}

/** Greys its children and says how old they are; `age` in seconds. */
export function Stale({ age, children }: { age?: number; children: ReactNode }) {
  return (
    <div className="stale">
      <span className="badge badge-warn">
        <Clock size={11} aria-hidden="true" />
        Stale{age === undefined ? "" : ` ${Math.round(age)} s`}
      </span>
      <div className="stale-content">{children}</div>
    </div>
  );
}

/** What went wrong, in the server's words, with a way to try again and the id to ask about. */
export function ErrorState({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  if (error instanceof ApiError && error.status === 403) {
    return <Forbidden role={error.roleNeeded} detail={error.detail} />;
  }
  const api = error instanceof ApiError ? error : null;
  const text = api ? api.detail : error instanceof Error ? error.message : String(error);
  return (
    <div className="state state-error" role="alert">
      <TriangleAlert className="state-icon" aria-hidden="true" />
      <p className="state-title">{api?.title ?? "This could not be shown"}</p>
      <p className="state-text">{text}</p>
      {api?.remedy ? <p className="state-text">{api.remedy}</p> : null}
      {api?.requestId ? (
        <p className="state-meta">
          Request <code>{api.requestId}</code>
        </p>
      ) : null}
      {onRetry ? (
        <button type="button" className="button" onClick={onRetry}>
          <RotateCw size={13} aria-hidden="true" /> Try again
        </button>
      ) : null}
    </div>
  );
}

/** The user's role is too low; names the role it takes. */
export function Forbidden({ role, detail }: { role?: string | undefined; detail?: string | undefined }) {
  return (
    <div className="state" role="alert">
      <CircleSlash2 className="state-icon" aria-hidden="true" />
      <p className="state-title">Not allowed</p>
      <p className="state-text">
        {role ? `This needs the role ${role}. ` : null}
        {detail ?? "Ask an administrator for access."}
      </p>
    </div>
  );
}
