/** Orders and fills: read once over REST, then kept current by the live line from where that reading ended. */
import { useQuery } from "@tanstack/react-query";
import { useEffect, useSyncExternalStore } from "react";
import { get, type Query } from "../api/client";
import type { Page } from "../api/types";
import { useRowStore, useTopicRows } from "../feed/hooks";
import type { Row } from "../feed/stores";

export type LiveRows<T> = { rows: readonly T[]; isPending: boolean; error: unknown; refetch: () => void };

const NEVER = () => () => {};

export function useLiveRows<T>(topic: string, path: string, query: Query, account: string): LiveRows<T> {
  const read = useQuery({
    queryKey: [path, "live", query],
    queryFn: ({ signal }) => get<Page<T>>(path, query, signal),
    enabled: account !== "",
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
    refetchOnMount: "always",
  });
  const page = read.data;
  const options = { account, enabled: page !== undefined, fromSeq: page?.as_of_seq };
  const store = useRowStore(topic, options);
  const rows = useTopicRows<T>(topic, options);
  useEffect(() => {
    if (store && page) store.seed([...page.items].reverse() as Row[], page.as_of_seq);
  }, [store, page]);
  // Rows were missed while the line was away: read them anew.
  const epoch = useSyncExternalStore(store?.subscribe ?? NEVER, () => store?.epoch ?? 0);
  const { refetch } = read;
  useEffect(() => {
    if (epoch > 0) void refetch();
  }, [epoch, refetch]);
  return {
    // What was read stands in until the store has it: rows that are there are never shown as none.
    rows: store && rows.length > 0 ? rows : (page?.items ?? []),
    isPending: read.isPending && account !== "",
    error: page ? null : read.error,
    refetch: () => void refetch(),
  };
}
