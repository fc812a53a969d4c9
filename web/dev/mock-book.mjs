// The made-up account: orders that fill when a day's price reaches them.
import { clock, iso, quote, walks } from "./mock-data.mjs";

export const ACCOUNTS = ["paper-1", "paper-2"];
export const orders = [];
export const fills = [];
export const states = [];
export const state = { seq: 1000, cash: 1_000_000 };
const positions = new Map();
export const listeners = new Set();

const tell = (topic, row) => {
  for (const listener of listeners) listener(topic, row);
};

export function submit(body, trader = "admin", strategy = "") {
  const halted = states.find((item) => item.state === "HALTED");
  state.seq += 1;
  const order = {
    order_id: orders.length + 1, seq: state.seq, created_seq: state.seq, account_id: body.account_id,
    client_order_id: body.client_order_id ?? `c${state.seq}`, trader_id: trader, strategy_id: strategy,
    instrument_id: body.instrument_id, side: body.side, order_type: body.order_type,
    time_in_force: body.time_in_force, order_qty: body.order_qty, limit_price: body.limit_price ?? null,
    status: halted ? "REFUSED" : "NEW", cum_qty: "0", leaves_qty: body.order_qty, average_price: null,
    venue_order_id: `V${state.seq}`, pending_order_qty: null, pending_limit_price: null,
    text: halted ? "trading is halted" : "", failures: [], largest_qty: null, created: iso(clock.now),
    created_wall: new Date().toISOString(), updated: iso(clock.now), updated_wall: null,
  }; // biome-ignore format: one field after the other
  if (halted) order.order_id = null;
  orders.push(order);
  tell("orders", order);
  return order;
}

export function change(order, fields) {
  state.seq += 1;
  Object.assign(order, fields, { seq: state.seq, updated: iso(clock.now) });
  tell("orders", { ...order });
}

export const isOpen = (order) => ["NEW", "PARTIALLY_FILLED", "PENDING_CANCEL"].includes(order.status);

/** Fill what the day's price reaches, and let a made-up strategy send something now and then. */
export function matchDay(day) {
  for (const order of orders.filter(isOpen)) {
    const price = walks.get(order.instrument_id).price;
    const limit = order.limit_price === null ? null : Number(order.limit_price);
    const reaches = limit === null || (order.side === "BUY" ? price <= limit : price >= limit);
    if (reaches) fill(order, price);
  }
  if (states.length > 0) return;
  if (day % 9 === 0) {
    const side = day % 18 === 0 ? "BUY" : "SELL";
    const base = { account_id: "paper-1", instrument_id: "SPX.XNYS", side, time_in_force: "DAY" };
    submit({ ...base, order_type: "MARKET", order_qty: "40" }, "momentum-1", "momentum-1");
  }
  if (day % 23 === 0) {
    const price = (walks.get("AAPL.XNAS").price * 0.94).toFixed(2);
    const base = { account_id: "paper-1", instrument_id: "AAPL.XNAS", side: "BUY", time_in_force: "GTC" };
    submit({ ...base, order_type: "LIMIT", order_qty: "500", limit_price: price }, "admin");
  }
}

function fill(order, price) {
  const quantity = Number(order.leaves_qty);
  change(order, {
    status: "FILLED", cum_qty: order.order_qty, leaves_qty: "0", average_price: price.toFixed(2),
  }); // biome-ignore format: short
  const sign = order.side === "BUY" ? 1 : -1;
  const held = positions.get(order.instrument_id) ?? { quantity: 0, cost: 0, realized: 0 };
  if (held.quantity * sign < 0) {
    const closed = Math.min(Math.abs(held.quantity), quantity);
    held.realized += closed * (price - held.cost / held.quantity) * -sign;
  }
  held.quantity += sign * quantity;
  held.cost = held.quantity === 0 ? 0 : held.cost + sign * quantity * price;
  positions.set(order.instrument_id, held);
  state.cash -= sign * quantity * price + 1;
  const row = {
    seq: order.seq, ts: iso(clock.now), wall: new Date().toISOString(), execution_id: `E${order.seq}`,
    order_id: order.order_id, client_order_id: order.client_order_id, account_id: order.account_id,
    strategy_id: order.strategy_id, instrument_id: order.instrument_id, side: order.side,
    last_qty: order.order_qty, last_px: price.toFixed(2), cum_qty: order.order_qty, currency: "USD",
    commission: "1.00", commission_currency: "USD", liquidity_side: "TAKER", realized: "0",
  }; // biome-ignore format: one field after the other
  fills.push(row);
  tell("fills", row);
}

export function positionRows() {
  return [...positions].map(([id, held]) => {
    const last = Number(quote(id).last);
    return {
      seq: state.seq, account_id: "paper-1", instrument_id: id, currency: "USD",
      quantity: String(held.quantity), cost: held.cost.toFixed(2), last_price: last.toFixed(2),
      average_price: held.quantity ? (held.cost / held.quantity).toFixed(2) : null,
      market_value: (held.quantity * last).toFixed(2), price_ts: iso(clock.now),
      unrealized: (held.quantity * last - held.cost).toFixed(2), realized: held.realized.toFixed(2),
      unit_fees: "0", opened: iso(clock.now), lots: 1,
    }; // biome-ignore format: one field after the other
  });
}

export function accountRows() {
  const rows = positionRows();
  const sum = (key) => rows.reduce((total, row) => total + Number(row[key]), 0);
  const equity = state.cash + sum("market_value");
  return ACCOUNTS.map((id, index) => ({
    seq: state.seq, ts: iso(clock.now), account_id: id, environment: "PAPER", account_type: "MARGIN",
    base_currency: "USD", cash: { USD: (index ? 250_000 : state.cash).toFixed(2) },
    equity: (index ? 250_000 : equity).toFixed(2), realized: index ? "0.00" : sum("realized").toFixed(2),
    unrealized: index ? "0.00" : sum("unrealized").toFixed(2), fees: "0.00",
    gross: index ? "0.00" : Math.abs(sum("market_value")).toFixed(2),
    net: index ? "0.00" : sum("market_value").toFixed(2), leverage: "0.42", buying_power: "1500000.00",
    open_orders: orders.filter(isOpen).length, limits: null, stale: false, problem: "",
  })); // biome-ignore format: one field after the other
}
