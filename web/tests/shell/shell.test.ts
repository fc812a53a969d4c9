/** Pages are found by their address, halts cover what they say. */
import { describe, expect, it } from "vitest";
import type { Account, FeedView, Order, PageHead } from "../../src/api/types";
import { covers, isHalted, needsLogin, secondsUntil } from "../../src/halt/halting";
import { modeOf } from "../../src/shell/ContextBar";
import { entryOf, findPage, pagesOf, WORKSPACES } from "../../src/shell/workspaces";

const page = (id: string, path: string, more: Partial<PageHead> = {}): PageHead => ({
  id, path, workspace: "strategies", title: id, doc: "", kind: "list", order: 1, role: "viewer", keywords: [],
  ...more,
}); // biome-ignore format: one page

describe("pages", () => {
  const pages = [
    page("b", "/strategies/backtests", { order: 2 }),
    page("one", "/strategies/{run_id}", { kind: "detail" }),
    page("a", "/strategies/library", { order: 1 }),
    page("keys", "/strategies/keys", { order: 0, role: "admin" }),
  ];

  it("are listed by order and role, without those that need a choice", () => {
    expect(pagesOf(pages, "strategies", "trader").map((item) => item.id)).toEqual(["a", "b"]);
    expect(pagesOf(pages, "strategies", "admin").map((item) => item.id)).toEqual(["keys", "a", "b"]);
  });
  it("are found by path, the most literal first", () => {
    expect(findPage(pages, "/strategies/backtests/")?.page.id).toBe("b");
    expect(findPage(pages, "/strategies/momentum%2F1")).toMatchObject({ params: { run_id: "momentum/1" } });
    expect(findPage(pages, "/strategies/a/b")).toBeNull();
  });
  it("give each workspace an entry", () => {
    const [trade, strategies] = ["trade", "strategies"].map((id) =>
      WORKSPACES.find((each) => each.id === id),
    );
    if (!trade || !strategies) throw new Error("workspaces are missing");
    expect(entryOf(pages, trade, "viewer")).toBe("/trade");
    expect(entryOf(pages, strategies, "viewer")).toBe("/strategies/library");
    expect(entryOf([], strategies, "viewer")).toBe("/strategies");
  });
});

describe("halts", () => {
  const order = { account_id: "a", instrument_id: "BRK.B.XNYS", strategy_id: "m-1" } as Order;

  it("cover by scope", () => {
    expect(covers({ scope: "GLOBAL", target: "" }, order)).toBe(true);
    expect(covers({ scope: "VENUE", target: "XNYS" }, order)).toBe(true);
    expect(covers({ scope: "VENUE", target: "B.XNYS" }, order)).toBe(false);
    expect(covers({ scope: "ACCOUNT", target: "b" }, order)).toBe(false);
    expect(covers({ scope: "STRATEGY", target: "m-1" }, order)).toBe(true);
    expect(covers({ scope: "INSTRUMENT", target: "BRK.B.XNYS" }, order)).toBe(true);
  });
  it("are in force only where the server says so", () => {
    const item = { scope: "ACCOUNT" as const, target: "a", since: null, wall: null, by: "x", text: "" };
    expect(isHalted({ scope: "ACCOUNT", target: "a" }, [{ ...item, state: "HALTED" }])).toBe(true);
    expect(isHalted({ scope: "ACCOUNT", target: "a" }, [{ ...item, state: "REDUCING" }])).toBe(false);
    expect(isHalted({ scope: "GLOBAL", target: "" }, [{ ...item, state: "HALTED" }])).toBe(false);
  });
  it("are lifted after a wait and with a fresh login", () => {
    const now = Date.parse("2026-01-01T00:00:00Z");
    expect(secondsUntil("2026-01-01T00:00:10.5Z", now)).toBe(11);
    expect([secondsUntil(null, now), secondsUntil("2025-01-01T00:00:00Z", now)]).toEqual([0, 0]);
    expect(needsLogin("2025-12-31T23:57:00Z", now)).toBe(false);
    expect(needsLogin("2025-12-31T23:50:00Z", now)).toBe(true);
    expect(needsLogin("?", now)).toBe(true);
  });
});

describe("modeOf", () => {
  it("names real money before all", () => {
    const account = (environment: string) => ({ environment }) as Account;
    const replay = { kind: "REPLAY" } as FeedView;
    expect(modeOf(account("LIVE"), replay)).toBe("LIVE");
    expect(modeOf(account("PAPER"), replay)).toBe("REPLAY");
    expect(modeOf(account("PAPER"), undefined)).toBe("PAPER");
    expect(modeOf(undefined, undefined)).toBe("–");
  });
});
