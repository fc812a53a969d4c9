/** The live line for components: structure from React, values painted. */
import { useCallback, useEffect, useRef, useState, useSyncExternalStore } from "react";
import { feed } from "./line";
import { addPainter } from "./painters";
import type { LineStatus } from "./status";
import type { ColumnStore, Row, RowStore } from "./stores";

/** Live, delayed, stale or offline. */
export function useConnection(): LineStatus {
  return useSyncExternalStore(feed.onStatus, feed.status);
}

/** Call `painter` at each frame in which something may have changed, while mounted. It must be cheap then. */
export function usePainter(painter: () => void): void {
  const latest = useRef(painter);
  latest.current = painter;
  useEffect(() => addPainter(() => latest.current()), []);
}

/** The store of a conflated topic (`quotes`, `bars`), null before the first effect. */
export function useColumns(topic: string, maxHz?: number): ColumnStore | null {
  const [store, setStore] = useState<ColumnStore | null>(null);
  useEffect(() => {
    const opened = feed.openColumns(topic, maxHz);
    setStore(opened.store);
    return opened.release;
  }, [topic, maxHz]);
  return store;
}

export type TopicOptions = {
  account?: string | undefined;
  /** Wait with subscribing: until a first read over REST is there, say. */
  enabled?: boolean;
  /** Where a lossless topic begins: the `as_of_seq` of that first read. */
  fromSeq?: number | undefined;
};

const NO_ROWS: readonly Row[] = [];

/** The store of a lossless or state topic, null until subscribed. */
export function useRowStore(topic: string, options: TopicOptions = {}): RowStore | null {
  const { account, enabled = true, fromSeq } = options;
  const [store, setStore] = useState<RowStore | null>(null);
  const from = useRef(fromSeq);
  from.current = fromSeq;
  useEffect(() => {
    if (!enabled) {
      setStore(null);
      return;
    }
    const opened = feed.openRows(topic, account, from.current);
    setStore(opened.store);
    return opened.release;
  }, [topic, account, enabled]);
  return store;
}

const RENDER_MS = 100;

/** The rows of a lossless or state topic, rendered at most ten times a second. */
export function useTopicRows<T = Row>(topic: string, options: TopicOptions = {}): readonly T[] {
  const store = useRowStore(topic, options);
  const subscribe = useCallback(
    (listener: () => void) => {
      if (!store) return () => {};
      let timer: ReturnType<typeof setTimeout> | undefined;
      const stop = store.subscribe(() => {
        timer ??= setTimeout(() => {
          timer = undefined;
          listener();
        }, RENDER_MS);
      });
      return () => {
        clearTimeout(timer);
        stop();
      };
    },
    [store],
  );
  return useSyncExternalStore(subscribe, () => store?.list() ?? NO_ROWS) as readonly T[];
}
