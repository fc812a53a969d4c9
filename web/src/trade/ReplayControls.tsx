/** Steers a replay: pause, play, step, speed; shows how far it is. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Pause, Play, StepForward } from "lucide-react";
import { post } from "../api/client";
import type { FeedAction, FeedView, Me } from "../api/types";
import { formatDate, formatWord, millisecondsOf } from "../lib/format";
import { hasRole } from "../lib/roles";
import { toast } from "../ui/toast";

const SPEEDS = [
  { value: "1", title: "1 step/s" },
  { value: "2", title: "2 steps/s" },
  { value: "5", title: "5 steps/s" },
  { value: "20", title: "20 steps/s" },
  { value: "100", title: "100 steps/s" },
  { value: "0", title: "Full speed" },
];

export function ReplayControls({ me, feed }: { me: Me; feed: FeedView | undefined }) {
  const queries = useQueryClient();
  const control = useMutation({
    mutationFn: (body: { action: FeedAction; speed?: number }) => post<FeedView>("feed", body),
    onSuccess: (answer) => queries.setQueryData(["feed"], answer),
    onError: (error) => toast({ tone: "error", title: "The replay did not follow", text: error.message }),
  });
  if (feed?.kind !== "REPLAY") return null;
  const isPlaying = feed.state === "PLAYING";
  const isOver = feed.state === "ENDED" || feed.state === "FAILED" || feed.connected === false;
  const isBarred = !hasRole(me.role, "trader") || control.isPending || isOver;
  const known = SPEEDS.some((item) => Number(item.value) === feed.speed);
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for forms
    <div className="replay" role="group" aria-label="Replay">
      <span className={`badge badge-${isPlaying ? "ok" : feed.state === "FAILED" ? "error" : "info"}`}>
        {feed.connected === false ? "Core away" : formatWord(feed.state)}
      </span>
      <button
        type="button"
        className="icon-button"
        aria-label={isPlaying ? "Pause the replay" : "Play the replay"}
        title={isPlaying ? "Pause" : "Play"}
        disabled={isBarred}
        onClick={() => control.mutate({ action: isPlaying ? "PAUSE" : "PLAY" })}
      >
        {isPlaying ? <Pause size={14} aria-hidden="true" /> : <Play size={14} aria-hidden="true" />}
      </button>
      <button
        type="button"
        className="icon-button"
        aria-label="One step"
        title="One step"
        disabled={isBarred || isPlaying}
        onClick={() => control.mutate({ action: "STEP" })}
      >
        <StepForward size={14} aria-hidden="true" />
      </button>
      <label>
        <span className="visually-hidden">Speed</span>
        <select
          value={String(feed.speed)}
          disabled={isBarred}
          onChange={(event) => control.mutate({ action: "SPEED", speed: Number(event.target.value) })}
        >
          {known ? null : <option value={String(feed.speed)}>{feed.speed} steps/s</option>}
          {SPEEDS.map((item) => (
            <option key={item.value} value={item.value}>
              {item.title}
            </option>
          ))}
        </select>
      </label>
      <span className="replay-date">{formatDate(feed.now)}</span>
      <progress max={1} value={progressOf(feed)} aria-label="How much of the data was replayed" />
      <span className="replay-end">
        {feed.data} to {formatDate(feed.last)}
      </span>
      {feed.error ? <span className="field-error">{feed.error}</span> : null}
    </div>
  );
}

/** The share of the data's span that has passed, 0 to 1. */
export function progressOf(feed: FeedView): number {
  const [first, now, last] = [feed.first, feed.now, feed.last].map(millisecondsOf) as [
    number,
    number,
    number,
  ];
  const share = (now - first) / (last - first);
  return Number.isFinite(share) ? Math.min(1, Math.max(0, share)) : 0;
}
