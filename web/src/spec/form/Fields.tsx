/** The fields of a form, drawn from its schema; an object is a group of fields. */
import { useId } from "react";
import { Combobox } from "../../ui/Combobox";
import { useRead } from "../context";
import type { Schema } from "../types";
import { boundsOf, choicesOf, enumOf, type Faults, plainSchema, typeOf, type Values } from "./schema";

/** Letters of a choice from which its field takes two columns, so that it is not cut off. */
const LONG = 22;

export type FieldsProps = {
  schema: Schema;
  values: Values;
  faults: Faults;
  path: readonly string[];
  onChange: (path: readonly string[], value: string | boolean) => void;
};

export function Fields({ schema, values, faults, path, onChange }: FieldsProps) {
  return Object.entries(schema.properties ?? {}).map(([name, raw]) => {
    const each = plainSchema(raw);
    const at = [...path, name];
    const value = values[name];
    if (!each.properties) {
      const isRequired = schema.required?.includes(name) ?? false;
      const shown = typeof value === "object" ? undefined : value;
      return (
        <Field
          key={name}
          schema={each}
          name={name}
          value={shown ?? (typeOf(each) === "boolean" ? false : "")}
          fault={faults[at.join(".")]}
          isRequired={isRequired && each.default !== ""}
          others={values}
          onChange={(next) => onChange(at, next)}
        />
      );
    }
    if (Object.keys(each.properties).length === 0) return null;
    return (
      <fieldset key={name} className="spec-group">
        <legend>{each.title ?? name}</legend>
        <div className="spec-fields">
          <Fields
            schema={each}
            values={typeof value === "object" ? value : {}}
            faults={faults}
            path={at}
            onChange={onChange}
          />
        </div>
      </fieldset>
    );
  });
}

type FieldProps = {
  schema: Schema;
  name: string;
  value: string | boolean;
  fault: string | undefined;
  isRequired: boolean;
  /** The values of the fields beside it. */
  others: Values;
  onChange: (value: string | boolean) => void;
};

function Field({ schema, name, value, fault, isRequired, others, onChange }: FieldProps) {
  const id = useId();
  const title = schema.title ?? name;
  const hint = [schema.description, boundsOf(schema)].filter(Boolean).join(" · ");
  const described = [hint ? `${id}-hint` : "", fault ? `${id}-fault` : ""].filter(Boolean).join(" ");
  const control = {
    id,
    "aria-describedby": described || undefined,
    "aria-invalid": fault ? true : undefined,
    "aria-required": isRequired || undefined,
  };
  return (
    <div className={fault ? "spec-field has-fault" : "spec-field"}>
      <label htmlFor={id} className="spec-field-title">
        {title}
        {isRequired ? <span aria-hidden="true"> *</span> : null}
      </label>
      <div className="spec-control">
        <Control schema={schema} value={value} control={control} others={others} onChange={onChange} />
        {schema["x-unit"] ? <span className="spec-unit">{schema["x-unit"]}</span> : null}
      </div>
      {fault ? (
        <p id={`${id}-fault`} className="spec-fault" role="alert">
          {fault}
        </p>
      ) : null}
      {hint ? (
        <p id={`${id}-hint`} className="spec-hint">
          {hint}
        </p>
      ) : null}
    </div>
  );
}

type TicksProps = {
  title: string | undefined;
  items: Schema;
  text: string;
  control: Record<string, unknown>;
  onChange: (value: string) => void;
};

/** Several of the values that are offered, in the order in which they are ticked; as text with commas. */
function Ticks({ title: name, items, text, control, onChange }: TicksProps) {
  const chosen = text
    .split(",")
    .map((each) => each.trim())
    .filter((each) => each !== "");
  const toggle = (value: string, isOn: boolean) =>
    onChange((isOn ? [...chosen, value] : chosen.filter((each) => each !== value)).join(", "));
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is a group of fields here
    <div {...control} role="group" aria-label={name} className="spec-ticks">
      {enumOf(items).map(({ value, title }) => (
        <label key={value} className="spec-check">
          <input
            type="checkbox"
            checked={chosen.includes(value)}
            onChange={(event) => toggle(value, event.target.checked)}
          />{" "}
          {title}
        </label>
      ))}
    </div>
  );
}

type ControlProps = {
  schema: Schema;
  value: string | boolean;
  control: Record<string, unknown>;
  others: Values;
  onChange: (value: string | boolean) => void;
};

function Control({ schema, value, control, others, onChange }: ControlProps) {
  const read = useRead();
  const type = typeOf(schema);
  if (type === "boolean") {
    return (
      <input
        {...control}
        type="checkbox"
        checked={value === true}
        onChange={(event) => onChange(event.target.checked)}
      />
    );
  }
  const text = String(value);
  if (type === "array" && schema.items?.enum) {
    return (
      <Ticks title={schema.title} items={schema.items} text={text} control={control} onChange={onChange} />
    );
  }
  const choices = type === "array" ? null : choicesOf(schema, read, others);
  const isSearched = schema["x-choices"]?.search ?? false;
  if (isSearched && choices && choices.length > 0) {
    return <Combobox control={control} value={text} choices={choices} onChange={onChange} />;
  }
  if (choices && !isSearched) {
    const isKnown = text === "" || choices.some((choice) => choice.value === text);
    return (
      <select
        {...control}
        className={choices.some(({ title }) => title.length > LONG) ? "spec-wide" : undefined}
        value={text}
        onChange={(event) => onChange(event.target.value)}
      >
        {text === "" ? <option value="">Choose…</option> : null}
        {isKnown ? null : <option value={text}>{text}</option>}
        {choices.map((choice) => (
          <option key={choice.value} value={choice.value}>
            {choice.title}
          </option>
        ))}
      </select>
    );
  }
  const isNumber = type === "number" || type === "integer";
  return (
    <input
      {...control}
      type={schema.format === "password" ? "password" : "text"}
      inputMode={isNumber ? (type === "integer" ? "numeric" : "decimal") : undefined}
      autoComplete={schema.format === "password" ? "new-password" : "off"}
      placeholder={schema.format === "date" ? "YYYY-MM-DD" : undefined}
      maxLength={schema.maxLength}
      value={text}
      onChange={(event) => onChange(event.target.value)}
    />
  );
}
