/** Where live values are kept, outside React: columns for quotes and bars, rows for orders and the like. */
import type { ColumnFrame, RowFrame } from "./frames";

type Listener = () => void;

class Listeners {
  readonly #all = new Set<Listener>();
  add(listener: Listener): () => void {
    this.#all.add(listener);
    return () => this.#all.delete(listener);
  }
  call(): void {
    for (const listener of this.#all) listener();
  }
}

/** A struct of arrays: one row per key, one Float64Array per column, NaN where not known. */
export class ColumnStore {
  readonly keys: string[] = [];
  readonly columns = new Map<string, Float64Array>();
  /** Grows with every change; painters compare it with what they painted. */
  version = 0;
  /** The version at which each row last changed. */
  #changedAt = new Uint32Array(16);
  #rows = new Map<string, number>();
  #serverRows: number[] = [];
  #listeners = new Listeners();

  /** The row of a key, or -1. */
  row(key: string): number {
    return this.#rows.get(key) ?? -1;
  }

  /** The value of a column in a key's row; NaN where not known. */
  value(key: string, column: string): number {
    const row = this.row(key);
    return row < 0 ? Number.NaN : (this.columns.get(column)?.[row] ?? Number.NaN);
  }

  /** Whether a key's row changed after `version`. */
  isDirty(key: string, version: number): boolean {
    const row = this.row(key);
    return row >= 0 && (this.#changedAt[row] ?? 0) > version;
  }

  /** Keys as the server numbers them, all (on a new subscription) or one after another. */
  setKeys(keys: readonly string[], isAll: boolean): void {
    if (isAll) this.#serverRows = [];
    for (const key of keys) this.#serverRows.push(this.#rowFor(key));
  }

  /** Take in a frame; rows whose key was never announced are left out. */
  apply(frame: ColumnFrame): void {
    this.version += 1;
    if (frame.snap) for (const column of this.columns.values()) column.fill(Number.NaN);
    for (const [name, values] of Object.entries(frame.columns)) {
      const column = this.#column(name);
      for (let index = 0; index < frame.keys.length; index += 1) {
        const row = this.#serverRows[frame.keys[index] ?? -1];
        if (row === undefined) continue;
        column[row] = values[index] ?? Number.NaN;
        this.#changedAt[row] = this.version;
      }
    }
    this.#listeners.call();
  }

  subscribe = (listener: Listener): (() => void) => this.#listeners.add(listener);

  #rowFor(key: string): number {
    const known = this.#rows.get(key);
    if (known !== undefined) return known;
    const row = this.keys.push(key) - 1;
    this.#rows.set(key, row);
    if (row >= this.#changedAt.length) this.#grow(row * 2);
    return row;
  }

  #grow(size: number): void {
    const changedAt = new Uint32Array(size);
    changedAt.set(this.#changedAt);
    this.#changedAt = changedAt;
    for (const [name, old] of this.columns) {
      const column = new Float64Array(size).fill(Number.NaN);
      column.set(old);
      this.columns.set(name, column);
    }
  }

  #column(name: string): Float64Array {
    let column = this.columns.get(name);
    if (!column) {
      column = new Float64Array(this.#changedAt.length).fill(Number.NaN);
      this.columns.set(name, column);
    }
    return column;
  }
}

export type Row = Record<string, unknown>;

/** Rows by key, newest version of each; bounded, the oldest seen go first. */
export class RowStore<T extends Row = Row> {
  readonly rows = new Map<string, T>();
  version = 0;
  /** The last journal number seen, from which a lost line resumes. */
  seq = 0;
  /** Grows when rows were missed. */
  epoch = 0;
  /** Grows with each snapshot: what was before it may be of another time. */
  snapshots = 0;
  #keyOf: (row: T) => string;
  #limit: number;
  #list: readonly T[] = [];
  #listVersion = -1;
  #listeners = new Listeners();

  constructor(keyOf: (row: T) => string, limit = 20_000) {
    this.#keyOf = keyOf;
    this.#limit = limit;
  }

  /** Take in rows read over REST, good up to `seq`; rows that came live in between are newer and stay. */
  seed(rows: readonly T[], seq: number): void {
    for (const row of rows) {
      const key = this.#keyOf(row);
      if (!this.rows.has(key)) this.rows.set(key, row);
    }
    this.seq = Math.max(this.seq, seq);
    this.#changed();
  }

  /** Keep so many at most from now on: the newest. */
  keep(limit: number): void {
    this.#limit = limit;
  }

  apply(frame: RowFrame): void {
    if (frame.snap) {
      this.rows.clear();
      this.snapshots += 1;
    }
    for (const row of frame.rows as T[]) this.rows.set(this.#keyOf(row), row);
    this.seq = Math.max(this.seq, frame.q);
    for (const key of this.rows.keys()) {
      if (this.rows.size <= this.#limit) break;
      this.rows.delete(key);
    }
    this.#changed();
  }

  /** Some rows were missed: what is here is dropped, and `epoch` tells whoever seeded it to do so again. */
  lose(): void {
    this.rows.clear();
    this.seq = 0;
    this.epoch += 1;
    this.#changed();
  }

  /** The rows as a list that stays the same object until something changes. */
  list = (): readonly T[] => {
    if (this.#listVersion !== this.version) {
      this.#list = [...this.rows.values()];
      this.#listVersion = this.version;
    }
    return this.#list;
  };

  subscribe = (listener: Listener): (() => void) => this.#listeners.add(listener);

  #changed(): void {
    this.version += 1;
    this.#listeners.call();
  }
}

/** The key of a row of a topic, by the first of these fields that it has; topics of a family have the same ones. */
export function keyOfRow(topic: string): (row: Row) => string {
  const fields = KEYS[topic] ?? KEYS[topic.split("/", 2).join("/")] ?? ["id", "seq"];
  return (row) => {
    const parts = fields.map((field) => row[field]).filter((value) => value !== undefined && value !== null);
    return parts.length > 0 ? parts.join("|") : JSON.stringify(row);
  };
}

const KEYS: Record<string, string[]> = {
  orders: ["created_seq"],
  fills: ["seq", "execution_id"],
  alerts: ["seq"],
  positions: ["account_id", "instrument_id"],
  accounts: ["account_id"],
  feed: ["data"],
  "trading-state": ["scope", "target"],
  services: ["role"],
  "strategy-runs": ["run_id"],
  jobs: ["job_id"],
  "sim/state": ["seed"],
  "sim/agents": ["name"],
  "sim/gauges": ["instrument_id"],
  "sim/book": ["instrument_id"],
  "sim/tape": ["trade_id"],
  "sim/heat": ["at"],
};
