import { describe, expect, it } from "vitest";
import {
  fill,
  fillAll,
  fillWords,
  holds,
  linkTo,
  PointerError,
  resolvePointer,
  valueAt,
} from "../../src/spec/pointer";

describe("a JSON pointer", () => {
  // The document and the answers are those of RFC 6901, section 5.
  const document = {
    foo: ["bar", "baz"],
    "": 0,
    "a/b": 1,
    "c%d": 2,
    "e^f": 3,
    "g|h": 4,
    "i\\j": 5,
    'k"l': 6,
    " ": 7,
    "m~n": 8,
  };
  it.each([
    ["", document],
    ["/foo", ["bar", "baz"]],
    ["/foo/0", "bar"],
    ["/", 0],
    ["/a~1b", 1],
    ["/c%d", 2],
    ["/e^f", 3],
    ["/g|h", 4],
    ["/i\\j", 5],
    ['/k"l', 6],
    ["/ ", 7],
    ["/m~0n", 8],
  ])("%s", (pointer, expected) => expect(resolvePointer(document, pointer)).toEqual(expected));

  it("says which part is not there", () => {
    expect(() => resolvePointer({ a: { b: 1 } }, "/a/c")).toThrow('no "c" in /a');
    expect(() => resolvePointer({ a: 1 }, "/a/b")).toThrow(PointerError);
    expect(() => resolvePointer({}, "/constructor")).toThrow(PointerError);
    expect(() => resolvePointer({}, "a")).toThrow(PointerError);
  });

  it("is null where the server knows nothing", () => expect(resolvePointer({ a: null }, "/a/b")).toBeNull());
});

describe("names in texts", () => {
  const lookup = (name: string) => ({ id: "a/b", n: 3, none: null })[name];
  it("are put in, encoded for addresses", () => {
    expect(fill("/runs/{id}", lookup, encodeURIComponent)).toBe("/runs/a%2Fb");
    expect(fill("{n}", lookup)).toBe("3");
  });
  it("keep an address from being made when unknown", () => {
    expect(fill("/runs/{who}", lookup)).toBeNull();
    expect(fill("/runs/{none}", lookup)).toBeNull();
  });
  it("become nothing in words", () => expect(fillWords("Halt {who} now", lookup)).toBe("Halt now"));
  it("are put in at every depth", () => {
    expect(fillAll({ a: ["{n}"], b: { c: "{id}" }, d: true }, lookup)).toEqual({
      a: ["3"],
      b: { c: "a/b" },
      d: true,
    });
  });
});

describe("values and conditions", () => {
  it("are found by keys with dots", () => {
    expect(valueAt({ request: { strategy: "x" } }, "request.strategy")).toBe("x");
    expect(valueAt({ "a.b": 1 }, "a.b")).toBe(1);
    expect(valueAt([1990, 1, 0.5], "2")).toBe(0.5);
    expect(valueAt(null, "a")).toBeUndefined();
    expect(valueAt({}, "__proto__.x")).toBeUndefined();
  });
  it("hold when every column has one of its texts", () => {
    expect(holds({ state: "RUNNING", on: true }, { state: ["RUNNING", "DONE"], on: ["true"] })).toBe(true);
    expect(holds({ state: "FAILED" }, { state: ["RUNNING"] })).toBe(false);
    expect(holds({}, undefined)).toBe(true);
  });
});

describe("links", () => {
  const row: Record<string, unknown> = {
    link: "/trade?order=7",
    id: "a/b",
    away: "//evil.example/x",
    none: "",
  };
  const lookup = (name: string) => row[name];
  it("of one name alone are addresses by themselves, of this desk only", () => {
    expect(linkTo("{link}", lookup)).toBe("/trade?order=7");
    expect(linkTo("{away}", lookup)).toBeNull();
    expect(linkTo("{id}", lookup)).toBeNull();
    expect(linkTo("{none}", lookup)).toBeNull();
  });
  it("keep what is filled in from being more than a part", () => {
    expect(linkTo("/runs/{id}", lookup)).toBe("/runs/a%2Fb");
  });
});
