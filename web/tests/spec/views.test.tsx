/** Every view draws what is empty, what is not a number, what is huge and what is usual. */
import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import axe from "axe-core";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { ApiError } from "../../src/api/problem";
import { Block } from "../../src/spec/Block";
import type { Block as BlockSpec } from "../../src/spec/types";
import { VIEWS } from "../../src/spec/views/registry";
import { installCanvas } from "./browser";
import { show, source } from "./shown";

beforeAll(installCanvas);

const day = (at: number) => new Date(Date.UTC(1990, 0, 1 + at)).toISOString();
const usual = Array.from({ length: 40 }, (_, at) => ({
  name: `I${at}`,
  state: at % 2 ? "RUNNING" : "FAILED",
  ts: day(at),
  value: String(at * 10 - 100),
  open: "1",
  high: "2",
  low: "0.5",
  close: "1.5",
  month: (at % 12) + 1,
  year: 1990 + Math.floor(at / 12),
}));
const ROWS: Record<string, unknown[]> = {
  empty: [],
  NaN: [
    { name: "a", ts: day(0), value: "NaN", close: null, month: 1, year: 1990 },
    { name: null, ts: null, value: null, month: 2, year: 1990 },
    { name: "c", ts: "never", value: "1e400", close: "x" },
    {},
  ],
  huge: Array.from({ length: 5000 }, (_, at) => ({
    ...usual[at % 40],
    name: `N${at}`,
    ts: day(at),
    value: `${at}e12`,
  })),
  usual,
};
const OPTIONS: Record<string, unknown> = {
  kpi: {
    items: [
      { key: "value", title: "Value", format: "money", good: "up" },
      { key: "none", title: "None" },
    ],
  },
  table: {
    columns: [
      { key: "name", title: "Name" },
      { key: "value", title: "Value", format: "money", signed: true },
      { key: "ts", title: "Time", format: "time" },
    ],
    filter: true,
    row_key: "name",
  },
  line: {
    x: "ts",
    series: [{ key: "value", title: "Value", area: true }],
    format: "money",
    log: true,
    ranges: true,
  },
  bar: { x: "name", series: [{ key: "value", title: "Value" }], format: "money", limit: 20 },
  heatmap: { x: "month", y: "year", value: "value", format: "decimal" },
  scatter: {
    x: "month",
    y: "value",
    x_title: "Month",
    y_title: "Value",
    label: "name",
    group: "state",
    joined: ["RUNNING"],
  },
  histogram: {
    low: "month",
    high: "value",
    value: "value",
    title: "Found",
    x_title: "Month",
    y_title: "Value",
    curve: "month",
    curve_title: "Law",
  },
  stack: { x: "month", name: "name", value: "value", x_title: "Month", y_title: "Value" },
  candles: { x: "ts", open: "open", high: "high", low: "low", close: "close" },
  markdown: {},
  json: undefined,
  notices: {
    rules: [
      { data: "/s/items", severity: "error", title: "{name} failed", text: "", when: { state: ["FAILED"] } },
    ],
  },
};

function blockOf(view: string, change: Partial<BlockSpec> = {}): BlockSpec {
  const data = view === "kpi" ? "/s/items/0" : "/s/items";
  return { view, title: `The ${view}`, data, opts: OPTIONS[view], empty: "There is nothing.", ...change };
}

function draw(block: BlockSpec, items: unknown) {
  const document = { s: { items } };
  return show(<Block block={block} sources={{ s: source(document.s) }} document={document} />, document);
}

describe.each(Object.keys(VIEWS))("the view %s", (view) => {
  it.each(Object.keys(ROWS))("draws rows that are %s", async (kind) => {
    const rows = ROWS[kind] as unknown[];
    const { container } = draw(blockOf(view), view === "kpi" && rows.length === 0 ? [null] : rows);
    expect(await screen.findByRole("heading", { name: `The ${view}` })).toBeTruthy();
    await screen.findByRole("region", { name: `The ${view}` });
    expect(screen.queryByText("This could not be shown")).toBeNull();
    expect(container.textContent).not.toContain("NaN,");
  });
});

describe("a block", () => {
  it("says what is empty and what to do", () => {
    draw(blockOf("table"), []);
    expect(screen.getByText("There is nothing.")).toBeTruthy();
  });

  it("falls back to JSON for a view it does not know", () => {
    draw(blockOf("sunburst"), [{ deep: "inside" }]);
    expect(screen.getByText('"inside"')).toBeTruthy();
  });

  it("says which part of a pointer is not there", () => {
    const block = blockOf("table", { data: "/s/rows" });
    show(<Block block={block} sources={{ s: source({}) }} document={{ s: {} }} />, { s: {} });
    expect(screen.getByRole("alert").textContent).toContain('no "rows" in /s');
  });

  it("shows an error with its request, and tries again", async () => {
    let tries = 0;
    const error = new ApiError(503, {
      title: "Core away",
      detail: "It does not answer.",
      request_id: "web-7",
    });
    const failed = source(undefined, { status: "error", error, retry: () => (tries += 1) });
    show(<Block block={blockOf("table")} sources={{ s: failed }} document={{}} />);
    expect(screen.getByRole("alert").textContent).toContain("web-7");
    await userEvent.click(screen.getByRole("button", { name: /try again/i }));
    expect(tries).toBe(1);
  });

  it("names the role that is needed", () => {
    const error = new ApiError(403, {
      field: "role",
      value: "admin",
      detail: "Users are for administrators.",
    });
    show(
      <Block
        block={blockOf("table")}
        sources={{ s: source(undefined, { status: "error", error }) }}
        document={{}}
      />,
    );
    expect(screen.getByRole("alert").textContent).toContain("role admin");
  });

  it("shows a skeleton while loading, and old data as stale", () => {
    const { unmount } = show(
      <Block
        block={blockOf("table")}
        sources={{ s: source(undefined, { status: "loading" }) }}
        document={{}}
      />,
    );
    expect(screen.getByRole("status", { name: "Loading The table" })).toBeTruthy();
    unmount();
    const document = { s: { items: usual } };
    const old = source(document.s, { error: new Error("gone"), updatedAt: Date.now() - 12_000 });
    show(<Block block={blockOf("table")} sources={{ s: old }} document={document} />, document);
    expect(screen.getByText(/Stale 12 s/)).toBeTruthy();
  });

  it("shows a chart as a table", async () => {
    draw(blockOf("bar"), usual);
    await userEvent.click(await screen.findByRole("button", { name: "The bar as a table" }));
    expect(within(screen.getByRole("table")).getByText("I39")).toBeTruthy();
  });

  it("takes only its own part of the page down when a view fails", () => {
    vi.spyOn(console, "error").mockImplementation(() => {});
    draw(blockOf("table", { opts: { columns: null } }), usual);
    expect(screen.getByRole("heading", { name: "The table" })).toBeTruthy();
    expect(screen.getByRole("alert").textContent).toContain("could not be shown");
  });
});

describe("a table", () => {
  it("filters, sorts and says how many are left", async () => {
    draw(blockOf("table"), usual);
    await userEvent.type(screen.getByRole("searchbox"), "I3");
    expect(screen.getByText("11 of 40")).toBeTruthy();
    await userEvent.click(screen.getByRole("button", { name: /^Value/ }));
    const first = screen.getAllByRole("row")[1] as HTMLElement;
    expect(first.textContent).toContain("I39");
    expect(screen.getByRole("columnheader", { name: /Value/ }).getAttribute("aria-sort")).toBe("descending");
  });

  it("keeps most of many rows out of the document", () => {
    const { container } = draw(blockOf("table"), ROWS.huge);
    expect(container.querySelectorAll("tr[data-row]").length).toBeLessThan(200);
    expect(screen.getByRole("table").getAttribute("aria-rowcount")).toBe("5001");
  });

  it("opens a row's detail", async () => {
    const rows = [{ name: "a", postings: [{ account: "cash", amount: "-5" }] }];
    draw(blockOf("table", { opts: { columns: [{ key: "name", title: "Name" }], detail: "postings" } }), rows);
    await userEvent.click(screen.getByRole("button", { name: "Detail of row 1" }));
    expect(screen.getByText("cash")).toBeTruthy();
  });

  it("has no fault that axe finds", async () => {
    const { container } = draw(blockOf("table"), usual);
    const { violations } = await axe.run(container, { rules: { "color-contrast": { enabled: false } } });
    expect(violations.map((each) => each.id)).toEqual([]);
  });
});

describe("notices", () => {
  it("come from the rules, most severe first, with links", async () => {
    const rules = [
      { data: "/s/items", severity: "info", title: "{name} runs", text: "", when: { state: ["RUNNING"] } },
      {
        data: "/s/items",
        severity: "error",
        title: "{name} failed",
        text: "{why}",
        when: { state: ["FAILED"] },
        link: "/runs/{name}",
      },
      { data: "/missing", severity: "error", title: "never", text: "" },
    ];
    const items = [
      { name: "b", state: "RUNNING" },
      { name: "a", state: "FAILED", why: "division by zero" },
    ];
    const { visited } = draw(blockOf("notices", { data: "", opts: { rules } }), items);
    const [first, second] = screen.getAllByRole("listitem");
    expect(first?.textContent).toContain("a faileddivision by zero");
    expect(second?.textContent).toContain("b runs");
    await userEvent.click(screen.getByRole("link", { name: "a failed" }));
    expect(visited).toEqual(["/runs/a"]);
  });
});

describe("a text", () => {
  const draw = (value: unknown, opts: object) => {
    const block: BlockSpec = { view: "markdown", title: "Text", data: "/source", opts };
    return show(<Block block={block} sources={{ source: source(value) }} document={{ source: value }} />, {});
  };

  it("names the address that the page came from", () => {
    draw('```python\nClient("http://there:1", token="...")\n```', { here: "http://there:1" });
    expect(screen.getByText(/Client\(/).textContent).toBe(`Client("${window.location.origin}", token="...")`);
  });

  it("has what is of one data set below its name", () => {
    const { container } = draw(
      ["Closes only.", "Funds, not factors: they pay fees.", "factors: Closes only.", "factors: Old."],
      { group: "Of the data set {name}:" },
    );
    expect(screen.getByText("Of the data set factors:")).toBeTruthy();
    const lists = [...container.querySelectorAll("ul")].map((list) =>
      [...list.children].map((item) => item.textContent),
    );
    expect(lists).toEqual([
      ["Closes only.", "Funds, not factors: they pay fees."],
      ["Closes only.", "Old."],
    ]);
  });
});
