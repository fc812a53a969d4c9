/** The last price of the instrument in large figures, painted live, with the position held. */
import { useRef } from "react";
import type { Instrument, Position } from "../api/types";
import { useColumns, useConnection, usePainter } from "../feed/hooks";
import { digitsOf } from "../lib/decimal";
import { arrowOf, classOf, formatBps, formatPrice, formatQty, formatSigned, NOTHING } from "../lib/format";
import { quoteOf, shortName, useQuotes } from "./Watchlist";

type PriceHeadProps = { instrument: Instrument; position: Position | undefined };

export function PriceHead({ instrument, position }: PriceHeadProps) {
  const store = useColumns("quotes", 10);
  const quotes = useQuotes();
  const line = useConnection();
  const last = useRef<HTMLSpanElement>(null);
  const change = useRef<HTMLSpanElement>(null);
  const symbol = instrument.instrument_id;
  usePainter(() => {
    if (!last.current || !change.current) return;
    const quote = quoteOf(symbol, store, quotes);
    const price = formatPrice(quote.last, digitsOf(instrument.tick_size) ?? 2);
    if (last.current.textContent !== price) last.current.textContent = price;
    const text = `${arrowOf(quote.bps)} ${formatBps(quote.bps)}`.trim();
    if (change.current.textContent !== text) {
      change.current.textContent = text;
      change.current.className = `head-change ${classOf(quote.bps)}`;
    }
  });
  const qty = position?.quantity ?? "0";
  return (
    <div className={`price-head line-${line}`}>
      <p className="head-symbol">
        {shortName(symbol)} <small>{instrument.venue}</small>
      </p>
      <p className="head-price">
        <span ref={last} className="watch-last">
          {NOTHING}
        </span>
        <span ref={change} className="head-change">
          {NOTHING}
        </span>
      </p>
      <p className="head-position">
        Position <strong>{formatQty(qty)}</strong>
        {position?.average_price && Number(qty) !== 0 ? (
          <> at {formatPrice(position.average_price, digitsOf(instrument.tick_size) ?? 2)}</>
        ) : null}
        {position?.unrealized && Number(qty) !== 0 ? (
          <span className={classOf(position.unrealized)}> {formatSigned(position.unrealized)}</span>
        ) : null}
      </p>
    </div>
  );
}
