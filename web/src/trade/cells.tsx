/** What the tables of the blotter have in common. */
import type { Instrument, Side } from "../api/types";
import { digitsOf } from "../lib/decimal";

/** A side with its arrow, so that color is not all there is. */
export function SideText({ side }: { side: Side }) {
  return side === "BUY" ? <span className="up">▲ Buy</span> : <span className="down">▼ Sell</span>;
}

/** The decimals of an instrument's prices, by its id. */
export function digitsBy(instruments: readonly Instrument[]): (id: string) => number | undefined {
  const known = new Map(instruments.map((item) => [item.instrument_id, digitsOf(item.tick_size)]));
  return (id) => known.get(id);
}
