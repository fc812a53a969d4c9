/** What charts of points and trees compute before they draw. */
import { describe, expect, it } from "vitest";
import { namesOf, pairsOf } from "../../src/spec/ComparePage";
import { tickTexts } from "../../src/spec/charts/Axes";
import { type Placed, placeNames } from "../../src/spec/charts/names";
import { decimalsOfLines } from "../../src/spec/charts/series";
import { ticksOf } from "../../src/spec/charts/ticks";
import { widthOf } from "../../src/spec/charts/words";
import { binsOf } from "../../src/spec/views/Histogram";
import { dotsOf, roomOf } from "../../src/spec/views/Scatter";
import { layersOf, REST } from "../../src/spec/views/Stack";
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

describe("names of points", () => {
  const FRAME = { left: 0, top: 0, right: 400, bottom: 200 };
  const boxOf = ({ x, y, anchor }: Placed, name: string) => {
    const width = widthOf(name);
    const left = anchor === "start" ? x : anchor === "end" ? x - width : x - width / 2;
    return { left, top: y - 8, right: left + width, bottom: y + 2 };
  };

  it("never cover one another or leave the frame, however the points lie", () => {
    let seed = 7;
    const random = () => {
      seed = (seed * 48_271) % 2_147_483_647;
      return seed / 2_147_483_647;
    };
    for (const count of [2, 10, 60]) {
      const marks = Array.from({ length: count }, (_, at) => ({
        x: random() * 400,
        y: random() * 200,
        radius: 3.5,
        name: at % 5 ? `ASSET${at}.XNAS` : "",
        group: at % 7 ? "asset" : "portfolio",
      }));
      const placed = placeNames(marks, FRAME);
      expect(placeNames(marks, FRAME)).toEqual(placed);
      expect(placed.length).toBeGreaterThan(0);
      const boxes = placed.map((each) => boxOf(each, marks[each.mark]?.name ?? ""));
      for (const [at, one] of boxes.entries()) {
        expect(one.left).toBeGreaterThanOrEqual(0);
        expect(one.right).toBeLessThanOrEqual(400);
        for (const other of boxes.slice(0, at)) {
          const isApart =
            one.right <= other.left ||
            other.right <= one.left ||
            one.bottom <= other.top ||
            other.bottom <= one.top;
          expect(isApart).toBe(true);
        }
      }
    }
  });

  it("of a small group come first, and one without room is left out", () => {
    const mark = (name: string, group: string) => ({ x: 30, y: 12, radius: 3, name, group });
    const low = { ...FRAME, bottom: 24, right: 100 };
    const marks = [mark("A", "asset"), mark("B", "asset"), mark("Best of all", "portfolio")];
    expect(placeNames(marks, low).map((each) => each.mark)).toEqual([2, 0]);
    expect(placeNames([{ ...mark("A", ""), x: 95 }], low)[0]?.anchor).toBe("end");
    const across = [
      { x: 0, y: 12 },
      { x: 30, y: 12 },
    ];
    const along = across.map(({ x, y }) => ({ x: x + 30, y }));
    expect(placeNames([mark("A", "")], low, [along])[0]?.anchor).toBe("end");
    expect(placeNames([mark("A", "")], low, [across, along])[0]?.anchor).toBe("start");
  });

  it("are nearer to their own point than to that of another, for whose they would be taken", () => {
    const mark = (name: string, x: number) => ({ x, y: 100, radius: 3, name, group: "asset" });
    const beside = 80 + 3 + 3 + widthOf("AAA") + 10;
    const anchorOf = (x: number) => placeNames([mark("AAA", 80), mark("B", x)], FRAME)[0]?.anchor;
    expect(anchorOf(beside + 4)).toBe("start");
    expect(anchorOf(beside + 2)).toBe("end");
    const unnamed = mark("", beside + 2);
    expect(placeNames([mark("AAA", 80), unnamed], FRAME)[0]?.anchor).toBe("start");
  });
});

describe("decimals of lines", () => {
  const lines = (...values: number[][]) => ({
    x: [1, 2],
    series: values.map((each, at) => ({ title: `${at}`, area: false, values: each })),
  });

  it("are the same for all values of a chart, as many as the largest calls for", () => {
    expect(decimalsOfLines(lines([0.0465, 0.2], [-0.19, 1.2]), "decimal")).toBe(2);
    expect(decimalsOfLines(lines([0.0465, 0.002], [-0.019, 0]), "decimal")).toBe(4);
    expect(decimalsOfLines(lines([3, 4], [5, 1_200]), "decimal")).toBe(0);
    expect(decimalsOfLines(lines([0.0465, 0.2]), "pct")).toBeUndefined();
  });
});

describe("bins", () => {
  it("have both ends and a height; a curve where there is one, and a mark", () => {
    const options = {
      low: "from",
      high: "to",
      value: "share",
      title: "Share",
      x_title: "Loss",
      y_title: "Share",
      curve: "law",
      mark: "is_tail",
    };
    const rows = [
      { from: 0, to: 1, share: 0.5, law: 0.4, is_tail: false },
      { from: 1, to: 2, share: 0.5, law: null, is_tail: true },
      { from: 2, to: 2, share: 1, law: 1 },
      { from: 2, to: 3, share: null, law: 1 },
    ];
    expect(binsOf(rows, options)).toEqual([
      { low: 0, high: 1, value: 0.5, curve: 0.4, isMarked: false },
      { low: 1, high: 2, value: 0.5, curve: Number.NaN, isMarked: true },
    ]);
  });
});

describe("parts on one another", () => {
  const options = { x: "risk", name: "asset", value: "weight", x_title: "Risk", y_title: "Weight", limit: 1 };
  const rows = (parts: Record<string, number>, risk: number) =>
    Object.entries(parts).map(([asset, weight]) => ({ risk, asset, weight }));

  it("begin where the one before ends, in rising order of places", () => {
    const { places, layers } = layersOf([...rows({ A: 0.4, B: 0.6 }, 2), ...rows({ A: 1 }, 1)], options);
    expect(places).toEqual([1, 2]);
    expect(layers).toEqual([
      { name: "A", from: [0, 0], to: [1, 0.4] },
      { name: "B", from: [1, 0.4], to: [1, 1] },
    ]);
  });

  it("are one where there are many, and hang below zero where they are negative", () => {
    const { layers } = layersOf(rows({ A: 1.2, B: -0.3, C: 0.1 }, 1), options);
    expect(layers.map((layer) => layer.name)).toEqual(["A", REST]);
    expect(layers[1]?.from).toEqual([0]);
    expect(layers[1]?.to[0]).toBeCloseTo(-0.2);
  });
});

describe("bars of two results", () => {
  const options = { x: "asset", series: [{ key: "weight", title: "Weight" }] };
  it("stand beside one another by name, the largest first", () => {
    const a = [
      { asset: "A", weight: 0.1 },
      { asset: "B", weight: -0.4 },
    ];
    const b = [
      { asset: "A", weight: 0.2 },
      { asset: "C", weight: null },
      { asset: "D", weight: 0.3 },
    ];
    expect(pairsOf(a, b, options)).toEqual([
      { name: "B", a: -0.4, b: undefined },
      { name: "D", a: undefined, b: 0.3 },
      { name: "A", a: 0.1, b: 0.2 },
    ]);
    expect(pairsOf(a, b, { ...options, keep_order: true, limit: 1 })).toEqual([
      { name: "A", a: 0.1, b: 0.2 },
    ]);
    expect(pairsOf(undefined, [], options)).toEqual([]);
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

it.each([
  [[0.5, 1, 1.5], "decimal", ["0.5", "1.0", "1.5"]],
  [[1, 2, 3], "decimal", ["1", "2", "3"]],
  [[-0.05, 0, 0.05], "pct", ["\u22125%", "0%", "5%"]],
  [[0.005, 0.01], "pct", ["0.5%", "1.0%"]],
  [[1e-7, 2e-7], "decimal", ["0.0000001", "0.0000002"]],
] as const)("the marks %j as %s are %j", (ticks, format, texts) => {
  expect(tickTexts(ticks, format)).toEqual(texts);
});

describe("what is compared is called", () => {
  const items = [
    { id: "job-1", asked: "minimum variance" },
    { id: "job-2", asked: "risk parity" },
    { id: "job-3", asked: "risk parity" },
    { id: "job-4", asked: "" },
  ];
  const from = { data: "/jobs/items", value: "id", title: "asked" };
  const params = ["a", "b"].map((name) => ({ name, title: name, choices_from: from }));
  const read = () => items;

  it("by what was asked", () => {
    expect(namesOf(params, ["job-1", "job-2"], read)).toEqual(["minimum variance", "risk parity"]);
  });

  it("with its id where the same was asked of both", () => {
    const names = ["job-2 · risk parity", "job-3 · risk parity"];
    expect(namesOf(params, ["job-2", "job-3"], read)).toEqual(names);
  });

  it("by its id where nothing else is known", () => {
    expect(namesOf(params, ["job-4", "job-9"], read)).toEqual(["job-4", "job-9"]);
    expect(namesOf([], ["job-1", "job-2"], read)).toEqual(["job-1", "job-2"]);
  });
});
