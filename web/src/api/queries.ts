/** Queries that more than one part of the page shares, so that each is asked once. */
import { QueryClient, useQuery } from "@tanstack/react-query";
import { wasSignedIn } from "../lib/session";
import { get } from "./client";
import { ApiError } from "./problem";
import type {
  Account,
  FeedView,
  Health,
  Instrument,
  Me,
  Page,
  PageHead,
  Strategy,
  StrategyRun,
  TradingStates,
} from "./types";

/** One client for the page: an answer that will not get better is not asked again. */
export function makeQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 5_000,
        retry: (count, error) => count < 2 && error instanceof ApiError && error.isRetryable,
        retryDelay: (count, error) =>
          error instanceof ApiError && error.retryAfter !== undefined
            ? Math.min(error.retryAfter, 30) * 1000
            : Math.min(1000 * 2 ** count, 8000),
        refetchOnWindowFocus: false,
      },
      mutations: { retry: false },
    },
  });
}

export const useMe = () =>
  useQuery({
    queryKey: ["me"],
    queryFn: ({ signal }) => (wasSignedIn() ? get<Me>("me", undefined, signal) : null),
    staleTime: 60_000,
  });

export const useHealth = () =>
  useQuery({
    queryKey: ["health"],
    queryFn: ({ signal }) => get<Health>("health", undefined, signal),
    refetchInterval: 15_000,
  });

export const useInstruments = () =>
  useQuery({
    queryKey: ["instruments"],
    queryFn: ({ signal }) => get<Page<Instrument>>("instruments", {}, signal),
    staleTime: 300_000,
    select: (page) => page.items,
  });

export const useAccounts = () =>
  useQuery({
    queryKey: ["accounts"],
    queryFn: ({ signal }) => get<Page<Account>>("accounts", {}, signal),
    select: (page) => page.items,
  });

export const useFeedStatus = () =>
  useQuery({ queryKey: ["feed"], queryFn: ({ signal }) => get<FeedView>("feed", undefined, signal) });

export const useTradingStates = (refetchInterval: number | false = 15_000) =>
  useQuery({
    queryKey: ["trading-state"],
    queryFn: ({ signal }) => get<TradingStates>("trading-state", undefined, signal),
    refetchInterval,
  });

export const useStrategyRuns = () =>
  useQuery({
    queryKey: ["strategy-runs"],
    queryFn: ({ signal }) => get<Page<StrategyRun>>("strategy-runs", {}, signal),
    select: (page) => page.items,
  });

export const useStrategies = () =>
  useQuery({
    queryKey: ["strategies"],
    queryFn: ({ signal }) => get<{ items: Strategy[] }>("strategies", undefined, signal),
    staleTime: 300_000,
    select: (page) => page.items,
  });

export const usePages = () =>
  useQuery({
    queryKey: ["ui", "pages"],
    queryFn: ({ signal }) => get<{ pages: PageHead[]; etag: string }>("ui/pages", undefined, signal),
    staleTime: 300_000,
    select: (answer) => answer.pages,
  });
