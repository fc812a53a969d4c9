/** A whole page on a stand-in for the server: sources, conditions, jobs, comparison. */
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { SpecView } from "../../src/spec/SpecPage";
import { keepJob, parquetOf } from "../../src/spec/sources";
import type { PageSpec } from "../../src/spec/types";
import { installCanvas } from "./browser";
import { PAGE } from "./shown";

beforeAll(installCanvas);

let answers: Record<string, unknown> = {};
let asked: string[] = [];
beforeEach(() => {
  asked = [];
  vi.stubGlobal("fetch", async (url: string, init: RequestInit) => {
    const path = url.replace(/^.*\/api\/v1/, "");
    asked.push(`${init.method} ${path}`);
    const found = answers[path] ?? answers[path.split("?")[0] as string];
    if (found === undefined)
      return new Response(JSON.stringify({ detail: `nothing at ${path}` }), { status: 404 });
    return new Response(JSON.stringify(found), { status: 200 });
  });
});

function open(
  page: Partial<PageSpec>,
  search: Record<string, string> = {},
  params: Record<string, string> = {},
  client = new QueryClient({ defaultOptions: { queries: { retry: false } } }),
) {
  const onSearch = vi.fn();
  render(
    <QueryClientProvider client={client}>
      <SpecView
        page={{ ...PAGE, ...page }}
        params={params}
        search={search}
        onSearch={onSearch}
        context={{ account: "PAPER", symbol: "" }}
        role="trader"
        navigate={() => {}}
        href={(to) => to}
      />
    </QueryClientProvider>,
  );
  return onSearch;
}

const TABLE = { columns: [{ key: "name", title: "Name" }], row_key: "name" };

describe("a page", () => {
  it("fills addresses from context, address and defaults, and leaves out what is not known", async () => {
    answers = { "/runs/m-1/orders": { items: [{ name: "first" }], next_cursor: null } };
    open(
      {
        params: [
          { name: "status", title: "Status", default: "all" },
          { name: "text", title: "Text" },
        ],
        sources: {
          orders: {
            path: "/runs/{run_id}/orders",
            query: { account_id: "{account}", status: "{status}", text: "{text}" },
          },
        },
        layout: [{ view: "table", title: "Orders", data: "/orders/items", opts: TABLE }],
      },
      {},
      { run_id: "m-1" },
    );
    expect(await screen.findByText("first")).toBeTruthy();
    expect(asked).toEqual(["GET /runs/m-1/orders?account_id=PAPER&status=all"]);
    expect(screen.getByRole("heading", { level: 1 }).textContent).toBe("Test m-1");
  });

  it("asks no source whose needed parameter is not known", async () => {
    answers = { "/fills": { items: [{ name: "first" }] } };
    open({
      params: [{ name: "text", title: "Text" }],
      sources: {
        found: { path: "/found", query: { text: "{text}", limit: "5" }, needs: ["text"] },
        fills: { path: "/fills", query: { text: "{text}" } },
      },
      layout: [{ view: "table", title: "Fills", data: "/fills/items", opts: TABLE }],
    });
    expect(await screen.findByText("first")).toBeTruthy();
    expect(asked).toEqual(["GET /fills"]);
  });

  it("asks a source only while its condition holds", async () => {
    answers = {
      "/jobs/7": { state: "RUNNING", progress: 0.25, text: "1999" },
      "/jobs/7/result": { rows: [{ name: "done" }] },
    };
    const sources = {
      job: { path: "/jobs/{job}" },
      result: { path: "/jobs/{job}/result", when: { data: "/job/state", values: ["DONE"] } },
    };
    const forms = [
      {
        id: "f",
        title: "Run",
        method: "POST",
        path: "/jobs",
        schema: { type: "object", properties: {} },
        submit: "Go",
        role: "trader" as const,
        mode: "job" as const,
        result: { path: "/jobs/{job_id}/result" },
      },
    ];
    const layout = [{ view: "table", title: "Rows", data: "/result/rows", opts: TABLE }];
    open({ kind: "form", sources, forms, layout }, { job: "7" });
    expect((await screen.findByRole("progressbar")).getAttribute("value")).toBe("25");
    expect(screen.getByRole("button", { name: "Cancel" })).toBeTruthy();
    expect(asked).not.toContain("GET /jobs/7/result");
    answers["/jobs/7"] = { state: "RUNNING", progress: 0.25, text: "1999", waits_for: "DESK" };
    await userEvent.click(screen.getByRole("button", { name: "Read everything again" }));
    expect(await screen.findByText(/waits: the desk is busy/)).toBeTruthy();
    answers["/jobs/7"] = { state: "DONE", progress: 1, text: "done" };
    await userEvent.click(screen.getByRole("button", { name: "Read everything again" }));
    expect(await screen.findByText("done", { selector: "td" })).toBeTruthy();
    expect(screen.queryByRole("button", { name: "Cancel" })).toBeNull();
    expect(screen.queryByText(/waits/)).toBeNull();
  });

  it("shows a result that came with its job without asking for it first", async () => {
    const sources = {
      job: { path: "/jobs/{job}" },
      result: { path: "/jobs/{job}/result", when: { data: "/job/state", values: ["DONE"] } },
    };
    const page: Partial<PageSpec> = {
      kind: "form",
      sources,
      layout: [{ view: "table", title: "Rows", data: "/result/rows", opts: TABLE }],
    };
    const client = new QueryClient();
    const job = { job_id: "7", state: "DONE", result: { rows: [{ name: "found" }] } };
    keepJob(client, { ...PAGE, ...page }, () => undefined, job);
    answers = { "/jobs/7": { job_id: "7", state: "DONE" }, "/jobs/7/result": job.result };
    open(page, { job: "7" }, {}, client);
    expect(screen.getByText("found")).toBeTruthy();
    expect(client.getQueryData(["spec", "/jobs/7", {}, 1])).toEqual({ job_id: "7", state: "DONE" });
  });

  it("has rows of a result as Parquet where the job keeps them", () => {
    const sources = { result: { path: "/backtests/{job}/result" }, a: { path: "/jobs/{a}/result" } };
    const page = { ...PAGE, sources };
    const lookup = (name: string) => ({ job: "backtest-7", a: "analysis-1" })[name];
    const rows = [{ name: "x" }];
    expect(parquetOf(page, "/result/fills", rows, lookup)).toEqual({
      path: "/jobs/backtest-7/table",
      query: { path: "/fills" },
    });
    expect(parquetOf(page, "/a/data/weights", rows, lookup)?.path).toBe("/jobs/analysis-1/table");
    for (const value of [[], [[2018, 1, 0.1]], { name: "x" }, undefined])
      expect(parquetOf(page, "/result/fills", value, lookup)).toBeNull();
    expect(parquetOf({ ...PAGE, sources: { o: { path: "/orders" } } }, "/o/items", rows, lookup)).toBeNull();
  });

  it("says that there is no result before there is a job", () => {
    const sources = { job: { path: "/jobs/{job}" }, result: { path: "/jobs/{job}/result" } };
    open({
      kind: "form",
      sources,
      layout: [{ view: "table", title: "Rows", data: "/result/rows", opts: TABLE }],
    });
    expect(screen.getByText("No result yet.")).toBeTruthy();
    expect(asked).toEqual([]);
  });

  it("loads more of a list by its cursor", async () => {
    answers = {
      "/list": { items: [{ name: "one" }], next_cursor: "c2" },
      "/list?cursor=c2": { items: [{ name: "two" }], next_cursor: null },
    };
    open({
      sources: { list: { path: "/list", paged: true } },
      layout: [{ view: "table", title: "List", data: "/list/items", opts: TABLE }],
    });
    await userEvent.click(await screen.findByRole("button", { name: "Load more" }));
    expect(await screen.findByText("two")).toBeTruthy();
    expect(screen.getByText("one")).toBeTruthy();
    expect(screen.queryByRole("button", { name: "Load more" })).toBeNull();
  });

  it("does a row's action after a reason, and reads again", async () => {
    HTMLDialogElement.prototype.showModal ??= function showModal(this: HTMLDialogElement) {
      this.open = true;
    };
    HTMLDialogElement.prototype.close ??= function close(this: HTMLDialogElement) {
      this.open = false;
    };
    answers = {
      "/runs": {
        items: [
          { name: "m-1", state: "RUNNING" },
          { name: "m-2", state: "STOPPED" },
        ],
      },
      "/runs/m-1/stop": {},
    };
    open({
      sources: { runs: { path: "/runs" } },
      actions: [
        {
          id: "stop",
          title: "Stop",
          method: "POST",
          path: "/runs/{name}/stop",
          role: "trader",
          row: true,
          when: { state: ["RUNNING"] },
          confirm: { title: "Stop {name}", text: "Sure?", reason: true, reason_min: 3 },
        },
        { id: "drop", title: "Drop", method: "POST", path: "/runs/{name}/drop", role: "admin", row: true },
      ],
      layout: [
        { view: "table", title: "Runs", data: "/runs/items", opts: { ...TABLE, actions: ["stop", "drop"] } },
      ],
    });
    await screen.findByText("m-1");
    expect(screen.getAllByRole("button", { name: "Stop" })).toHaveLength(1);
    expect((screen.getAllByRole("button", { name: "Drop" })[0] as HTMLButtonElement).disabled).toBe(true);
    await userEvent.click(screen.getByRole("button", { name: "Stop" }));
    const dialog = screen.getByRole("dialog", { name: "Stop m-1" });
    const send = within(dialog).getByRole("button", { name: "Stop" }) as HTMLButtonElement;
    expect(send.disabled).toBe(true);
    await userEvent.type(within(dialog).getByLabelText("Reason"), "end of day");
    await userEvent.click(send);
    await waitFor(() => expect(asked.filter((each) => each === "GET /runs")).toHaveLength(2));
    expect(asked).toContain("POST /runs/m-1/stop");
  });

  it("compares two results with their difference", async () => {
    const result = (total: number, fall: number) => ({
      summary: { total_return: total, max_drawdown: fall },
      equity: [],
    });
    answers = { "/r/one": result(0.1, 0.2), "/r/two": result(0.15, 0.3) };
    const items = [
      { key: "total_return", title: "Total", format: "pct", good: "up" },
      { key: "max_drawdown", title: "Fall", format: "pct", good: "down" },
    ];
    open(
      {
        kind: "compare",
        sources: { a: { path: "/r/{a}" }, b: { path: "/r/{b}" } },
        layout: [{ view: "kpi", title: "Figures", data: "/a/summary", opts: { items } }],
      },
      { a: "one", b: "two" },
    );
    const total = await screen.findByRole("row", { name: /Total/ });
    expect(total.textContent).toBe("Total10.00%15.00%+5.00% ▲");
    expect(total.querySelector(".up")).toBeTruthy();
    expect(screen.getByRole("row", { name: /Fall/ }).querySelector(".down")?.textContent).toContain(
      "+10.00%",
    );
  });
});
