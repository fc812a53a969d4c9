/** Ranges stand still, marks are round, colors grow with size, pixels are where values say. */
import { describe, expect, it } from "vitest";
import { decodeColumn, type HeatColumn, unitsOf } from "../../src/sim/decode";
import { fillStrip, paintColumns } from "../../src/sim/heatImage";
import { shortQty } from "../../src/sim/heatLegend";
import { plotOf } from "../../src/sim/heatPainter";
import { moved, readoutOf, viewOf } from "../../src/sim/heatPicture";
import { RAMP_STEPS, rampOf, wordsOf } from "../../src/sim/ramp";
import {
  Axes,
  bubblesOf,
  columnAt,
  marksOf,
  priceRange,
  radiusOf,
  roundUp,
  settle,
  shareOf,
  sizeOf,
  timeMarksOf,
  topSize,
} from "../../src/sim/scale";
import { luminance } from "../../src/spec/charts/palette";
import { BOOK, column, START } from "./answers";

const made = (second: number, sizes?: number[]): HeatColumn => {
  const found = decodeColumn(column(second, sizes), unitsOf(BOOK));
  if (!found) throw new Error("no column");
  return found;
};

describe("marks", () => {
  it("are round", () => {
    expect([0.03, 1, 1.2, 3, 7, 60].map(roundUp)).toEqual([0.05, 1, 2, 5, 10, 100]);
    expect([0, -1, Number.NaN, Number.POSITIVE_INFINITY].map(roundUp)).toEqual([1, 1, 1, 1]);
    expect(marksOf({ low: 0.9, high: 5.2 }, 4)).toEqual([2, 4]);
    expect(marksOf({ low: 1, high: 1 }, 4)).toEqual([]);
    const minute = { low: START, high: START + 60_000 };
    expect(timeMarksOf(minute, 4).map((each) => (each - START) / 1_000)).toEqual([0, 15, 30, 45, 60]);
  });
});

describe("ranges", () => {
  it("cover the cells, or the best prices with room", () => {
    const columns = [made(1), made(2)];
    expect(priceRange(columns, "book")).toEqual({ low: 59_998, high: 60_002 });
    const near = priceRange(columns, "price");
    expect(near?.low).toBeCloseTo(59_999.985);
    expect(near?.high).toBeCloseTo(60_000.015);
    expect(priceRange([], "book")).toBeNull();
    expect(priceRange([{ ...made(1), bid: Number.NaN }], "price")).toBeNull();
  });
  it("stay while what is wanted fits them, and follow where it does not", () => {
    const before = { low: 0, high: 10 };
    expect(settle(before, { low: 1, high: 9 })).toBe(before);
    expect(settle(before, { low: 1, high: 11 })).toEqual({ low: 0.4, high: 11.6 });
    expect(settle(before, { low: 4, high: 5 }).low).toBeCloseTo(3.94);
    expect(settle(null, { low: 0, high: 100 })).toEqual({ low: -6, high: 106 });
  });
});

describe("sizes", () => {
  it("take more color the larger they are, and the way back leads back", () => {
    let before = -1;
    for (const size of [0, 0.1, 1, 5, 20, 50]) {
      const share = shareOf(size, 50);
      expect(share).toBeGreaterThan(before);
      expect(sizeOf(share, 50)).toBeCloseTo(size);
      before = share;
    }
    expect([shareOf(80, 50), shareOf(Number.NaN, 50), shareOf(-1, 50)]).toEqual([1, 0, 0]);
  });
  it("have a round top above nearly all", () => {
    expect(topSize([made(1, [0, 10_000, 20_000, 30_000])])).toBe(2);
    expect([topSize([]), topSize([made(1, [0, 0])])]).toEqual([1, 1]);
  });
  it("are written short", () => {
    expect([0, 0.0032, 0.5, 12.34, 4321].map(shortQty)).toEqual(["0", "0.0032", "0.5", "12.3", "4,321"]);
  });
});

describe("trades", () => {
  const trade = (ms: number, side: "BUY" | "SELL", qty: number, price: number) => ({
    id: `${ms}`, at: START + ms, price, qty, priceText: "", qtyText: "", side, isBlock: false,
  }); // biome-ignore format: one trade
  it("of one second and side are one point at their mean price", () => {
    const all = [
      trade(0, "BUY", 1, 10),
      trade(400, "BUY", 3, 14),
      trade(500, "SELL", 1, 9),
      trade(1_200, "BUY", 1, 8),
    ];
    expect(bubblesOf(all, START)).toEqual([
      { at: START + 500, price: 13, qty: 4, isBuy: true },
      { at: START + 500, price: 9, qty: 1, isBuy: false },
      { at: START + 1_500, price: 8, qty: 1, isBuy: true },
    ]);
    expect(bubblesOf(all, START + 1_000)).toHaveLength(1);
  });
  it("are as large as their quantity", () => {
    expect([radiusOf(4, 4), radiusOf(1, 4), radiusOf(40, 4)]).toEqual([9, 4.5, 9]);
    expect([radiusOf(0, 4), radiusOf(1, 0)]).toEqual([0, 0]);
  });
});

describe("axes", () => {
  const axes = new Axes(
    { left: 10, top: 20, width: 100, height: 50 },
    { low: 0, high: 1_000 },
    { low: 5, high: 15 },
  );
  it("lead to pixels and back", () => {
    expect([axes.x(500), axes.y(15), axes.y(5)]).toEqual([60, 20, 70]);
    expect(axes.timeAt(axes.x(123))).toBeCloseTo(123);
    expect(axes.priceAt(axes.y(7.5))).toBeCloseTo(7.5);
  });
  it("find the column of a time", () => {
    const columns = [made(1), made(2), made(5)];
    expect(columnAt(columns, START)).toBeNull();
    expect(columnAt(columns, made(2).at + 900)?.at).toBe(made(2).at);
    expect(columnAt(columns, made(9).at)?.at).toBe(made(5).at);
  });
  it("leave room for marks however small the frame is", () => {
    expect(plotOf(500, 300)).toEqual({ left: 6, top: 26, width: 424, height: 254 });
    expect(plotOf(10, 10).width).toBe(10);
  });
});

describe("the picture", () => {
  const columns = [made(1, [0, 5, 1_000, 0]), made(2, [1_000, 0, 0, 0])];
  const time = { low: made(1).at, high: made(3).at };
  const axes = new Axes({ left: 6, top: 26, width: 4, height: 8 }, time, { low: 59_998, high: 60_002 });
  const colors = Uint32Array.from({ length: 11 }, (_, at) => 100 + at);

  it("has each cell where its price and second are", () => {
    const words = new Uint32Array(4 * 8);
    paintColumns({ width: 4, height: 8, words }, columns, axes, 1, colors, 0.1);
    const rows = Array.from({ length: 8 }, (_, row) => Array.from(words.slice(row * 4, row * 4 + 4)));
    const small = rows[4]?.[0] as number;
    expect(small).toBeGreaterThan(100);
    expect(small).toBeLessThan(110);
    const ground = [100, 100, 100, 100];
    const large = [110, 110, 100, 100];
    const lower = [small, small, 100, 100];
    const other = [100, 100, 110, 110];
    expect(rows).toEqual([ground, ground, large, large, lower, lower, other, other]);
  });
  it("lets the larger of cells that share a pixel win, and leaves none out", () => {
    const flat = new Axes({ left: 0, top: 0, width: 4, height: 1 }, time, { low: 59_998, high: 60_002 });
    const strip = new Uint8Array(1);
    fillStrip(strip, made(1, [0, 5, 1_000, 0]), flat, 1, 11, 0.1);
    expect(strip[0]).toBe(10);
  });
  it("draws nothing outside of its frame", () => {
    const strip = new Uint8Array(8);
    const far = new Axes({ left: 0, top: 0, width: 4, height: 8 }, time, { low: 1, high: 2 });
    fillStrip(strip, columns[0] as HeatColumn, far, 1, 11, 0.1);
    expect(Array.from(strip)).toEqual(Array(8).fill(0));
  });
});

describe("the palette", () => {
  it("runs from the ground away from it, evenly, on every theme", () => {
    for (const [ground, isLight] of [
      ["#141a22", false],
      ["#ffffff", true],
      ["#000000", false],
    ] as const) {
      const ramp = rampOf(ground, isLight);
      expect([ramp.length, ramp[0]]).toEqual([RAMP_STEPS, ground]);
      const lights = ramp.map(luminance);
      const sign = isLight ? -1 : 1;
      for (let step = 40; step < RAMP_STEPS; step += 12) {
        expect(sign * ((lights[step] as number) - (lights[step - 12] as number))).toBeGreaterThan(0);
      }
    }
  });
  it("is written as the words of an image", () => {
    expect(Array.from(wordsOf(["#010203"]))).toEqual([0xff030201]);
  });
});

describe("the crosshair", () => {
  const settings = { marks: [], spanMs: 10_000, fit: "book" as const, digits: 2, unit: "BTC" };
  const trades = [
    {
      id: "1",
      at: made(2).at + 100,
      price: 60_000,
      qty: 0.5,
      priceText: "",
      qtyText: "",
      side: "SELL" as const,
      isBlock: false,
    },
  ];
  const view = viewOf({ columns: [made(1), made(2)], trades }, settings, null);
  const plot = { left: 0, top: 0, width: 100, height: 100 };

  it("reads what is there", () => {
    if (!view) throw new Error("nothing in view");
    expect(view.time).toEqual({ low: made(3).at - 10_000, high: made(3).at });
    expect(readoutOf(view, made(2).at + 10, 60_000.5)).toBe(
      "12:00:02 · 60,000.50 · 0.001 BTC rests · bid 59,999.99 · ask 60,000.01 · ▼ sold 0.5",
    );
    expect(readoutOf(view, made(2).at + 10, 70_000)).toContain("beyond the cells");
    expect(readoutOf(view, made(1).at - 10, 60_000)).toContain("no data");
    expect(viewOf({ columns: [], trades }, settings, null)).toBeNull();
  });
  it("moves by seconds and cells, within the picture", () => {
    if (!view) throw new Error("nothing in view");
    const first = moved("ArrowLeft", false, null, plot, view);
    expect(first).toEqual({ x: 99, y: 50 });
    expect(moved("ArrowLeft", false, first, plot, view)).toEqual({ x: 89, y: 50 });
    expect(moved("ArrowLeft", true, first, plot, view)).toEqual({ x: 0, y: 50 });
    expect(moved("ArrowUp", false, first, plot, view)?.y).toBeCloseTo(50 - 100 / 4.48);
    expect(moved("Enter", false, first, plot, view)).toBeNull();
  });
});
