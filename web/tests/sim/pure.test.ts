/** Depth, measures, traders, scenarios and facts, without a page around them. */
import { describe, expect, it } from "vitest";
import { kindsOf, sumOf, totalsOf } from "../../src/sim/agents";
import { spreadText } from "../../src/sim/DepthPanel";
import { decodeColumn, decodeLevels, unitsOf } from "../../src/sim/decode";
import { barShare, cumulative, depthPicture } from "../../src/sim/depth";
import { axisOf, countsOf, estimateText, titleOf } from "../../src/sim/facts";
import { gaugeText, sparkPath } from "../../src/sim/gauges";
import { heatTable, sidesOf } from "../../src/sim/HeatTable";
import { newerJob } from "../../src/sim/queries";
import { boundFault } from "../../src/sim/ScorecardJob";
import { speedText } from "../../src/sim/SimHead";
import { chosenBook, marksOf } from "../../src/sim/SimPage";
import { reasonFault, schemaOf, seedFault, sentenceOf, valuesFor } from "../../src/sim/scenario";
import type { AgentRow, ScorecardJob } from "../../src/sim/types";
import { csvOf } from "../../src/spec/exporting";
import { bodyOf, defaultsOf } from "../../src/spec/form/schema";
import { BOOK, CARD, column, KIND, OTHER, START, STATE, top } from "./answers";

describe("depth", () => {
  const bids = decodeLevels(top().bids);
  const asks = decodeLevels(top().asks);
  it("adds levels up and draws them about the middle", () => {
    expect(cumulative(bids)).toEqual([1.5, 4]);
    const picture = depthPicture(bids, asks, 100, 40);
    expect(picture?.most).toBe(4);
    expect(picture?.bids).toMatch(/^M49\.50 40H49\.50V25\.00H0\.00V0\.00H0V40Z$/);
    expect(picture?.asks).toContain("V20.00");
    expect((picture?.low ?? 0) + (picture?.high ?? 0)).toBeCloseTo(120_000);
  });
  it("has no picture without both sides", () => {
    expect(depthPicture([], asks, 100, 40)).toBeNull();
    expect(spreadText({ bids: [], asks }, 2)).toBe("No bids");
    expect(spreadText({ bids: [], asks: [] }, 2)).toBe("The book is empty");
    expect(spreadText({ bids, asks }, 2)).toBe("Spread 0.02 (0.00 bps) · 57% of the depth bids");
    expect([barShare(1, 4), barShare(9, 4), barShare(1, 0)]).toEqual([0.25, 1, 0]);
  });
});

describe("measures", () => {
  it("are written with the figures that count", () => {
    expect([0, 1234.567, 0.3456, 0.00001234, 12_345_678, null, Number.NaN].map((each) => gaugeText(each))).toEqual([
      "0", "1,235", "0.3456", "1.23e−5", "1.23e7", "–", "–",
    ]); // biome-ignore format: one line
    expect(gaugeText(-2.5)).toBe("\u22122.500");
  });
  it("have a line with gaps", () => {
    expect(sparkPath([1, 2, Number.NaN, 1], 30, 10)).toBe("M0.0 10.0L10.0 0.0M30.0 10.0");
    expect(sparkPath([3, 3], 30, 10)).toBe("M0.0 5.0L30.0 5.0");
    expect([sparkPath([1], 30, 10), sparkPath([], 30, 10)]).toEqual(["", ""]);
  });
});

describe("traders", () => {
  const row = (name: string, kind: string, pnl: string): AgentRow => ({
    name, kind, pnl, inventory: null, inventory_value: "1.1", cash_change: "0", orders: 2, open_orders: 1, trades: 3,
    volume: "10",
  }); // biome-ignore format: one row
  it("are added up by kind, exactly", () => {
    const rows = [row("m-1", "maker", "0.1"), row("n-1", "noise", "-5"), row("m-2", "maker", "0.2")];
    expect(kindsOf(rows)).toEqual(["maker", "noise"]);
    expect(totalsOf(rows)[0]).toMatchObject({
      kind: "maker",
      agents: 2,
      pnl: "0.3",
      orders: 4,
      inventory: "0",
    });
    expect(sumOf(["0.1", "0.2", "?"])).toBe("0.3");
  });
});

describe("scenarios", () => {
  it("are forms with bounds, units and choices", () => {
    const schema = schemaOf(KIND);
    expect(schema.properties?.clips).toMatchObject({
      type: "number",
      minimum: 0.001,
      "x-unit": "usual orders",
    });
    const values = { ...defaultsOf(schema, (text) => text), ...valuesFor(KIND, OTHER.instrument_id) };
    expect(bodyOf(schema, values)).toEqual({
      body: { instrument_id: OTHER.instrument_id, side: "SELL", clips: 400 },
      faults: {},
    });
    expect(bodyOf(schema, { ...values, clips: "6000" }).faults.clips).toBe("Must be at most 5000.");
    expect(bodyOf(schema, { ...values, clips: "" }).faults.clips).toBe("Needed.");
  });
  it("are said in a sentence", () => {
    const body = { instrument_id: OTHER.instrument_id, side: "SELL", clips: 4000 };
    expect(sentenceOf(KIND, body)).toBe(
      "Fat finger: Book ETHUSDT.PRISM, Side SELL, Size 4,000 usual orders.",
    );
    expect(sentenceOf({ ...KIND, fields: [] }, {})).toBe("Fat finger.");
  });
  it("want a reason, and a seed is a whole number", () => {
    expect([reasonFault(" a "), reasonFault("drill")]).toEqual([expect.stringContaining("why"), null]);
    expect([seedFault("8"), seedFault("-1"), seedFault("1.5"), seedFault("9e9")]).toEqual([
      null, expect.any(String), expect.any(String), expect.any(String),
    ]); // biome-ignore format: one line
    expect(seedFault("99999999999999999")).toContain("at most");
    expect([boundFault("3", 1, 50, true), boundFault("2.5", 0.5, 48, false)]).toEqual([null, null]);
    for (const text of ["", "x", "2.5", "51"]) expect(boundFault(text, 1, 50, true)).toContain("1 to 50");
  });
  it("are marked on the picture of their book", () => {
    const marks = marksOf(STATE.injected, BOOK.instrument_id);
    expect(marks).toEqual([{ at: START + 3_123, text: "2 Flash crash" }]);
    const later = STATE.injected.map((each) => ({ ...each, begins: each.at.replace(":03.", ":09.") }));
    expect(marksOf(later, BOOK.instrument_id)[0]?.at).toBe(START + 9_123);
  });
});

describe("the head", () => {
  it("chooses the book of the context, else the one picked, else the first", () => {
    const books = [BOOK, OTHER];
    expect(chosenBook(books, OTHER.instrument_id, "")).toBe(OTHER);
    expect(chosenBook(books, "AAPL.XNAS", OTHER.instrument_id)).toBe(OTHER);
    expect(chosenBook(books, "AAPL.XNAS", "")).toBe(BOOK);
    expect(chosenBook([], "", "")).toBeUndefined();
    expect([speedText(10), speedText(null)]).toEqual(["10×", "as fast as it can"]);
  });
});

describe("the table of the picture", () => {
  const made = decodeColumn(column(1), unitsOf(BOOK));
  if (!made) throw new Error("no column");
  it("says what rests on either side and where most of it is", () => {
    const { bids, asks, most, at } = sidesOf(made);
    expect([bids, asks, most, at].map((each) => Number(each.toFixed(6)))).toEqual([
      0.0005, 0.001, 0.001, 60_000,
    ]);
  });
  it("goes into a file with every cell", () => {
    const [head, first] = csvOf(heatTable([made], 2)).split("\r\n");
    expect(head).toBe("time,mid,bid,ask,low_price,step,size_0,size_1,size_2,size_3");
    expect(first).toBe("2026-11-29T12:00:01.123Z,60000.000,59999.99,60000.01,59998.00,1.00,0,0.0005,0.001,0");
  });
});

describe("facts", () => {
  it("are counted and written with their intervals", () => {
    expect(countsOf(CARD.facts)).toEqual({ reproduced: 1, "not reproduced": 1, "not testable": 1 });
    expect(CARD.facts.map(estimateText)).toEqual([
      "2.61 [2.20, 3.00]",
      expect.stringContaining("0.0027"),
      "–",
    ]);
    expect(titleOf("heavy_tails")).toBe("Heavy tails");
  });
  it("have an axis that holds the interval and the bounds", () => {
    const axis = axisOf({ value: 3, low: 2.5, high: 4 }, { low: 2, high: 5 });
    expect([axis?.low, axis?.high]).toEqual([1.7, 5.3]);
    expect(axisOf({ value: null, low: null, high: null }, { low: 2, high: 5 })).toBeNull();
    expect(axisOf({ value: 0, low: null, high: null }, { low: null, high: null })).toEqual({
      low: -0.1,
      high: 0.1,
    });
  });
});

describe("the job that makes a scorecard", () => {
  const job = (number: number, state: ScorecardJob["state"], progress = 0): ScorecardJob => ({
    ...{ job_id: `scorecard-${number}`, state, progress },
    ...{ seeds: 2, hours: 1, text: "", waits_for: null, error: "" },
  });

  it("is what the line told of it, unless an answer knows of a later one or of its end", () => {
    expect(newerJob(undefined, undefined)).toBeUndefined();
    expect(newerJob(undefined, null)).toBeNull();
    const told = job(9, "RUNNING", 0.5);
    expect(newerJob(told, null)).toBe(told);
    expect(newerJob(told, job(9, "RUNNING"))).toBe(told);
    expect(newerJob(told, job(10, "RUNNING"))?.job_id).toBe("scorecard-10");
    expect(newerJob(told, job(8, "DONE"))).toBe(told);
    expect(newerJob(told, job(9, "CANCELED"))?.state).toBe("CANCELED");
    expect(newerJob(job(9, "DONE"), job(9, "RUNNING"))?.state).toBe("DONE");
  });
});
