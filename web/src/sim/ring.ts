/** The last few of something that comes one after the other. */

export class Ring<T> {
  #items: T[] = [];
  #start = 0;
  readonly capacity: number;

  /** Holds at most `capacity` things, one at least. */
  constructor(capacity: number) {
    if (!Number.isInteger(capacity) || capacity < 1) {
      throw new RangeError(`A ring holds a whole number of things, one at least; ${capacity} was asked for.`);
    }
    this.capacity = capacity;
  }

  get length(): number {
    return this.#items.length;
  }

  get last(): T | undefined {
    return this.at(this.length - 1);
  }

  /** Put one behind the others; the oldest goes where it is full. */
  push(item: T): void {
    if (this.#items.length < this.capacity) {
      this.#items.push(item);
      return;
    }
    this.#items[this.#start] = item;
    this.#start = (this.#start + 1) % this.capacity;
  }

  /** The one at an index from the oldest, undefined outside. */
  at(index: number): T | undefined {
    if (index < 0 || index >= this.length) return undefined;
    return this.#items[(this.#start + index) % this.length];
  }

  clear(): void {
    this.#items = [];
    this.#start = 0;
  }

  /** All of them, the oldest first. */
  list(): T[] {
    return [...this.#items.slice(this.#start), ...this.#items.slice(0, this.#start)];
  }
}
