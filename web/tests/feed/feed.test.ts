/** The line says what it wants, resumes where it was, and comes back after every loss. */
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Feed, type FeedOptions, type Socket } from "../../src/feed/feed";
import { backOffMs, statusOf } from "../../src/feed/status";
import { FakeSocket, HELLO } from "./socket";

let sockets: FakeSocket[];
let now: number;
const last = () => sockets.at(-1) as FakeSocket;

function make(options: Partial<FeedOptions> = {}): Feed {
  return new Feed({
    openSocket: () => {
      sockets.push(new FakeSocket());
      return last() as unknown as Socket;
    },
    renew: async () => true,
    now: () => now,
    random: () => 1,
    ...options,
  });
}

beforeEach(() => {
  vi.useFakeTimers();
  sockets = [];
  now = 1;
});
afterEach(() => vi.useRealTimers());

describe("Feed", () => {
  it("subscribes after the hello, once for all who share a topic", () => {
    const feed = make();
    feed.start();
    const first = feed.openColumns("quotes", 10);
    const second = feed.openColumns("quotes", 10);
    expect(last().sent).toEqual([]);
    last().say(HELLO);
    expect(last().sent).toEqual([{ op: "sub", id: 1, topic: "quotes", max_hz: 10 }]);
    expect(second.store).toBe(first.store);
    first.release();
    vi.advanceTimersByTime(5_000);
    expect(last().sent.length).toBe(1);
    second.release();
    vi.advanceTimersByTime(5_000);
    expect(last().sent.at(-1)).toEqual({ op: "unsub", id: 1 });
    feed.stop();
  });
  it("puts frames into the store of their subscription", () => {
    const feed = make();
    feed.start();
    last().say(HELLO);
    const { store } = feed.openColumns("quotes");
    last().say({ op: "subbed", id: 1, topic: "quotes", kind: "conflated", keys: ["A"] });
    last().say({ op: "keys", id: 1, keys: ["B"] });
    const k = new Uint8Array(Uint32Array.of(1).buffer);
    last().frame({
      s: 1,
      q: 1,
      t: 0,
      n: 1,
      snap: true,
      k,
      c: { last: new Uint8Array(Float64Array.of(7).buffer) },
    });
    expect(store.value("B", "last")).toBe(7);
    feed.stop();
  });
  it("resumes a lossless topic from the last number seen", async () => {
    const feed = make();
    feed.start();
    last().say(HELLO);
    const { store } = feed.openRows("orders", "a", 40);
    expect(last().sent[0]).toEqual({ op: "sub", id: 1, topic: "orders", account_id: "a", from_seq: 40 });
    last().frame({ s: 1, q: 44, snap: false, rows: [{ created_seq: 44 }] });
    last().drop(1006);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(sockets.length).toBe(2);
    last().say(HELLO);
    expect(last().sent[0]).toMatchObject({ topic: "orders", from_seq: 44 });
    expect(store.list().length).toBe(1);
    feed.stop();
  });
  it("begins anew where the server cannot replay", () => {
    const feed = make();
    feed.start();
    last().say(HELLO);
    const { store } = feed.openRows("orders", undefined, 3);
    last().say({ op: "error", id: 1, code: "no_replay", detail: "too old" });
    expect(store.epoch).toBe(1);
    expect(last().sent.at(-1)).toEqual({ op: "sub", id: 2, topic: "orders" });
    feed.stop();
  });
  it("takes rows of whole topics as all there is", () => {
    const feed = make();
    feed.start();
    last().say(HELLO);
    const { store } = feed.openRows("trading-state");
    last().frame({ s: 1, q: 1, snap: false, rows: [{ scope: "GLOBAL", target: "" }] });
    last().frame({ s: 1, q: 2, snap: false, rows: [] });
    expect(store.list()).toEqual([]);
    feed.stop();
  });
  it("keeps as many rows of a topic as the server does", () => {
    const feed = make();
    feed.start();
    last().say(HELLO);
    const { store } = feed.openRows("sim/tape/BTC/USDT");
    expect(last().sent[0]).toEqual({ op: "sub", id: 1, topic: "sim/tape/BTC/USDT" });
    last().say({
      op: "subbed",
      id: 1,
      topic: "sim/tape/BTC/USDT",
      kind: "state",
      keys: ["trade_id"],
      kept: 2,
    });
    last().frame({ s: 1, q: 1, snap: true, rows: [{ trade_id: 1 }] });
    last().frame({ s: 1, q: 2, snap: false, rows: [{ trade_id: 2 }, { trade_id: 3 }] });
    expect(store.list()).toEqual([{ trade_id: 2 }, { trade_id: 3 }]);
    expect(store.snapshots).toBe(1);
    feed.stop();
  });
  it("says why a topic was refused, and asks for it again over the next line", async () => {
    const told: string[] = [];
    const feed = make({ onError: (text) => told.push(text) });
    feed.start();
    last().say(HELLO);
    const { release } = feed.openRows("sim/book/DOGE");
    last().say({ op: "error", id: 1, code: "unknown_topic", detail: "no such book", remedy: "choose one" });
    expect(told).toEqual(["no such book choose one"]);
    last().drop(1006);
    await vi.advanceTimersByTimeAsync(1_000);
    last().say(HELLO);
    expect(last().sent).toEqual([{ op: "sub", id: 2, topic: "sim/book/DOGE" }]);
    last().say({ op: "error", id: 2, code: "unknown_topic", detail: "no such book" });
    release();
    vi.advanceTimersByTime(5_000);
    expect(last().sent.length).toBe(1);
    feed.stop();
  });
  it("waits longer after each loss", async () => {
    const feed = make();
    feed.start();
    for (const wait of [400, 800, 1_600]) {
      const count = sockets.length;
      last().drop(1006);
      await vi.advanceTimersByTimeAsync(wait - 1);
      expect(sockets.length).toBe(count);
      await vi.advanceTimersByTimeAsync(1);
      expect(sockets.length).toBe(count + 1);
    }
    feed.stop();
  });
  it("renews the session when told to, and gives up where it cannot", async () => {
    const renew = vi.fn(async () => false);
    const feed = make({ renew });
    feed.start();
    last().drop(4401);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(renew).toHaveBeenCalledTimes(1);
    expect(sockets.length).toBe(1);
    feed.stop();
  });
  it("wants nothing while hidden for long, all again when seen", () => {
    const feed = make();
    feed.start();
    last().say(HELLO);
    feed.openRows("accounts");
    feed.setHidden(true);
    vi.advanceTimersByTime(29_000);
    expect(last().sent.length).toBe(1);
    vi.advanceTimersByTime(1_500);
    expect(last().sent.at(-1)).toEqual({ op: "unsub", id: 1 });
    feed.setHidden(false);
    expect(last().sent.at(-1)).toMatchObject({ op: "sub", topic: "accounts" });
    feed.stop();
  });
  it("tells how fresh it is", () => {
    const feed = make();
    const seen: string[] = [];
    feed.onStatus(() => seen.push(feed.status()));
    feed.start();
    last().say(HELLO);
    for (const at of [6_000, 8_000, 11_000]) {
      now = at;
      vi.advanceTimersByTime(500);
    }
    last().say({ op: "beat", t: 1, seq: 9 });
    last().drop(1006);
    expect(seen).toEqual(["live", "delayed", "stale", "live", "offline"]);
    expect(feed.seq).toBe(9);
    feed.stop();
  });
});

describe("status and back-off", () => {
  it("has edges where the design says", () => {
    expect(statusOf(false, 0, 5_000)).toBe("offline");
    expect(statusOf(true, 7_000, 5_000)).toBe("live");
    expect(statusOf(true, 7_001, 5_000)).toBe("delayed");
    expect(statusOf(true, 10_000, 5_000)).toBe("delayed");
    expect(statusOf(true, 10_001, 5_000)).toBe("stale");
  });
  it("doubles to ten seconds, half of it by chance", () => {
    expect([0, 1, 2, 20].map((attempt) => backOffMs(attempt, 1))).toEqual([400, 800, 1_600, 10_000]);
    expect(backOffMs(20, 0)).toBe(5_000);
  });
});
