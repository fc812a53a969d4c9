/** How a job is getting on: progress, cancel, and why it ended. */
import { useState } from "react";
import { formatTime, WAITS } from "../lib/format";
import { ErrorState, Loading } from "../ui/states";
import { ActionButton } from "./ActionButton";
import { Cell, numberOf } from "./cells";
import { Link } from "./Link";
import { plainOf, valueAt } from "./pointer";
import type { SourceState } from "./sources";
import type { Form, Row } from "./types";

const RUNNING = new Set(["QUEUED", "RUNNING"]);

type JobPanelProps = { form: Form; jobId: string; job: SourceState; onClose: () => void };

export function JobPanel({ form, jobId, job, onClose }: JobPanelProps) {
  const [shownAt] = useState(() => Date.now());
  const row = job.data as Row | undefined;
  const state = plainOf(valueAt(row, "state"));
  const isRunning = RUNNING.has(state);
  const share = Math.min(Math.max(numberOf(valueAt(row, "progress")) || 0, 0), 1);
  const percent = Math.round((state === "DONE" ? 1 : share) * 100);
  const propose = plainOf(valueAt(row, "propose"));
  const error = plainOf(valueAt(row, "error"));
  const waits = isRunning ? WAITS[plainOf(valueAt(row, "waits_for"))] : undefined;
  const finished = plainOf(valueAt(row, "finished"));
  const asked = plainOf(valueAt(row, "asked"));
  return (
    <section className="panel spec-job" aria-label={`Job ${jobId}`}>
      <header className="panel-head">
        <h2 className="panel-title">
          Job <span className="spec-id">{jobId}</span>
        </h2>
        <div className="panel-tools">
          {propose && state === "DONE" ? (
            <Link className="button small" to={propose}>
              Propose orders
            </Link>
          ) : null}
          {isRunning ? <ActionButton action={cancelOf(form, jobId)} small /> : null}
          <button type="button" className="button small" onClick={onClose}>
            Close
          </button>
        </div>
      </header>
      <div className="panel-body">
        {job.status === "error" ? <ErrorState error={job.error} onRetry={job.retry} /> : null}
        {job.status === "loading" ? <Loading rows={2} label="Loading the job" /> : null}
        {row ? (
          <>
            {asked ? <p className="spec-job-asked">{asked}</p> : null}
            <div className="spec-job-line">
              <Cell value={state} format="status" />
              <progress value={percent} max={100} aria-label="Progress" />
              <span className="spec-percent">{percent}%</span>
            </div>
            <p className="spec-job-text" role="status">
              {plainOf(valueAt(row, "text"))}
              {waits ? <strong> · {waits}</strong> : null}
              {finished && !isRunning ? <span className="muted"> · ended {formatTime(finished)}</span> : null}
              {isRunning && job.updatedAt > shownAt ? (
                <span className="muted"> · this page may be left and reloaded</span>
              ) : null}
            </p>
            {error ? (
              <p className="spec-problem" role="alert">
                {error}
              </p>
            ) : null}
          </>
        ) : null}
      </div>
    </section>
  );
}

function cancelOf(form: Form, jobId: string) {
  return {
    id: "cancel-job",
    title: "Cancel",
    method: "DELETE",
    path: `/jobs/${encodeURIComponent(jobId)}`,
    role: form.role,
    confirm: { title: `Cancel ${jobId}`, text: "What it has computed so far is thrown away." },
  };
}
