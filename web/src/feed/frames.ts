/** Messages of the live line: control as JSON text, data as msgpack with raw little-endian columns. */
import { decodeMsgpack } from "./msgpack";

export type Control =
  | { op: "hello"; conn: string; server_time: string; heartbeat_s: number }
  | {
      op: "subbed";
      id: number;
      topic: string;
      kind: TopicKind;
      columns?: string[];
      keys?: string[];
      /** So many of the newest rows are all there is. */
      kept?: number;
    }
  | { op: "unsubbed"; id: number }
  | { op: "keys"; id: number; keys: string[] }
  | { op: "pong"; t: number }
  | { op: "beat"; t: number; seq: number }
  | { op: "error"; id?: number; code: string; detail: string; remedy?: string }
  | { op: "bye"; code: number; reason: string };

export type TopicKind = "conflated" | "lossless" | "state";

/** Rows of a conflated topic: `keys[i]` names the row whose values are `columns[name][i]`. */
export type ColumnFrame = {
  kind: "columns";
  id: number;
  q: number;
  t: number;
  snap: boolean;
  keys: Uint32Array;
  columns: Record<string, Float64Array>;
};

/** Rows of a lossless or state topic, as the REST interface shows them. */
export type RowFrame = {
  kind: "rows";
  id: number;
  q: number;
  snap: boolean;
  rows: Record<string, unknown>[];
};

/** A control message, or null where the text is none. */
export function parseControl(text: string): Control | null {
  try {
    const message: unknown = JSON.parse(text);
    if (typeof message === "object" && message !== null && "op" in message) return message as Control;
  } catch {
    // Not JSON: nothing of ours.
  }
  return null;
}

/** A data frame. Throws RangeError where the bytes do not fit the contract. */
export function parseFrame(data: ArrayBuffer): ColumnFrame | RowFrame {
  const map = decodeMsgpack(new Uint8Array(data)) as Record<string, unknown>;
  if (typeof map !== "object" || map === null || typeof map.s !== "number") {
    throw new RangeError("the frame names no subscription");
  }
  const head = { id: map.s, q: Number(map.q ?? 0), snap: map.snap === true };
  if (Array.isArray(map.rows)) {
    return { kind: "rows", ...head, rows: map.rows as Record<string, unknown>[] };
  }
  const columns: Record<string, Float64Array> = {};
  const keys = toUint32(bytesOf(map.k, "k"));
  for (const [name, value] of Object.entries((map.c ?? {}) as Record<string, unknown>)) {
    const column = toFloat64(bytesOf(value, name));
    if (column.length !== keys.length) {
      throw new RangeError(`column ${name} has ${column.length} rows, was told of ${keys.length}`);
    }
    columns[name] = column;
  }
  return { kind: "columns", ...head, t: Number(map.t ?? 0), keys, columns };
}

function bytesOf(value: unknown, name: string): Uint8Array {
  if (value instanceof Uint8Array) return value;
  throw new RangeError(`${name} is not bytes`);
}

/** A fresh, aligned copy: the bytes lie anywhere in the message. */
function toFloat64(bytes: Uint8Array): Float64Array {
  if (bytes.byteLength % 8 !== 0) throw new RangeError("a column of numbers is cut short");
  return new Float64Array(bytes.slice().buffer);
}

function toUint32(bytes: Uint8Array): Uint32Array {
  if (bytes.byteLength % 4 !== 0) throw new RangeError("the column of keys is cut short");
  return new Uint32Array(bytes.slice().buffer);
}
