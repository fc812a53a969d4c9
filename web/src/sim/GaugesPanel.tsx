/** What the book is like in numbers: each measure with its unit, its last minutes and how it is counted. */
import { Panel } from "../ui/Panel";
import { ErrorState, Loading } from "../ui/states";
import { type GaugeHistory, gaugeText, sparkPath } from "./gauges";
import { useGauges } from "./queries";
import type { Gauge, SimState } from "./types";

const BOX = { width: 100, height: 18 };

export function GaugesPanel({ instrumentId, run }: { instrumentId: string; run: SimState["run"] }) {
  const { data, history, ...query } = useGauges(instrumentId, run);
  const tools = data ? <span className="muted">over {Math.round(data.window_s)} s</span> : null;
  return (
    <Panel title="Measures" tools={tools} className="sim-gauges">
      {data ? (
        <ul className="gauges">
          {data.gauges.map((gauge) => (
            <GaugeTile key={gauge.id} gauge={gauge} history={history} />
          ))}
        </ul>
      ) : query.isError ? (
        <ErrorState error={query.error} onRetry={() => void query.refetch()} />
      ) : (
        <Loading rows={6} label="Loading the measures" />
      )}
    </Panel>
  );
}

function GaugeTile({ gauge, history }: { gauge: Gauge; history: GaugeHistory }) {
  const isKnown = gauge.value !== null;
  const path = sparkPath(history.of(gauge.id), BOX.width, BOX.height);
  return (
    <li className="gauge">
      <details>
        <summary title={gauge.text}>
          <span className="gauge-title">{gauge.title}</span>
          <span className={isKnown ? "gauge-value" : "gauge-value muted"}>
            {isKnown ? gaugeText(gauge.value) : "Not yet"} <small>{isKnown ? gauge.unit : ""}</small>
          </span>
          {path ? (
            <svg viewBox={`0 0 ${BOX.width} ${BOX.height}`} preserveAspectRatio="none" aria-hidden="true">
              <path d={path} />
            </svg>
          ) : null}
          {isKnown ? null : <span className="gauge-why">{gauge.text}</span>}
        </summary>
        <p className="gauge-text">{gauge.text}</p>
      </details>
    </li>
  );
}
