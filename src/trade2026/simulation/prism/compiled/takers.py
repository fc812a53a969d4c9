"""Informed traders, who have a noisy signal of the value, and momentum traders, who have the past prices."""

import math

from trade2026.matching.compiled import layout as book_at
from trade2026.matching.compiled.keeping import part
from trade2026.matching.compiled.layout import Memory
from trade2026.matching.compiled.store import find
from trade2026.simulation.prism.compiled import layout as at
from trade2026.simulation.prism.compiled.base import book_floats, inventory, look, normal, say, say_cancel
from trade2026.simulation.prism.compiled.elementary import exp, ln
from trade2026.simulation.prism.compiled.layout import Floats


@part
def _allowed(w: Memory, x: Floats, s: int, f: int, m: Memory, side: int, lots: int) -> int:
    """So many of these lots that the inventory stays within its limit."""
    held = inventory(w, s, m)
    most = int(x[f + at.INVENTORY_MAX])
    room = most - held if side == book_at.BUY else most + held
    return max(min(lots, room), 0)


@part
def trade_on_signal(w: Memory, x: Floats, s: int, f: int, m: Memory) -> None:
    """Buy below and sell above what the signal says, the more the farther the price is from it.

    Far away it takes at once, up to what leaves it the gain it asks for; else it waits at the best price.
    """
    number = w[s + at.BOOK]
    bid, ask, mid = look(w, x, number, m)
    value = exp(x[book_floats(w, number) + at.LOG_VALUE] + x[f + at.SIGNAL_SIGMA] * normal(w, s + at.RANDOM))
    edge = (value / mid - 1.0) * 1e4
    side = book_at.BUY if edge > 0.0 else book_at.SELL
    row = find(m, w[s + at.OWN])
    if row:
        say_cancel(w, s, w[s + at.OWN], row)
    w[s + at.OWN] = 0
    strength = abs(edge) - x[f + at.ENTRY_BPS]
    if strength <= 0.0:
        return
    wanted = x[f + at.SIZE] * (1.0 + x[f + at.GAIN] * strength)
    lots = _allowed(w, x, s, f, m, side, int(min(wanted, x[f + at.INVENTORY_MAX])))
    if lots == 0:
        return
    if abs(edge) > x[f + at.URGENT_BPS]:
        bound = (
            value * (1.0 - x[f + at.ENTRY_BPS] * 1e-4)
            if side == book_at.BUY
            else value * (1.0 + x[f + at.ENTRY_BPS] * 1e-4)
        )
        say(w, s, side, book_at.IOC, lots, max(int(bound), 1), 0)
        return
    price = bid if side == book_at.BUY else ask
    if price:
        w[s + at.OWN] = say(w, s, side, book_at.GTC, lots, price, 1)


@part
def _see(w: Memory, x: Floats, f: int, mid: float) -> float:
    """The trend: fast less slow mean of the logarithm of the mid, in standard deviations over SLOW_S."""
    value = ln(mid)
    seconds = (w[at.NOW] - x[f + at.SEEN_NS]) * 1e-9
    if x[f + at.SEEN_NS] == 0.0 or seconds <= 0.0:
        if x[f + at.SEEN_NS] == 0.0:
            x[f + at.FAST_MEAN] = x[f + at.SLOW_MEAN] = x[f + at.SEEN_MID] = value
            x[f + at.SEEN_NS] = w[at.NOW]
        return 0.0
    fast, slow = exp(-seconds / x[f + at.FAST_S]), exp(-seconds / x[f + at.SLOW_S])
    change = value - x[f + at.SEEN_MID]
    x[f + at.FAST_MEAN] = fast * x[f + at.FAST_MEAN] + (1.0 - fast) * value
    x[f + at.SLOW_MEAN] = slow * x[f + at.SLOW_MEAN] + (1.0 - slow) * value
    x[f + at.SEEN_VARIANCE] = slow * x[f + at.SEEN_VARIANCE] + (1.0 - slow) * change * change / seconds
    x[f + at.SEEN_MID], x[f + at.SEEN_NS] = value, w[at.NOW]
    spread = math.sqrt(x[f + at.SEEN_VARIANCE] * x[f + at.SLOW_S])
    return (x[f + at.FAST_MEAN] - x[f + at.SLOW_MEAN]) / spread if spread > 0.0 else 0.0


@part
def trade_on_trend(w: Memory, x: Floats, s: int, f: int, m: Memory) -> None:
    """Hold what the trend asks for: nothing below the threshold, more the stronger it is."""
    bid, ask, mid = look(w, x, w[s + at.BOOK], m)
    trend = _see(w, x, f, mid)
    target = 0.0
    if abs(trend) > x[f + at.THRESHOLD]:
        target = x[f + at.TARGET_GAIN] * trend * x[f + at.SIZE]
        target = min(max(target, -x[f + at.INVENTORY_MAX]), x[f + at.INVENTORY_MAX])
    missing = int(target) - inventory(w, s, m)
    if abs(missing) < x[f + at.SIZE]:
        return
    side = book_at.BUY if missing > 0 else book_at.SELL
    price = ask if side == book_at.BUY else bid
    if price:
        say(w, s, side, book_at.IOC, min(abs(missing), int(2.0 * x[f + at.SIZE])), price, 0)
