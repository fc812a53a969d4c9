/** Last prices of all instruments, painted as they come. */
import { useQuery } from "@tanstack/react-query";
import { useEffect, useMemo, useRef, useState } from "react";
import { get } from "../api/client";
import type { Instrument, Quote } from "../api/types";
import { useColumns, useConnection, usePainter } from "../feed/hooks";
import { requestPaint } from "../feed/painters";
import type { ColumnStore } from "../feed/stores";
import { digitsOf } from "../lib/decimal";
import { arrowOf, classOf, formatBps, formatPrice, NOTHING } from "../lib/format";
import { Panel } from "../ui/Panel";
import { Empty, Loading } from "../ui/states";

type WatchlistProps = {
  instruments: readonly Instrument[] | undefined;
  symbol: string;
  onChoose: (symbol: string) => void;
};

const SHOWN = 400;

export function Watchlist({ instruments, symbol, onChoose }: WatchlistProps) {
  const [filter, setFilter] = useState("");
  const store = useColumns("quotes", 10);
  const line = useConnection();
  const quotes = useQuotes();
  const body = useRef<HTMLDivElement>(null);
  const shown = useMemo(() => {
    const wanted = filter.trim().toUpperCase();
    const found = (instruments ?? []).filter((item) => item.instrument_id.toUpperCase().includes(wanted));
    return found.slice(0, SHOWN);
  }, [instruments, filter]);
  useQuotePainter(body, store, quotes, shown);
  return (
    <Panel title="Watchlist" flush className="watchlist">
      <div className="watch-filter">
        <input
          type="search"
          data-filter
          aria-label="Filter symbols"
          placeholder="Filter symbols"
          value={filter}
          onChange={(event) => setFilter(event.target.value)}
        />
      </div>
      {!instruments ? <Loading rows={6} label="Loading instruments" /> : null}
      {instruments && shown.length === 0 ? <Empty title="No symbol is called that" /> : null}
      <div ref={body} data-rows className={`watch-rows line-${line}`}>
        {shown.map((item, index) => (
          <button
            key={item.instrument_id}
            type="button"
            data-row
            data-index={index}
            data-symbol={item.instrument_id}
            className="watch-row"
            aria-pressed={item.instrument_id === symbol}
            onClick={() => onChoose(item.instrument_id)}
          >
            <span className="watch-symbol">{shortName(item.instrument_id)}</span>
            <span className="watch-last" data-cell="last">
              {NOTHING}
            </span>
            <span className="watch-venue">{item.venue}</span>
            <span className="watch-change" data-cell="change">
              {NOTHING}
            </span>
          </button>
        ))}
      </div>
    </Panel>
  );
}

/** The symbol without its venue. */
export function shortName(instrumentId: string): string {
  const dot = instrumentId.lastIndexOf(".");
  return dot > 0 ? instrumentId.slice(0, dot) : instrumentId;
}

/** Quotes as read over REST, for before the live line has spoken. */
export function useQuotes(): Map<string, Quote> {
  const read = useQuery({
    queryKey: ["quotes"],
    queryFn: ({ signal }) => get<{ items: Quote[] }>("quotes", undefined, signal),
    refetchInterval: 30_000,
  });
  return useMemo(
    () => new Map((read.data?.items ?? []).map((quote) => [quote.instrument_id, quote])),
    [read.data],
  );
}

/** The last price and the change of a symbol: live where there is one, as last read otherwise. */
export function quoteOf(symbol: string, store: ColumnStore | null, quotes: Map<string, Quote>) {
  const live = store?.value(symbol, "last") ?? Number.NaN;
  const read = quotes.get(symbol);
  if (Number.isFinite(live)) return { last: live, bps: store?.value(symbol, "change_bps") ?? Number.NaN };
  return { last: read?.last ?? null, bps: read?.change_bps ?? null };
}

type BoxRef = { current: HTMLDivElement | null };

/** Writes prices into the rows in view; a row that moved flashes for a moment. */
function useQuotePainter(
  body: BoxRef,
  store: ColumnStore | null,
  quotes: Map<string, Quote>,
  shown: readonly Instrument[],
): void {
  const painted = useRef(-1);
  const view = useRef({ first: 0, last: -1 });
  // biome-ignore lint/correctness/useExhaustiveDependencies: other quotes are painted from the start
  useEffect(() => {
    const box = body.current;
    if (!box) return;
    painted.current = -1;
    const look = () => {
      view.current = rowsInView(box, shown.length);
      painted.current = -1;
      requestPaint();
    };
    look();
    const sizes = typeof ResizeObserver === "function" ? new ResizeObserver(look) : null;
    sizes?.observe(box);
    box.addEventListener("scroll", look, { passive: true });
    return () => {
      sizes?.disconnect();
      box.removeEventListener("scroll", look);
    };
  }, [body, shown, quotes, store]);
  usePainter(() => {
    const version = store?.version ?? 0;
    if (!body.current || painted.current === version) return;
    const since = painted.current;
    painted.current = version;
    const rows = body.current.children;
    for (let index = view.current.first; index <= view.current.last; index += 1) {
      const item = shown[index];
      const row = rows[index] as HTMLElement | undefined;
      if (!item || !row) continue;
      if (since >= 0 && store && !store.isDirty(item.instrument_id, since)) continue;
      const { last, bps } = quoteOf(item.instrument_id, store, quotes);
      const before = row.dataset.last;
      paintRow(row, formatPrice(last, digitsOf(item.tick_size) ?? 2), bps);
      row.dataset.last = String(last);
      if (since >= 0 && before !== undefined && before !== "null") flash(row, Number(last) - Number(before));
    }
  });
}

/** First and last index of the rows that can be seen; all of them where nothing is laid out, as in tests. */
function rowsInView(box: HTMLElement, count: number): { first: number; last: number } {
  const height = (box.firstElementChild as HTMLElement | null)?.offsetHeight ?? 0;
  if (!height || !box.clientHeight) return { first: 0, last: count - 1 };
  const first = Math.floor(box.scrollTop / height);
  return { first, last: Math.min(count - 1, first + Math.ceil(box.clientHeight / height)) };
}

function paintRow(row: HTMLElement, last: string, bps: number | string | null): void {
  const cells = row.querySelectorAll<HTMLElement>("[data-cell]");
  write(cells[0], last);
  write(cells[1], `${arrowOf(bps)} ${formatBps(bps)}`.trim());
  const name = `watch-change ${classOf(bps)}`;
  if (cells[1] && cells[1].className !== name) cells[1].className = name;
}

function write(cell: HTMLElement | undefined, text: string): void {
  if (cell && cell.textContent !== text) cell.textContent = text;
}

const CALM = typeof window.matchMedia === "function" ? "(prefers-reduced-motion: reduce)" : null;

function flash(row: HTMLElement, move: number): void {
  if (!move || (CALM && window.matchMedia(CALM).matches)) return;
  const color = move > 0 ? "var(--up)" : "var(--down)";
  row.animate?.([{ backgroundColor: `color-mix(in srgb, ${color} 22%, transparent)` }, {}], {
    duration: 280,
  });
}
