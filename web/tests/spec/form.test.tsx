import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it, vi } from "vitest";
import { SchemaForm } from "../../src/spec/form/SchemaForm";
import { bodyOf, boundsOf, choicesOf, defaultsOf, expandSchema, faultOf } from "../../src/spec/form/schema";
import { faultsOf, fromSearch, merged, toSearch, typed } from "../../src/spec/form/values";
import type { Form, Schema } from "../../src/spec/types";
import { show } from "./shown";

const STRATEGIES = {
  strategies: {
    items: [
      {
        name: "momentum",
        schema: {
          properties: { top: { type: "integer", minimum: 1, maximum: 9, default: 5 } },
          required: ["top"],
        },
      },
      {
        name: "other",
        schema: { properties: { fast: { anyOf: [{ type: "number" }, { type: "null" }], title: "Fast" } } },
      },
    ],
  },
};
const SCHEMA: Schema = {
  type: "object",
  required: ["strategy", "reason"],
  properties: {
    strategy: {
      type: "string",
      title: "Strategy",
      "x-choices": { data: "/strategies/items", value: "name" },
    },
    parameters: {
      type: "object",
      title: "Parameters",
      "x-schema": { data: "/strategies/items", match: { name: "strategy" }, value: "schema" },
    },
    reason: { type: "string", title: "Reason", minLength: 3 },
    target: { type: "string", title: "Target", default: "" },
    secret: { type: "string", title: "Secret", format: "password" },
    loud: { type: "boolean", title: "Loud", default: false },
    account: { type: "string", title: "Account", "x-fill": "{account}" },
  },
};
const FORM: Form = {
  id: "start",
  title: "Start",
  method: "POST",
  path: "/runs",
  schema: SCHEMA,
  submit: "Send",
  role: "trader",
};
const read = (pointer: string) => (pointer === "/strategies/items" ? STRATEGIES.strategies.items : undefined);

describe("the schema checker", () => {
  it.each<[Schema, unknown, boolean]>([
    [{ type: "integer" }, 5, true],
    [{ type: "integer" }, 5.5, false],
    [{ type: "number" }, Number.NaN, false],
    [{ type: "number" }, Number.POSITIVE_INFINITY, false],
    [{ type: "number", minimum: 1 }, 1, true],
    [{ type: "number", minimum: 1 }, 0.99, false],
    [{ type: "number", exclusiveMinimum: 1 }, 1, false],
    [{ type: "number", maximum: 2 }, 2, true],
    [{ type: "number", exclusiveMaximum: 2 }, 2, false],
    [{ type: "number", multipleOf: 0.1 }, 0.3, true],
    [{ type: "number", multipleOf: 0.1 }, 0.35, false],
    [{ type: "string", minLength: 2 }, "a", false],
    [{ type: "string", maxLength: 2 }, "abc", false],
    [{ type: "string", pattern: "^\\d+$" }, "12", true],
    [{ type: "string", pattern: "^\\d+$" }, "12a", false],
    [{ enum: ["A", "B"] }, "B", true],
    [{ enum: ["A", "B"] }, "C", false],
    [{ const: 3 }, 4, false],
    [{ type: "array", items: { enum: ["A"] } }, ["A"], true],
    [{ type: "array", items: { enum: ["A"] } }, ["A", "Z"], false],
    [{ type: "array", minItems: 1 }, [], false],
    [{ type: "array", maxItems: 1 }, ["A", "B"], false],
    [{ type: "boolean" }, true, true],
  ])("%j and %j: %s", (schema, value, fits) => expect(faultOf(schema, value) === null).toBe(fits));

  it("takes parameters and choices from the sources", () => {
    const schema = expandSchema(SCHEMA, { strategy: "momentum" }, read);
    expect(Object.keys(schema.properties?.parameters?.properties ?? {})).toEqual(["top"]);
    expect(choicesOf(SCHEMA.properties?.strategy as Schema, read)?.map((each) => each.value)).toEqual([
      "momentum",
      "other",
    ]);
    const none = expandSchema(SCHEMA, { strategy: "" }, () => {
      throw new Error("not loaded");
    });
    expect(none.properties?.parameters?.properties).toEqual({});
  });

  it("makes a body of texts, leaving out what is empty", () => {
    const schema = expandSchema(SCHEMA, { strategy: "momentum" }, read);
    const values = merged(
      defaultsOf(schema, () => "PAPER"),
      { strategy: "momentum", reason: " because ", parameters: { top: "7" } },
    );
    expect(bodyOf(schema, values)).toEqual({
      body: {
        strategy: "momentum",
        parameters: { top: 7 },
        reason: "because",
        target: "",
        loud: false,
        account: "PAPER",
      },
      faults: {},
    });
    expect(bodyOf(schema, { parameters: { top: "x" } }).faults).toEqual({
      strategy: "Needed.",
      "parameters.top": "Must be a number.",
      reason: "Needed.",
    });
  });
});

it("says the bounds of a number", () => {
  expect(boundsOf({ minimum: 0, maximum: 10_000 })).toBe("0 to 10,000");
  expect(boundsOf({ exclusiveMinimum: 0, maximum: 0.5 })).toBe("above 0, up to 0.5");
  expect(boundsOf({ minimum: 0, exclusiveMaximum: 1 })).toBe("from 0, below 1");
  expect(boundsOf({ minimum: 0, maximum: 2 ** 53 })).toBe("from 0");
  expect(boundsOf({})).toBe("");
});

describe("the address", () => {
  it("keeps what differs from the defaults, but no password", () => {
    const schema = expandSchema(SCHEMA, { strategy: "momentum" }, read);
    const defaults = defaultsOf(schema, () => "");
    const values = merged(defaults, {
      strategy: "momentum",
      secret: "hush",
      loud: true,
      parameters: { top: "7" },
    });
    const kept = toSearch(schema, values, defaults, "f.");
    expect(kept["f.parameters.top"]).toBe("7");
    expect(kept["f.reason"]).toBeUndefined();
    expect(Object.keys(kept)).not.toContain("f.secret");
    const back = typed(schema, fromSearch(kept, "f."));
    expect(merged(defaults, back)).toEqual(merged(values, { secret: "" }));
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
    fromSearch({ "f.__proto__.polluted": "yes" }, "f.");
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });
});

it("puts the server's faults at their fields, whatever the path looks like", () => {
  const schema = expandSchema(SCHEMA, { strategy: "momentum" }, read);
  const at = (field: string) => faultsOf([{ field, message: "No.", remedy: "Less." }], schema);
  for (const field of [
    "parameters.top",
    "$.parameters.top",
    "/parameters/top",
    "body.parameters.top",
    "top",
  ]) {
    expect(at(field)).toEqual({ faults: { "parameters.top": "No. Less." }, others: [] });
  }
  expect(at("nowhere")).toEqual({ faults: {}, others: ["No. Less."] });
});

function answer(status: number, body: unknown): void {
  vi.stubGlobal("fetch", async (url: string, init: RequestInit) => {
    sent.push({ url, body: JSON.parse(String(init.body)) });
    return new Response(JSON.stringify(body), { status });
  });
}
const sent: { url: string; body: unknown }[] = [];

describe("a form", () => {
  const draw = (
    form: Partial<Form> = {},
    onJob: (id: string, values: object) => void = () => {},
    search = {},
  ) => {
    sent.length = 0;
    const onSearch = vi.fn();
    const shown = show(
      <SchemaForm
        form={{ ...FORM, ...form }}
        prefix="f."
        search={search}
        onSearch={onSearch}
        onJob={onJob}
      />,
      STRATEGIES,
    );
    return { ...shown, onSearch };
  };

  it("is sent with Ctrl+Enter, and goes on to the next page", async () => {
    answer(202, {});
    const { visited } = draw({ done: "/next" });
    await userEvent.selectOptions(screen.getByLabelText(/Strategy/), "momentum");
    await userEvent.clear(screen.getByLabelText(/^top/));
    await userEvent.type(screen.getByLabelText(/^top/), "3");
    await userEvent.type(screen.getByLabelText(/Reason/), "because{Control>}{Enter}{/Control}");
    await vi.waitFor(() => expect(visited).toEqual(["/next"]));
    expect(sent[0]?.url).toContain("/api/v1/runs");
    expect(sent[0]?.body).toMatchObject({ strategy: "momentum", parameters: { top: 3 }, account: "PAPER" });
  });

  it("offers choices by plain words; the request has their names, in the order of the ticks", async () => {
    answer(202, {});
    const items = { enum: ["herc", "hrp"], "x-words": { herc: "Equal risk", hrp: "Risk parity" } };
    const properties: Record<string, Schema> = {
      method: { type: "string", title: "Method", default: "hrp", ...items },
      several: { type: "array", title: "Several", default: ["hrp"], minItems: 1, items },
    };
    draw({ schema: { type: "object", properties } });
    const offered = screen.getAllByRole("option").map((each) => each.textContent);
    expect(offered).toEqual(["Equal risk", "Risk parity"]);
    await userEvent.selectOptions(screen.getByLabelText("Method"), "Equal risk");
    const ticks = within(screen.getByRole("group", { name: "Several" }));
    await userEvent.click(ticks.getByRole("checkbox", { name: "Risk parity" }));
    await userEvent.click(screen.getByRole("button", { name: "Send" }));
    expect(screen.getByText("Needs at least 1.")).toBeTruthy();
    expect(sent).toEqual([]);
    await userEvent.click(ticks.getByRole("checkbox", { name: "Equal risk" }));
    await userEvent.click(ticks.getByRole("checkbox", { name: "Risk parity" }));
    await userEvent.click(screen.getByRole("button", { name: "Send" }));
    await vi.waitFor(() => expect(sent[0]?.body).toEqual({ method: "herc", several: ["herc", "hrp"] }));
  });

  it("is not sent while a field is wrong", async () => {
    answer(202, {});
    draw();
    await userEvent.click(screen.getByRole("button", { name: "Send" }));
    expect(sent).toEqual([]);
    expect(screen.getByLabelText(/Reason/).getAttribute("aria-invalid")).toBe("true");
    expect(screen.getByText("2 fields need other values.")).toBeTruthy();
  });

  it("shows the server's fault at its field, and the request", async () => {
    const problem = {
      detail: "top must be below 4",
      request_id: "web-3",
      errors: [{ field: "parameters.top", message: "must be below 4", remedy: "give 3" }],
    };
    answer(422, problem);
    draw({}, undefined, { "f.strategy": "momentum", "f.reason": "because" });
    await userEvent.click(screen.getByRole("button", { name: "Send" }));
    expect(await screen.findByText("must be below 4. give 3.")).toBeTruthy();
    expect(screen.getByText(/web-3/)).toBeTruthy();
  });

  it("asks first where it must, and starts a job", async () => {
    answer(202, { job_id: "backtest-9" });
    const started: unknown[] = [];
    const confirm = { title: "Sure about {strategy}?", text: "Think." };
    HTMLDialogElement.prototype.showModal ??= function showModal(this: HTMLDialogElement) {
      this.open = true;
    };
    HTMLDialogElement.prototype.close ??= function close(this: HTMLDialogElement) {
      this.open = false;
    };
    draw({ mode: "job", confirm }, (...told) => started.push(told), {
      "f.strategy": "momentum",
      "f.reason": "because",
    });
    await userEvent.click(screen.getByRole("button", { name: "Send" }));
    expect(sent).toEqual([]);
    expect(screen.getByText("Sure about momentum?")).toBeTruthy();
    await userEvent.click(screen.getAllByRole("button", { name: "Send" })[1] as HTMLElement);
    await vi.waitFor(() =>
      expect(started).toMatchObject([["backtest-9", { "f.strategy": "momentum", "f.reason": "because" }]]),
    );
  });

  it("takes a preset, and writes it into the address", async () => {
    const { onSearch } = draw({ presets: [{ title: "Loud one", values: { loud: true, reason: "preset" } }] });
    await userEvent.click(screen.getByRole("button", { name: "Loud one" }));
    expect((screen.getByLabelText("Loud") as HTMLInputElement).checked).toBe(true);
    await vi.waitFor(() => expect(onSearch).toHaveBeenCalledWith({ "f.loud": "true", "f.reason": "preset" }));
  });
});

describe("choices that depend on another field", () => {
  const rows = [
    { scope: "VENUE", target: "XNYS" },
    { scope: "ACCOUNT", target: "PAPER" },
  ];
  const schema: Schema = {
    type: "string",
    "x-choices": { data: "/targets", value: "target", match: { scope: "scope" } },
  };
  it("are those of the rows that match it", () => {
    const found = (scope: string) => choicesOf(schema, () => rows, { scope })?.map((each) => each.value);
    expect(found("VENUE")).toEqual(["XNYS"]);
    expect(found("ACCOUNT")).toEqual(["PAPER"]);
    expect(found("GLOBAL")).toEqual([]);
  });
});

describe("a field that is searched", () => {
  const schema: Schema = {
    type: "object",
    properties: {
      data: {
        type: "string",
        title: "Data",
        default: "sp500",
        "x-choices": { data: "/names/items", value: "name", title: "text", search: true },
      },
    },
  };

  it("is chosen from the names there are", async () => {
    const items = [
      { name: "sp500", text: "ships with the desk" },
      { name: "prism", text: "captured by the desk" },
    ];
    show(
      <SchemaForm form={{ ...FORM, schema }} prefix="f." search={{}} onSearch={vi.fn()} onJob={vi.fn()} />,
      {
        names: { items },
      },
    );
    const field = screen.getByRole("combobox", { name: "Data" }) as HTMLInputElement;
    await userEvent.click(field);
    await userEvent.click(screen.getByRole("option", { name: /captured by the desk/ }));
    expect(field.value).toBe("prism");
    expect(screen.getByText("captured by the desk")).toBeTruthy();
  });

  it("is typed where the names could not be loaded", async () => {
    show(
      <SchemaForm form={{ ...FORM, schema }} prefix="f." search={{}} onSearch={vi.fn()} onJob={vi.fn()} />,
      {},
    );
    const field = screen.getByRole("textbox", { name: "Data" }) as HTMLInputElement;
    await userEvent.clear(field);
    await userEvent.type(field, "coins");
    expect(field.value).toBe("coins");
  });
});
