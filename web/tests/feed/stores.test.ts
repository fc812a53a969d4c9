/** Stores keep the newest of everything, know what changed, and stay bounded. */
import { describe, expect, it, vi } from "vitest";
import type { ColumnFrame, RowFrame } from "../../src/feed/frames";
import { ColumnStore, keyOfRow, type Row, RowStore } from "../../src/feed/stores";

const columns = (keys: number[], last: number[], snap = false): ColumnFrame => ({
  kind: "columns",
  id: 1,
  q: 1,
  t: 0,
  snap,
  keys: Uint32Array.from(keys),
  columns: { last: Float64Array.from(last) },
});
const rows = (list: Row[], q = 1, snap = false): RowFrame => ({ kind: "rows", id: 1, q, snap, rows: list });

describe("ColumnStore", () => {
  it("finds values by key and marks only what changed", () => {
    const store = new ColumnStore();
    store.setKeys(["A", "B"], true);
    store.apply(columns([0, 1], [1, 2]));
    const before = store.version;
    store.apply(columns([1], [3]));
    expect([store.value("A", "last"), store.value("B", "last")]).toEqual([1, 3]);
    expect([store.isDirty("A", before), store.isDirty("B", before)]).toEqual([false, true]);
    expect(store.value("C", "last")).toBeNaN();
    expect(store.value("A", "other")).toBeNaN();
  });
  it("keeps values where the server numbers its keys anew", () => {
    const store = new ColumnStore();
    store.setKeys(["A", "B"], true);
    store.apply(columns([0, 1], [1, 2]));
    store.setKeys(["B", "A"], true);
    store.apply(columns([0], [5]));
    expect([store.value("A", "last"), store.value("B", "last")]).toEqual([1, 5]);
  });
  it("grows past its first size and takes later keys", () => {
    const store = new ColumnStore();
    const keys = Array.from({ length: 100 }, (_, n) => `K${n}`);
    for (const key of keys) store.setKeys([key], false);
    store.apply(columns([0, 99], [1, 2]));
    expect([store.value("K0", "last"), store.value("K99", "last")]).toEqual([1, 2]);
    expect(store.value("K50", "last")).toBeNaN();
  });
  it("drops old values at a snapshot and ignores keys never named", () => {
    const store = new ColumnStore();
    store.setKeys(["A", "B"], true);
    store.apply(columns([0, 1], [1, 2]));
    store.apply(columns([0, 7], [9, 9], true));
    expect(store.value("A", "last")).toBe(9);
    expect(store.value("B", "last")).toBeNaN();
  });
});

describe("RowStore", () => {
  const make = (limit?: number) => new RowStore(keyOfRow("orders"), limit);

  it("lets live rows win over those read before", () => {
    const store = make();
    store.apply(rows([{ created_seq: 1, status: "FILLED" }], 12));
    store.seed(
      [
        { created_seq: 1, status: "NEW" },
        { created_seq: 2, status: "NEW" },
      ],
      10,
    );
    expect(store.list().map((row) => row.status)).toEqual(["FILLED", "NEW"]);
    expect(store.seq).toBe(12);
  });
  it("replaces all at a snapshot, one otherwise", () => {
    const store = make();
    store.apply(rows([{ created_seq: 1 }, { created_seq: 2 }]));
    store.apply(rows([{ created_seq: 2, text: "new" }]));
    expect(store.list()).toEqual([{ created_seq: 1 }, { created_seq: 2, text: "new" }]);
    store.apply(rows([{ created_seq: 3 }], 5, true));
    expect(store.list()).toEqual([{ created_seq: 3 }]);
  });
  it("gives the same list until something changes, and says when", () => {
    const store = make();
    const listener = vi.fn();
    const stop = store.subscribe(listener);
    store.apply(rows([{ created_seq: 1 }]));
    expect(store.list()).toBe(store.list());
    stop();
    store.apply(rows([{ created_seq: 2 }]));
    expect(listener).toHaveBeenCalledTimes(1);
  });
  it("is bounded: the oldest go", () => {
    const store = make(3);
    for (let seq = 1; seq <= 5; seq += 1) store.apply(rows([{ created_seq: seq }]));
    expect(store.list().map((row) => row.created_seq)).toEqual([3, 4, 5]);
  });
  it("forgets rows and place when some were missed", () => {
    const store = make();
    store.apply(rows([{ created_seq: 1 }], 8));
    store.lose();
    expect([store.list().length, store.seq, store.epoch]).toEqual([0, 0, 1]);
  });
});

describe("keyOfRow", () => {
  it("joins the fields of a topic and falls back to the whole row", () => {
    expect(keyOfRow("positions")({ account_id: "a", instrument_id: "X" })).toBe("a|X");
    expect(keyOfRow("trading-state")({ scope: "GLOBAL", target: "" })).toBe("GLOBAL|");
    expect(keyOfRow("sim/tape/BTC/USDT.PRISM")({ trade_id: 7, at: "now" })).toBe("7");
    expect(keyOfRow("sim/agents")({ name: "maker-1" })).toBe("maker-1");
    expect(keyOfRow("unheard")({ name: 1 })).toBe('{"name":1}');
  });
});
