/** The page on a stand-in for the server: what it shows, who may do what, and what it says where nothing answers. */
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { configure, render, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import axe from "axe-core";
import { beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { useDesk } from "../../src/lib/desk";
import { navigate } from "../../src/lib/router";
import { SimPage } from "../../src/sim/SimPage";
import { HELLO } from "../feed/socket";
import { drawn, installCanvas } from "../spec/browser";
import { at, BOOK, CARD, column, KIND, OTHER, STATE, top, trade } from "./answers";
import { feed, server } from "./line";

vi.mock("../../src/feed/line", () => import("./line"));

// It says after two seconds that nothing comes.
vi.setConfig({ testTimeout: 30_000 });
configure({ asyncUtilTimeout: 5_000 });
beforeAll(() => {
  installCanvas();
  // The size of every element: tables know by it which of their rows are in view, pictures how large they are.
  Object.defineProperty(HTMLElement.prototype, "clientHeight", { configurable: true, get: () => 400 });
  Object.defineProperty(HTMLElement.prototype, "clientWidth", { configurable: true, get: () => 900 });
  HTMLDialogElement.prototype.showModal ??= function (this: HTMLDialogElement) {
    this.open = true;
  };
  HTMLDialogElement.prototype.close ??= function (this: HTMLDialogElement) {
    this.open = false;
  };
});

const AGENTS = [
  {
    name: "maker-1", kind: "maker", inventory: null, inventory_value: "-3", cash_change: "1", pnl: "-2.5",
    orders: 5, open_orders: 2, trades: 3, volume: "100",
  },
]; // biome-ignore format: one trader
const gaugesOf = (instrument_id: string) => ({
  instrument_id,
  now: STATE.now,
  window_s: 300,
  gauges: [
    { id: "vpin", title: "VPIN", value: 0.25, unit: "", text: "Of 50 buckets." },
    { id: "amihud", title: "Amihud", value: null, unit: "bps", text: "Needs 10 minutes, has 2." },
  ],
});

type Answer = { status: number; body: unknown };
let answers: Record<string, unknown> = {};
let sent: { method: string; path: string; body: unknown; key: string | undefined }[] = [];
const problem = (status: number, more: object = {}): Answer => ({
  status,
  body: { title: `Problem ${status}`, detail: "what is wrong", ...more },
});

beforeEach(() => {
  localStorage.setItem("trade2026.signed-in", "1");
  useDesk.setState({ account: "PAPER", symbol: BOOK.instrument_id });
  navigate("/sim", {}, true);
  sent = [];
  answers = {
    "GET /me": { name: "op", role: "operator", accounts: [] },
    "GET /sim": STATE,
    "GET /sim/agents": { now: STATE.now, rows: AGENTS },
    "GET /sim/scenarios": { kinds: [KIND] },
    "POST /sim/scenarios": { at: STATE.now, kind: "fat_finger", text: "sells" },
    "POST /sim/restart": {},
    "GET /sim/scorecard": problem(404, { detail: "POST /api/v1/sim/scorecard makes one" }),
    "GET /sim/scorecard/job": problem(404),
  }; // biome-ignore format: one desk
  const told: Record<string, object[]> = { "sim/state": [STATE], "sim/agents": AGENTS };
  for (const { instrument_id } of STATE.books) {
    const gauges = gaugesOf(instrument_id);
    answers[`GET /sim/books/${instrument_id}/gauges`] = gauges;
    told[`sim/gauges/${instrument_id}`] = [gauges];
    told[`sim/book/${instrument_id}`] = [top({ instrument_id })];
    told[`sim/tape/${instrument_id}`] = [trade(1), trade(2)];
    told[`sim/heat/${instrument_id}`] = [column(1), column(2), column(3)];
  }
  server.begin(told);
  vi.stubGlobal("fetch", async (url: string, init: RequestInit) => {
    const path = url.replace(/^.*\/api\/v1/, "").split("?")[0] as string;
    const { method = "GET" } = init;
    const headers = init.headers as Record<string, string>;
    const body = init.body ? JSON.parse(String(init.body)) : undefined;
    if (method !== "GET") sent.push({ method, path, body, key: headers["Idempotency-Key"] });
    const found = answers[`${method} ${path}`] ?? problem(404);
    const isAnswer = typeof found === "object" && found !== null && "status" in found && "body" in found;
    const { status, body: text } = isAnswer ? (found as Answer) : { status: 200, body: found };
    return new Response(JSON.stringify(text), { status });
  });
});

function open() {
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  return render(
    <QueryClientProvider client={client}>
      <main>
        <SimPage />
      </main>
    </QueryClientProvider>,
  );
}

describe("the market", () => {
  it("shows books, levels, trades, measures and traders, and no violation", async () => {
    const { container } = open();
    expect(await screen.findByText("SIM")).toBeTruthy();
    const tab = screen.getByRole("button", { name: /BTCUSDT 60,000.00 ▼ −0.13%/ });
    expect(tab.getAttribute("aria-pressed")).toBe("true");
    const levels = screen.getByRole("table", { name: "Levels of the book" });
    await waitFor(() => expect(within(levels).getByText("59,999.99")).toBeTruthy());
    await waitFor(() =>
      expect(drawn).toEqual(expect.arrayContaining(["putImageData", "fillText", "lineTo"])),
    );
    const trades = screen.getByRole("table", { name: "Trades" });
    expect(within(trades).getAllByRole("row")[1]?.textContent).toBe("12:00:04.1▲ Buy block60,000.010.5000");
    expect((await screen.findByText("Not yet")).closest("details")?.textContent).toContain(
      "Needs 10 minutes",
    );
    expect(await screen.findByText("maker-1")).toBeTruthy();
    expect(screen.getByText(/▼ −3/)).toBeTruthy();
    expect(screen.getByText("makers are away for 30 s")).toBeTruthy();
    const result = await axe.run(container, { runOnly: ["wcag2a", "wcag2aa"] });
    expect(result.violations.map((each) => [each.id, each.nodes[0]?.html])).toEqual([]);
  });

  it("asks for another book where it is chosen", async () => {
    open();
    await userEvent.click(await screen.findByRole("button", { name: /^ETHUSDT/ }));
    expect(useDesk.getState().symbol).toBe(OTHER.instrument_id);
    expect(screen.getByRole("heading", { name: "Book and price, ETHUSDT" })).toBeTruthy();
  });

  it("follows what the line tells, and the book that is shown alone", async () => {
    open();
    const levels = await screen.findByRole("table", { name: "Levels of the book" });
    await within(levels).findByText("59,999.99");
    server.tell(`sim/book/${BOOK.instrument_id}`, [top({ now: at(6), bids: [["59998.5", "7", 4]] })]);
    server.tell(`sim/tape/${BOOK.instrument_id}`, [trade(3)], false);
    server.tell("sim/state", [{ ...STATE, trades: 777 }]);
    await within(levels).findByText("59,998.50");
    const trades = screen.getByRole("table", { name: "Trades" });
    await waitFor(() =>
      expect(within(trades).getAllByRole("row")[1]?.textContent).toContain("12:00:06.1▼ Sell"),
    );
    expect(await screen.findByText("777")).toBeTruthy();
    const shown = server.topics.filter((topic) => topic.startsWith("sim/book/"));
    expect(shown).toContain(`sim/book/${BOOK.instrument_id}`);
  });

  it("asks nothing again over REST", async () => {
    open();
    await screen.findByText("maker-1");
    const asked = vi.fn(globalThis.fetch);
    vi.stubGlobal("fetch", asked);
    server.tell("sim/state", [{ ...STATE, trades: 778 }]);
    expect(await screen.findByText("778")).toBeTruthy();
    expect(await screen.findByText(/what is shown is old/, undefined, { timeout: 4_000 })).toBeTruthy();
    expect(asked).not.toHaveBeenCalled();
  });

  it("has the picture as a table, and stands still while paused", async () => {
    open();
    await userEvent.click(await screen.findByRole("button", { name: "Pause the pictures" }));
    expect(screen.getByText(/^Paused at/)).toBeTruthy();
    await userEvent.click(screen.getByRole("button", { name: "Book and price, BTCUSDT as a table" }));
    const table = screen.getByRole("table", { name: "Seconds of the book" });
    await waitFor(() => expect(within(table).getAllByRole("row").length).toBe(4));
  });

  it("adds traders up by kind", async () => {
    open();
    await userEvent.click(await screen.findByRole("radio", { name: "By kind" }));
    expect(await screen.findByText("maker (1)")).toBeTruthy();
    await userEvent.selectOptions(screen.getByRole("combobox", { name: "Kind of trader" }), "maker");
    expect(screen.getByText("maker (1)")).toBeTruthy();
  });
});

describe("a scenario", () => {
  it("is looked over before it is brought about, once", async () => {
    open();
    await userEvent.click(await screen.findByRole("button", { name: "Fat finger" }));
    const dialog = screen.getByRole("dialog", { name: "Fat finger" });
    const size = within(dialog).getByRole("textbox", { name: /Size/ });
    await userEvent.clear(size);
    await userEvent.type(size, "9000");
    await userEvent.click(within(dialog).getByRole("button", { name: "Review" }));
    expect(within(dialog).getByText("Must be at most 5000.")).toBeTruthy();
    expect(within(dialog).getByText(/Say in a few words why/)).toBeTruthy();
    await userEvent.clear(size);
    await userEvent.type(size, "300");
    await userEvent.type(within(dialog).getByRole("textbox", { name: /Reason/ }), "a drill");
    await userEvent.click(within(dialog).getByRole("button", { name: "Review" }));
    expect(within(dialog).getByText(/Side SELL, Size 300 usual orders\./)).toBeTruthy();
    expect(sent).toEqual([]);
    await userEvent.click(within(dialog).getByRole("button", { name: "Bring about" }));
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
    expect(sent).toEqual([
      {
        method: "POST",
        path: "/sim/scenarios",
        body: {
          kind: "fat_finger",
          fields: { instrument_id: BOOK.instrument_id, side: "SELL", clips: 300 },
          reason: "a drill",
        },
        key: expect.stringMatching(/^[0-9a-f]{32}$/),
      },
    ]);
  });

  it("that fails says why, and the key stays for another try", async () => {
    answers["POST /sim/scenarios"] = problem(503, { detail: "the market is away" });
    open();
    await userEvent.click(await screen.findByRole("button", { name: "Fat finger" }));
    await userEvent.type(screen.getByRole("textbox", { name: /Reason/ }), "a drill");
    await userEvent.click(screen.getByRole("button", { name: "Review" }));
    await userEvent.click(screen.getByRole("button", { name: "Bring about" }));
    expect((await screen.findByRole("alert")).textContent).toContain("the market is away");
    await userEvent.click(screen.getByRole("button", { name: "Bring about" }));
    await waitFor(() => expect(sent.length).toBe(2));
    expect(sent[0]?.key).toBe(sent[1]?.key);
  });

  it("is for operators, and others read that", async () => {
    answers["GET /me"] = { name: "v", role: "viewer", accounts: [] };
    open();
    const button = await screen.findByRole("button", { name: "Fat finger" });
    await waitFor(() => expect(button).toHaveProperty("disabled", true));
    expect(screen.getByText("To bring one about needs the role operator.")).toBeTruthy();
    expect(screen.getByRole("button", { name: "Begin anew…" })).toHaveProperty("disabled", true);
  });
});

describe("beginning anew", () => {
  it("takes a seed and a reason", async () => {
    open();
    await userEvent.click(await screen.findByRole("button", { name: "Begin anew…" }));
    const seed = screen.getByRole("textbox", { name: /Seed/ });
    expect((seed as HTMLInputElement).value).toBe("8");
    await userEvent.clear(seed);
    await userEvent.type(seed, "x");
    await userEvent.type(screen.getByRole("textbox", { name: /Reason/ }), "another day");
    await userEvent.click(screen.getByRole("button", { name: "Review" }));
    expect(screen.getByText(/whole number/)).toBeTruthy();
    await userEvent.clear(seed);
    await userEvent.type(seed, "42");
    await userEvent.click(screen.getByRole("button", { name: "Review" }));
    expect(screen.getByText(/begin anew from seed 42/)).toBeTruthy();
    await userEvent.click(screen.getByRole("button", { name: "Begin anew" }));
    await waitFor(() =>
      expect(sent[0]).toMatchObject({ path: "/sim/restart", body: { seed: 42, reason: "another day" } }),
    );
  });
});

describe("where nothing answers", () => {
  it("says that the market is away, and shows it when it comes", async () => {
    server.begin({});
    answers["GET /sim"] = problem(503, { detail: "the simulated market does not run" });
    open();
    expect(screen.getByRole("status", { name: "Loading the market" })).toBeTruthy();
    expect((await screen.findByRole("alert")).textContent).toContain("the simulated market does not run");
    expect(screen.getByText(/shown as soon as it answers/)).toBeTruthy();
    server.tell("sim/state", [STATE]);
    expect(await screen.findByText("SIM", undefined, { timeout: 4_000 })).toBeTruthy();
  });

  it("has its first picture of REST while there is no line, and goes on with it", async () => {
    const { instrument_id } = BOOK;
    answers[`GET /sim/books/${instrument_id}/live`] = {
      ...top(),
      cursor: 9,
      tape: [trade(2), trade(1)],
      columns: [column(1)],
    };
    server.begin({});
    server.drop(1006);
    open();
    const levels = await screen.findByRole("table", { name: "Levels of the book" });
    await within(levels).findByText("59,999.99");
    expect(await screen.findByText("maker-1")).toBeTruthy();
    server.told[`sim/book/${instrument_id}`] = [top({ now: at(6), bids: [["59998.5", "7", 4]] })];
    await waitFor(() => {
      server.say(HELLO);
      expect(feed.status()).toBe("live");
    });
    await within(levels).findByText("59,998.50");
  });

  it("names the role it takes", async () => {
    server.begin({});
    answers["GET /sim"] = problem(403, { field: "role", value: "viewer" });
    open();
    expect((await screen.findByRole("alert")).textContent).toContain("role viewer");
    expect(screen.queryByText(/as soon as it answers/)).toBeNull();
  });

  it("marks what is old", async () => {
    open();
    const levels = await screen.findByRole("table", { name: "Levels of the book" });
    await within(levels).findByText("59,999.99");
    expect(await screen.findByText(/what is shown is old/, undefined, { timeout: 4_000 })).toBeTruthy();
    expect(await screen.findByText("Stale: the market does not answer")).toBeTruthy();
    expect(within(levels).getByText("59,999.99")).toBeTruthy();
    server.tell(`sim/book/${BOOK.instrument_id}`, [top({ now: at(9) })]);
    await waitFor(() => expect(screen.queryByText(/what is shown is old/)).toBeNull());
  });
});

describe("the scorecard", () => {
  const choose = async () => {
    open();
    await userEvent.click(await screen.findByRole("radio", { name: "Scorecard" }));
  };

  it("says how to have one made, and makes it", async () => {
    answers["POST /sim/scorecard"] = { job_id: "j-1", state: "RUNNING" };
    await choose();
    expect(await screen.findByText("No scorecard has been made yet")).toBeTruthy();
    await userEvent.clear(screen.getByRole("textbox", { name: /Runs/ }));
    await userEvent.click(screen.getByRole("button", { name: "Make a new one" }));
    expect(screen.getByText("Must be a whole number from 1 to 50.")).toBeTruthy();
    await userEvent.type(screen.getByRole("textbox", { name: /Runs/ }), "2");
    const job = {
      job_id: "j-1",
      state: "RUNNING",
      seeds: 2,
      hours: 2,
      progress: 0.5,
      text: "1 of 2 runs",
      waits_for: null,
      error: "",
    };
    answers["GET /sim/scorecard/job"] = job;
    await userEvent.click(screen.getByRole("button", { name: "Make a new one" }));
    expect(await screen.findByText("50%")).toBeTruthy();
    expect(sent[0]?.body).toEqual({ seeds: 2, hours: 2 });
    server.tell("sim/scorecard-job", [{ ...job, progress: 0.75 }]);
    expect(await screen.findByText("75%")).toBeTruthy();
    expect(screen.queryByText(/the desk is busy/)).toBeNull();
    server.tell("sim/scorecard-job", [{ ...job, progress: 0.75, waits_for: "DESK" }]);
    expect(await screen.findByText(/waits: the desk is busy/)).toBeTruthy();
    answers["DELETE /sim/scorecard/job"] = { ...job, state: "RUNNING", text: "being canceled" };
    await userEvent.click(screen.getByRole("button", { name: "Cancel" }));
    answers["GET /sim/scorecard"] = CARD;
    server.tell("sim/scorecard-job", [{ ...job, state: "DONE", progress: 1 }]);
    expect(await screen.findByText("Heavy tails")).toBeTruthy();
  });

  it("says each verdict in words beside its picture", async () => {
    answers["GET /sim/scorecard"] = CARD;
    const { container } = open();
    await userEvent.click(await screen.findByRole("radio", { name: "Scorecard" }));
    expect(await screen.findByText("Reproduced")).toBeTruthy();
    expect(screen.getByText("Not reproduced")).toBeTruthy();
    expect(screen.getByText("Not testable")).toBeTruthy();
    expect(screen.getByText("has no metaorders")).toBeTruthy();
    expect(screen.getByRole("img", { name: /Heavy tails: 2.61/ })).toBeTruthy();
    const result = await axe.run(container, { runOnly: ["wcag2a", "wcag2aa"] });
    expect(result.violations.map((each) => each.id)).toEqual([]);
  });
});
