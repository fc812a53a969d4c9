/** Reads msgpack: all of the format but extensions and timestamps, which no message uses. */

const text = new TextDecoder();

/** The value that `bytes` hold. Binary stays a view into them. Throws RangeError where they are cut short or foreign. */
export function decodeMsgpack(bytes: Uint8Array): unknown {
  const reader = new Reader(bytes);
  const value = reader.value();
  if (reader.at !== bytes.length) throw new RangeError("bytes follow the msgpack value");
  return value;
}

class Reader {
  at = 0;
  #bytes: Uint8Array;
  #view: DataView;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  value(): unknown {
    const tag = this.#unsigned(1);
    if (tag < 0x80) return tag;
    if (tag < 0x90) return this.#map(tag & 0x0f);
    if (tag < 0xa0) return this.#list(tag & 0x0f);
    if (tag < 0xc0) return this.#text(tag & 0x1f);
    if (tag >= 0xe0) return tag - 0x100;
    return this.#tagged(tag);
  }

  #tagged(tag: number): unknown {
    switch (tag) {
      case 0xc0:
        return null;
      case 0xc2:
        return false;
      case 0xc3:
        return true;
      case 0xca:
        return this.#view.getFloat32(this.#take(4));
      case 0xcb:
        return this.#view.getFloat64(this.#take(8));
    }
    if (tag >= 0xc4 && tag <= 0xc6) return this.#binary(this.#unsigned(1 << (tag - 0xc4)));
    if (tag >= 0xcc && tag <= 0xcf) return this.#unsigned(1 << (tag - 0xcc));
    if (tag >= 0xd0 && tag <= 0xd3) return this.#signed(1 << (tag - 0xd0));
    if (tag >= 0xd9 && tag <= 0xdb) return this.#text(this.#unsigned(1 << (tag - 0xd9)));
    if (tag === 0xdc || tag === 0xdd) return this.#list(this.#unsigned(tag === 0xdc ? 2 : 4));
    if (tag === 0xde || tag === 0xdf) return this.#map(this.#unsigned(tag === 0xde ? 2 : 4));
    throw new RangeError(`the msgpack type 0x${tag.toString(16)} is not read`);
  }

  /** Where `count` bytes begin, having passed them. */
  #take(count: number): number {
    const from = this.at;
    if (from + count > this.#bytes.length) throw new RangeError("the msgpack value is cut short");
    this.at += count;
    return from;
  }

  #unsigned(width: number): number {
    const at = this.#take(width);
    if (width === 1) return this.#bytes[at] as number;
    if (width === 2) return this.#view.getUint16(at);
    return width === 4 ? this.#view.getUint32(at) : Number(this.#view.getBigUint64(at));
  }

  #signed(width: number): number {
    const at = this.#take(width);
    if (width === 1) return this.#view.getInt8(at);
    if (width === 2) return this.#view.getInt16(at);
    return width === 4 ? this.#view.getInt32(at) : Number(this.#view.getBigInt64(at));
  }

  #binary(length: number): Uint8Array {
    const from = this.#take(length);
    return this.#bytes.subarray(from, from + length);
  }

  #text(length: number): string {
    return text.decode(this.#binary(length));
  }

  #list(length: number): unknown[] {
    const list: unknown[] = [];
    for (let index = 0; index < length; index += 1) list.push(this.value());
    return list;
  }

  #map(length: number): Record<string, unknown> {
    const map: Record<string, unknown> = {};
    for (let index = 0; index < length; index += 1) {
      const key = String(this.value());
      const value = this.value();
      if (key !== "__proto__") map[key] = value;
    }
    return map;
  }
}
