/** Keys do nothing while typing; sequences wait a moment; preferences and addresses survive damage. */
import { beforeEach, describe, expect, it } from "vitest";
import { isTyping, KeyReader, moveRow, type Stroke } from "../../src/lib/keys";
import { readPreferences } from "../../src/lib/preferences";
import { hasRole } from "../../src/lib/roles";
import { hrefOf, navigate, parseSearch, stringifySearch } from "../../src/lib/router";

const stroke = (key: string, more: Partial<Stroke> = {}): Stroke => ({
  key,
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  shiftKey: false,
  ...more,
});

describe("KeyReader", () => {
  it("joins a prefix with the next key, if it comes soon", () => {
    const reader = new KeyReader();
    expect([reader.read(stroke("g"), 0), reader.read(stroke("t"), 500)]).toEqual(["", "g t"]);
    expect([reader.read(stroke("g"), 0), reader.read(stroke("j"), 5_000)]).toEqual(["", "j"]);
    expect([reader.read(stroke("t"), 0), reader.read(stroke("ArrowLeft"), 9)]).toEqual(["", "t ArrowLeft"]);
  });
  it("names chords with a modifier and leaves Alt to the system", () => {
    const reader = new KeyReader();
    expect(reader.read(stroke("K", { ctrlKey: true }), 0)).toBe("mod+k");
    expect(reader.read(stroke("k", { metaKey: true }), 0)).toBe("mod+k");
    expect(reader.read(stroke("b", { altKey: true }), 0)).toBe("");
    expect(reader.read(stroke("?", { shiftKey: true }), 0)).toBe("?");
  });
});

describe("isTyping", () => {
  it("is true in fields, false on buttons and checkboxes", () => {
    document.body.innerHTML =
      '<input><input type="checkbox"><textarea></textarea><select></select><button></button>';
    const typing = Array.from(document.body.children).map(isTyping);
    expect(typing).toEqual([true, false, true, true, false]);
    expect(isTyping(null)).toBe(false);
  });
});

describe("moveRow", () => {
  it("begins at the first row and stays within the table", () => {
    document.body.innerHTML =
      '<main><div data-rows><b data-row tabindex="-1" id="a"></b><b data-row tabindex="-1" id="b"></b></div></main>';
    const at = () => document.activeElement?.id;
    moveRow(1);
    expect(at()).toBe("a");
    moveRow(1);
    moveRow(1);
    expect(at()).toBe("b");
    moveRow(-1);
    expect(at()).toBe("a");
  });
});

describe("readPreferences", () => {
  it("keeps what is known and drops the rest", () => {
    expect(readPreferences('{"theme":"light","density":"huge","keys":0,"evil":1}')).toMatchObject({
      theme: "light",
      density: "compact",
      keys: true,
      tradingKeys: false,
    });
    expect(readPreferences("{").theme).toBe("dark");
    expect(readPreferences("null").updown).toBe("blue-orange");
    expect(readPreferences(null)).not.toHaveProperty("evil");
  });
});

describe("hasRole", () => {
  it("includes the roles below and nothing for the unknown", () => {
    expect(hasRole("operator", "trader")).toBe(true);
    expect(hasRole("trader", "operator")).toBe(false);
    expect(hasRole(undefined, "viewer")).toBe(false);
    expect(hasRole("viewer", undefined)).toBe(true);
    expect(hasRole("root", "viewer")).toBe(false);
  });
});

describe("addresses", () => {
  beforeEach(() => navigate("/start"));

  it("hold plain strings, empty ones left out", () => {
    expect(stringifySearch({ a: "100", b: "", c: undefined, d: "x y" })).toBe("?a=100&d=x+y");
    expect(parseSearch("?a=100&d=x+y")).toEqual({ a: "100", d: "x y" });
    expect(hrefOf("/orders?status=open", { account: "p" })).toBe("/orders?account=p&status=open");
  });
  it("change with navigation, one entry of the history each unless replaced", () => {
    const before = window.history.length;
    navigate("/trade", { account: "p" });
    navigate(null, (now) => ({ ...now, symbol: "S" }), true);
    navigate(null, (now) => now);
    expect(window.location.pathname + window.location.search).toBe("/trade?account=p&symbol=S");
    expect(window.history.length).toBe(before + 1);
  });
});
