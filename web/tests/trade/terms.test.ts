/** What an order asks for beyond price and quantity counts only where it means something, and is said in words. */
import { describe, expect, it } from "vitest";
import type { Instrument, Order, OrderType, TimeInForce } from "../../src/api/types";
import { canCancel, canReplace, hintOf, isOpen, toneOf } from "../../src/trade/orders";
import { choiceWords } from "../../src/trade/TermsFields";
import { daysAfter, NO_TERMS, priceWords, type Terms } from "../../src/trade/terms";
import {
  bracketOf,
  checkTicket,
  emptyTicket,
  isComplete,
  reduceTicket,
  requestOf,
  type Ticket,
} from "../../src/trade/ticket";

const instrument = { instrument_id: "A.X", tick_size: "0.05", lot_size: "10" } as Instrument;
const ALL: Terms = {
  trigger: "95.0",
  source: "MID",
  offset: "50",
  offsetType: "BASIS_POINTS",
  expires: "2026-11-30T16:00",
  display: "20",
  postOnly: true,
  reduceOnly: true,
  takeProfit: "110",
  stopLoss: "90",
};
const ticket = (change: Partial<Ticket>): Ticket => ({
  ...emptyTicket("k0"),
  quantity: "100",
  price: "100",
  ...change,
});
const asked = (orderType: OrderType, timeInForce: TimeInForce, terms: Partial<Terms> = ALL) =>
  requestOf(ticket({ orderType, timeInForce, terms: { ...NO_TERMS, ...terms } }), "a", "A.X");
const check = (change: Partial<Ticket>) => checkTicket(ticket(change), instrument, "live", false);

describe("requestOf", () => {
  it("asks for a plain order as ever", () => {
    expect(Object.keys(asked("LIMIT", "DAY", NO_TERMS))).toEqual([
      "account_id",
      "instrument_id",
      "side",
      "order_type",
      "time_in_force",
      "order_qty",
      "limit_price",
    ]);
  });
  it("has a trigger on stops, a distance on trailing ones, an end on GTD, and nothing of it elsewhere", () => {
    expect(asked("STOP", "DAY")).toMatchObject({ trigger_price: "95", trigger_source: "MID" });
    expect(asked("STOP", "DAY")).not.toHaveProperty("limit_price");
    expect(asked("STOP", "DAY")).not.toHaveProperty("trailing_offset");
    expect(asked("STOP_LIMIT", "GTC")).toMatchObject({ trigger_price: "95", limit_price: "100" });
    expect(asked("TRAILING_STOP", "GTC")).toMatchObject({
      trailing_offset: "50",
      trailing_offset_type: "BASIS_POINTS",
    });
    expect(asked("TRAILING_STOP", "GTC")).not.toHaveProperty("trigger_price");
    expect(asked("LIMIT", "GTD")).toMatchObject({ expire_time: "2026-11-30T16:00:00Z" });
    expect(asked("LIMIT", "GTC")).not.toHaveProperty("expire_time");
    expect(asked("LIMIT", "GTC")).toMatchObject({ display_qty: "20", post_only: true, reduce_only: true });
    for (const [type, time] of [
      ["MARKET", "DAY"],
      ["LIMIT", "IOC"],
      ["STOP", "GTC"],
    ] as const) {
      expect(asked(type, time)).not.toHaveProperty("display_qty");
      expect(asked(type, time)).not.toHaveProperty("post_only");
    }
  });
  it("promises nothing on an order that is triggered", () => {
    expect(asked("STOP_LIMIT", "GTC")).toMatchObject({ display_qty: "20" });
    expect(asked("STOP_LIMIT", "GTC")).not.toHaveProperty("post_only");
  });
  it("makes a bracket where exits are asked for and the entry can have them", () => {
    const entry = asked("LIMIT", "DAY");
    const exits = { take_profit: { limit_price: "110" }, stop_loss: { trigger_price: "90" } };
    expect(bracketOf(ticket({ terms: ALL }), entry)).toEqual({ entry, ...exits });
    expect(bracketOf(ticket({ terms: ALL, orderType: "STOP" }), entry)).toBeNull();
    expect(bracketOf(ticket({}), entry)).toBeNull();
  });
});

describe("checkTicket", () => {
  it("finds what does not fit", () => {
    const terms = { ...NO_TERMS, trigger: "95.01", display: "200", takeProfit: "90", stopLoss: "110" };
    expect(check({ terms }).display).toContain("at most the quantity 100");
    expect(check({ terms }).takeProfit).toContain("above the limit price");
    expect(check({ terms }).stopLoss).toContain("below the limit price");
    expect(check({ terms }).trigger).toBeUndefined();
    expect(check({ terms, orderType: "STOP" }).trigger).toContain("tick size 0.05");
    expect(check({ terms, side: "SELL" })).toMatchObject({ display: expect.any(String) });
    expect(check({ terms, side: "SELL" }).takeProfit).toBeUndefined();
    expect(check({ terms: ALL })).toEqual({});
  });
  it("waits for the fields that a type and a time need", () => {
    expect(isComplete(ticket({ orderType: "STOP" }))).toBe(false);
    expect(isComplete(ticket({ orderType: "STOP", price: "", terms: ALL }))).toBe(true);
    expect(isComplete(ticket({ orderType: "STOP_LIMIT", price: "", terms: ALL }))).toBe(false);
    expect(isComplete(ticket({ orderType: "TRAILING_STOP" }))).toBe(false);
    expect(isComplete(ticket({ timeInForce: "GTD" }))).toBe(false);
    expect(isComplete(ticket({ timeInForce: "GTD", terms: ALL }))).toBe(true);
  });
  it("takes a new key with every term, and forgets them once sent", () => {
    const reduce = reduceTicket(() => "k1");
    const changed = reduce(ticket({}), { type: "terms", terms: { trigger: "9" } });
    expect([changed.key, changed.terms.trigger]).toEqual(["k1", "9"]);
    expect(reduce(changed, { type: "sent", key: "k2" }).terms).toEqual(NO_TERMS);
  });
});

describe("words", () => {
  const order = (change: Partial<Order>) =>
    ({ side: "SELL", order_type: "STOP", status: "HELD", text: "", limit_price: null, ...change }) as Order;

  it("says what a held order waits for, and what protects nobody", () => {
    const held = hintOf(order({ trigger_price: "95", trigger_source: "LAST" }));
    expect(held).toContain("does nothing while the core is down");
    expect(held).toContain("last price is at or below 95");
    const child = order({ trigger_price: "95", armed_qty: "0", parent_client_order_id: "p-1" });
    expect(hintOf(child)).toContain("Waits for fills of p-1");
    expect(hintOf(order({ status: "UNKNOWN", text: "no answer in 5 s" }))).toContain("no answer in 5 s");
  });
  it("says that a request to change an order is in doubt", () => {
    const doubted = order({ status: "PENDING_CANCEL", unknown_requests: ["c-1"] });
    expect(hintOf(doubted)).toContain("a request to change it is not known");
    expect(hintOf(order({ status: "UNKNOWN", unknown_requests: ["c-1"] }))).not.toContain("to change it");
  });
  it("counts held and unknown orders as open, in tones of their own", () => {
    for (const status of ["HELD", "UNKNOWN", "SUSPENDED"]) expect(isOpen(order({ status }))).toBe(true);
    expect(isOpen(order({ status: "NOT_RECEIVED" }))).toBe(false);
    expect(["HELD", "UNKNOWN", "NOT_RECEIVED", "SUSPENDED", "NEW"].map(toneOf)).toEqual([
      "info",
      "error",
      "error",
      "warn",
      "info",
    ]);
    expect([canCancel(order({})), canReplace(order({}))]).toEqual([true, true]);
    expect(canReplace(order({ order_type: "MARKET" }))).toBe(false);
    const unknown = order({ status: "UNKNOWN" });
    expect([canCancel(unknown), canReplace(unknown)]).toEqual([true, false]);
  });
  it("says prices and who does what", () => {
    const same = (price: string) => price;
    expect(priceWords(order({ trigger_price: "95" }), same)).toBe("Stop 95");
    expect(
      priceWords(order({ order_type: "STOP_LIMIT", trigger_price: "95", limit_price: "94" }), same),
    ).toBe("Stop 95, 94");
    expect(priceWords(order({ order_type: "TRAILING_STOP", trailing_offset: "2" }), same)).toBe("Trail by 2");
    expect(priceWords(order({ order_type: "MARKET" }), same)).toBe("Market");
    expect(choiceWords("STOP_LIMIT", ["MARKET", "LIMIT"])).toBe("Stop limit (by the core)");
    expect(choiceWords("GTD", ["GTD"])).toBe("GTD");
    expect(daysAfter("2012-01-03T21:00:00Z", 7)).toBe("2012-01-10T21:00");
    expect(daysAfter(null, 7)).toBe("");
  });
});
