/** The live line: one WebSocket, subscriptions shared by topic, and a way back after every loss. */
import { type Control, parseControl, parseFrame } from "./frames";
import { requestPaint } from "./painters";
import { backOffMs, type LineStatus, statusOf } from "./status";
import { ColumnStore, keyOfRow, type Row, RowStore } from "./stores";

export type Socket = Pick<WebSocket, "send" | "close" | "readyState" | "binaryType"> & {
  onopen: ((event: Event) => void) | null;
  onmessage: ((event: MessageEvent) => void) | null;
  onclose: ((event: CloseEvent) => void) | null;
  onerror: ((event: Event) => void) | null;
};

export type FeedOptions = {
  openSocket: () => Socket;
  /** Renew the session after the line was closed for it; whether that worked. */
  renew: () => Promise<boolean>;
  now?: () => number;
  random?: () => number;
  onError?: (text: string) => void;
};

type Subscription = {
  key: string;
  topic: string;
  account: string | undefined;
  id: number;
  users: number;
  maxHz: number | undefined;
  isSent: boolean;
  columns: ColumnStore | null;
  rows: RowStore | null;
  ending: ReturnType<typeof setTimeout> | undefined;
};

const CONFLATED = new Set(["quotes", "bars"]);
const LOSSLESS = new Set(["orders", "fills", "alerts"]);
/** State topics whose rows are always the whole truth. */
const WHOLE = new Set(["feed", "trading-state", "services"]);
const LINGER_MS = 2_000;
const HIDDEN_MS = 30_000;
const NOT_AUTHENTICATED = 4401;
const FOREIGN_ORIGIN = 4403;

export class Feed {
  /** What the line last said the journal had reached. */
  seq = 0;
  #options: Required<FeedOptions>;
  #socket: Socket | null = null;
  #isOpen = false;
  #isWanted = false;
  #isHidden = false;
  #attempt = 0;
  #heardAt = 0;
  #heartbeatMs = 5_000;
  #nextId = 1;
  #subscriptions = new Map<string, Subscription>();
  #byId = new Map<number, Subscription>();
  #retry: ReturnType<typeof setTimeout> | undefined;
  #hide: ReturnType<typeof setTimeout> | undefined;
  #tick: ReturnType<typeof setInterval> | undefined;
  #status: LineStatus = "offline";
  #statusListeners = new Set<() => void>();

  constructor(options: FeedOptions) {
    this.#options = { now: () => performance.now(), random: Math.random, onError: () => {}, ...options };
  }

  /** Open the line and keep it open. */
  start(): void {
    if (this.#isWanted) return;
    this.#isWanted = true;
    this.#tick = setInterval(() => this.#updateStatus(), 500);
    this.#open();
  }

  /** Close the line for good. */
  stop(): void {
    this.#isWanted = false;
    clearInterval(this.#tick);
    clearTimeout(this.#retry);
    clearTimeout(this.#hide);
    const socket = this.#socket;
    this.#socket = null;
    this.#isOpen = false;
    socket?.close(1000);
    this.#updateStatus();
  }

  /** Live, delayed, stale or offline. */
  status = (): LineStatus => this.#status;

  onStatus = (listener: () => void): (() => void) => {
    this.#statusListeners.add(listener);
    return () => this.#statusListeners.delete(listener);
  };

  /** Seconds since the line last said anything; infinite while it never did. */
  silence(): number {
    return this.#heardAt === 0 ? Number.POSITIVE_INFINITY : (this.#options.now() - this.#heardAt) / 1000;
  }

  /** The store of a conflated topic, live until `release` is called. */
  openColumns(topic: string, maxHz?: number): { store: ColumnStore; release: () => void } {
    const subscription = this.#use(topic, undefined, maxHz);
    return { store: subscription.columns as ColumnStore, release: () => this.#release(subscription) };
  }

  /** The store of a lossless or state topic, live until `release` is called; `fromSeq` is where rows begin. */
  openRows(topic: string, account?: string, fromSeq?: number): { store: RowStore; release: () => void } {
    const subscription = this.#use(topic, account, undefined, fromSeq);
    return { store: subscription.rows as RowStore, release: () => this.#release(subscription) };
  }

  /** Show a newer access token, so that the line outlives the one it was opened with. */
  authenticate(token: string): void {
    if (this.#isOpen) this.#send({ op: "auth", token });
  }

  /** Say that the page is hidden or seen: hidden for long it wants nothing. */
  setHidden(isHidden: boolean): void {
    clearTimeout(this.#hide);
    if (isHidden) {
      this.#hide = setTimeout(() => {
        this.#isHidden = true;
        for (const subscription of this.#subscriptions.values()) this.#unsubscribe(subscription);
      }, HIDDEN_MS);
    } else if (this.#isHidden) {
      this.#isHidden = false;
      for (const subscription of this.#subscriptions.values()) this.#subscribe(subscription);
    }
  }

  // ------------------------------------------------------------------------------ subscriptions

  #use(topic: string, account?: string, maxHz?: number, fromSeq?: number): Subscription {
    const key = account ? `${topic} ${account}` : topic;
    let subscription = this.#subscriptions.get(key);
    if (!subscription) {
      const isConflated = CONFLATED.has(topic);
      subscription = {
        key,
        topic,
        account,
        id: 0,
        users: 0,
        maxHz,
        isSent: false,
        columns: isConflated ? new ColumnStore() : null,
        rows: isConflated ? null : new RowStore<Row>(keyOfRow(topic)),
        ending: undefined,
      };
      if (fromSeq !== undefined && subscription.rows) subscription.rows.seq = fromSeq;
      this.#subscriptions.set(key, subscription);
    }
    clearTimeout(subscription.ending);
    subscription.users += 1;
    this.#subscribe(subscription);
    return subscription;
  }

  /** Let go; the server is told a little later, as pages that change often want the same again. */
  #release(subscription: Subscription): void {
    subscription.users -= 1;
    if (subscription.users > 0) return;
    subscription.ending = setTimeout(() => {
      if (subscription.users > 0) return;
      this.#unsubscribe(subscription);
      this.#subscriptions.delete(subscription.key);
    }, LINGER_MS);
  }

  #subscribe(subscription: Subscription): void {
    if (!this.#isOpen || this.#isHidden || subscription.isSent) return;
    subscription.id = this.#nextId;
    this.#nextId += 1;
    subscription.isSent = true;
    this.#byId.set(subscription.id, subscription);
    const seq = subscription.rows?.seq ?? 0;
    this.#send({
      op: "sub",
      id: subscription.id,
      topic: subscription.topic,
      account_id: subscription.account,
      max_hz: subscription.maxHz,
      from_seq: LOSSLESS.has(subscription.topic) && seq > 0 ? seq : undefined,
    });
  }

  #unsubscribe(subscription: Subscription): void {
    if (!subscription.isSent) return;
    subscription.isSent = false;
    this.#byId.delete(subscription.id);
    if (this.#isOpen) this.#send({ op: "unsub", id: subscription.id });
  }

  // -------------------------------------------------------------------------------------- line

  #open(): void {
    if (!this.#isWanted) return;
    const socket = this.#options.openSocket();
    socket.binaryType = "arraybuffer";
    this.#socket = socket;
    socket.onmessage = (event) => {
      if (socket === this.#socket) this.#hear(event.data);
    };
    socket.onclose = (event) => {
      if (socket === this.#socket) void this.#lose(event.code);
    };
    socket.onerror = () => {};
  }

  #hear(data: unknown): void {
    this.#heardAt = this.#options.now();
    if (typeof data === "string") {
      const control = parseControl(data);
      if (control) this.#control(control);
    } else if (data instanceof ArrayBuffer) {
      this.#frame(data);
    }
    if (this.#status !== "live") this.#updateStatus();
  }

  #control(message: Control): void {
    switch (message.op) {
      case "hello":
        this.#isOpen = true;
        this.#attempt = 0;
        this.#heartbeatMs = message.heartbeat_s * 1000;
        for (const subscription of this.#subscriptions.values()) this.#subscribe(subscription);
        break;
      case "subbed": {
        const subscription = this.#byId.get(message.id);
        subscription?.columns?.setKeys(message.keys ?? [], true);
        if (message.kept !== undefined) subscription?.rows?.keep(message.kept);
        break;
      }
      case "keys":
        this.#byId.get(message.id)?.columns?.setKeys(message.keys, false);
        break;
      case "beat":
        this.seq = message.seq;
        break;
      case "error":
        this.#refused(message);
        break;
    }
  }

  /**
   * A subscription that cannot resume begins anew: what is missing is read over REST by whoever shows it.
   * One that was refused is none any more; it is asked for again over the next line.
   */
  #refused(message: Extract<Control, { op: "error" }>): void {
    const subscription = message.id === undefined ? undefined : this.#byId.get(message.id);
    if (subscription) {
      this.#byId.delete(subscription.id);
      subscription.isSent = false;
    }
    if (message.code === "no_replay" && subscription?.rows) {
      subscription.rows.lose();
      this.#subscribe(subscription);
      return;
    }
    this.#options.onError(`${message.detail}${message.remedy ? ` ${message.remedy}` : ""}`);
  }

  #frame(data: ArrayBuffer): void {
    const frame = parseFrame(data);
    const subscription = this.#byId.get(frame.id);
    if (!subscription) return;
    if (frame.kind === "columns") subscription.columns?.apply(frame);
    else subscription.rows?.apply(WHOLE.has(subscription.topic) ? { ...frame, snap: true } : frame);
    requestPaint();
  }

  async #lose(code: number): Promise<void> {
    this.#socket = null;
    this.#isOpen = false;
    this.#byId.clear();
    for (const subscription of this.#subscriptions.values()) subscription.isSent = false;
    this.#updateStatus();
    if (code === NOT_AUTHENTICATED && !(await this.#options.renew())) {
      this.#isWanted = false;
      return;
    }
    if (code === FOREIGN_ORIGIN) {
      this.#options.onError("The server does not take a live line from this address.");
      this.#attempt = Math.max(this.#attempt, 5);
    }
    if (!this.#isWanted) return;
    const wait = backOffMs(this.#attempt, this.#options.random());
    this.#attempt += 1;
    this.#retry = setTimeout(() => this.#open(), wait);
  }

  #send(message: object): void {
    this.#socket?.send(JSON.stringify(message));
  }

  #updateStatus(): void {
    const silent = this.#heardAt === 0 ? 0 : this.#options.now() - this.#heardAt;
    const status = statusOf(this.#isOpen, silent, this.#heartbeatMs);
    requestPaint();
    if (status === this.#status) return;
    this.#status = status;
    for (const listener of this.#statusListeners) listener();
  }
}
