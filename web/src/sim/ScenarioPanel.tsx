/** What may befall the market at a press of an operator, and what has. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { post } from "../api/client";
import { ApiError } from "../api/problem";
import { formatClock, formatTime, formatWord } from "../lib/format";
import { Fields } from "../spec/form/Fields";
import { bodyOf, defaultsOf, type Faults, type Values } from "../spec/form/schema";
import { faultsOf, merged, withValue } from "../spec/form/values";
import { Panel } from "../ui/Panel";
import { ErrorState, Loading } from "../ui/states";
import { toast } from "../ui/toast";
import { Guarded } from "./Guarded";
import { useScenarios } from "./queries";
import { schemaOf, sentenceOf, valuesFor } from "./scenario";
import type { Injected, ScenarioKind, SimBook } from "./types";

type ScenarioPanelProps = {
  book: SimBook;
  injected: readonly Injected[];
  /** The number of each scenario on the picture, by its place in `injected`. */
  numberOf: (at: number) => string;
  isAllowed: boolean;
};

export function ScenarioPanel({ book, injected, numberOf, isAllowed }: ScenarioPanelProps) {
  const query = useScenarios();
  const [chosen, setChosen] = useState<ScenarioKind | null>(null);
  return (
    <Panel title="Scenarios" className="sim-scenarios">
      {isAllowed ? null : <p className="sim-role">To bring one about needs the role operator.</p>}
      {query.data ? (
        <div className="sim-kinds">
          {query.data.kinds.map((kind) => (
            <button
              key={kind.kind}
              type="button"
              className="button"
              disabled={!isAllowed}
              title={isAllowed ? kind.text : `${kind.text} This needs the role operator.`}
              onClick={() => setChosen(kind)}
            >
              {kind.title}
            </button>
          ))}
        </div>
      ) : query.isError ? (
        <ErrorState error={query.error} onRetry={() => void query.refetch()} />
      ) : (
        <Loading rows={3} label="Loading the scenarios" />
      )}
      <h3 className="sim-sub">Brought about</h3>
      {injected.length === 0 ? (
        <p className="muted">Nothing yet. What is brought about is marked in the picture.</p>
      ) : (
        <ol className="sim-injected">
          {injected.map((each, at) => (
            <li key={`${each.at} ${each.kind} ${each.instrument_id}`}>
              <span className="sim-number">{numberOf(at)}</span>
              <time dateTime={each.at} title={formatTime(each.at)}>
                {formatClock(each.at)}
              </time>
              <span>{each.text || formatWord(each.kind)}</span>
            </li>
          ))}
        </ol>
      )}
      {chosen ? (
        <ScenarioDialog key={chosen.kind} kind={chosen} book={book} onClose={() => setChosen(null)} />
      ) : null}
    </Panel>
  );
}

type ScenarioDialogProps = { kind: ScenarioKind; book: SimBook; onClose: () => void };

export function ScenarioDialog({ kind, book, onClose }: ScenarioDialogProps) {
  const queries = useQueryClient();
  const schema = useMemo(() => schemaOf(kind), [kind]);
  const [values, setValues] = useState<Values>(() =>
    merged(
      defaultsOf(schema, (text) => text),
      valuesFor(kind, book.instrument_id),
    ),
  );
  const [faults, setFaults] = useState<Faults>({});
  const inject = useMutation({
    mutationFn: ({ reason, key }: { reason: string; key: string }) => {
      const { body } = bodyOf(schema, values);
      return post("sim/scenarios", { kind: kind.kind, fields: body, reason }, { idempotencyKey: key });
    },
    onSuccess: () => {
      toast({ tone: "ok", title: `${kind.title}: brought about` });
      void queries.invalidateQueries({ queryKey: ["sim", "state"] });
      onClose();
    },
    onError: (error) => {
      if (error instanceof ApiError) setFaults(faultsOf(error.fieldErrors, schema).faults);
    },
  });
  const check = () => {
    const made = bodyOf(schema, values);
    setFaults(made.faults);
    return Object.keys(made.faults).length > 0 ? null : sentenceOf(kind, made.body);
  };
  return (
    <Guarded
      title={kind.title}
      text={kind.text}
      submit="Bring about"
      check={check}
      send={inject.mutate}
      isPending={inject.isPending}
      error={inject.error}
      onClose={onClose}
    >
      <div className="spec-fields">
        <Fields
          schema={schema}
          values={values}
          faults={faults}
          path={[]}
          onChange={(path, value) => {
            setValues(withValue(values, path, value));
            setFaults(({ [path.join(".")]: _, ...others }) => others);
            inject.reset();
          }}
        />
      </div>
    </Guarded>
  );
}
