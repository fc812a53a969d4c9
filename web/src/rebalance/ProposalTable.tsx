/** Every instrument of a proposal: before, wanted and after, its order, and what risk or the venue says. */
import { parseRaw } from "../lib/decimal";
import { formatDecimal, formatMoney, formatPrice, formatQty, formatWord } from "../lib/format";
import { Link } from "../lib/router";
import { percentOf, statusOf } from "./targets";
import type { Proposal, ProposedLine, ProposedOrder } from "./types";

export function ProposalTable({ proposal }: { proposal: Proposal }) {
  const lines = new Map(proposal.lines.map((line) => [line.instrument_id, line]));
  const ordered = proposal.orders.flatMap((order) => {
    const line = lines.get(order.instrument_id);
    return line ? [{ line, order }] : [];
  });
  const names = new Set(proposal.orders.map((order) => order.instrument_id));
  const others = proposal.lines.filter((line) => !names.has(line.instrument_id));
  const rest = others.filter((line) => !isNothing(line));
  const nothing = others.length - rest.length;
  const scale = Math.max(...proposal.lines.flatMap((line) => weightsOf(line).map(Math.abs)), 0.0001);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keys
    <section className="spec-scroll" tabIndex={0} aria-label="Orders of the proposal">
      <table className="rb-table">
        <thead>
          <tr>
            <th scope="col">Instrument</th>
            <th scope="col">Order</th>
            <th scope="col" className="right rb-wide">
              Limit
            </th>
            <th scope="col" className="right rb-wide">
              Value
            </th>
            <th scope="col" className="right rb-wide">
              Cost
            </th>
            <th scope="col" className="right rb-wide">
              Before
            </th>
            <th scope="col" className="right">
              Target
            </th>
            <th scope="col" className="right">
              After
            </th>
            <th scope="col" className="rb-bar-head">
              <span className="visually-hidden">Picture of the weights</span>
            </th>
            <th scope="col">{proposal.confirmed === null ? "Risk" : "Now"}</th>
          </tr>
        </thead>
        <tbody>
          {ordered.map(({ line, order }) => (
            <OrderRow
              key={order.client_order_id}
              line={line}
              order={order}
              proposal={proposal}
              scale={scale}
            />
          ))}
          {rest.map((line) => (
            <RestRow key={line.instrument_id} line={line} scale={scale} />
          ))}
          {nothing > 0 ? (
            <tr className="rb-rest">
              <td colSpan={10}>{nothing} more without weight and position</td>
            </tr>
          ) : null}
        </tbody>
      </table>
    </section>
  );
}

/** Named, but neither held nor wanted. */
function isNothing(line: ProposedLine): boolean {
  return line.before_qty === "0" && line.after_qty === "0" && line.target_qty === "0";
}

function weightsOf(line: ProposedLine): number[] {
  return [line.before_weight, line.target_weight, line.after_weight].map(Number);
}

type OrderRowProps = { line: ProposedLine; order: ProposedOrder; proposal: Proposal; scale: number };

function OrderRow({ line, order, proposal, scale }: OrderRowProps) {
  const status = statusOf(order, proposal);
  const cost = (parseRaw(order.half_spread) ?? 0n) + (parseRaw(order.fee) ?? 0n);
  const text = order.order ? order.order.text : order.risk === "REFUSED" ? order.risk_text : "";
  const limit =
    order.limit_price === null ? "Market" : formatPrice(order.limit_price, digits(order.limit_price));
  const filled = order.order && order.order.cum_qty !== "0" && order.order.cum_qty !== order.order_qty;
  return (
    <tr>
      <td>{line.instrument_id}</td>
      <td className={order.side === "BUY" ? "side up" : "side down"}>
        {formatWord(order.side)} {formatQty(order.order_qty)}
        <small className="rb-narrow">{limit}</small>
      </td>
      <td className="right rb-wide">{limit}</td>
      <td className="right rb-wide">{formatMoney(order.value)}</td>
      <td className="right rb-wide">{formatDecimal(String(Number(cost) / 1e9), 2)}</td>
      <Weights line={line} scale={scale} />
      <td className="rb-status">
        <StatusWord word={status.word} tone={status.tone} order={order} />
        {filled ? <small> {formatQty(order.order?.cum_qty)} filled</small> : null}
        {text ? <small title={text}>{text}</small> : null}
        {line.left_out ? <small title={line.left_out}>{line.left_out}</small> : null}
      </td>
    </tr>
  );
}

function StatusWord({ word, tone, order }: { word: string; tone: string; order: ProposedOrder }) {
  const content = (
    <span className={`spec-status tone-${tone}`}>
      <span className="spec-dot" />
      {formatWord(word)}
    </span>
  );
  const id = order.order?.order_id;
  return id ? (
    <Link
      to="/trade"
      search={(now) => ({ account: now.account, symbol: order.instrument_id, order: String(id) })}
    >
      {content}
    </Link>
  ) : (
    content
  );
}

/** A position that no order touches: kept, or too near to its target. */
function RestRow({ line, scale }: { line: ProposedLine; scale: number }) {
  const text = line.target_qty === null ? "kept" : line.left_out || "as wanted";
  return (
    <tr className="rb-rest">
      <td>{line.instrument_id}</td>
      <td className="muted">None</td>
      <td className="rb-wide" />
      <td className="rb-wide" />
      <td className="rb-wide" />
      <Weights line={line} scale={scale} />
      <td className="rb-status">
        <small title={text}>{text}</small>
      </td>
    </tr>
  );
}

function Weights({ line, scale }: { line: ProposedLine; scale: number }) {
  const [before = 0, target = 0, after = 0] = weightsOf(line);
  const at = (weight: number) => `${Math.min(Math.abs(weight) / scale, 1) * 100}%`;
  return (
    <>
      <td className="right muted rb-wide">{percentOf(line.before_weight)}</td>
      <td className="right">{percentOf(line.target_weight)}</td>
      <td className="right rb-after">{percentOf(line.after_weight)}</td>
      <td className="rb-bar" aria-hidden="true">
        <span className="rb-track">
          <span className={after < 0 ? "rb-fill is-short" : "rb-fill"} style={{ width: at(after) }} />
          <span className="rb-before" style={{ left: at(before) }} />
          <span className="rb-target" style={{ left: at(target) }} />
        </span>
      </td>
    </>
  );
}

function digits(price: string): number {
  return Math.max(2, price.split(".")[1]?.length ?? 0);
}
