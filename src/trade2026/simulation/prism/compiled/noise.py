"""Noise traders: they come in clusters, and each works off one long order after the other.

Arrivals in a book are a Hawkes process with an exponential kernel, drawn exactly (Dassios and Zhao, 2013).
A trader keeps to a side for a number of orders with a Pareto tail, as whoever splits a large order does:
that gives the signs of trades their long memory (Lillo, Mike and Farmer, 2005). Prices of limit orders are
as far from the best as a power law has it; the oldest order is canceled when another is left in the book.
Sizes have a heavy tail, and nobody sends the largest of them through an empty book: taking ends 20 basis
points from the best.
"""

from trade2026.matching.compiled import layout as book_at
from trade2026.matching.compiled.keeping import part
from trade2026.matching.compiled.layout import Memory
from trade2026.matching.compiled.store import find
from trade2026.simulation.prism.compiled import layout as at
from trade2026.simulation.prism.compiled.base import (
    book_floats,
    exponential,
    first_shown,
    inventory,
    look,
    normal,
    pareto,
    say,
    say_cancel,
    uniform,
)
from trade2026.simulation.prism.compiled.elementary import exp, ln
from trade2026.simulation.prism.compiled.layout import Floats

_FAR = 0.1
"""The farthest from the mid that a limit price is, as a part of it."""
_SLIPPAGE = 0.002
"""The farthest from the best price that a noise trader takes; what is left of its order is given up."""


@part
def next_arrival(w: Memory, x: Floats, s: int, number: int, is_arrival: bool) -> int:
    """When noise comes next to a book, UTC nanoseconds; `is_arrival` when some came now."""
    b = book_floats(w, number)
    now, decay, base = w[at.NOW], x[b + at.DECAY], x[b + at.BASE_RATE]
    excess = x[b + at.EXCESS] * exp(-decay * (now - x[b + at.EXCESS_NS]) * 1e-9)
    if is_arrival:
        excess += x[b + at.EXCITATION]
    x[b + at.EXCESS], x[b + at.EXCESS_NS] = excess, now
    wait = exponential(w, s + at.RANDOM) / base
    if excess > 0.0:
        after = exponential(w, s + at.RANDOM) / excess
        left = 1.0 - decay * after
        if left > 0.0 and after < wait:  # It comes later than `after`: most do so anyway.
            wait = min(wait, -ln(left) / decay)
    return now + 1 + int(wait * 1e9)


@part
def _begin_run(w: Memory, x: Floats, s: int, f: int, m: Memory) -> None:
    """Choose a side, rather the one that brings the inventory back, and for how many orders."""
    lean = 0.5 * inventory(w, s, m) / x[f + at.INVENTORY_MAX]
    is_sell = uniform(w, s + at.RANDOM) < min(max(0.5 + lean, 0.0), 1.0)
    w[s + at.RUN_SIDE] = book_at.SELL if is_sell else book_at.BUY
    length = pareto(w, s + at.RANDOM, x[f + at.RUN_TAIL])
    w[s + at.RUN_LEFT] = int(min(length, x[f + at.RUN_MAX]))


@part
def _limit_price(w: Memory, x: Floats, s: int, f: int, side: int, bid: int, ask: int, mid: float) -> int:
    """Within the spread, or behind the best price as far as a power law has it; it never crosses."""
    toward = 1 if side == book_at.BUY else -1
    best = bid if side == book_at.BUY else ask
    if best == 0:
        best = int(mid) - toward
    room = ask - bid - 1 if bid and ask else 0
    if room > 0 and uniform(w, s + at.RANDOM) < x[f + at.IMPROVE_SHARE]:
        return best + toward * (1 + int(uniform(w, s + at.RANDOM) * room))
    reach = pareto(w, s + at.RANDOM, x[f + at.REACH_TAIL]) - 1.0
    away = min(reach * x[f + at.REACH_BPS] * 1e-4, _FAR) * mid
    return max(best - toward * int(away), 1)


@part
def trade_noise(w: Memory, x: Floats, s: int, f: int, m: Memory) -> None:
    """What a noise trader does when its turn comes: one order, and perhaps a cancel."""
    if w[s + at.RUN_LEFT] <= 0:
        _begin_run(w, x, s, f, m)
    w[s + at.RUN_LEFT] -= 1
    side = w[s + at.RUN_SIDE]
    bid, ask, mid = look(w, x, w[s + at.BOOK], m)
    lots = max(int(x[f + at.SIZE] * exp(x[f + at.SIZE_SIGMA] * normal(w, s + at.RANDOM))), 1)
    other = ask if side == book_at.BUY else bid
    if other and uniform(w, s + at.RANDOM) < x[f + at.MARKET_SHARE]:
        if uniform(w, s + at.RANDOM) < x[f + at.CAPTURE_SHARE]:
            lots = min(lots, first_shown(m, 1 - side))
        bound = other * (1.0 + _SLIPPAGE if side == book_at.BUY else 1.0 - _SLIPPAGE)
        say(w, s, side, book_at.IOC, lots, max(int(bound), 1), 0)
        return
    price = _limit_price(w, x, s, f, side, bid, ask, mid)
    own = s + at.OWN + w[s + at.TURN]
    turn = w[s + at.TURN] + 1
    w[s + at.TURN] = turn if turn < int(x[f + at.KEEPS]) else 0
    row = find(m, w[own])
    if row:
        say_cancel(w, s, w[own], row)
    w[own] = say(w, s, side, book_at.GTC, lots, price, 0)
