/** What the page asks the simulated market, and how often; only while the tab is seen. */
import { useQuery } from "@tanstack/react-query";
import { useEffect, useMemo, useState } from "react";
import { get } from "../api/client";
import { ApiError } from "../api/problem";
import { BookStore, STALE_MS } from "./book";
import { unitsOf } from "./decode";
import { GaugeHistory } from "./gauges";
import type {
  AgentsAnswer,
  GaugesAnswer,
  LiveAnswer,
  ScenariosAnswer,
  Scorecard,
  ScorecardJob,
  SimBook,
  SimState,
} from "./types";

const LIVE_MS = 250;
const SECOND_MS = 1_000;
const AWAY_MS = 2_000;

/** The pause before the next question: longer while there is no answer. */
function every(pauseMs: number) {
  return (query: { state: { error: unknown } }) => (query.state.error ? Math.max(pauseMs, AWAY_MS) : pauseMs);
}

/** Whether the market does not answer, as against a question that was wrong. */
export function isAway(error: unknown): boolean {
  return error instanceof ApiError && error.isRetryable;
}

/** Whether there is nothing there, which is no fault. */
export function isNotFound(error: unknown): boolean {
  return error instanceof ApiError && error.status === 404;
}

export const useSimState = () =>
  useQuery({
    queryKey: ["sim", "state"],
    queryFn: ({ signal }) => get<SimState>("sim", undefined, signal),
    refetchInterval: every(SECOND_MS),
    retry: false,
  });

const pathOf = (instrumentId: string) => `sim/books/${encodeURIComponent(instrumentId)}`;

/** The live book of an instrument: answers go into the store, not through React; `error` is the last one's. */
export function useLiveBook(book: SimBook, run: SimState["run"]) {
  const { instrument_id: id, tick_size, lot_size } = book;
  // biome-ignore lint/correctness/useExhaustiveDependencies: another instrument or run is another book
  const store = useMemo(
    () => new BookStore(unitsOf({ tick_size, lot_size })),
    [id, run, tick_size, lot_size],
  );
  const query = useQuery({
    queryKey: ["sim", "live", id, run],
    queryFn: async ({ signal }) => {
      const answer = await get<LiveAnswer>(`${pathOf(id)}/live`, { after: store.cursor }, signal);
      store.take(answer, performance.now());
      return answer.cursor;
    },
    refetchInterval: every(LIVE_MS),
    retry: false,
    staleTime: 0,
    gcTime: 0,
    notifyOnChangeProps: ["error", "isPending"],
  });
  return { store, error: query.error, isPending: query.isPending };
}

const CHECK_MS = 500;

/** Whether the last answer is too old to be taken for the present. */
export function useIsStale(store: BookStore): boolean {
  const [isStale, setStale] = useState(false);
  useEffect(() => {
    const check = () => {
      if (!document.hidden) setStale(performance.now() - store.answeredAt > STALE_MS);
    };
    check();
    const timer = setInterval(check, CHECK_MS);
    return () => clearInterval(timer);
  }, [store]);
  return isStale;
}

/** The measures of a book, and what each was over the last minutes. */
export function useGauges(instrumentId: string, run: SimState["run"]) {
  // biome-ignore lint/correctness/useExhaustiveDependencies: another instrument or run has its own past
  const history = useMemo(() => new GaugeHistory(), [instrumentId, run]);
  const query = useQuery({
    queryKey: ["sim", "gauges", instrumentId, run],
    queryFn: async ({ signal }) => {
      const answer = await get<GaugesAnswer>(`${pathOf(instrumentId)}/gauges`, undefined, signal);
      history.take(answer);
      return answer;
    },
    refetchInterval: every(SECOND_MS),
    retry: false,
  });
  return { query, history };
}

/** The traders of the market; of one book where an instrument is given. */
export const useAgents = (instrumentId: string | undefined) =>
  useQuery({
    queryKey: ["sim", "agents", instrumentId ?? ""],
    queryFn: ({ signal }) => get<AgentsAnswer>("sim/agents", { instrument_id: instrumentId }, signal),
    refetchInterval: every(SECOND_MS),
    retry: false,
  });

export const useScenarios = () =>
  useQuery({
    queryKey: ["sim", "scenarios"],
    queryFn: ({ signal }) => get<ScenariosAnswer>("sim/scenarios", undefined, signal),
    staleTime: 300_000,
  });

export const useScorecard = () =>
  useQuery({
    queryKey: ["sim", "scorecard"],
    queryFn: ({ signal }) => get<Scorecard>("sim/scorecard", undefined, signal),
    retry: false,
  });

/** The job that makes a scorecard, asked for while it runs; null where there is none. */
export const useScorecardJob = () =>
  useQuery({
    queryKey: ["sim", "scorecard", "job"],
    queryFn: async ({ signal }) => {
      try {
        return await get<ScorecardJob>("sim/scorecard/job", undefined, signal);
      } catch (error) {
        if (isNotFound(error)) return null;
        throw error;
      }
    },
    refetchInterval: (query) => (isRunning(query.state.data) ? SECOND_MS : false),
    retry: false,
  });

/** Whether a job goes on. */
export function isRunning(job: ScorecardJob | null | undefined): boolean {
  return job?.state === "QUEUED" || job?.state === "RUNNING";
}
