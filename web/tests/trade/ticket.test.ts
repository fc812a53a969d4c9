/** A ticket changes its key with every change, and blocks what must not be sent. */
import { describe, expect, it } from "vitest";
import type { Instrument } from "../../src/api/types";
import { BarSeries, toChartBar } from "../../src/trade/bars";
import { checkTotal } from "../../src/trade/ReplaceDialog";
import {
  checkTicket,
  emptyTicket,
  isComplete,
  reduceTicket,
  requestOf,
  type Ticket,
} from "../../src/trade/ticket";

let count = 0;
const reduce = reduceTicket(() => `k${++count}`);
const instrument = { instrument_id: "A.X", tick_size: "0.05", lot_size: "10" } as Instrument;
const ticket = (change: Partial<Ticket>): Ticket => ({ ...emptyTicket("k0"), ...change });

describe("reduceTicket", () => {
  it("takes a new key and leaves the review with every change of the order", () => {
    const reviewed = reduce(ticket({ quantity: "10", price: "1" }), { type: "review" });
    expect([reviewed.step, reviewed.key]).toEqual(["review", "k0"]);
    for (const action of [
      { type: "side", side: "SELL" },
      { type: "quantity", quantity: "20" },
      { type: "price", price: "2" },
      { type: "timeInForce", timeInForce: "IOC" },
      { type: "orderType", orderType: "MARKET" },
    ] as const) {
      const changed = reduce(reviewed, action);
      expect(changed.step).toBe("edit");
      expect(changed.key).not.toBe("k0");
    }
  });
  it("keeps the key when going back, so that sending again is sending once", () => {
    const reviewed = reduce(ticket({ quantity: "10" }), { type: "review" });
    expect(reduce(reviewed, { type: "back" }).key).toBe("k0");
  });
  it("clears the quantity once sent", () => {
    const sent = reduce(ticket({ quantity: "10", price: "5" }), { type: "sent", key: "new" });
    expect(sent).toMatchObject({ quantity: "", price: "5", step: "edit", key: "new" });
  });
});

describe("checkTicket", () => {
  const check = (change: Partial<Ticket>, line: "live" | "stale" | "offline" = "live", isStale = false) =>
    checkTicket(ticket(change), instrument, line, isStale);

  it("asks for whole lots and ticks, more than nothing", () => {
    expect(check({ quantity: "10", price: "1.05" })).toEqual({});
    expect(check({ quantity: "15", price: "1.05" }).quantity).toContain("lot size 10");
    expect(check({ quantity: "10", price: "1.03" }).price).toContain("tick size 0.05");
    expect(check({ quantity: "0", price: "x" })).toEqual({
      quantity: "Must be more than zero",
      price: "Not a number",
    });
    expect(check({})).toEqual({});
  });
  it("blocks market orders, and only those, while prices are not live", () => {
    expect(check({ orderType: "MARKET", quantity: "10" }, "stale").market).toContain("stale");
    expect(check({ orderType: "MARKET", quantity: "10" }, "offline").market).toContain("offline");
    expect(check({ orderType: "MARKET", quantity: "10" }, "live", true).market).toContain("stale");
    expect(check({ quantity: "10", price: "1" }, "offline", true)).toEqual({});
  });
});

describe("requestOf", () => {
  it("has a price only where it counts, in its shortest form", () => {
    const limit = ticket({ quantity: "10.0", price: "01.50" });
    expect(requestOf(limit, "a", "A.X")).toMatchObject({ order_qty: "10", limit_price: "1.5" });
    expect(requestOf({ ...limit, orderType: "MARKET" }, "a", "A.X")).not.toHaveProperty("limit_price");
    expect([isComplete(limit), isComplete(ticket({ quantity: "1" }))]).toEqual([true, false]);
    expect(isComplete(ticket({ quantity: "1", orderType: "MARKET" }))).toBe(true);
  });
});

describe("checkTotal", () => {
  it("must leave something to trade", () => {
    expect(checkTotal("30", "20", "10")).toBeUndefined();
    expect(checkTotal("20", "20", "10")).toContain("more than the 20 filled");
    expect(checkTotal("25", "20", "10")).toContain("lot size");
    expect(checkTotal("", "0", "1")).toBe("Not a number");
  });
});

describe("BarSeries", () => {
  const bar = (day: number, close: string) => toChartBar({ ts: `2020-01-0${day}T21:00:00Z`, close });

  it("orders what comes in any order, and says whether anything is new", () => {
    const series = new BarSeries();
    expect(series.merge([bar(3, "3"), bar(1, "1")])).toBe(true);
    expect(series.merge([bar(1, "1"), bar(3, "3")])).toBe(false);
    expect(series.merge([bar(2, "2")])).toBe(true);
    expect(series.bars.map((item) => item.close)).toEqual([1, 2, 3]);
  });
  it("replaces the last bar, appends a newer one, refuses an older one", () => {
    const series = new BarSeries();
    series.merge([bar(1, "1"), bar(2, "2")]);
    expect([series.push(bar(2, "5")), series.push(bar(3, "6")), series.push(bar(1, "9"))]).toEqual([
      true,
      true,
      false,
    ]);
    expect(series.bars.map((item) => item.close)).toEqual([1, 5, 6]);
  });
});
