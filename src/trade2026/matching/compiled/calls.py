"""The ways into the kernel, each by the address of a book's memory.

A number is the cheapest thing to hand over; whoever calls keeps the memory alive.
"""

import sys
from collections.abc import Callable
from typing import Final, ParamSpec, TypeVar

import numpy as np  # dst-ok: arrays of int64
import numpy.typing as npt  # dst-ok: arrays of int64

from trade2026.matching.compiled import (
    accounts,
    auction,
    base,
    commands,
    ingredients,
    keeping,
    layout,
    store,
    trading,
)
from trade2026.matching.compiled import layout as at
from trade2026.matching.compiled.auction import work
from trade2026.matching.compiled.base import memory_at
from trade2026.matching.compiled.commands import (
    advance_time,
    cancel,
    end_session,
    place,
    replace,
    rule,
)
from trade2026.matching.compiled.keeping import kept, part, sha256_of, sources_of
from trade2026.matching.compiled.layout import Memory
from trade2026.matching.compiled.store import find, remember_all
from trade2026.matching.compiled.trading import has_room

P = ParamSpec("P")
R = TypeVar("R")
FULL, NO_ROOM, BUSY = -1, -2, -3
"""A single command was not begun, for want of rows; has more to tell; was not begun, for one before has."""


def kernel_sources() -> str:
    """All that goes into compiled code, and how it is compiled."""
    here = sys.modules[__name__]
    modules = (ingredients, keeping, layout, base, accounts, store, trading, auction, commands, here)
    return sources_of(modules)


def sources_sha256() -> str:
    """SHA-256 of all that goes into compiled code."""
    return sha256_of(kernel_sources())


_SOURCES: Final = sources_sha256()


def _kept(function: Callable[P, R]) -> Callable[P, R]:
    return kept(_SOURCES, function)


@_kept
def run(address: int, rows: npt.NDArray[np.int64], position: int) -> int:
    """Do commands from this position on; the position of the next when they or the room run out.

    The last command begun may have more to tell (`has_more`): make room and come again.
    """
    m = memory_at(address)
    if not work(m):
        return position
    while position < len(rows):
        c = rows[position]
        op = c[at.OP]
        if not has_room(m) or (op == at.PLACE_ORDER and m[at.OPEN] >= m[at.CAPACITY]):
            break
        m[at.COMMAND] = position
        position += 1
        if op == at.PLACE_ORDER:
            place(m, c[1], c[2], c[3], c[4], c[5], c[6], c[7], c[8], c[9], c[10], c[11], c[12])
        elif op == at.CANCEL_OPEN:
            cancel(m, c[at.ORDER_ID])
        elif op == at.REPLACE_OPEN:
            replace(m, c[at.ORDER_ID], c[at.QTY_COLUMN], c[at.LIMIT_COLUMN], c[at.TRIGGER_COLUMN])
        elif op == at.ADVANCE_TIME:
            advance_time(m, c[at.EXPIRE_COLUMN])
        elif op == at.END_SESSION:
            end_session(m)
        else:
            rule(m, op, c[at.PHASE_COLUMN], c[at.LIMIT_COLUMN], c[at.TRIGGER_COLUMN], c[at.DISPLAY_COLUMN])
        if not work(m):
            break
    return position


@part
def _is_busy(m: Memory) -> bool:
    return m[at.ACTIVE] != 0 or m[at.HEAD] != m[at.TAIL] or m[at.STAGE] != 0


@part
def _begin(m: Memory) -> bool:
    """Make ready for a single command; False while one before has more to do."""
    m[at.COMMAND] = m[at.IS_CONTINUED] = 0
    if _is_busy(m):
        return False
    m[at.N_EVENTS] = 0
    return True


@_kept
def has_more(address: int) -> bool:
    """Whether a command has more to do, and waits for room to tell it."""
    return _is_busy(memory_at(address))


@_kept
def place_one(
    address: int, order_id: int, owner: int, side: int, kind: int, tif: int, qty: int, limit: int,
    trigger: int, display: int, expire: int, post: int, prevention: int,
) -> int:  # fmt: skip
    """One PlaceOrder by itself: the number of events, FULL or NO_ROOM."""
    m = memory_at(address)
    if m[at.OPEN] >= m[at.CAPACITY]:
        return FULL
    if not _begin(m):
        return BUSY
    place(m, order_id, owner, side, kind, tif, qty, limit, trigger, display, expire, post, prevention)
    return m[at.N_EVENTS] if work(m) else NO_ROOM


@_kept
def limit_one(address: int, order_id: int, owner: int, side: int, qty: int, limit: int, tif: int) -> int:
    """One plain limit order by itself: the number of events, FULL or NO_ROOM."""
    return place_one(address, order_id, owner, side, at.LIMITED, tif, qty, limit, 0, 0, 0, 0, at.NONE)


@_kept
def cancel_one(address: int, order_id: int) -> int:
    """One CancelOpen by itself: the number of events."""
    m = memory_at(address)
    if not _begin(m):
        return BUSY
    cancel(m, order_id)
    return m[at.N_EVENTS]


@_kept
def replace_one(address: int, order_id: int, qty: int, limit: int, trigger: int) -> int:
    """One ReplaceOpen by itself: the number of events or NO_ROOM."""
    m = memory_at(address)
    if not _begin(m):
        return BUSY
    replace(m, order_id, qty, limit, trigger)
    return m[at.N_EVENTS] if work(m) else NO_ROOM


@_kept
def time_one(address: int, now: int, is_session_end: bool) -> int:
    """One AdvanceTime or EndSession by itself: the number of events or NO_ROOM."""
    m = memory_at(address)
    if not _begin(m):
        return BUSY
    if is_session_end:
        end_session(m)
    else:
        advance_time(m, now)
    return m[at.N_EVENTS] if work(m) else NO_ROOM


@_kept
def rule_one(address: int, op: int, a: int, b: int, c: int, d: int) -> int:
    """One SetPhase, Uncross or SetBands by itself: the number of events or NO_ROOM."""
    m = memory_at(address)
    if not _begin(m):
        return BUSY
    rule(m, op, a, b, c, d)
    return m[at.N_EVENTS] if work(m) else NO_ROOM


@_kept
def go_on(address: int) -> int:
    """Go on with a single command after its events were taken out: how many more, or NO_ROOM."""
    m = memory_at(address)
    m[at.N_EVENTS] = 0
    m[at.IS_CONTINUED] = 1
    return m[at.N_EVENTS] if work(m) else NO_ROOM


@_kept
def find_one(address: int, order_id: int) -> int:
    """The row of an open order, or 0."""
    return find(memory_at(address), order_id)


@_kept
def levels_of(address: int, side: int, out: npt.NDArray[np.int64]) -> int:
    """Fill in price, what is shown and the number of orders of the best levels; how many levels."""
    m = memory_at(address)
    count = 0
    for rung in range(m[at.RUNGS + side] - 1, -1, -1):
        level = m[m[at.LADDER + side] + 2 * rung + 1]
        if count == len(out):
            break
        if m[level + at.PRICE] == 0:  # Market orders of an auction.
            continue
        shown = orders = 0
        row = m[level + at.FIRST]
        while row:
            shown += m[row + at.SHOWN]
            orders += 1
            row = m[row + at.NEXT]
        out[count, 0], out[count, 1], out[count, 2] = m[level + at.PRICE], shown, orders
        count += 1
    return count


@_kept
def remember_all_of(address: int) -> None:
    """Enter all ids into an empty table."""
    remember_all(memory_at(address))
