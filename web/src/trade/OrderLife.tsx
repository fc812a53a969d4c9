/** The life of one order, from decision to settlement: each step with its number in the journal and evidence. */
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { get } from "../api/client";
import type { Order, OrderEvent, Page } from "../api/types";
import { formatDecimal, formatQty, formatTime, formatWord } from "../lib/format";
import { Dialog } from "../ui/dialog";
import { ErrorState, Loading } from "../ui/states";
import { SideText } from "./cells";
import { hintOf, isOpen, toneOf } from "./orders";
import { priceWords } from "./terms";

const AGAIN_MS = 2_000;

export default function OrderLife({ orderId, onClose }: { orderId: string; onClose: () => void }) {
  const order = useQuery({
    queryKey: ["orders", orderId],
    queryFn: ({ signal }) => get<Order>(`orders/${encodeURIComponent(orderId)}`, undefined, signal),
    refetchInterval: (query) => (query.state.data && !isOpen(query.state.data) ? false : AGAIN_MS),
  });
  const life = useInfiniteQuery({
    queryKey: ["orders", orderId, "events", order.data?.updated, order.data?.status],
    queryFn: ({ signal, pageParam }) =>
      get<Page<OrderEvent>>(
        `orders/${encodeURIComponent(orderId)}/events`,
        { limit: 100, cursor: pageParam },
        signal,
      ),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
    enabled: order.data !== undefined,
    placeholderData: (before) => before,
  });
  const steps = life.data?.pages.flatMap((page) => page.items) ?? [];
  const error = order.error ?? life.error;
  return (
    <Dialog title={`Order ${orderId}`} onClose={onClose} shape="sheet" wide>
      {order.data ? <Head order={order.data} /> : null}
      {error ? (
        <ErrorState error={error} onRetry={() => void (order.error ? order : life).refetch()} />
      ) : life.isPending ? (
        <Loading rows={6} label="Reading the journal" />
      ) : (
        <ol className="life" aria-label="What happened">
          {steps.map((step) => (
            <Step key={`${step.seq}-${step.n}`} step={step} />
          ))}
        </ol>
      )}
      {life.hasNextPage ? (
        <button
          type="button"
          className="button"
          disabled={life.isFetchingNextPage}
          onClick={() => void life.fetchNextPage()}
        >
          {life.isFetchingNextPage ? "Reading…" : "Read on"}
        </button>
      ) : null}
    </Dialog>
  );
}

function Head({ order }: { order: Order }) {
  const hint = hintOf(order);
  return (
    <div className="life-head">
      <p>
        <SideText side={order.side} /> <strong>{formatQty(order.order_qty)}</strong> {order.instrument_id},{" "}
        {order.order_type === "LIMIT" ? "limit " : ""}
        {priceWords(order, formatDecimal).toLowerCase()}, {order.time_in_force}, {order.account_id}
      </p>
      <p>
        <span className={`status status-${toneOf(order.status)}`}>{formatWord(order.status)}</span>{" "}
        {formatQty(order.cum_qty)} of {formatQty(order.order_qty)} filled
      </p>
      {hint ? <p className="life-hint">{hint}</p> : null}
    </div>
  );
}

function Step({ step }: { step: OrderEvent }) {
  const evidence = step.wall
    ? [{ name: "real time", value: `${formatTime(step.wall)} UTC` }, ...step.evidence]
    : step.evidence;
  return (
    <li className="life-step">
      <p className="life-line">
        <strong>{step.title}</strong>
        <span className="spacer" />
        <time dateTime={step.ts}>{formatTime(step.ts)}</time>
        <span className="life-seq" title="Number of the frame in the journal">
          #{step.seq}
        </span>
      </p>
      {step.text ? <p>{step.text}</p> : null}
      {evidence.length > 0 ? (
        <dl className="life-evidence">
          {evidence.map((item) => (
            <div key={item.name}>
              <dt>{item.name}</dt>
              <dd>{item.value}</dd>
            </div>
          ))}
        </dl>
      ) : null}
      {step.postings.length > 0 ? (
        <table className="life-book">
          <caption>Booked</caption>
          <tbody>
            {step.postings.map((line) => (
              <tr key={`${line.account}-${line.commodity}-${line.amount}`}>
                <th scope="row">{formatWord(line.account)}</th>
                <td>{formatDecimal(line.amount)}</td>
                <td>{line.commodity}</td>
              </tr>
            ))}
          </tbody>
        </table>
      ) : null}
    </li>
  );
}
