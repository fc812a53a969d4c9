/** What the views compute before they draw. */
import { describe, expect, it } from "vitest";
import { decimalsOf, directionOf, textOf, toneOf } from "../../src/spec/cells";
import { axisText, padded } from "../../src/spec/charts/lineOptions";
import { inkOn, luminance, mix } from "../../src/spec/charts/palette";
import { lineData, lineSummary, linesOf, mergeLines, rangeOf } from "../../src/spec/charts/series";
import { fitted, widthOf } from "../../src/spec/charts/words";
import { csvOf, fileName, tsvOf } from "../../src/spec/exporting";
import { barsOf } from "../../src/spec/views/Bar";
import { candleBars, isDaily } from "../../src/spec/views/Candles";
import { cellText, gridOf, headsOf } from "../../src/spec/views/Heatmap";
import { reduceRows } from "../../src/spec/views/Kpi";
import { isSafeLink, parseInline, parseMarkdown } from "../../src/spec/views/markdownParser";
import { compareValues, keyOf } from "../../src/spec/views/Table";
import { inWords } from "../../src/spec/words";

describe("cells", () => {
  it.each([
    ["1234567.891", "money", "1,234,567.89"],
    ["12345678901234567890.5", "money", "12,345,678,901,234,567,890.50"],
    [null, "money", "–"],
    ["NaN", "money", "–"],
    ["0.1234", "pct", "12.34%"],
    ["-250", "bps", "−2.50%"],
    [{ USD: "12.5", EUR: "-3" }, "money", "12.50 USD · −3.00 EUR"],
    ["1990-01-25T21:00:00.123456789Z", "time", "1990-01-25 21:00:00"],
    ["PARTIALLY_FILLED", "status", "Partially filled"],
    [true, "status", "Yes"],
    ["101.2345", "price", "101.2345"],
    ["101", "price", "101.00"],
    [["a", "b"], "text", "a, b"],
    [4.7189e19, "pct", "4.72 × 10²¹%"],
    [-1e9, "decimal", "−1.00 × 10⁹"],
    [999_999_999.4, "decimal", "999,999,999.40"],
    ["1234567890123.5", "decimal", "1,234,567,890,123.5"],
  ] as const)("%j as %s is %s", (value, format, text) => expect(textOf(value, format)).toBe(text));
  it("have a direction where all currencies agree", () => {
    expect(directionOf({ USD: "1", EUR: "0" })).toBe(1);
    expect(directionOf({ USD: "1", EUR: "-1" })).toBe(0);
    expect(directionOf("-0.00")).toBe(0);
  });
  it("have tones for words of state", () =>
    expect([toneOf("HALTED"), toneOf("ok"), toneOf("BLUE")]).toEqual(["error", "ok", ""]));
});

describe("lines", () => {
  const series = [{ key: "v", title: "V" }];
  it("are in order of time, with gaps, the last of several at a time", () => {
    const rows = [
      { ts: "1990-01-03T00:00:00Z", v: "3" },
      { ts: "1990-01-01T00:00:00Z", v: "1" },
      { ts: "1990-01-02T00:00:00Z", v: null },
      { ts: "1990-01-03T00:00:00Z", v: "4" },
      { ts: "never", v: "5" },
    ];
    const data = lineData(rows, "ts", series);
    expect(data.x.map((at) => new Date(at * 1000).getUTCDate())).toEqual([1, 2, 3]);
    expect(data.series[0]?.values).toEqual([1, null, 4]);
    expect(lineData(rows, "ts", [{ key: "v", title: "V", negate: true }]).series[0]?.values).toEqual([
      -1,
      null,
      -4,
    ]);
    expect(lineSummary(data, String, String)).toContain("V: from 1 to 4, low 1, high 4.");
  });

  it("draws a line for each name in the column of groups", () => {
    const rows = [
      { ts: "2020-01-01T00:00:00Z", factor: "MTUM", beta: 1 },
      { ts: "2020-01-01T00:00:00Z", factor: "VLUE", beta: 2 },
      { ts: "2020-01-02T00:00:00Z", factor: "VLUE", beta: 3 },
    ];
    const data = linesOf(rows, { x: "ts", series: [{ key: "beta", title: "Beta" }], group: "factor" });
    expect(data.x).toHaveLength(2);
    expect(data.series.map(({ title }) => title)).toEqual(["MTUM", "VLUE"]);
    expect(data.series.map(({ values }) => values)).toEqual([
      [1, undefined],
      [2, 3],
    ]);
  });
  it("of two runs share one axis of time", () => {
    const one = { x: [1, 2], series: [{ title: "E", area: true, values: [10, 20] }] };
    const two = { x: [2, 3], series: [{ title: "E", area: true, values: [5, 6] }] };
    expect(
      mergeLines([
        { label: "a", data: one },
        { label: "b", data: two },
      ]),
    ).toEqual({
      x: [1, 2, 3],
      series: [
        { title: "E a", area: false, values: [10, 20, undefined] },
        { title: "E b", area: false, values: [undefined, 5, 6] },
      ],
    });
  });
  it("begin where a range does", () => {
    const at = (text: string) => Date.parse(text) / 1000;
    const x = [at("1990-01-01T00:00:00Z"), at("1995-06-15T00:00:00Z")];
    expect(rangeOf("YTD", x)).toEqual([at("1995-01-01T00:00:00Z"), x[1]]);
    expect(rangeOf("1Y", x)).toEqual([at("1994-06-15T00:00:00Z"), x[1]]);
    expect(rangeOf("All", x)).toEqual(x);
    expect(rangeOf("1M", [])).toBeNull();
  });
  it("have room around them", () => {
    expect(padded(5, 5)).toEqual([4.95, 5.05]);
    expect(padded(-10, 0)[1]).toBe(0);
    expect(padded(null, null)).toEqual([0, 1]);
    expect([axisText(1500000, "money"), axisText(-0.2, "pct")]).toEqual(["1.5M", "−20%"]);
  });
});

it("bars are the largest first, without what is no number", () => {
  const rows = [
    { n: "a", v: "1" },
    { n: "b", v: "-5" },
    { n: "c", v: "x" },
    { n: "d", v: "2" },
  ];
  const options = { x: "n", series: [{ key: "v", title: "V" }], limit: 2 };
  expect(barsOf(rows, options).map((bar) => bar.name)).toEqual(["b", "d"]);
});

it("a column has the decimals that its numbers call for", () => {
  expect(decimalsOf([1, 0.25, 12], "decimal")).toBe(2);
  expect(decimalsOf([0.92, 0.0003], "decimal")).toBe(4);
  expect(decimalsOf([0.5, 1e-17], "decimal")).toBe(2);
  expect(decimalsOf([0.0422, 0.0419], "decimal")).toBe(4);
  expect(decimalsOf([1e-17, 0], "decimal")).toBe(2);
  expect(decimalsOf([1, 2, null], "decimal")).toBeUndefined();
  expect(decimalsOf([0.5, "0.125"], "decimal")).toBeUndefined();
  expect(decimalsOf([0.5, 0.25], "pct")).toBeUndefined();
});

it("a name is cut where it is wider than its room, by its letters", () => {
  expect(widthOf("WMT.XNYS")).toBeGreaterThan(widthOf("residual"));
  expect(fitted("AAPL.XNAS", widthOf("AAPL.XNAS"))).toBe("AAPL.XNAS");
  const short = fitted("residual_volatility", 80);
  expect(short).toMatch(/^residual_.*…$/);
  expect(widthOf(short)).toBeLessThanOrEqual(80);
  expect(fitted("market", 5)).toBe("ma…");
});

it("heads of a heat map are in one line, in two, or upwards where they have no room", () => {
  expect(headsOf(["Beta", "Momentum"], 90)).toEqual({
    head: 24,
    lines: [["Beta"], ["Momentum"]],
    isUpright: false,
  });
  const two = headsOf(["Beta", "Residual volatility"], 70);
  expect(two).toEqual({ head: 37, lines: [["Beta"], ["Residual", "volatility"]], isUpright: false });
  const upright = headsOf(["MTUM.BATS", "A name that is longer than a head may be"], 44);
  expect(upright.isUpright).toBe(true);
  expect(upright.head).toBe(120);
  expect(upright.lines[0]).toEqual(["MTUM.BATS"]);
  expect(upright.lines[1]?.[0]).toMatch(/…$/);
});

it("cells of a heat map have the same decimals, and percent their sign", () => {
  const of = (...values: number[]) =>
    gridOf(
      values.map((value, at) => ({ x: "a", y: `r${at}`, value })),
      { x: "x", y: "y", value: "value" },
    );
  expect(cellText(-0.0413, of(-0.0413, 1))).toBe("\u22120.04");
  expect(cellText(1, of(-0.0413, 1))).toBe("1.00");
  expect(cellText(-0.001, of(0.5, 1))).toBe("0.00");
  expect(cellText(0.0413, of(0.0413, 0.02))).toBe("0.0413");
  expect(cellText(3, of(3, 1))).toBe("3");
  expect(cellText(0.3046, of(0.3, 0.1), "pct")).toBe("30.5%");
  expect(cellText(0.0012, of(0.001, 0.002), "pct")).toBe("0.12%");
});

it("a heat map has every month of its labels, and a robust extent", () => {
  const rows = [
    [1990, 1, 0.01],
    [1990, 3, -0.02],
    [1991, 2, Number.NaN],
  ];
  const grid = gridOf(rows, { x: "1", y: "0", value: "2", x_labels: ["Jan", "Feb", "Mar"] });
  expect([grid.xs, grid.ys, grid.values.size, grid.extent]).toEqual([
    ["1", "2", "3"],
    ["1990", "1991"],
    2,
    0.01,
  ]);
  expect(gridOf([], { x: "1", y: "0", value: "2" }).extent).toBe(1);
});

it("colors mix, and ink is read on them", () => {
  expect(mix("#000000", "#ffffff", 0.5)).toBe("#808080");
  expect(luminance("#ffffff")).toBeCloseTo(1);
  expect([inkOn("#ffffff"), inkOn("#0b3d66")]).toEqual(["#000000", "#ffffff"]);
});

it("candles are in order, and know days", () => {
  const options = { x: "ts", open: "o", high: "h", low: "l", close: "c" };
  const rows = [
    { ts: "1990-01-03T00:00:00Z", c: "2" },
    { ts: "1990-01-01T00:00:00Z", c: "1" },
    { ts: "1990-01-02T00:00:00Z" },
  ];
  const bars = candleBars(rows, options);
  expect(bars.map((bar) => bar.close)).toEqual([1, 2]);
  expect(isDaily(bars)).toBe(true);
});

it("rows reduce to one figure", () => {
  const rows = [{ v: "10" }, { v: "12.5" }, { v: null }, { v: "12.6" }];
  const all = (["first", "last", "change", "growth", "sum", "count"] as const).map((how) =>
    reduceRows(rows, "v", how),
  );
  expect(all).toEqual(["10", "12.6", 0.1, 2.6, 35.1, 4]);
  expect(reduceRows([], "v", "change")).toBeUndefined();
});

it("tables sort numbers by size and have keys of several columns", () => {
  expect(["10", "9", "b", "a"].sort(compareValues)).toEqual(["9", "10", "a", "b"]);
  expect(keyOf({ seq: 5, n: 0 }, 3, "seq,n")).toBe("5|0");
  expect(keyOf({}, 3, "seq")).toBe("3");
});

it("names in columns that have plain words are shown by them, and nothing else is", () => {
  const words = { method: { herc: "Equal risk" } };
  const rows = [{ method: "herc", asset: "herc" }, { method: "toString" }, { method: null }];
  expect(inWords(rows, words)).toEqual([{ method: "Equal risk", asset: "herc" }, rows[1], rows[2]]);
  expect(inWords({ method: "herc" }, words)).toEqual({ method: "Equal risk" });
  expect(inWords({ method: "herc + own" }, words)).toEqual({ method: "Equal risk + own" });
  expect(inWords(rows, undefined)).toBe(rows);
  expect(inWords(undefined, words)).toBeUndefined();
});

describe("files", () => {
  const columns = [
    { key: "a", title: "A" },
    { key: "b", title: "B, b" },
    { key: "a", title: "", text: "Open" },
  ];
  it("are quoted, and run nothing in a spreadsheet", () => {
    const rows = [
      { a: 'say "x"', b: "=1+1" },
      { a: "-5", b: null },
    ];
    expect(csvOf({ columns, rows })).toBe('A,"B, b"\r\n"say ""x""",\'=1+1\r\n-5,\r\n');
    expect(tsvOf({ columns, rows: [{ a: "1", b: "2" }] })).toBe("A\tB, b\n1\t2");
  });
  it("have plain names", () =>
    expect(fileName("P&L / 1990 – Übersicht", "csv")).toBe("p-l-1990-bersicht.csv"));
});

describe("Markdown", () => {
  it("knows headings, lists, tables, code", () => {
    const kinds = parseMarkdown(
      "# T\ntext\nmore\n\n- a\n- b\n\n1. x\n\n| A | B |\n|---|---|\n| 1 | 2 |\n\n```\n<b>\n```",
    );
    expect(kinds.map((piece) => piece.kind)).toEqual([
      "heading",
      "paragraph",
      "list",
      "list",
      "table",
      "code",
    ]);
  });
  it("leaves HTML as text and strange links as words", () => {
    expect(parseInline("<img src=x onerror=alert(1)>")).toEqual([
      { kind: "text", text: "<img src=x onerror=alert(1)>" },
    ]);
    expect(parseInline("[x](javascript:alert)")[0]?.kind).toBe("text");
    expect(["/a", "https://a.example/b", "//evil", "/\\evil", "http://a", "data:x"].map(isSafeLink)).toEqual([
      true,
      true,
      false,
      false,
      false,
      false,
    ]);
  });
  it("ends, whatever it is given", () => {
    for (const text of ["|", "|\n|---", "- ", "```", "#", "* ", "1.", "\n\n", "**a*b**"])
      expect(parseMarkdown(text)).toBeTruthy();
  });
});
