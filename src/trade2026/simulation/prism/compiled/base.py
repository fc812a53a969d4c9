"""What all traders stand on: floats by their address, random numbers, what they see and what they say."""

import math
from collections.abc import Callable
from typing import cast

import numpy as np
from numba import types

from trade2026.matching.compiled import layout as book_at
from trade2026.matching.compiled.base import memory_at, pointer_to
from trade2026.matching.compiled.keeping import part, piece
from trade2026.matching.compiled.layout import Memory
from trade2026.matching.compiled.store import find, is_at
from trade2026.simulation.prism.compiled import layout as at
from trade2026.simulation.prism.compiled.elementary import exp, ln, sin_right
from trade2026.simulation.prism.compiled.layout import Floats

_STEP = np.uint64(0x9E3779B97F4A7C15)
_MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2 = np.uint64(0x94D049BB133111EB)
_S30, _S27, _S31, _S11 = np.uint64(30), np.uint64(27), np.uint64(31), np.uint64(11)
_UNIT = 2.0**-53


floats_at = cast(Callable[[int], Floats], pointer_to(types.float64))
"""The floats at this address, as compiled code sees them."""


# ------------------------------------------------------------------------------------------ random numbers


@part
def uniform(w: Memory, state: int) -> float:
    """A number above 0 and below 1 from the stream at `state`: splitmix64 (Steele, Lea and Flood, 2014)."""
    z = np.uint64(w[state]) + _STEP
    w[state] = np.int64(z)
    z = (z ^ (z >> _S30)) * _MIX_1
    z = (z ^ (z >> _S27)) * _MIX_2
    z = z ^ (z >> _S31)
    return (float(z >> _S11) + 0.5) * _UNIT


@part
def exponential(w: Memory, state: int) -> float:
    """With mean 1."""
    return -ln(uniform(w, state))


@piece
def pareto(w: Memory, state: int, tail: float) -> float:
    """Above 1 and, with a chance of y**-tail, above y."""
    return exp(exponential(w, state) / tail)


@piece
def normal(w: Memory, state: int) -> float:
    """With mean 0 and variance 1, after Box and Muller (1958); half of their circle has all sines."""
    radius = math.sqrt(-2.0 * ln(uniform(w, state)))
    return radius * sin_right(2.0 * uniform(w, state) - 1.0)


# ------------------------------------------------------------------------------------------ what they see


@part
def touch(m: Memory, side: int) -> int:
    """The best price of a side, or 0."""
    count = m[book_at.RUNGS + side]
    if count == 0:
        return 0
    return m[m[m[book_at.LADDER + side] + 2 * (count - 1) + 1] + book_at.PRICE]


@part
def first_shown(m: Memory, side: int) -> int:
    """What the next order of a side to trade shows; there is one."""
    count = m[book_at.RUNGS + side]
    level = m[m[book_at.LADDER + side] + 2 * (count - 1) + 1]
    return m[m[level + book_at.FIRST] + book_at.SHOWN]


@part
def touch_lots(m: Memory, side: int) -> int:
    """What the best price of a side shows in all."""
    count = m[book_at.RUNGS + side]
    if count == 0:
        return 0
    return m[m[m[book_at.LADDER + side] + 2 * (count - 1) + 1] + book_at.LOTS]


@part
def book_of(w: Memory, number: int) -> Memory:
    """A book's memory."""
    return memory_at(w[w[at.BOOKS] + number * at.BOOK_INTS + at.ADDRESS])


@part
def look(w: Memory, x: Floats, number: int, m: Memory) -> tuple[int, int, float]:
    """Best bid, best offer and mid, ticks.

    Where a side is empty, the mid is the last price or the best of the other side if that is beyond it.
    """
    bid, ask = touch(m, book_at.BUY), touch(m, book_at.SELL)
    here = book_floats(w, number) + at.MID
    last = m[book_at.LAST_PRICE]
    if bid and ask:
        x[here] = 0.5 * (bid + ask)
    elif last:
        x[here] = max(last, bid) if ask == 0 else min(last, ask)
    return bid, ask, x[here]


@part
def book_floats(w: Memory, number: int) -> int:
    """Where a book's floats are."""
    return at.FLOAT_HEADER + w[at.N_SLOTS] * at.SLOT_FLOATS + number * at.BOOK_FLOATS


@part
def inventory(w: Memory, s: int, m: Memory) -> int:
    """What the slot at `s` has of its book's asset beyond what it began with, lots."""
    h = memory_at(m[book_at.HOLDINGS])
    place = (w[s + at.OWNER] * m[book_at.N_ASSETS] + m[book_at.BASE]) * 4
    return (h[place] - w[s + at.STOCK]) // m[book_at.LOT]


# ------------------------------------------------------------------------------------------- what they say


@part
def own_row(w: Memory, own: int, m: Memory) -> int:
    """The row of the open order whose number is at `own`, or 0; where it was is looked at before the ids."""
    order, row = w[own], w[own + at.OWN_ROW - at.OWN]
    if is_at(m, row, order):
        return row
    row = find(m, order)
    w[own + at.OWN_ROW - at.OWN] = row
    return row


@part
def say(w: Memory, s: int, side: int, tif: int, lots: int, limit: int, post: int) -> int:
    """Add a limit order to what the slot sends; its number."""
    order = w[at.NEXT_ORDER]
    w[at.NEXT_ORDER] = order + 1
    p = s + at.PENDING + w[s + at.N_PENDING] * at.PENDING_WIDTH
    w[p], w[p + 1], w[p + 2], w[p + 3] = book_at.PLACE_ORDER, order, side, tif
    w[p + 4], w[p + 5], w[p + 6] = lots, limit, post
    w[s + at.N_PENDING] += 1
    return order


@part
def say_cancel(w: Memory, s: int, order: int, row: int) -> None:
    """Add a cancel to what the slot sends; the order is in this row now."""
    p = s + at.PENDING + w[s + at.N_PENDING] * at.PENDING_WIDTH
    w[p], w[p + 1], w[p + 2] = book_at.CANCEL_OPEN, order, row
    w[s + at.N_PENDING] += 1
