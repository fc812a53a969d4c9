/** What the reader may set at the head of a page; kept in the address. */
import { useEffect, useId, useState } from "react";
import { useSpec } from "./context";
import { choicesOf } from "./form/schema";
import type { Parameter } from "./types";

type ParametersProps = {
  params: readonly Parameter[];
  search: Record<string, string | undefined>;
  onSearch: (change: Record<string, string | undefined>) => void;
};

export function Parameters({ params, search, onSearch }: ParametersProps) {
  return (
    <div className="spec-params">
      {params.map((param) => (
        <ParameterField
          key={param.name}
          param={param}
          value={search[param.name] ?? param.default ?? ""}
          onChange={(value) =>
            onSearch({ [param.name]: value === (param.default ?? "") ? undefined : value })
          }
        />
      ))}
    </div>
  );
}

type ParameterFieldProps = { param: Parameter; value: string; onChange: (value: string) => void };

function ParameterField({ param, value, onChange }: ParameterFieldProps) {
  const { read } = useSpec();
  const id = useId();
  const [text, setText] = useState(value);
  useEffect(() => setText(value), [value]);
  const from = param.choices_from;
  const choices = choicesOf(
    { ...(param.choices && { enum: param.choices }), ...(from && { "x-choices": from }) },
    read,
  );
  return (
    <div className="spec-param" title={param.doc}>
      <label htmlFor={id} className="spec-field-title">
        {param.title}
      </label>
      {choices ? (
        <select id={id} value={value} onChange={(event) => onChange(event.target.value)}>
          {value === "" ? <option value="">Choose…</option> : null}
          {value !== "" && !choices.some((choice) => choice.value === value) ? (
            <option value={value}>{value}</option>
          ) : null}
          {choices.map((choice) => (
            <option key={choice.value} value={choice.value}>
              {choice.title}
            </option>
          ))}
        </select>
      ) : (
        <input
          id={id}
          type="search"
          value={text}
          placeholder="All"
          onChange={(event) => setText(event.target.value)}
          onBlur={() => text !== value && onChange(text.trim())}
          onKeyDown={(event) => {
            if (event.key === "Enter") onChange(text.trim());
          }}
        />
      )}
    </div>
  );
}
