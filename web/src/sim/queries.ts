/** What the page knows of the simulated market: read once over REST, and then as the live line tells it. */
import { useQuery } from "@tanstack/react-query";
import { useEffect, useMemo, useState } from "react";
import { get } from "../api/client";
import { ApiError } from "../api/problem";
import { useConnection, useRowStore, useTopicRows } from "../feed/hooks";
import type { RowStore } from "../feed/stores";
import { BookStore, type Rows, rowsOfAnswer } from "./book";
import { unitsOf } from "./decode";
import { GaugeHistory } from "./gauges";
import type {
  AgentRow,
  AgentsAnswer,
  BookAnswer,
  ColumnAnswer,
  GaugesAnswer,
  LiveAnswer,
  ScenariosAnswer,
  Scorecard,
  ScorecardJob,
  SimBook,
  SimState,
  TradeAnswer,
} from "./types";

/** A book comes four times a second, the rest once: silent for so long, what is shown is old. */
export const BOOK_STALE_MS = 2_000;
export const STATE_STALE_MS = 3_000;

/** Whether the market does not answer, as against a question that was wrong. */
export function isAway(error: unknown): boolean {
  return error instanceof ApiError && error.isRetryable;
}

/** Whether there is nothing there, which is no fault. */
export function isNotFound(error: unknown): boolean {
  return error instanceof ApiError && error.status === 404;
}

const STATE_TOPIC = "sim/state";
const pathOf = (instrumentId: string) => `sim/books/${encodeURIComponent(instrumentId)}`;
const bookTopic = (instrumentId: string) => `sim/book/${instrumentId}`;

/** The market: the first answer of REST until the line has told of it. */
export function useSimState() {
  const query = useQuery({
    queryKey: ["sim", "state"],
    queryFn: ({ signal }) => get<SimState>("sim", undefined, signal),
    retry: false,
  });
  const [live] = useTopicRows<SimState>(STATE_TOPIC);
  return { data: live ?? query.data, error: query.error, isError: query.isError, refetch: query.refetch };
}

/** The rows of a topic, whatever they are. */
function rowsOf<T>(store: RowStore): Rows<T> {
  return store as unknown as Rows<T>;
}

/**
 * The live book of an instrument: what comes goes into the store, not through React. Where the line is not
 * open yet, or not at all, REST gives the first picture.
 */
export function useLiveBook(book: SimBook, run: SimState["run"]): BookStore {
  const { instrument_id: id, tick_size, lot_size } = book;
  // biome-ignore lint/correctness/useExhaustiveDependencies: another instrument or run is another book
  const store = useMemo(
    () => new BookStore(unitsOf({ tick_size, lot_size })),
    [id, run, tick_size, lot_size],
  );
  const top = useRowStore(bookTopic(id));
  const tape = useRowStore(`sim/tape/${id}`);
  const heat = useRowStore(`sim/heat/${id}`);
  const isLive = useConnection() === "live";
  const { data: first } = useQuery({
    queryKey: ["sim", "book", id, run],
    queryFn: ({ signal }) => get<LiveAnswer>(`${pathOf(id)}/live`, undefined, signal),
    enabled: !isLive,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
    retry: false,
  });
  useEffect(() => {
    if (first && !store.isBegun) store.take(rowsOfAnswer(first));
  }, [store, first]);
  useEffect(() => {
    if (!top || !tape || !heat) return;
    const rows = {
      top: rowsOf<BookAnswer>(top),
      tape: rowsOf<TradeAnswer>(tape),
      heat: rowsOf<ColumnAnswer>(heat),
    };
    const take = () => store.take(rows);
    take();
    const stops = [top, tape, heat].map((each) => each.subscribe(take));
    return () => {
      for (const stop of stops) stop();
    };
  }, [store, top, tape, heat]);
  return store;
}

const CHECK_MS = 500;

/** Whether nothing came of a topic for so long; a tab that was hidden begins to wait when it is seen. */
function useIsSilent(topic: string, limitMs: number): boolean {
  const store = useRowStore(topic);
  const [isSilent, setSilent] = useState(false);
  useEffect(() => {
    let heardAt = performance.now();
    const hear = () => {
      heardAt = performance.now();
      setSilent(false);
    };
    const seen = () => {
      if (!document.hidden) heardAt = performance.now();
    };
    const check = () => {
      if (!document.hidden) setSilent(performance.now() - heardAt > limitMs);
    };
    const stop = store?.subscribe(hear);
    const timer = setInterval(check, CHECK_MS);
    document.addEventListener("visibilitychange", seen);
    return () => {
      stop?.();
      clearInterval(timer);
      document.removeEventListener("visibilitychange", seen);
    };
  }, [store, limitMs]);
  return isSilent;
}

export const useIsStateOld = () => useIsSilent(STATE_TOPIC, STATE_STALE_MS);
export const useIsBookOld = (instrumentId: string) => useIsSilent(bookTopic(instrumentId), BOOK_STALE_MS);

/** The measures of a book, and what each was over the last minutes. */
export function useGauges(instrumentId: string, run: SimState["run"]) {
  // biome-ignore lint/correctness/useExhaustiveDependencies: another instrument or run has its own past
  const history = useMemo(() => new GaugeHistory(), [instrumentId, run]);
  const query = useQuery({
    queryKey: ["sim", "gauges", instrumentId, run],
    queryFn: ({ signal }) => get<GaugesAnswer>(`${pathOf(instrumentId)}/gauges`, undefined, signal),
    retry: false,
  });
  const [live] = useTopicRows<GaugesAnswer>(`sim/gauges/${instrumentId}`);
  const data = live ?? query.data;
  if (data) history.take(data); // The same one again is left out, so rendering twice does no harm.
  return { data, error: query.error, isError: query.isError, refetch: query.refetch, history };
}

/** The traders of the market; of one book where an instrument is given. */
export function useAgents(instrumentId: string | undefined) {
  const query = useQuery({
    queryKey: ["sim", "agents", instrumentId ?? ""],
    queryFn: ({ signal }) => get<AgentsAnswer>("sim/agents", { instrument_id: instrumentId }, signal),
    retry: false,
  });
  const live = useTopicRows<AgentRow>(instrumentId ? `sim/agents/${instrumentId}` : "sim/agents");
  const rows = live.length > 0 ? live : query.data?.rows;
  return { rows, error: query.error, isError: query.isError, refetch: query.refetch };
}

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

export const SCORECARD_JOB_KEY = ["sim", "scorecard", "job"];

/** The job that makes a scorecard, as the line tells it and REST answered first; null where there is none. */
export function useScorecardJob(): ScorecardJob | null | undefined {
  const { data: answered } = useQuery({
    queryKey: SCORECARD_JOB_KEY,
    queryFn: async ({ signal }) => {
      try {
        return await get<ScorecardJob>("sim/scorecard/job", undefined, signal);
      } catch (error) {
        if (isNotFound(error)) return null;
        throw error;
      }
    },
    retry: false,
  });
  const [told] = useTopicRows<ScorecardJob>("sim/scorecard-job");
  return newerJob(told, answered);
}

/** Of two answers about jobs that of the later job; of the same job what the line has told, up to its end. */
export function newerJob(
  told: ScorecardJob | undefined,
  answered: ScorecardJob | null | undefined,
): ScorecardJob | null | undefined {
  if (!told || !answered) return told ?? answered;
  const later = numberOf(answered) - numberOf(told);
  if (later !== 0) return later > 0 ? answered : told;
  return isRunning(told) && !isRunning(answered) ? answered : told;
}

/** Jobs are numbered: "scorecard-3". */
function numberOf(job: ScorecardJob): number {
  return Number(job.job_id.slice(job.job_id.lastIndexOf("-") + 1));
}

/** Whether a job goes on. */
export function isRunning(job: ScorecardJob | null | undefined): boolean {
  return job?.state === "QUEUED" || job?.state === "RUNNING";
}
