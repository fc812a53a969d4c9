/** A decimal that can be typed, or moved by its step with the arrow keys (ten steps with Shift). */
import { Minus, Plus } from "lucide-react";
import { type ReactNode, type Ref, useId } from "react";

type StepFieldProps = {
  label: string;
  value: string;
  unit: string;
  error: string | undefined;
  inputRef?: Ref<HTMLInputElement>;
  onChange: (value: string) => void;
  onStep: (count: number) => void;
  children?: ReactNode;
};

export function StepField({
  label,
  value,
  unit,
  error,
  inputRef,
  onChange,
  onStep,
  children,
}: StepFieldProps) {
  const id = useId();
  return (
    <div className="field">
      <span className="field-line">
        <label htmlFor={id}>{label}</label>
        <small>{unit}</small>
        <span className="spacer" />
        {children}
      </span>
      <div className={error ? "step-field step-field-error" : "step-field"}>
        <button
          type="button"
          tabIndex={-1}
          aria-label={`Less ${label.toLowerCase()}`}
          onClick={() => onStep(-1)}
        >
          <Minus size={12} aria-hidden="true" />
        </button>
        <input
          id={id}
          ref={inputRef}
          inputMode="decimal"
          autoComplete="off"
          value={value}
          aria-invalid={error !== undefined}
          aria-describedby={error ? `${id}-error` : undefined}
          onChange={(event) => onChange(event.target.value.replaceAll(",", ""))}
          onKeyDown={(event) => {
            const step = { ArrowUp: 1, ArrowDown: -1 }[event.key];
            if (step === undefined) return;
            event.preventDefault();
            onStep(event.shiftKey ? step * 10 : step);
          }}
        />
        <button
          type="button"
          tabIndex={-1}
          aria-label={`More ${label.toLowerCase()}`}
          onClick={() => onStep(1)}
        >
          <Plus size={12} aria-hidden="true" />
        </button>
      </div>
      {error ? (
        <small id={`${id}-error`} className="field-error">
          {error}
        </small>
      ) : null}
    </div>
  );
}
