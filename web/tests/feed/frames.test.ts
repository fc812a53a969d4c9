/** Frames are read as another writer of msgpack makes them. */
import { encode } from "@msgpack/msgpack";
import { describe, expect, it } from "vitest";
import { parseControl, parseFrame } from "../../src/feed/frames";
import { decodeMsgpack } from "../../src/feed/msgpack";

const bytesOf = (array: Float64Array | Uint32Array) => new Uint8Array(array.buffer);
const bufferOf = (value: unknown) => encode(value).slice().buffer as ArrayBuffer;

describe("decodeMsgpack", () => {
  const values: unknown[] = [
    null, true, false, 0, 127, 128, 255, 256, 65_535, 65_536, 4_294_967_295, 4_294_967_296, -1, -32, -33, -128,
    -129, -32_769, -2_147_483_649, 1.5, -0.1, "", "abc", "ü€😀", "x".repeat(40), "y".repeat(300), "z".repeat(70_000),
    [], [1, [2, "3"]], Array.from({ length: 20 }, (_, n) => n), {}, { a: { b: [null] } },
    Object.fromEntries(Array.from({ length: 20 }, (_, n) => [`k${n}`, n])),
    Array.from({ length: 70_000 }, () => 1),
  ]; // biome-ignore format: a list

  it.each(values.map((value) => [value]))("reads what the usual writer wrote: %j", (value) => {
    expect(decodeMsgpack(encode(value))).toEqual(value);
  });
  it("reads binary of each width", () => {
    for (const length of [0, 3, 300, 70_000]) {
      const bytes = new Uint8Array(length).fill(7);
      expect(decodeMsgpack(encode(bytes))).toEqual(bytes);
    }
  });
  it("refuses what is cut short, goes on, or is foreign", () => {
    const whole = encode({ a: "text", b: 1.5 });
    for (let end = 0; end < whole.length; end += 1) {
      expect(() => decodeMsgpack(whole.subarray(0, end))).toThrow(RangeError);
    }
    expect(() => decodeMsgpack(new Uint8Array([1, 2]))).toThrow("follow");
    expect(() => decodeMsgpack(new Uint8Array([0xd4, 1, 1]))).toThrow("0xd4");
  });
});

describe("parseFrame", () => {
  it("gives aligned columns whatever their place in the message", () => {
    for (let shift = 0; shift < 8; shift += 1) {
      const frame = parseFrame(
        bufferOf({
          pad: "x".repeat(shift), s: 3, q: 9, t: 5, n: 2, snap: true,
          k: bytesOf(Uint32Array.of(1, 0)), c: { last: bytesOf(Float64Array.of(1.5, Number.NaN)) },
        }),
      ); // biome-ignore format: one message
      if (frame.kind !== "columns") throw new Error("not columns");
      expect([frame.id, frame.q, frame.snap]).toEqual([3, 9, true]);
      expect([...frame.keys]).toEqual([1, 0]);
      expect([...(frame.columns.last ?? [])]).toEqual([1.5, Number.NaN]);
    }
  });
  it("gives rows as they are", () => {
    const frame = parseFrame(bufferOf({ s: 1, q: 7, snap: false, rows: [{ order_id: 4 }] }));
    expect(frame).toEqual({ kind: "rows", id: 1, q: 7, snap: false, rows: [{ order_id: 4 }] });
  });
  it("refuses columns that do not fit", () => {
    const k = bytesOf(Uint32Array.of(0));
    const two = bytesOf(Float64Array.of(1, 2));
    expect(() => parseFrame(bufferOf({ s: 1, k, c: { last: two } }))).toThrow("column last has 2 rows");
    expect(() => parseFrame(bufferOf({ s: 1, k: k.slice(1), c: {} }))).toThrow("cut short");
    expect(() => parseFrame(bufferOf({ s: 1, k: "no", c: {} }))).toThrow("not bytes");
    expect(() => parseFrame(bufferOf({ k, c: {} }))).toThrow("names no subscription");
  });
});

describe("parseControl", () => {
  it("reads messages and leaves what is none", () => {
    expect(parseControl('{"op":"beat","t":1,"seq":2}')).toEqual({ op: "beat", t: 1, seq: 2 });
    expect(parseControl("{")).toBeNull();
    expect(parseControl("[]")).toBeNull();
    expect(parseControl("null")).toBeNull();
  });
});
