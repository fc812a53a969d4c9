// Made-up data for work on the page alone: prices that walk, and an account that trades them.
const DAY = 86_400_000;
export const START = Date.UTC(1996, 0, 2, 21);

let seed = 7;
/** A random number in [0, 1), the same sequence at every start. */
export function random() {
  seed = (seed * 1664525 + 1013904223) % 4294967296;
  return seed / 4294967296;
}

const NAMES = [
  ["SPX", "XNYS", 620, false], ["AAPL", "XNAS", 33.25, false], ["MSFT", "XNAS", 88.5, false],
  ["IBM", "XNYS", 91.75, false], ["GE", "XNYS", 72, false], ["KO", "XNYS", 74.5, false],
  ["XOM", "XNYS", 80.4, false], ["INTC", "XNAS", 57, false], ["BTCUSDT", "BINANCE", 42150, true],
  ["ETHUSDT", "BINANCE", 2280.5, true],
]; // biome-ignore format: a table

export const instruments = NAMES.map(([symbol, venue, , isCrypto]) => ({
  instrument_id: `${symbol}.${venue}`,
  venue,
  kind: isCrypto ? "CRYPTO_SPOT" : "EQUITY",
  quote_currency: isCrypto ? "USDT" : "USD",
  base_currency: isCrypto ? symbol.replace("USDT", "") : null,
  tick_size: "0.01",
  lot_size: isCrypto ? "0.001" : "1",
  multiplier: "1",
  calendar: isCrypto ? "24/7" : "XNYS",
  volume_unit: "BASE",
  min_qty: isCrypto ? "0.001" : "1",
  max_qty: "0",
  min_notional: "0",
  order_types: ["MARKET", "LIMIT"],
  times_in_force: ["DAY", "GTC", "IOC", "FOK"],
}));

/** One instrument's bars, which grow by `step`. */
class Walk {
  constructor(price, hasOpen) {
    this.price = price;
    this.hasOpen = hasOpen;
    this.bars = [];
  }
  step(ts) {
    const open = this.price;
    const move = (random() + random() + random() - 1.497) * 0.016;
    this.price = Math.max(0.5, Math.round(open * (1 + move) * 100) / 100);
    const high = Math.max(open, this.price) * (1 + random() * 0.006);
    const low = Math.min(open, this.price) * (1 - random() * 0.006);
    this.bars.push({ ts, open, high, low, close: this.price, volume: Math.round(1e5 + random() * 9e5) });
  }
}

export const walks = new Map(
  NAMES.map(([symbol, venue, price, hasOpen]) => [`${symbol}.${venue}`, new Walk(price, hasOpen)]),
);
export const clock = { now: START - 900 * DAY };

/** One trading day: every walk takes a step. */
export function stepDay() {
  do clock.now += DAY;
  while ([0, 6].includes(new Date(clock.now).getUTCDay()));
  for (const walk of walks.values()) walk.step(clock.now);
}
for (let day = 0; day < 620; day += 1) stepDay();

const text = (value) => value.toFixed(2);
export const iso = (ms) => `${new Date(ms).toISOString().replace("Z", "000000Z")}`;

export function barJson(bar, hasOpen) {
  const close = { ts: iso(bar.ts), close: text(bar.close) };
  if (!hasOpen) return close;
  return {
    ...close,
    open: text(bar.open),
    high: text(bar.high),
    low: text(bar.low),
    volume: String(bar.volume),
  };
}

export function quote(id) {
  const bars = walks.get(id).bars;
  const [before, last] = bars.slice(-2);
  return {
    instrument_id: id,
    last: text(last.close),
    previous_close: text(before.close),
    change_bps: ((last.close / before.close - 1) * 1e4).toFixed(1),
    bid: null,
    ask: null,
    ts: iso(last.ts),
    stale: false,
  };
}
