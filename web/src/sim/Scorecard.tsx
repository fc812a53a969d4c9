/** Whether the simulated market behaves like a market: facts beside those of a tape, and how to have them made. */
import { CircleCheck, CircleHelp, CircleX } from "lucide-react";
import { formatTime } from "../lib/format";
import { Panel } from "../ui/Panel";
import { Empty, ErrorState, Loading } from "../ui/states";
import { countsOf, estimateText, titleOf } from "./facts";
import { IntervalPlot } from "./IntervalPlot";
import { isNotFound, useScorecard } from "./queries";
import { ScorecardJobPanel } from "./ScorecardJob";
import type { Scorecard as CardAnswer, ScoredFact, Verdict } from "./types";

export function Scorecard({ isAllowed }: { isAllowed: boolean }) {
  const query = useScorecard();
  return (
    <div className="sim-scorecard">
      <ScorecardJobPanel isAllowed={isAllowed} onDone={() => void query.refetch()} />
      {query.data ? (
        <Card card={query.data} />
      ) : isNotFound(query.error) ? (
        <Empty
          title="No scorecard has been made yet"
          next={`${query.error?.message ?? ""} It runs the market for some hours with several seeds and measures what real markets show.`}
        />
      ) : query.isError ? (
        <ErrorState error={query.error} onRetry={() => void query.refetch()} />
      ) : (
        <Loading rows={10} label="Loading the scorecard" />
      )}
    </div>
  );
}

const ICONS = { reproduced: CircleCheck, "not reproduced": CircleX, "not testable": CircleHelp };
const TONES = { reproduced: "ok", "not reproduced": "error", "not testable": "info" };

function VerdictBadge({ verdict }: { verdict: Verdict }) {
  const Icon = ICONS[verdict];
  return (
    <span className={`badge badge-${TONES[verdict]}`}>
      <Icon size={12} aria-hidden="true" /> {titleOf(verdict)}
    </span>
  );
}

function Card({ card }: { card: CardAnswer }) {
  const counts = countsOf(card.facts);
  const runs = card.seeds.length === 1 ? "one run" : `${card.seeds.length} runs`;
  return (
    <>
      <Panel title={card.name} className="sim-card-head">
        <p>
          <strong>{counts.reproduced}</strong> of {card.facts.length} facts of real markets are reproduced,{" "}
          <strong>{counts["not reproduced"]}</strong> are not, <strong>{counts["not testable"]}</strong> could
          not be tested.
        </p>
        <p className="muted">
          Measured over {runs} of {card.hours} h, seeds {card.seeds.join(", ")}; intervals at{" "}
          {Math.round(card.level * 100)}% over runs; made {formatTime(card.made)} UTC.
        </p>
        <p className="sim-card-keys">
          <span className="key-market">● mean over runs, with its interval</span>
          <span className="key-range">▮ where it counts as reproduced</span>
        </p>
      </Panel>
      <Panel title="Facts" flush>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reached by keyboard */}
        <section className="sim-scroll" aria-label="Facts, scrolls" tabIndex={0}>
          <table className="sim-facts">
            <thead>
              <tr>
                <th scope="col">Fact</th>
                <th scope="col">Verdict</th>
                <th scope="col">Estimate and interval</th>
                <th scope="col">Picture</th>
              </tr>
            </thead>
            <tbody>
              {card.facts.map((fact) => (
                <FactLine key={fact.name} fact={fact} />
              ))}
            </tbody>
          </table>
        </section>
      </Panel>
      <Panel title="Figures" flush>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reached by keyboard */}
        <section className="sim-scroll" aria-label="Figures, scrolls" tabIndex={0}>
          <table className="sim-facts">
            <thead>
              <tr>
                <th scope="col">Figure</th>
                <th scope="col">Mean and interval</th>
              </tr>
            </thead>
            <tbody>
              {card.figures.map((figure) => (
                <tr key={figure.name}>
                  <td>{figure.words || titleOf(figure.name)}</td>
                  <td>{estimateText(figure)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      </Panel>
    </>
  );
}

function FactLine({ fact }: { fact: ScoredFact }) {
  const title = titleOf(fact.name);
  return (
    <tr>
      <th scope="row">
        {title}
        <span className="sim-question">{fact.question}</span>
      </th>
      <td>
        <VerdictBadge verdict={fact.verdict} />
      </td>
      <td>
        {fact.value === null ? null : <strong>{estimateText(fact)}</strong>}
        <span className="sim-question">{fact.value === null ? fact.reason : fact.criterion}</span>
      </td>
      <td>
        <IntervalPlot
          label={`${title}: ${estimateText(fact)}; ${fact.criterion}`}
          estimate={fact}
          bounds={{ low: fact.at_least, high: fact.at_most }}
        />
      </td>
    </tr>
  );
}
