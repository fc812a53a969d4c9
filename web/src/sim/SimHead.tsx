/** That this is a simulation, loudly; which one, how far it is, and its books to choose from. */
import { FlaskConical } from "lucide-react";
import { useState } from "react";
import { digitsOf } from "../lib/decimal";
import {
  arrowOf,
  classOf,
  formatAge,
  formatBps,
  formatDecimal,
  formatPrice,
  formatTime,
  formatWord,
} from "../lib/format";
import { Segmented } from "../ui/Segmented";
import { RestartDialog } from "./RestartDialog";
import type { SimBook, SimState } from "./types";

const LAG_S = 1;

export type View = "market" | "scorecard";

type SimHeadProps = {
  state: SimState;
  isStale: boolean;
  view: View;
  onView: (view: View) => void;
  isAllowed: boolean;
};

export function SimHead({ state, isStale, view, onView, isAllowed }: SimHeadProps) {
  const [isRestarting, setRestarting] = useState(false);
  const facts: [string, string, string?][] = [
    ["Market time", `${formatTime(state.now)} UTC`],
    ["Speed", speedText(state.speed)],
    ["Seed", String(state.seed)],
    ["Run", String(state.run)],
    ["Traders", formatDecimal(state.agents)],
    ["Orders", formatDecimal(state.orders)],
    ["Cancels", formatDecimal(state.cancels)],
    ["Trades", formatDecimal(state.trades)],
  ];
  return (
    <header className="sim-head">
      <p className="sim-badge" title="All orders, traders and prices here are simulated">
        <FlaskConical size={16} aria-hidden="true" />
        <strong>SIM</strong>
        <span>Simulated market</span>
      </p>
      {isStale ? <span className="badge badge-warn">Stale: the market does not answer</span> : null}
      {state.behind_s > LAG_S ? (
        <span className="badge badge-warn" title="The machine is too slow for this speed">
          Behind by {formatAge(state.behind_s)}
        </span>
      ) : null}
      {state.is_paused ? <span className="badge badge-warn">Stands still</span> : null}
      {state.is_turbulent ? (
        <span
          className="badge badge-info"
          title="Hidden from the traders: the values of the assets move more than usual"
        >
          Turbulent
        </span>
      ) : null}
      <dl className={isStale ? "sim-facts-line is-old" : "sim-facts-line"}>
        {facts.map(([title, text]) => (
          <div key={title}>
            <dt>{title}</dt>
            <dd>{text}</dd>
          </div>
        ))}
      </dl>
      <Segmented
        label="Part of the page"
        value={view}
        onChange={onView}
        choices={[
          { value: "market", title: "Market" },
          { value: "scorecard", title: "Scorecard" },
        ]}
      />
      <button
        type="button"
        className="button"
        disabled={!isAllowed}
        title={isAllowed ? "Begin anew from another seed" : "To begin anew needs the role operator"}
        onClick={() => setRestarting(true)}
      >
        Begin anew…
      </button>
      {isRestarting ? <RestartDialog seed={state.seed} onClose={() => setRestarting(false)} /> : null}
    </header>
  );
}

/** Such as "10×"; null is no bound. */
export function speedText(speed: number | null): string {
  return speed === null ? "as fast as it can" : `${formatDecimal(speed)}×`;
}

type BookTabsProps = { books: readonly SimBook[]; chosen: string; onChoose: (id: string) => void };

export function BookTabs({ books, chosen, onChoose }: BookTabsProps) {
  return (
    <nav className="sim-books" aria-label="Books of the simulated market">
      {books.map((book) => (
        <button
          key={book.instrument_id}
          type="button"
          className="sim-book"
          aria-pressed={book.instrument_id === chosen}
          onClick={() => onChoose(book.instrument_id)}
        >
          <span className="sim-book-name">{book.symbol}</span>{" "}
          <span className="sim-book-price">{formatPrice(book.price, digitsOf(book.tick_size) ?? 2)}</span>{" "}
          <span className={`sim-book-change ${classOf(book.change_bps)}`}>
            {arrowOf(book.change_bps)} {formatBps(book.change_bps)}
          </span>{" "}
          <span className="sim-book-spread">
            {book.phase === "CONTINUOUS" || book.phase === "" ? "" : `${formatWord(book.phase)} · `}
            spread {formatDecimal(book.spread_bps, 2)} bps
          </span>
        </button>
      ))}
    </nav>
  );
}
