/** What would have to be traded to move the price: levels added up. */
import type { Level } from "./decode";

export type DepthPicture = { bids: string; asks: string; low: number; high: number; most: number };

/** Running sums of quantities from the best level on. */
export function cumulative(levels: readonly Level[]): number[] {
  let sum = 0;
  return levels.map(({ qty }) => {
    sum += qty;
    return sum;
  });
}

/** Both sides as areas in a box, the middle of the spread at its middle; null where a side is empty. */
export function depthPicture(
  bids: readonly Level[],
  asks: readonly Level[],
  width: number,
  height: number,
): DepthPicture | null {
  const [bid, ask] = [bids[0], asks[0]];
  const [lastBid, lastAsk] = [bids.at(-1), asks.at(-1)];
  if (!bid || !ask || !lastBid || !lastAsk) return null;
  const mid = (bid.price + ask.price) / 2;
  const reach = Math.max(mid - lastBid.price, lastAsk.price - mid);
  if (!(reach > 0)) return null;
  const sums = { bids: cumulative(bids), asks: cumulative(asks) };
  const most = Math.max(sums.bids.at(-1) ?? 0, sums.asks.at(-1) ?? 0);
  if (!(most > 0)) return null;
  const x = (price: number) => width / 2 + ((price - mid) / reach) * (width / 2);
  const y = (sum: number) => height - (sum / most) * height;
  const side = (levels: readonly Level[], each: readonly number[], edge: number) => {
    const begin = x((levels[0] as Level).price).toFixed(2);
    const steps = levels.map(
      (level, at) => `H${x(level.price).toFixed(2)}V${y(each[at] as number).toFixed(2)}`,
    );
    return `M${begin} ${height}${steps.join("")}H${edge}V${height}Z`;
  };
  return {
    bids: side(bids, sums.bids, 0),
    asks: side(asks, sums.asks, width),
    low: mid - reach,
    high: mid + reach,
    most,
  };
}

/** The share of the larger side that each quantity is, for bars: 0 to 1. */
export function barShare(qty: number, largest: number): number {
  return largest > 0 && qty > 0 ? Math.min(1, qty / largest) : 0;
}
