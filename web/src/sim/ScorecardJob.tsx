/** Has a scorecard made: how many seeds and hours, how far it is, and a way to end it. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useEffect, useRef, useState } from "react";
import { newKey, post, request } from "../api/client";
import { formatWord, WAITS } from "../lib/format";
import { FormError } from "../ui/FormError";
import { Panel } from "../ui/Panel";
import { isRunning, SCORECARD_JOB_KEY, useScorecardJob } from "./queries";
import type { ScorecardJob } from "./types";

type ScorecardJobProps = { isAllowed: boolean; onDone: () => void };

export function ScorecardJobPanel({ isAllowed, onDone }: ScorecardJobProps) {
  const job = useScorecardJob();
  const wasRunning = useRef(false);
  useEffect(() => {
    const runs = isRunning(job);
    if (wasRunning.current && !runs) onDone();
    wasRunning.current = runs;
  }, [job, onDone]);
  return (
    <Panel title="Make a scorecard" className="sim-job">
      {job && isRunning(job) ? (
        <Progress job={job} isAllowed={isAllowed} />
      ) : (
        <Begin job={job} isAllowed={isAllowed} />
      )}
    </Panel>
  );
}

function Progress({ job, isAllowed }: { job: ScorecardJob; isAllowed: boolean }) {
  const queries = useQueryClient();
  const cancel = useMutation({
    mutationFn: () => request("DELETE", "sim/scorecard/job", { idempotencyKey: newKey() }),
    onSettled: () => queries.invalidateQueries({ queryKey: SCORECARD_JOB_KEY }),
  });
  const waits = WAITS[job.waits_for ?? ""];
  const percent = Math.round(Math.min(Math.max(job.progress ?? 0, 0), 1) * 100);
  return (
    <>
      <div className="spec-job-line">
        <progress value={percent} max={100} aria-label="Progress of the scorecard" />
        <span className="spec-percent">{percent}%</span>
        <button
          type="button"
          className="button small"
          disabled={!isAllowed || cancel.isPending}
          title={isAllowed ? undefined : "This needs the role operator"}
          onClick={() => cancel.mutate()}
        >
          Cancel
        </button>
      </div>
      <p className="muted" role="status">
        {job.text || formatWord(job.state)}
        {waits ? <strong> · {waits}</strong> : null}. This page may be left and reloaded.
      </p>
      <FormError error={cancel.error} />
    </>
  );
}

/** Why a text is not a number within bounds; null where it is. */
export function boundFault(text: string, low: number, high: number, isWhole: boolean): string | null {
  const value = Number(text);
  const isNumber = text.trim() !== "" && Number.isFinite(value) && (!isWhole || Number.isInteger(value));
  if (isNumber && value >= low && value <= high) return null;
  return `Must be a ${isWhole ? "whole number" : "number"} from ${low} to ${high}.`;
}

function Begin({ job, isAllowed }: { job: ScorecardJob | null | undefined; isAllowed: boolean }) {
  const queries = useQueryClient();
  const [seeds, setSeeds] = useState("3");
  const [hours, setHours] = useState("2");
  const [faults, setFaults] = useState<{ seeds: string | null; hours: string | null }>({
    seeds: null,
    hours: null,
  });
  const begin = useMutation({
    mutationFn: () =>
      post("sim/scorecard", { seeds: Number(seeds), hours: Number(hours) }, { idempotencyKey: newKey() }),
    onSuccess: () => queries.invalidateQueries({ queryKey: SCORECARD_JOB_KEY }),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const found = { seeds: boundFault(seeds, 1, 50, true), hours: boundFault(hours, 0.5, 48, false) };
    setFaults(found);
    if (found.seeds === null && found.hours === null && isAllowed && !begin.isPending) begin.mutate();
  };
  return (
    <form onSubmit={submit} className="sim-begin" noValidate aria-label="Make a scorecard">
      <NumberField title="Runs" unit="one seed each" value={seeds} fault={faults.seeds} onChange={setSeeds} />
      <NumberField title="Hours" unit="of each run" value={hours} fault={faults.hours} onChange={setHours} />
      <button type="submit" className="button button-primary" disabled={!isAllowed || begin.isPending}>
        {begin.isPending ? "Sent…" : "Make a new one"}
      </button>
      {isAllowed ? null : <span className="muted">This needs the role operator.</span>}
      {job && job.state !== "DONE" ? (
        <p className="muted" role="status">
          The last one: {formatWord(job.state)}. {job.error ?? job.text ?? ""}
        </p>
      ) : null}
      <FormError error={begin.error} />
    </form>
  );
}

type NumberFieldProps = {
  title: string;
  unit: string;
  value: string;
  fault: string | null;
  onChange: (value: string) => void;
};

function NumberField({ title, unit, value, fault, onChange }: NumberFieldProps) {
  return (
    <label className="spec-field">
      <span className="spec-field-title">
        {title}, {unit}
      </span>
      <input
        value={value}
        inputMode="decimal"
        autoComplete="off"
        aria-invalid={fault ? true : undefined}
        onChange={(event) => onChange(event.target.value)}
      />
      {fault ? (
        <span className="spec-fault" role="alert">
          {fault}
        </span>
      ) : null}
    </label>
  );
}
