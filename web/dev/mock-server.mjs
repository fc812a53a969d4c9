// A stand-in for the desk, for developers of the page: answers its interface with made-up data.
// Usage: npm run mock [-- PORT]; sign in with any name and the password "demo" ("first" asks for a change).
import { createReadStream, existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { encode } from "@msgpack/msgpack";
import { WebSocketServer } from "ws";
import {
  ACCOUNTS,
  accountRows,
  change,
  fills,
  isOpen,
  listeners,
  matchDay,
  orders,
  positionRows,
  state,
  states,
  submit,
} from "./mock-book.mjs";
import { barJson, clock, instruments, iso, quote, START, stepDay, walks } from "./mock-data.mjs";

const PORT = Number(process.argv[2] ?? 8026);
const DIST = new URL("../../src/trade2026/web/dist/", import.meta.url).pathname;
const PAGES = new URL("./mock-pages.json", import.meta.url).pathname;
const CSP =
  "default-src 'self'; style-src 'self' 'unsafe-inline'; worker-src 'self' blob:; frame-ancestors 'none'";
const TYPES = {
  ".js": "text/javascript",
  ".css": "text/css",
  ".svg": "image/svg+xml",
  ".woff2": "font/woff2",
  ".html": "text/html",
};
const feed = { kind: "REPLAY", data: "sp500", state: "PLAYING", speed: 5, error: "", connected: true };
let signedIn = process.env.MOCK_SIGNED_IN === "1";
let authTime = new Date().toISOString();
let haltedAt = 0;

const feedView = () => ({
  ...feed,
  now: iso(clock.now),
  first: iso(START - 900 * 864e5),
  last: iso(START + 4e11),
});
const page = (items) => ({ items, next_cursor: null, as_of_seq: state.seq });
const me = () => ({
  name: "admin",
  role: "admin",
  accounts: ["*"],
  auth_time: authTime,
  expires_at: new Date(Date.now() + 9e5).toISOString(),
  permissions: [],
});
const login = () => ({
  access_token: "t",
  token_type: "Bearer",
  expires_in: 900,
  refresh_token: "r",
  user: me(),
  must_change_password: false,
});

function preview(body) {
  const last = Number(quote(body.instrument_id).last);
  const price = Number(body.limit_price ?? last);
  const notional = Number(body.order_qty) * price;
  const isGood = notional <= 500_000;
  return {
    accepted: isGood,
    verdict: isGood ? "APPROVED" : "REFUSED",
    failures: isGood
      ? []
      : [
          {
            check: "gross_exposure",
            limit: "500000",
            used: notional.toFixed(2),
            text: `gross exposure would be ${Math.round(notional).toLocaleString("en")} USD, at most 500,000 is allowed`,
          },
        ],
    largest_qty: isGood ? null : String(Math.floor(500_000 / price)),
    notional: notional.toFixed(2),
    reference_price: last.toFixed(2),
    fee_estimate: "1.00",
    text: isGood ? "" : "refused by risk",
  };
}

const open = () => orders.filter(isOpen);
const cancel = (chosen) =>
  chosen.map((order) => {
    change(order, { status: "CANCELED", leaves_qty: "0" });
    return order.order_id;
  });
const byQuery = (rows, q) =>
  [...rows]
    .reverse()
    .filter(
      (row) =>
        (!q.get("account_id") || row.account_id === q.get("account_id")) &&
        (q.get("status") !== "open" || isOpen(row)),
    )
    .slice(0, Number(q.get("limit") ?? 100));

function bars(q) {
  const walk = walks.get(q.get("instrument_id"));
  const start = q.get("start") ? Date.parse(q.get("start")) : -Infinity;
  const end = q.get("end") ? Date.parse(q.get("end")) : Infinity;
  const items = walk.bars
    .filter((bar) => bar.ts >= start && bar.ts <= end)
    .slice(-Number(q.get("limit") ?? 100));
  return {
    instrument_id: q.get("instrument_id"),
    interval_ns: 864e11,
    has_open: walk.hasOpen,
    items: items.map((bar) => barJson(bar, walk.hasOpen)),
  };
}

function control(body) {
  if (body.action === "STEP") tick();
  else if (body.action === "SPEED") feed.speed = body.speed;
  else feed.state = body.action === "PLAY" ? "PLAYING" : "PAUSED";
  return feedView();
}

const problem = (status, title, detail, more = {}) => ({
  status,
  problem: { type: "/problems/mock", title, status, detail, request_id: "mock-1", ...more },
});
const ROUTES = {
  "GET health": () => ({ status: "ok", core: "ok", feed: "ok", journal_seq: state.seq, version: "mock" }),
  "POST auth/login": (_, body) => {
    if (!["demo", "first"].includes(body.password))
      return problem(401, "Not signed in", "The name or the password is wrong.");
    signedIn = true;
    authTime = new Date().toISOString();
    return { ...login(), must_change_password: body.password === "first" };
  },
  "POST auth/refresh": () => (signedIn ? login() : problem(401, "Not signed in", "Sign in again.")),
  "POST auth/logout": () => {
    signedIn = false;
    return null;
  },
  "POST auth/password": () => null,
  "GET me": () => me(),
  "GET instruments": () => page(instruments),
  "GET quotes": () => ({ items: instruments.map((item) => quote(item.instrument_id)) }),
  "GET bars": (q) => bars(q),
  "GET feed": () => feedView(),
  "POST feed": (_, body) => control(body),
  "GET orders": (q) => page(byQuery(orders, q)),
  "GET fills": (q) => page(byQuery(fills, q)),
  "POST orders": (_, body) => ({ order: submit(body), seq: state.seq, repeated: false }),
  "POST orders/preview": (_, body) => preview(body),
  "POST orders/cancel-all": () => ({ canceled: cancel(open()), seq: state.seq }),
  "GET positions": () => page(positionRows()),
  "GET accounts": () => page(accountRows()),
  "GET trading-state": () => ({
    items: states,
    halted: states.length > 0,
    can_resume_at: haltedAt ? new Date(haltedAt + 3e4).toISOString() : null,
  }),
  "POST halt": (_, body) => {
    haltedAt = Date.now();
    states.splice(0, states.length, {
      scope: body.scope,
      target: body.target,
      state: "HALTED",
      since: iso(clock.now),
      wall: new Date().toISOString(),
      by: "admin",
      text: body.reason,
    });
    state.seq += 1;
    return { seq: state.seq, canceled: cancel(open()) };
  },
  "POST resume": () => {
    if (Date.now() < haltedAt + 3e4) return problem(409, "Too soon", "Wait 30 s after the halt.");
    states.splice(0);
    return { seq: state.seq };
  },
  "GET strategy-runs": () =>
    page([{ run_id: "momentum-1", strategy: "momentum", account_id: "paper-1", state: "RUNNING" }]),
  "GET data": () => ({
    items: [
      {
        name: "sp500",
        kind: "SAMPLE",
        text: "ships with the desk, 20 instruments, bars of 1d, 1990-01-02 to 2022-12-28",
        instruments: ["AAPL.XNAS"],
        rows: ["bars"],
        bar_interval_ns: 86_400_000_000_000,
        frequencies: ["day", "week", "month"],
        first: "1990-01-02T21:00:00Z",
        last: "2022-12-28T21:00:00Z",
        limits: [],
        problem: "",
      },
    ],
  }),
  "GET strategies": () => ({ items: [{ name: "momentum", summary: "Holds what rose", schema: {} }] }),
  "GET services": () => ({ items: [], core: {} }),
  "GET ui/pages": () =>
    existsSync(PAGES) ? JSON.parse(readFileSync(PAGES, "utf8")) : { pages: [], etag: "mock" },
};

function answer(method, path, query, body) {
  const isPublic = path === "health" || path.startsWith("auth/");
  if (!isPublic && !signedIn) return problem(401, "Not signed in", "Sign in first.");
  const one = /^orders\/(\d+)\/(cancel|replace)$/.exec(path);
  if (one && method === "POST") {
    const order = orders.find((item) => item.order_id === Number(one[1]));
    if (one[2] === "cancel") cancel([order]);
    else
      change(order, { order_qty: body.order_qty, leaves_qty: body.order_qty, limit_price: body.limit_price });
    return { order, seq: state.seq };
  }
  const route = ROUTES[`${method} ${path}`];
  return route ? route(query, body) : problem(404, "Not found", `Nothing is at ${path}.`);
}

const server = createServer((request, response) => {
  const url = new URL(request.url, "http://localhost");
  if (!url.pathname.startsWith("/api/v1/")) return asset(url.pathname, response);
  let text = "";
  request.on("data", (part) => {
    text += part;
  });
  request.on("end", () => {
    const result = answer(
      request.method,
      url.pathname.slice(8),
      url.searchParams,
      text ? JSON.parse(text) : {},
    );
    response.setHeader("X-Request-Id", "mock-1");
    if (result === null) return response.writeHead(204).end();
    const status = result.problem ? result.status : 200;
    response.writeHead(status, {
      "Content-Type": result.problem ? "application/problem+json" : "application/json",
    });
    response.end(JSON.stringify(result.problem ?? result));
  });
});

function asset(path, response) {
  const file = join(DIST, normalize(path));
  const found = extname(path) && existsSync(file) ? file : join(DIST, "index.html");
  response.writeHead(200, {
    "Content-Type": TYPES[extname(found)] ?? "application/octet-stream",
    "Content-Security-Policy": CSP,
    "X-Content-Type-Options": "nosniff",
  });
  createReadStream(found).pipe(response);
}

// -------------------------------------------------------------------------------------- live line
const sockets = new WebSocketServer({ server, path: "/ws/v1" });
const keys = instruments.map((item) => item.instrument_id);
const COLUMNS = {
  quotes: ["last", "previous_close", "change_bps", "ts_ms"],
  bars: ["open", "high", "low", "close", "volume", "ts_ms"],
};
const STATES = {
  feed: () => [feedView()],
  "trading-state": () => states,
  positions: positionRows,
  accounts: accountRows,
  services: () => [],
  "strategy-runs": () => [],
  jobs: () => [],
};
const bytes = (array) => new Uint8Array(array.buffer, array.byteOffset, array.byteLength);

function columnsOf(topic) {
  const rows = keys.map((key) => {
    const walk = walks.get(key);
    const bar = walk.bars.at(-1);
    const shown = quote(key);
    const ohl = walk.hasOpen ? bar : { open: NaN, high: NaN, low: NaN, volume: NaN };
    return {
      ...ohl,
      close: bar.close,
      ts_ms: bar.ts,
      last: Number(shown.last),
      previous_close: Number(shown.previous_close),
      change_bps: Number(shown.change_bps),
    };
  });
  return Object.fromEntries(
    COLUMNS[topic].map((name) => [name, bytes(Float64Array.from(rows, (row) => row[name]))]),
  );
}

function frame(socket, id, topic, snap) {
  const k = bytes(Uint32Array.from(keys, (_, index) => index));
  if (COLUMNS[topic])
    socket.send(encode({ s: id, q: 1, t: Date.now(), n: keys.length, snap, k, c: columnsOf(topic) }));
  else if (STATES[topic]) socket.send(encode({ s: id, q: state.seq, snap: true, rows: STATES[topic]() }));
}

sockets.on("connection", (socket) => {
  if (!signedIn) return socket.close(4401);
  const topics = new Map();
  socket.topics = topics;
  socket.send(
    JSON.stringify({ op: "hello", conn: "1", server_time: new Date().toISOString(), heartbeat_s: 5 }),
  );
  const beat = setInterval(
    () => socket.send(JSON.stringify({ op: "beat", t: Date.now(), seq: state.seq })),
    5000,
  );
  socket.on("close", () => clearInterval(beat));
  socket.on("message", (data) => {
    const message = JSON.parse(String(data));
    if (message.op === "unsub") topics.delete(message.id);
    if (message.op !== "sub") return;
    topics.set(message.id, message.topic);
    const kind = COLUMNS[message.topic] ? "conflated" : STATES[message.topic] ? "state" : "lossless";
    socket.send(
      JSON.stringify({
        op: "subbed",
        id: message.id,
        topic: message.topic,
        kind,
        columns: COLUMNS[message.topic],
        keys: COLUMNS[message.topic] && keys,
      }),
    );
    frame(socket, message.id, message.topic, true);
  });
});

listeners.add((topic, row) => {
  for (const socket of sockets.clients) {
    for (const [id, name] of socket.topics ?? []) {
      if (name === topic) socket.send(encode({ s: id, q: row.seq, snap: false, rows: [row] }));
    }
  }
});

let day = 0;
function tick() {
  stepDay();
  day += 1;
  matchDay(day);
  for (const socket of sockets.clients) {
    for (const [id, topic] of socket.topics ?? []) frame(socket, id, topic, false);
  }
}
for (let index = 0; index < 120; index += 1) tick();
let due = 0;
setInterval(() => {
  if (feed.state !== "PLAYING") return;
  due += (feed.speed || 50) / 20;
  for (; due >= 1; due -= 1) tick();
}, 50);
server.listen(PORT, "127.0.0.1", () =>
  console.log(`mock of the desk on http://127.0.0.1:${PORT}, accounts ${ACCOUNTS}`),
);
