/** A form drawn from a JSON Schema: values kept in the address, faults at their fields, sent with Ctrl+Enter. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, type KeyboardEvent, useEffect, useMemo, useRef, useState } from "react";
import { newKey, request } from "../../api/client";
import { ApiError } from "../../api/problem";
import { hasRole } from "../../lib/roles";
import { toast } from "../../ui/toast";
import { ConfirmDialog, type Confirmed, wordsOf } from "../ActionButton";
import { useSpec } from "../context";
import { logInAgain, wantsFreshLogin } from "../freshLogin";
import { fill, type Lookup } from "../pointer";
import { keepJob } from "../sources";
import type { Form, Row } from "../types";
import { Fields } from "./Fields";
import { bodyOf, defaultsOf, expandSchema, type Faults, type Values } from "./schema";
import { faultsOf, fromSearch, merged, toSearch, typed, withValue } from "./values";

export type SearchChange = Record<string, string | undefined>;

type SchemaFormProps = {
  form: Form;
  /** What names of this form's values begin with in the address. */
  prefix: string;
  search: Record<string, string | undefined>;
  onSearch: (change: SearchChange) => void;
  /** The id of the job that was started, and the values it was started with for the address. */
  onJob: (job: string, values: SearchChange) => void;
};

const WRITE_MS = 400;

export function SchemaForm({ form, prefix, search, onSearch, onJob }: SchemaFormProps) {
  const { page, lookup, read, role, navigate, refresh } = useSpec();
  const queries = useQueryClient();
  const given = useMemo(() => typed(form.schema, fromSearch(search, prefix)), [form, search, prefix]);
  const [typedIn, setTypedIn] = useState<Values>(given);
  const [faults, setFaults] = useState<Faults>({});
  const [asked, setAsked] = useState<Record<string, unknown> | null>(null);
  useOutside(given, setTypedIn);
  const schema = expandSchema(form.schema, merged(defaultsOf(form.schema, fillIn), typedIn), read);
  const defaults = defaultsOf(schema, fillIn);
  const values = merged(defaults, typedIn);
  const isAllowed = hasRole(role, form.role);
  const wanted = toSearch(schema, values, defaults, prefix);
  useAddress(wanted, search, onSearch);

  const send = useMutation({
    mutationFn: async ({ body, password }: Confirmed & { body: Record<string, unknown> }) => {
      if (password) await logInAgain(password);
      const path = fill(form.path, lookup, encodeURIComponent) ?? form.path;
      return request<Row & { job_id?: string }>(form.method, path, { body, idempotencyKey: newKey() });
    },
    onSuccess: (answer) => {
      setAsked(null);
      refresh();
      if (form.mode === "job" && answer?.job_id) {
        keepJob(queries, page, lookup, answer);
        onJob(answer.job_id, wanted);
        return;
      }
      toast({ tone: "ok", title: `${form.title}: accepted` });
      if (form.done) navigate(form.done);
      else setTypedIn({});
    },
    onError: (error, { password }) => {
      if (wantsFreshLogin(error) || password) return; // The question stays open, and asks for the password.
      setAsked(null);
      if (error instanceof ApiError) setFaults(faultsOf(error.fieldErrors, schema).faults);
    },
  });

  function fillIn(text: string): string {
    return fill(text, lookup) ?? "";
  }
  const submit = () => {
    if (!isAllowed || send.isPending) return;
    const checked = bodyOf(schema, values);
    setFaults(checked.faults);
    send.reset();
    if (Object.keys(checked.faults).length > 0) return;
    if (form.confirm) setAsked(checked.body);
    else send.mutate({ body: checked.body });
  };
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    submit();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    submit();
  };
  const find: Lookup = (name) => asked?.[name] ?? lookup(name);
  return (
    <form className="spec-form" aria-label={form.title} noValidate onSubmit={onSubmit} onKeyDown={onKeyDown}>
      {form.doc ? <p className="spec-form-doc">{form.doc}</p> : null}
      {form.presets && form.presets.length > 0 ? (
        <div className="spec-presets">
          <span className="muted">Presets</span>
          {form.presets.map((preset) => (
            <button
              key={preset.title}
              type="button"
              className="button small"
              onClick={() => setTypedIn(merged(typedIn, preset.values))}
            >
              {preset.title}
            </button>
          ))}
        </div>
      ) : null}
      <div className="spec-fields">
        <Fields
          schema={schema}
          values={values}
          faults={faults}
          path={[]}
          onChange={(path, value) => {
            setTypedIn(withValue(values, path, value));
            setFaults(({ [path.join(".")]: _, ...others }) => others);
          }}
        />
      </div>
      <FormError error={send.error} schemaFaults={Object.keys(faults).length} />
      <div className="spec-buttons">
        <button
          type="submit"
          className={form.danger ? "button button-danger" : "button button-primary"}
          disabled={!isAllowed || send.isPending}
          title="Ctrl+Enter"
        >
          {send.isPending ? "Sent…" : form.submit}
        </button>
        <button
          type="button"
          className="button"
          onClick={() => {
            setTypedIn({});
            setFaults({});
            send.reset();
          }}
        >
          Reset
        </button>
        {isAllowed ? null : <span className="muted">This needs the role {form.role}.</span>}
      </div>
      {asked && form.confirm ? (
        <ConfirmDialog
          confirm={form.confirm}
          find={find}
          submit={form.submit}
          isDanger={form.danger ?? false}
          isPending={send.isPending}
          error={send.error}
          onConfirm={({ password }) => send.mutate({ body: asked, password })}
          onClose={() => setAsked(null)}
        />
      ) : null}
    </form>
  );
}

/** Write changed values into the address, a little after the last key. */
function useAddress(
  wanted: SearchChange,
  search: SearchChange,
  onSearch: (change: SearchChange) => void,
): void {
  const changed = Object.entries(wanted).filter(([name, value]) => (value || undefined) !== search[name]);
  const text = JSON.stringify(changed.map(([name, value]) => [name, value ?? null]));
  const latest = useRef(onSearch);
  latest.current = onSearch;
  useEffect(() => {
    if (text === "[]") return;
    const timer = setTimeout(() => {
      const change = JSON.parse(text) as [string, string | null][];
      latest.current(Object.fromEntries(change.map(([name, value]) => [name, value ?? undefined])));
    }, WRITE_MS);
    return () => clearTimeout(timer);
  }, [text]);
}

/** Take in values that came by a link while the form was shown. */
function useOutside(given: Values, setTypedIn: (change: (now: Values) => Values) => void): void {
  const text = JSON.stringify(given);
  const last = useRef(text);
  useEffect(() => {
    if (text === last.current) return;
    last.current = text;
    setTypedIn((now) => merged(now, JSON.parse(text) as Values));
  }, [text, setTypedIn]);
}

function FormError({ error, schemaFaults }: { error: unknown; schemaFaults: number }) {
  if (error) {
    return (
      <p className="spec-problem" role="alert">
        {wordsOf(error)}
      </p>
    );
  }
  if (schemaFaults === 0) return null;
  return (
    <p className="spec-problem" role="alert">
      {schemaFaults === 1 ? "One field needs another value." : `${schemaFaults} fields need other values.`}
    </p>
  );
}
