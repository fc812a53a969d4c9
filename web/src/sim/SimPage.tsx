/** The workspace of the simulated market: what happens in it, who makes it happen, and how like a market it is. */
import { useMemo, useState } from "react";
import { useMe } from "../api/queries";
import { useDesk } from "../lib/desk";
import { formatWord, millisecondsOf } from "../lib/format";
import { hasRole } from "../lib/roles";
import { navigate, useSearch } from "../lib/router";
import { useChords } from "../shell/useKeys";
import { Empty, ErrorState, Loading } from "../ui/states";
import { AgentsPanel } from "./AgentsPanel";
import { DepthPanel } from "./DepthPanel";
import { GaugesPanel } from "./GaugesPanel";
import { HeatMap } from "./HeatMap";
import type { Mark } from "./heatPainter";
import { isAway, useIsBookOld, useIsStateOld, useLiveBook, useSimState } from "./queries";
import { ScenarioPanel } from "./ScenarioPanel";
import { Scorecard } from "./Scorecard";
import { BookTabs, SimHead, type View } from "./SimHead";
import { TapePanel } from "./TapePanel";
import type { Injected, SimBook, SimState } from "./types";
import "../spec/styles/page.css";
import "../spec/styles/forms.css";
import "../spec/styles/tables.css";
import "../styles/sim.css";
import "../styles/sim-parts.css";

export function SimPage() {
  const query = useSimState();
  const { data: state } = query;
  if (!state) {
    return (
      <div className="page">
        <h1 className="visually-hidden">Simulated market</h1>
        {query.isError ? (
          <NoMarket error={query.error} onRetry={() => void query.refetch()} />
        ) : (
          <Loading rows={10} label="Loading the market" />
        )}
      </div>
    );
  }
  return <Market state={state} />;
}

/** The market does not answer, or may not be seen. */
export function NoMarket({ error, onRetry }: { error: unknown; onRetry: () => void }) {
  return (
    <>
      <ErrorState error={error} onRetry={onRetry} />
      {isAway(error) ? (
        <p className="sim-retry" role="status">
          The simulated market is away. It is shown as soon as it answers.
        </p>
      ) : null}
    </>
  );
}

/** The book of the context's symbol, else the one chosen here, else the first. */
export function chosenBook(books: readonly SimBook[], symbol: string, picked: string): SimBook | undefined {
  const find = (id: string) => books.find((book) => book.instrument_id === id);
  return find(symbol) ?? find(picked) ?? books[0];
}

function Market({ state }: { state: SimState }) {
  const isStale = useIsStateOld();
  const isAllowed = hasRole(useMe().data?.role, "operator");
  const { symbol, setSymbol } = useDesk();
  const [picked, setPicked] = useState("");
  const view: View = useSearch().view === "scorecard" ? "scorecard" : "market";
  const book = chosenBook(state.books, symbol, picked);
  const choose = (id: string) => {
    setPicked(id);
    setSymbol(id);
  };
  const setView = (next: View) =>
    navigate(null, (now) => ({ ...now, view: next === "market" ? undefined : next }));
  return (
    <div className={view === "market" ? "sim" : "sim sim-reads"}>
      <h1 className="visually-hidden">Simulated market</h1>
      <SimHead state={state} isStale={isStale} view={view} onView={setView} isAllowed={isAllowed} />
      {view === "scorecard" ? (
        <Scorecard isAllowed={isAllowed} />
      ) : !book ? (
        <Empty title="The market has no books" next="Its description must name one at least." />
      ) : (
        <>
          <BookTabs books={state.books} chosen={book.instrument_id} onChoose={choose} />
          <Book key={`${book.instrument_id} ${state.run}`} book={book} state={state} isAllowed={isAllowed} />
        </>
      )}
    </div>
  );
}

/** The scenarios of a book on its picture, numbered as in the list: the newest has the largest number. */
export function marksOf(injected: readonly Injected[], instrumentId: string): Mark[] {
  return injected.flatMap((each, at) => {
    const isHere = !each.instrument_id || each.instrument_id === instrumentId;
    const time = millisecondsOf(each.begins);
    const text = `${injected.length - at} ${formatWord(each.kind)}`;
    return isHere && Number.isFinite(time) ? [{ at: time, text }] : [];
  });
}

type BookProps = { book: SimBook; state: SimState; isAllowed: boolean };

function Book({ book, state, isAllowed }: BookProps) {
  const store = useLiveBook(book, state.run);
  const isStale = useIsBookOld(book.instrument_id);
  const [isFrozen, setFrozen] = useState(false);
  const injected = JSON.stringify(state.injected);
  // biome-ignore lint/correctness/useExhaustiveDependencies: by content, because it is told anew each second
  const marks = useMemo(() => marksOf(state.injected, book.instrument_id), [injected, book.instrument_id]);
  useChords((chord) => {
    if (chord === "p") setFrozen((now) => !now);
  });
  const shared = { book, store, isFrozen };
  return (
    <div className={isStale ? "sim-body is-old" : "sim-body"}>
      {isStale ? (
        <p className="sim-stale" role="status">
          Nothing came for 2 seconds: what is shown is old.
        </p>
      ) : null}
      <div className="sim-row sim-row-top">
        <HeatMap {...shared} marks={marks} onFreeze={setFrozen} />
        <DepthPanel {...shared} />
        <TapePanel {...shared} />
      </div>
      <div className="sim-row sim-row-bottom">
        <GaugesPanel instrumentId={book.instrument_id} run={state.run} />
        <AgentsPanel book={book} />
        <ScenarioPanel
          book={book}
          injected={state.injected}
          numberOf={(at) => String(state.injected.length - at)}
          isAllowed={isAllowed}
        />
      </div>
    </div>
  );
}
