/** Loading what a page is made of: every source by query, again when its topic says so, in pages where it has them. */
import { keepPreviousData, type QueryClient, type UseQueryResult, useQueries } from "@tanstack/react-query";
import { useEffect, useMemo, useRef, useState } from "react";
import { get } from "../api/client";
import { feed } from "../feed/line";
import { fill, type Lookup, partsOf, plainOf, resolvePointer } from "./pointer";
import type { PageSpec, Row, Source } from "./types";

/** How a source is: `waiting` when something it needs is not known yet. */
export type SourceState = {
  status: "waiting" | "loading" | "error" | "ready";
  data: unknown;
  /** Why the last try failed; with `data` that is older. */
  error: unknown;
  updatedAt: number;
  isFetching: boolean;
  isLive: boolean;
  retry: () => void;
  /** Load the next page of the list; absent where there is none. */
  more?: (() => void) | undefined;
};

export type Address = { path: string; query: Record<string, string> };

const TOPIC_MS = 1_000;
const LONG_LIST_MS = 5_000;

/** Where a source is to be had, or null while a name of its path, or of a parameter it needs, has no value. */
export function addressOf(source: Source, lookup: Lookup): Address | null {
  const path = fill(source.path, lookup, encodeURIComponent);
  if (path === null) return null;
  const query: Record<string, string> = {};
  for (const [name, text] of Object.entries(source.query ?? {})) {
    const value = fill(text, lookup);
    if (value !== null) query[name] = value;
    else if (source.needs?.includes(name)) return null;
  }
  return { path, query };
}

const keyOf = (address: Address, pages: number) => ["spec", address.path, address.query, pages];

/** Take in a job that was just started, and its result where it came with it: both are there at once. */
export function keepJob(queries: QueryClient, page: PageSpec, lookup: Lookup, job: Row): void {
  const find: Lookup = (name) => (name === "job" ? plainOf(job.job_id) : lookup(name));
  const { result, ...status } = job;
  for (const [name, value] of Object.entries({ job: status, result })) {
    const source = page.sources[name];
    const address = source ? addressOf(source, find) : null;
    if (address && value) queries.setQueryData(keyOf(address, 1), value);
  }
}

const RESULT = /^\/(?:jobs|backtests)(\/\{\w+\})\/result$/;

/** Where the server has the rows at a pointer as Parquet: those of a job's result, and nothing else. */
export function parquetOf(page: PageSpec, pointer: string, value: unknown, lookup: Lookup): Address | null {
  const [name = "", ...rest] = partsOf(pointer);
  const source = page.sources[name];
  const job = source ? RESULT.exec(source.path)?.[1] : undefined;
  const row = Array.isArray(value) ? value[0] : undefined;
  const isTable = typeof row === "object" && !Array.isArray(row);
  const address = job && isTable ? addressOf({ path: `/jobs${job}/table` }, lookup) : null;
  return address && rest.length > 0 ? { ...address, query: { path: `/${rest.join("/")}` } } : null;
}

/** The answer of a list with `pages` pages of it joined; of anything else the answer. */
export async function load(address: Address, pages: number, signal?: AbortSignal): Promise<unknown> {
  const first = await get<unknown>(address.path, address.query, signal);
  let last = first as { items?: unknown[]; next_cursor?: string | null };
  if (pages <= 1 || !Array.isArray(last?.items)) return first;
  const items = [...last.items];
  for (let page = 1; page < pages && last.next_cursor; page += 1) {
    last = await get(address.path, { ...address.query, cursor: last.next_cursor }, signal);
    items.push(...(last.items ?? []));
  }
  return { ...(first as object), items, next_cursor: last.next_cursor };
}

/** All sources of a page by name. */
export function useSources(page: PageSpec, lookup: Lookup): Record<string, SourceState> {
  const names = useMemo(() => Object.keys(page.sources), [page]);
  const [pages, setPages] = useState<Record<string, number>>({});
  const free = names.filter((name) => !page.sources[name]?.when);
  const bound = names.filter((name) => page.sources[name]?.when);
  const asked = (list: string[], isAllowed: (source: Source) => boolean) =>
    list.map((name) => queryOf(page.sources[name] as Source, lookup, pages[name] ?? 1, isAllowed));
  const freeResults = useQueries({ queries: asked(free, () => true) });
  const known = documentOf(free, freeResults);
  const boundResults = useQueries({ queries: asked(bound, (source) => isAllowedBy(source, known)) });
  const results = new Map<string, UseQueryResult<unknown>>();
  for (const [at, name] of free.entries()) results.set(name, freeResults[at] as UseQueryResult<unknown>);
  for (const [at, name] of bound.entries()) results.set(name, boundResults[at] as UseQueryResult<unknown>);
  useTopics(page, lookup("account"), results, pages);
  const states: Record<string, SourceState> = {};
  for (const name of names) {
    const source = page.sources[name] as Source;
    const result = results.get(name) as UseQueryResult<unknown>;
    const isAsked = addressOf(source, lookup) !== null && isAllowedBy(source, known);
    const more = () => setPages((now) => ({ ...now, [name]: (now[name] ?? 1) + 1 }));
    states[name] = stateOf(source, result, isAsked, more);
  }
  return states;
}

function queryOf(source: Source, lookup: Lookup, pages: number, isAllowed: (source: Source) => boolean) {
  const address = addressOf(source, lookup);
  return {
    queryKey: keyOf(address ?? { path: source.path, query: {} }, pages),
    queryFn: ({ signal }: { signal: AbortSignal }) => load(address as Address, pages, signal),
    enabled: address !== null && isAllowed(source),
    refetchInterval: source.refresh_s ? source.refresh_s * 1000 : (false as const),
    ...(pages > 1 ? { placeholderData: keepPreviousData } : {}),
  };
}

function isAllowedBy(source: Source, known: Row): boolean {
  if (!source.when) return true;
  try {
    return source.when.values.includes(plainOf(resolvePointer(known, source.when.data)));
  } catch {
    return false; // What it depends on is not loaded.
  }
}

function documentOf(names: string[], results: readonly UseQueryResult<unknown>[]): Row {
  const found: Row = {};
  names.forEach((name, at) => {
    if (results[at]?.data !== undefined) found[name] = results[at].data;
  });
  return found;
}

function stateOf(
  source: Source,
  result: UseQueryResult<unknown>,
  isAsked: boolean,
  more: () => void,
): SourceState {
  const list = result.data as { next_cursor?: string | null } | undefined;
  const hasMore = source.paged && list?.next_cursor;
  const status = !isAsked
    ? "waiting"
    : result.data !== undefined
      ? "ready"
      : result.isError
        ? "error"
        : "loading";
  return {
    status,
    data: isAsked ? result.data : undefined,
    error: isAsked ? result.error : null,
    updatedAt: result.dataUpdatedAt,
    isFetching: result.isFetching,
    isLive: source.topic !== undefined,
    retry: () => void result.refetch(),
    more: hasMore ? more : undefined,
  };
}

/** Read a source again when its topic has changed, at most once a second (a long list every five). */
function useTopics(
  page: PageSpec,
  account: unknown,
  results: Map<string, UseQueryResult<unknown>>,
  pages: Record<string, number>,
): void {
  const latest = useRef({ results, pages });
  latest.current = { results, pages };
  useEffect(() => {
    const waiting = new Set<ReturnType<typeof setTimeout>>();
    const ends: (() => void)[] = [];
    for (const [name, source] of Object.entries(page.sources)) {
      if (!source.topic) continue;
      const { store, release } = feed.openRows(source.topic, topicAccount(source, account));
      let timer: ReturnType<typeof setTimeout> | undefined;
      const stop = store.subscribe(() => {
        if (timer) return;
        timer = setTimeout(
          () => {
            waiting.delete(timer as ReturnType<typeof setTimeout>);
            timer = undefined;
            const result = latest.current.results.get(name);
            if (result?.isFetched) void result.refetch({ cancelRefetch: false });
          },
          (latest.current.pages[name] ?? 1) > 1 ? LONG_LIST_MS : TOPIC_MS,
        );
        waiting.add(timer);
      });
      ends.push(stop, release);
    }
    return () => {
      for (const timer of waiting) clearTimeout(timer);
      for (const end of ends) end();
    };
  }, [page, account]);
}

/** The account a topic is asked for: that of the context where the source is bound to it. */
function topicAccount(source: Source, account: unknown): string | undefined {
  const isBound =
    source.path.includes("{account}") || Object.values(source.query ?? {}).includes("{account}");
  return isBound && typeof account === "string" && account !== "" ? account : undefined;
}
