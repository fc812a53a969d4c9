/** Answers become columns, trades and levels, each once; a market that was made anew begins anew. */
import { describe, expect, it } from "vitest";
import { BookStore, COLUMNS_KEPT } from "../../src/sim/book";
import { decodeColumn, decodeTrade, sizeAt, unitsOf } from "../../src/sim/decode";
import { GaugeHistory } from "../../src/sim/gauges";
import { Ring } from "../../src/sim/ring";
import { at, BOOK, column, live, START } from "./answers";

const UNITS = unitsOf(BOOK);

describe("Ring", () => {
  it("keeps the last ones in order, whatever was pushed", () => {
    const ring = new Ring<number>(4);
    const twin: number[] = [];
    for (let step = 0; step < 50; step += 1) {
      if (step % 7 === 6) {
        ring.replaceLast(step);
        twin[twin.length - 1] = step;
      } else {
        ring.push(step);
        twin.push(step);
        if (twin.length > 4) twin.shift();
      }
      expect(ring.list()).toEqual(twin);
      expect([ring.at(0), ring.last, ring.at(4), ring.at(-1)]).toEqual([
        twin[0],
        twin.at(-1),
        undefined,
        undefined,
      ]);
    }
    ring.clear();
    expect([ring.length, ring.last]).toEqual([0, undefined]);
    expect(() => new Ring(0)).toThrow("one at least; 0");
  });
});

describe("decoding", () => {
  it("turns ticks and lots into prices and quantities", () => {
    const made = decodeColumn(column(1), UNITS);
    expect(made).toMatchObject({ at: START + 1_123, mid: 60_000, low: 59_998, step: 1 });
    expect(Array.from(made?.sizes ?? [])).toEqual([0, 0.0005, 0.001, 0].map((each) => Math.fround(each)));
  });
  it("reads a book without a side, and refuses what has no time or no cells", () => {
    expect(decodeColumn({ ...column(1), bid: null }, UNITS)?.bid).toBeNaN();
    expect(decodeColumn({ ...column(1), at: "never" }, UNITS)).toBeNull();
    expect(decodeColumn({ ...column(1), step_ticks: 0 }, UNITS)).toBeNull();
    expect(
      decodeTrade({ trade_id: 1, at: at(1), price: "x", qty: "1", side: "BUY", is_block: false }),
    ).toBeNull();
    expect(unitsOf({ tick_size: "?", lot_size: "0" })).toEqual({ tick: 1, lot: 1 });
  });
  it("finds what rests at a price", () => {
    const made = decodeColumn(column(1), UNITS);
    if (!made) throw new Error("no column");
    expect(sizeAt(made, 59_999)).toBeCloseTo(0.0005);
    expect(sizeAt(made, 60_000.5)).toBeCloseTo(0.001);
    expect([sizeAt(made, 59_997), sizeAt(made, 60_002.5)]).toEqual([null, null]);
  });
});

describe("BookStore", () => {
  it("takes what is new and no column or trade twice", () => {
    const store = new BookStore(UNITS);
    store.take(live(), 1_000);
    expect([store.columns.length, store.trades.length, store.cursor, store.version]).toEqual([3, 2, 10, 1]);
    expect(store.trades.last).toMatchObject({ id: "2", isBlock: true });
    store.take(live({ cursor: 12, now: at(6), columns: [column(3, [1]), column(4)], tape: [] }), 1_250);
    expect(store.columns.list().map((each) => (each.at - START) / 1_000)).toEqual([
      1.123, 2.123, 3.123, 4.123,
    ]);
    expect(store.columns.at(2)?.sizes.length).toBe(1);
    expect(store.age(3_250)).toBe(2);
    expect(store.bids[0]).toEqual({
      price: 59_999.99,
      qty: 1.5,
      priceText: "59999.99",
      qtyText: "1.5",
      orders: 3,
    });
  });
  it("forgets where another run, an older cursor or an older time answers", () => {
    for (const other of [{ run: "r-2" }, { cursor: 3 }, { now: at(-60) }]) {
      const store = new BookStore(UNITS);
      store.take(live(), 0);
      store.take(live({ cursor: 11, columns: [column(0)], tape: [], ...other }), 250);
      expect([store.columns.length, store.trades.length]).toEqual([1, 0]);
    }
  });
  it("keeps ten minutes", () => {
    const store = new BookStore(UNITS);
    const columns = Array.from({ length: 700 }, (_, second) => column(second));
    store.take(live({ columns }), 0);
    expect(store.columns.length).toBe(COLUMNS_KEPT);
    expect(store.columns.last?.at).toBe(START + 699_123);
  });
});

describe("GaugeHistory", () => {
  it("keeps values, gaps where there were none, each answer once", () => {
    const history = new GaugeHistory();
    const answer = (second: number, value: number | null) => ({
      instrument_id: "x",
      now: at(second),
      window_s: 60,
      gauges: [{ id: "vpin", title: "VPIN", value, unit: "", text: "" }],
    });
    history.take(answer(1, 0.2));
    history.take(answer(1, 0.2));
    history.take(answer(2, null));
    expect(history.of("vpin")).toEqual([0.2, Number.NaN]);
    expect(history.of("other")).toEqual([]);
  });
});
