import { describe, expect, it } from "vitest";
import { costInBps, isMoving, parseWeights, percentOf, sidesOf, statusOf } from "../../src/rebalance/targets";
import type { Proposal, ProposedOrder } from "../../src/rebalance/types";

const order = (changes: Partial<ProposedOrder> = {}): ProposedOrder =>
  ({
    side: "BUY",
    value: "1000",
    half_spread: "1",
    fee: "0.5",
    risk: "APPROVED",
    order: null,
    ...changes,
  }) as ProposedOrder;
const proposal = (changes: Partial<Proposal> = {}): Proposal =>
  ({ state: "OPEN", confirmed: null, cost: "1.5", orders: [order()], ...changes }) as Proposal;

describe("weights as a person writes them", () => {
  it("takes shares and percentages, with or without a sign between", () => {
    const found = parseWeights("KO.XNYS 0.3\n\n XOM.XNYS = 20%\nBTCUSDT.PRISM,-0.125\n");
    expect(found.errors).toEqual([]);
    expect(found.weights).toEqual({ "KO.XNYS": "0.3", "XOM.XNYS": "0.2", "BTCUSDT.PRISM": "-0.125" });
    expect(percentOf(found.sum)).toBe("37.50%");
  });
  it("names the line that cannot be read", () => {
    expect(parseWeights("KO.XNYS").errors[0]).toContain("Line 1");
    expect(parseWeights("KO.XNYS 0.1\nKO.XNYS 0.2").errors[0]).toContain(
      "Line 2: KO.XNYS stands there twice",
    );
    expect(parseWeights("KO.XNYS x").errors).toHaveLength(1);
    expect(parseWeights("KO.XNYS 0.1 0.2").errors).toHaveLength(1);
  });
});

describe("a proposal in words", () => {
  it("says its cost of what is traded", () => {
    expect(costInBps(proposal())).toBe("15.0 bps");
    expect(costInBps(proposal({ orders: [] }))).toBe("");
  });
  it("sums each side", () => {
    const orders = [order(), order({ value: "0.5" }), order({ side: "SELL", value: "7" })];
    expect(sidesOf(orders)).toEqual([
      { side: "SELL", count: 1, value: "7" },
      { side: "BUY", count: 2, value: "1000.5" },
    ]);
  });
  it("shows the order once there is one, risk before, and what was not sent", () => {
    const filled = order({ order: { status: "FILLED" } as never });
    expect(statusOf(filled, proposal({ state: "SENT" }))).toEqual({ word: "FILLED", tone: "ok" });
    expect(statusOf(order({ risk: "REFUSED" }), proposal()).tone).toBe("error");
    expect(statusOf(order(), proposal({ state: "WAITING", confirmed: "t" })).word).toBe("WAITS");
    expect(statusOf(order(), proposal({ state: "STOPPED", confirmed: "t" })).word).toBe("NOT_SENT");
  });
  it("is read often while anything of it can change", () => {
    expect(isMoving(proposal())).toBe(true);
    expect(
      isMoving(proposal({ state: "SENT", orders: [order({ order: { status: "NEW" } as never })] })),
    ).toBe(true);
    expect(
      isMoving(proposal({ state: "SENT", orders: [order({ order: { status: "FILLED" } as never })] })),
    ).toBe(false);
  });
});
