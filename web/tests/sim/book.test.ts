/** What the line tells becomes columns, trades and levels, each once; a market that was made anew begins anew. */
import { describe, expect, it } from "vitest";
import type { RowFrame } from "../../src/feed/frames";
import { keyOfRow, type Row, RowStore } from "../../src/feed/stores";
import { type BookRows, BookStore, COLUMNS_KEPT, rowsOfAnswer } from "../../src/sim/book";
import { decodeColumn, decodeTrade, sizeAt, unitsOf } from "../../src/sim/decode";
import { GaugeHistory } from "../../src/sim/gauges";
import { Ring } from "../../src/sim/ring";
import { at, BOOK, column, START, top, trade } from "./answers";

const UNITS = unitsOf(BOOK);

describe("Ring", () => {
  it("keeps the last ones in order, whatever was pushed", () => {
    const ring = new Ring<number>(4);
    const twin: number[] = [];
    for (let step = 0; step < 50; step += 1) {
      ring.push(step);
      twin.push(step);
      if (twin.length > 4) twin.shift();
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

/** The topics of a book as the line keeps them, and frames of them. */
class Line {
  readonly #stores = {
    top: new RowStore<Row>(keyOfRow("sim/book/X")),
    tape: new RowStore<Row>(keyOfRow("sim/tape/X"), 100),
    heat: new RowStore<Row>(keyOfRow("sim/heat/X"), COLUMNS_KEPT),
  };
  readonly rows = this.#stores as unknown as BookRows;

  tell(topic: keyof BookRows, rows: readonly object[], snap = topic === "top"): this {
    this.#stores[topic].apply({ kind: "rows", id: 1, q: 1, snap, rows: rows as RowFrame["rows"] });
    return this;
  }
}

const seconds = (store: BookStore) =>
  store.columns.list().map((each) => Math.floor((each.at - START) / 1_000));
const ids = (store: BookStore) => store.trades.list().map((each) => Number(each.id));

function begun(): { line: Line; store: BookStore } {
  const line = new Line();
  const store = new BookStore(UNITS);
  line.tell("top", [top()]).tell("tape", [trade(1), trade(2)], true);
  line.tell("heat", [column(1), column(2), column(3)], true);
  store.take(line.rows);
  return { line, store };
}

describe("BookStore", () => {
  it("takes what is new and no column or trade twice", () => {
    const { line, store } = begun();
    expect([seconds(store), ids(store), store.version, store.columnsVersion]).toEqual([
      [1, 2, 3],
      [1, 2],
      1,
      4,
    ]);
    expect(store.trades.last).toMatchObject({ id: "2", isBlock: true });
    expect(store.now).toBe(START + 5_123);
    expect(store.bids[0]).toEqual({
      price: 59_999.99,
      qty: 1.5,
      priceText: "59999.99",
      qtyText: "1.5",
      orders: 3,
    });
    line
      .tell("tape", [trade(3)])
      .tell("heat", [column(4)])
      .tell("top", [top({ now: at(6), bids: [] })]);
    store.take(line.rows);
    store.take(line.rows);
    expect([seconds(store), ids(store), store.columnsVersion]).toEqual([[1, 2, 3, 4], [1, 2, 3], 5]);
    expect([store.now, store.bids.length]).toEqual([START + 6_123, 0]);
  });
  it("goes on after the line was lost: what was seen stays", () => {
    const { line, store } = begun();
    line.tell("tape", [trade(2), trade(3)], true).tell("heat", [column(2), column(3), column(4)], true);
    store.take(line.rows);
    expect([seconds(store), ids(store)]).toEqual([
      [2, 3, 4],
      [1, 2, 3],
    ]);
  });
  it("begins with an answer of REST, and goes on with the line", () => {
    const { line } = begun();
    const store = new BookStore(UNITS);
    expect(store.isBegun).toBe(false);
    store.take(rowsOfAnswer({ ...top(), tape: [trade(1), trade(0)], columns: [column(0), column(1)] }));
    expect([seconds(store), ids(store), store.isBegun]).toEqual([[0, 1], [0, 1], true]);
    store.take(line.rows);
    expect([seconds(store), ids(store)]).toEqual([
      [1, 2, 3],
      [0, 1, 2],
    ]);
  });
  it("waits where a snapshot is empty, because the server begins to ask", () => {
    const { line, store } = begun();
    line.tell("tape", [], true).tell("heat", [], true);
    store.take(line.rows);
    expect([seconds(store), ids(store)]).toEqual([
      [1, 2, 3],
      [1, 2],
    ]);
    line.tell("tape", [trade(2), trade(3)]).tell("heat", [column(3), column(4)]);
    store.take(line.rows);
    expect([seconds(store), ids(store)]).toEqual([
      [3, 4],
      [1, 2, 3],
    ]);
  });
  it("begins anew where something is missing, or is of another market", () => {
    for (const rows of [[trade(9)], [trade(2, 40), trade(3, 41)], [trade(1, 40)]]) {
      const { line, store } = begun();
      line.tell("tape", rows, true);
      store.take(line.rows);
      expect(ids(store)).toEqual(rows.map((row) => row.trade_id));
    }
  });
  it("forgets everything where another run is told of, whichever topic comes first", () => {
    const { line, store } = begun();
    line.tell("tape", [trade(2, 40), trade(3, 41)], true);
    store.take(line.rows);
    line.tell("top", [top({ run: "r-2" })]);
    store.take(line.rows);
    line.tell("heat", [column(40)], true);
    store.take(line.rows);
    expect([seconds(store), ids(store)]).toEqual([[40], [2, 3]]);
  });
  it("keeps ten minutes", () => {
    const { line, store } = begun();
    const columns = Array.from({ length: 700 }, (_, second) => column(second));
    line.tell("heat", columns, true);
    store.take(line.rows);
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
