/** A field whose value is one of a list that is searched by typing; each choice says what it is. */
import { type KeyboardEvent, useId, useState } from "react";

export type ComboChoice = { value: string; doc: string };

type ComboboxProps = {
  /** Id and aria attributes of the field. */
  control: Record<string, unknown>;
  value: string;
  choices: readonly ComboChoice[];
  onChange: (value: string) => void;
};

/** The choices that have every word of a text, in any place. */
export function found(choices: readonly ComboChoice[], text: string): readonly ComboChoice[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  return choices.filter(({ value, doc }) => {
    const all = `${value} ${doc}`.toLowerCase();
    return words.every((word) => all.includes(word));
  });
}

export function Combobox({ control, value, choices, onChange }: ComboboxProps) {
  const listId = useId();
  const [typed, setTyped] = useState<string | null>(null); // While it is searched.
  const [isOpen, setOpen] = useState(false);
  const [place, setPlace] = useState(0);
  const shown = isOpen ? found(choices, typed ?? "") : [];
  const active = shown[Math.min(place, shown.length - 1)];
  const open = () => {
    setOpen(true);
    setPlace(Math.max(0, typed === null ? choices.findIndex((each) => each.value === value) : 0));
  };
  const close = () => {
    setOpen(false);
    setTyped(null);
  };
  const choose = (choice: ComboChoice) => {
    close();
    if (choice.value !== value) onChange(choice.value);
  };
  const leave = () => {
    const named = choices.find((each) => each.value.toLowerCase() === typed?.trim().toLowerCase());
    if (named) choose(named);
    else close();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      const step = event.key === "ArrowDown" ? 1 : -1;
      if (!isOpen) open();
      else setPlace((Math.min(place, shown.length - 1) + step + shown.length) % Math.max(shown.length, 1));
    } else if (event.key === "Enter" && isOpen && !event.ctrlKey && !event.metaKey) {
      event.preventDefault(); // It chooses, and sends no form.
      if (active) choose(active);
    } else if (event.key === "Escape" && isOpen) {
      event.stopPropagation();
      close();
    }
  };
  return (
    <div className="combobox">
      <input
        {...control}
        type="text"
        role="combobox"
        autoComplete="off"
        spellCheck={false}
        aria-autocomplete="list"
        aria-expanded={isOpen}
        aria-controls={isOpen ? listId : undefined}
        aria-activedescendant={active ? `${listId}-${active.value}` : undefined}
        value={typed ?? value}
        onClick={() => (isOpen ? undefined : open())}
        onChange={(event) => {
          setTyped(event.target.value);
          setOpen(true);
          setPlace(0);
        }}
        onKeyDown={onKeyDown}
        onBlur={leave}
      />
      {isOpen ? (
        <div id={listId} role="listbox" aria-label="Choices" className="combobox-list">
          {shown.map((each) => (
            // biome-ignore lint/a11y/useKeyWithClickEvents: keys are the field's, which keeps the focus
            <div
              key={each.value}
              id={`${listId}-${each.value}`}
              ref={each === active ? intoView : undefined}
              role="option"
              tabIndex={-1}
              aria-selected={each === active}
              className={each.value === value ? "combobox-choice is-chosen" : "combobox-choice"}
              onPointerDown={(event) => event.preventDefault()}
              onClick={() => choose(each)}
            >
              <b>{each.value}</b>
              <span>{each.doc}</span>
            </div>
          ))}
          {shown.length === 0 ? <p className="combobox-none">Nothing is called so.</p> : null}
        </div>
      ) : null}
      <p className="combobox-doc">{choices.find((each) => each.value === value)?.doc ?? ""}</p>
    </div>
  );
}

function intoView(element: HTMLElement | null): void {
  element?.scrollIntoView?.({ block: "nearest" });
}
