/** What is wanted: weights of an analysis or written down, of how much, and how orders are made. */
import type { UseMutationResult } from "@tanstack/react-query";
import { useId, useState } from "react";
import { useAccounts } from "../api/queries";
import type { Account } from "../api/types";
import { parseRaw, UNIT } from "../lib/decimal";
import { formatMoney, formatTime, formatWord } from "../lib/format";
import { FormError } from "../ui/FormError";
import { Panel } from "../ui/Panel";
import { Segmented } from "../ui/Segmented";
import { useAllocations } from "./queries";
import { parseWeights, percentOf } from "./targets";
import type { Job, Proposal, Wanted } from "./types";

type TargetFormProps = {
  account: string;
  job: string;
  isAllowed: boolean;
  propose: UseMutationResult<Proposal, Error, Wanted>;
};
type Terms = Omit<Wanted, "account_id" | "weights" | "job_id" | "offset_bps"> & {
  capital: string;
  offset: string;
};

const TERMS: Terms = {
  capital: "",
  others: "KEEP",
  order_type: "LIMIT",
  time_in_force: "DAY",
  offset: "10",
  min_trade: "0",
};

export function TargetForm({ account, job, isAllowed, propose }: TargetFormProps) {
  const jobs = useAllocations().data ?? [];
  const accounts = useAccounts().data ?? [];
  const [source, setSource] = useState<"job" | "weights">(job ? "job" : "weights");
  const [chosen, setChosen] = useState(job);
  const [text, setText] = useState("");
  const [terms, setTerms] = useState(TERMS);
  const given = parseWeights(text);
  const here = accounts.find((item) => item.account_id === account);
  const jobId = chosen || (jobs[0]?.job_id ?? "");
  const isFilled = source === "job" ? jobId !== "" : given.errors.length === 0 && given.sum !== 0n;
  const fault = faultOf(terms);
  const submit = () => {
    const { capital, offset, ...rest } = terms;
    propose.mutate({
      account_id: account,
      ...(source === "job" ? { job_id: jobId } : { weights: given.weights }),
      ...(capital.trim() ? { capital: capital.trim() } : {}),
      ...rest,
      min_trade: terms.min_trade.trim() || "0",
      offset_bps: Number(offset),
    });
  };
  return (
    <Panel title="Targets" className="rb-targets">
      <form
        className="spec-form"
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        <AccountLine account={here} />
        <Segmented
          label="Where weights come from"
          value={source}
          choices={[
            { value: "job", title: "Of an analysis" },
            { value: "weights", title: "Written here" },
          ]}
          onChange={setSource}
        />
        {source === "job" ? (
          <JobChoice jobs={jobs} value={jobId} onChange={setChosen} />
        ) : (
          <WeightsField text={text} given={given} onChange={setText} />
        )}
        <TermsFields terms={terms} currency={here?.base_currency ?? ""} onChange={setTerms} />
        {fault ? <p className="spec-fault">{fault}</p> : null}
        <FormError error={propose.error} />
        <button
          type="submit"
          className="button button-primary button-wide"
          disabled={!isAllowed || !account || !isFilled || fault !== "" || propose.isPending}
        >
          {propose.isPending ? "Asking for quotes and risk" : "Propose orders"}
        </button>
        <p className="spec-hint">
          {isAllowed
            ? "Nothing is sent yet. A proposal can be confirmed for 60 s, while no mid moves by more than 25 bps."
            : "This needs the role trader."}
        </p>
      </form>
    </Panel>
  );
}

function faultOf(terms: Terms): string {
  if (terms.capital.trim() !== "" && (parseRaw(terms.capital) ?? 0n) <= 0n)
    return "Capital must be above zero";
  if (!/^-?\d{1,4}$/.test(terms.offset)) return "Offset must be whole basis points";
  if (parseRaw(terms.min_trade || "0") === null) return "Smallest order must be a number";
  return "";
}

function AccountLine({ account }: { account: Account | undefined }) {
  if (!account) return <p className="spec-hint">Choose an account in the bar above.</p>;
  return (
    <p className="rb-account">
      <b>{account.account_id}</b>
      <span>{formatWord(account.account_type)}</span>
      <span>{formatMoney(account.equity, account.base_currency)}</span>
    </p>
  );
}

function JobChoice({
  jobs,
  value,
  onChange,
}: {
  jobs: Job[];
  value: string;
  onChange: (id: string) => void;
}) {
  const id = useId();
  return (
    <div className="spec-field">
      <label className="spec-field-title" htmlFor={id}>
        Analysis that is done
      </label>
      <div className="spec-control">
        <select id={id} value={value} onChange={(event) => onChange(event.target.value)}>
          {jobs.length === 0 ? <option value="">None has found weights yet</option> : null}
          {value && !jobs.some((job) => job.job_id === value) ? <option value={value}>{value}</option> : null}
          {jobs.map((job) => (
            <option key={job.job_id} value={job.job_id}>
              {job.title} · {job.asked} · {formatTime(job.finished)}
            </option>
          ))}
        </select>
      </div>
    </div>
  );
}

type WeightsFieldProps = {
  text: string;
  given: ReturnType<typeof parseWeights>;
  onChange: (text: string) => void;
};

function WeightsField({ text, given, onChange }: WeightsFieldProps) {
  const id = useId();
  const count = Object.keys(given.weights).length;
  return (
    <div className="spec-field">
      <label className="spec-field-title" htmlFor={id}>
        Weights, one instrument a line
      </label>
      <textarea
        id={id}
        className="rb-weights"
        rows={7}
        spellCheck={false}
        placeholder={"KO.XNYS 0.3\nXOM.XNYS 20%"}
        value={text}
        aria-invalid={given.errors.length > 0}
        onChange={(event) => onChange(event.target.value)}
      />
      {given.errors[0] ? <p className="spec-fault">{given.errors[0]}</p> : null}
      {count > 0 && !given.errors[0] ? (
        <p className="spec-hint">
          {count} {count === 1 ? "instrument" : "instruments"}, {percentOf(given.sum)} in all
          {given.sum < UNIT ? `, ${percentOf(UNIT - given.sum)} stays cash` : ""}
        </p>
      ) : null}
    </div>
  );
}

type TermsFieldsProps = { terms: Terms; currency: string; onChange: (terms: Terms) => void };

function TermsFields({ terms, currency, onChange }: TermsFieldsProps) {
  const set = <K extends keyof Terms>(name: K, value: Terms[K]) => onChange({ ...terms, [name]: value });
  return (
    <div className="rb-terms">
      <Choice
        title="Positions not named"
        value={terms.others}
        choices={{ KEEP: "Keep", CLOSE: "Close" }}
        onChange={(value) => set("others", value)}
      />
      <TextField
        title="Capital"
        unit={currency}
        value={terms.capital}
        placeholder="all not kept"
        onChange={(value) => set("capital", value)}
      />
      <Choice
        title="Orders"
        value={terms.order_type}
        choices={{ LIMIT: "Limit", MARKET: "Market" }}
        onChange={(value) => set("order_type", value)}
      />
      <TextField
        title="Limit through the touch"
        unit="bps"
        value={terms.offset}
        isOff={terms.order_type === "MARKET"}
        onChange={(value) => set("offset", value)}
      />
      <Choice
        title="Good for"
        value={terms.time_in_force}
        choices={{ DAY: "Day", GTC: "Until canceled", IOC: "At once" }}
        onChange={(value) => set("time_in_force", value)}
      />
      <TextField
        title="Smallest order"
        unit={currency}
        value={terms.min_trade}
        onChange={(value) => set("min_trade", value)}
      />
    </div>
  );
}

type ChoiceProps<T extends string> = {
  title: string;
  value: T;
  choices: Record<T, string>;
  onChange: (value: T) => void;
};

function Choice<T extends string>({ title, value, choices, onChange }: ChoiceProps<T>) {
  const id = useId();
  return (
    <div className="spec-field">
      <label className="spec-field-title" htmlFor={id}>
        {title}
      </label>
      <div className="spec-control">
        <select id={id} value={value} onChange={(event) => onChange(event.target.value as T)}>
          {(Object.keys(choices) as T[]).map((name) => (
            <option key={name} value={name}>
              {choices[name]}
            </option>
          ))}
        </select>
      </div>
    </div>
  );
}

type TextFieldProps = {
  title: string;
  unit: string;
  value: string;
  placeholder?: string;
  isOff?: boolean;
  onChange: (value: string) => void;
};

function TextField({ title, unit, value, placeholder, isOff = false, onChange }: TextFieldProps) {
  const id = useId();
  return (
    <div className="spec-field">
      <label className="spec-field-title" htmlFor={id}>
        {title}
      </label>
      <div className="spec-control">
        <input
          id={id}
          inputMode="decimal"
          autoComplete="off"
          value={value}
          placeholder={placeholder}
          disabled={isOff}
          onChange={(event) => onChange(event.target.value.replaceAll(",", ""))}
        />
        <span className="spec-unit">{unit}</span>
      </div>
    </div>
  );
}
