/** Numbers keep every digit they came with. */
import { describe, expect, it } from "vitest";
import { digitsOf, formatRaw, isMultiple, multiplyRaw, parseRaw, stepBy } from "../../src/lib/decimal";
import * as f from "../../src/lib/format";

describe("formatDecimal", () => {
  it.each([
    ["1234567.5", undefined, "1,234,567.5"],
    ["123456789012345678.123456789", undefined, "123,456,789,012,345,678.123456789"],
    ["0.005", 2, "0.01"],
    ["9.999", 2, "10.00"],
    ["-0.004", 2, "0.00"],
    ["-1234.5", 0, "−1,235"],
    ["+3", 1, "3.0"],
    [1e-7, undefined, "0.0000001"],
    [1e21, 0, "1,000,000,000,000,000,000,000"],
    ["", 2, "–"],
    [null, 2, "–"],
    [Number.NaN, 2, "–"],
    ["text", 2, "–"],
  ])("%s with %s digits is %s", (value, digits, shown) => {
    expect(f.formatDecimal(value, digits)).toBe(shown);
  });
});

describe("signs", () => {
  it("are shown in words, arrows and classes", () => {
    expect([f.formatSigned("2"), f.formatSigned("-2"), f.formatSigned("0")]).toEqual([
      "+2.00",
      "−2.00",
      "0.00",
    ]);
    expect(["1", "-1", "0", null].map(f.arrowOf)).toEqual(["▲", "▼", "", ""]);
    expect(["1", "-1", "0.00"].map(f.classOf)).toEqual(["up", "down", "flat"]);
    expect([f.formatBps("125"), f.formatBps("-3.4"), f.formatPct(0.5), f.formatBps(null)]).toEqual([
      "+1.25%", "−0.03%", "+50.00%", "–",
    ]); // biome-ignore format: a list
  });
});

describe("times", () => {
  it("are UTC and read nine decimals", () => {
    expect(f.formatTime("1990-01-02T21:00:00.123456789Z")).toBe("1990-01-02 21:00:00");
    expect(f.formatTime("1990-01-02T21:00:00.123456789Z", true)).toBe("1990-01-02 21:00:00.123");
    expect([f.formatDate(0), f.formatClock(0), f.formatTime("no")]).toEqual(["1970-01-01", "00:00:00", "–"]);
  });
  it("have ages with a unit", () => {
    expect([0.5, 3, 120, 7200, 200_000, Number.NaN].map(f.formatAge)).toEqual([
      "now", "3 s", "2 min", "2 h", "2 d", "–",
    ]); // biome-ignore format: a list
  });
});

describe("decimals", () => {
  it("go to raw integers and back", () => {
    for (const text of ["0", "1", "-1.5", "0.000000001", "123456789012.123456789"]) {
      expect(formatRaw(parseRaw(text) ?? 0n)).toBe(text);
    }
    expect(["", ".", "1e5", "1.0000000001", "--1", "1,0"].map(parseRaw)).toEqual(Array(6).fill(null));
  });
  it("know steps", () => {
    expect([isMultiple("1.25", "0.01"), isMultiple("1.255", "0.01"), isMultiple("x", "1")]).toEqual([
      true,
      false,
      false,
    ]);
    expect([digitsOf("0.01"), digitsOf("1"), digitsOf("0.00000001"), digitsOf(undefined)]).toEqual([
      2,
      0,
      8,
      undefined,
    ]);
    expect([stepBy("1", "0.01", 1), stepBy("", "5", 2), stepBy("0.01", "0.01", -1)]).toEqual([
      "1.01",
      "10",
      "0.01",
    ]);
  });
  it("multiply exactly", () => {
    const product = multiplyRaw(parseRaw("123456789.123456789") ?? 0n, parseRaw("1000") ?? 0n);
    expect(formatRaw(product)).toBe("123456789123.456789");
  });
});
