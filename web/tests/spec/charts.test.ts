/** What charts of points and trees compute before they draw. */
import { describe, expect, it } from "vitest";
import { ticksOf } from "../../src/spec/charts/ticks";
import { dotsOf, roomOf } from "../../src/spec/views/Scatter";
import { layoutOf } from "../../src/spec/views/Tree";

describe("marks of an axis", () => {
  it.each([
    [0, 1, 5, [0, 0.2, 0.4, 0.6, 0.8, 1]],
    [0.03, 0.17, 4, [0.05, 0.1, 0.15]],
    [-120, 250, 4, [-100, 0, 100, 200]],
    [1, 1, 5, []],
    [Number.NaN, 1, 5, []],
  ])("from %s to %s, %s at most", (low, high, most, ticks) => {
    expect(ticksOf(low, high, most)).toEqual(ticks);
  });

  it("are never many more than asked for", () => {
    for (let at = 1; at < 500; at += 1) {
      const count = ticksOf(-0.37 * at, 0.71 * at * at, 6).length;
      expect(count).toBeGreaterThan(1);
      expect(count).toBeLessThanOrEqual(7);
    }
  });
});

describe("points", () => {
  const options = {
    x: "risk",
    y: "reward",
    x_title: "Risk",
    y_title: "Reward",
    label: "name",
    group: "kind",
  };

  it("have both numbers, a name and a group", () => {
    const rows = [
      { risk: 0.1, reward: 0.05, name: "A", kind: "asset" },
      { risk: null, reward: 0.05, name: "B", kind: "asset" },
      { risk: "0.2", reward: "0.1", name: "C", kind: "frontier" },
    ];
    expect(dotsOf(rows, options)).toEqual([
      { name: "A", group: "asset", x: 0.1, y: 0.05 },
      { name: "C", group: "frontier", x: 0.2, y: 0.1 },
    ]);
  });

  it("have room around them, also where all are one", () => {
    expect(roomOf([0, 20])).toEqual({ low: -1, high: 21 });
    const one = roomOf([5]);
    expect(one.low).toBeLessThan(5);
    expect(one.high).toBeGreaterThan(5);
  });
});

describe("a tree", () => {
  const merges = [
    { left: 0, right: 2, height: 1 },
    { left: 1, right: 3, height: 2 },
    { left: 4, right: 5, height: 5 },
  ];

  it("has its leaves in an order in which no lines cross", () => {
    const { leaves, joins, top } = layoutOf({ leaves: ["a", "b", "c", "d"], merges });
    expect(leaves).toEqual(["a", "c", "b", "d"]);
    expect(top).toBe(5);
    expect(joins.map((join) => join.y)).toEqual([0.5, 2.5, 1.5]);
    expect(joins[2]?.below.map((corner) => corner.height)).toEqual([1, 2]);
  });

  it("is empty where merges and leaves do not fit", () => {
    expect(layoutOf({ leaves: ["a", "b"], merges: [] }).joins).toEqual([]);
    expect(layoutOf(null)).toEqual({ leaves: [], joins: [], top: 1 });
  });
});
