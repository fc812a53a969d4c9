import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useState } from "react";
import { describe, expect, it, vi } from "vitest";
import { Combobox, found } from "../../src/ui/Combobox";

const CHOICES = [
  { value: "sp500", doc: "ships with the desk, 20 instruments, bars of 1d" },
  { value: "factors", doc: "ships with the desk, five funds, bars of 1d" },
  { value: "prism", doc: "captured by the desk, five books, bars of 1m" },
];

function Field({ onChange, onSubmit }: { onChange: (value: string) => void; onSubmit?: () => void }) {
  const [value, setValue] = useState("sp500");
  return (
    <form
      aria-label="Form"
      onSubmit={(event) => {
        event.preventDefault();
        onSubmit?.();
      }}
    >
      <label htmlFor="data">Data</label>
      <Combobox
        control={{ id: "data" }}
        value={value}
        choices={CHOICES}
        onChange={(next) => {
          setValue(next);
          onChange(next);
        }}
      />
      <button type="submit">Run</button>
    </form>
  );
}

const names = () => screen.queryAllByRole("option").map((each) => each.querySelector("b")?.textContent ?? "");
const field = () => screen.getByRole("combobox", { name: "Data" }) as HTMLInputElement;

describe("a list that is searched", () => {
  it("finds by every word, in names and in what they are", () => {
    expect(found(CHOICES, "").length).toBe(3);
    expect(found(CHOICES, "DESK fiv").map((each) => each.value)).toEqual(["factors", "prism"]);
    expect(found(CHOICES, "1m").map((each) => each.value)).toEqual(["prism"]);
    expect(found(CHOICES, "1m sp500")).toEqual([]);
  });

  it("says what the chosen one is, and opens at it with all choices", async () => {
    render(<Field onChange={vi.fn()} />);
    expect(screen.getByText(/20 instruments/)).toBeTruthy();
    expect(field().getAttribute("aria-expanded")).toBe("false");
    await userEvent.click(field());
    expect(names()).toEqual(["sp500", "factors", "prism"]);
    expect(screen.getByRole("option", { selected: true }).textContent).toContain("sp500");
    expect(field().getAttribute("aria-activedescendant")).toBe(
      screen.getByRole("option", { selected: true }).id,
    );
  });

  it("narrows while it is typed, and takes the one at the arrow by Enter without sending the form", async () => {
    const onChange = vi.fn();
    const onSubmit = vi.fn();
    render(<Field onChange={onChange} onSubmit={onSubmit} />);
    await userEvent.clear(field());
    await userEvent.type(field(), "five");
    expect(names()).toEqual(["factors", "prism"]);
    await userEvent.keyboard("{ArrowDown}{Enter}");
    expect(onChange.mock.calls).toEqual([["prism"]]);
    expect(field().value).toBe("prism");
    expect(names()).toEqual([]);
    expect(onSubmit).not.toHaveBeenCalled();
    await userEvent.keyboard("{Enter}");
    expect(onSubmit).toHaveBeenCalledTimes(1);
  });

  it("goes round at its ends", async () => {
    render(<Field onChange={vi.fn()} />);
    await userEvent.click(field());
    await userEvent.keyboard("{ArrowUp}");
    expect(screen.getByRole("option", { selected: true }).textContent).toContain("prism");
    await userEvent.keyboard("{ArrowDown}");
    expect(screen.getByRole("option", { selected: true }).textContent).toContain("sp500");
  });

  it("takes a name that was typed whole, and goes back to what was chosen otherwise", async () => {
    const onChange = vi.fn();
    render(<Field onChange={onChange} />);
    await userEvent.clear(field());
    await userEvent.type(field(), "nothing of that");
    expect(screen.getByText("Nothing is called so.")).toBeTruthy();
    await userEvent.tab();
    expect(field().value).toBe("sp500");
    await userEvent.clear(field());
    await userEvent.type(field(), "Factors");
    await userEvent.tab();
    expect(field().value).toBe("factors");
    expect(onChange.mock.calls).toEqual([["factors"]]);
  });

  it("closes by Escape, which goes no further, and is chosen from by the pointer", async () => {
    const onChange = vi.fn();
    const onEscape = vi.fn();
    render(
      // biome-ignore lint/a11y/noStaticElementInteractions: it looks what arrives
      <div onKeyDown={(event) => event.key === "Escape" && onEscape()}>
        <Field onChange={onChange} />
      </div>,
    );
    await userEvent.click(field());
    await userEvent.keyboard("{Escape}");
    expect(names()).toEqual([]);
    expect(onEscape).not.toHaveBeenCalled();
    await userEvent.keyboard("{Escape}");
    expect(onEscape).toHaveBeenCalledTimes(1);
    await userEvent.click(field());
    await userEvent.click(screen.getByText("captured by the desk, five books, bars of 1m"));
    expect(onChange.mock.calls).toEqual([["prism"]]);
    expect(names()).toEqual([]);
  });
});
