"""Where orders are kept: rows, ids, price ladders with their queues, and waiting stops."""

import numpy as np  # dst-ok: arrays of int64

from trade2026.matching.compiled.accounts import release
from trade2026.matching.compiled.keeping import part, piece, rare
from trade2026.matching.compiled.layout import (
    ASIDE,
    BUY,
    BUY_TRIGGER,
    EXPIRE,
    EXPIRY,
    FIRST,
    FREE,
    FRESH,
    GTD,
    HEADER,
    ID,
    IDS,
    IDS_MASK,
    IDS_SHIFT,
    INT64_MAX,
    IS_KNOWN,
    LADDER,
    LAST,
    LEVEL,
    LIMIT,
    LOTS,
    N_WAITING,
    NEXT,
    OPEN,
    PREVIOUS,
    PRICE,
    RESTING,
    ROW,
    RUNGS,
    SELL_TRIGGER,
    SHOWN,
    SIDE,
    STOPPED,
    TIF,
    TRIGGER,
    WAITING,
    WHERE,
    Memory,
)

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_EIGHT = np.uint64(3)
_PASSED = 1
"""In the word of an id's row, whose lowest bits are 0: an id that belongs here or before it went further."""
_NEAR = 8
"""Levels looked at one by one from the touch before the search is by halves."""


# ---------------------------------------------------------------------------------------------- rows and ids


@part
def take_row(m: Memory) -> int:
    """A row for an order or a level."""
    row = m[FREE]
    if row:
        m[FREE] = m[row + NEXT]
        return row
    row = m[FRESH]
    m[FRESH] = row + ROW
    return row


@part
def give_row(m: Memory, row: int) -> None:
    """Let the row be used again; 0 as its id says that it is unused."""
    m[row + ID] = 0
    m[row + NEXT] = m[FREE]
    m[FREE] = row


@part
def _home(m: Memory, order_id: int) -> int:
    """Where an id belongs: eight that follow one another are neighbours, and a new one meets a warm cache.

    The eights are scattered: a long row of neighbours would have to be gone through whenever one leaves.
    """
    scattered = (np.uint64(order_id) >> _EIGHT) * _GOLDEN
    return (np.int64(scattered >> np.uint64(m[IDS_SHIFT])) & ~7) | (order_id & 7)  # type: ignore[return-value]


@part
def find(m: Memory, order_id: int) -> int:
    """The row of an open order, or 0."""
    if order_id <= 0:
        return 0
    base, mask, at = m[IDS], m[IDS_MASK], _home(m, order_id)
    while True:
        known = m[base + 2 * at]
        if known == order_id:
            return m[base + 2 * at + 1] & ~_PASSED
        if known == 0:
            return 0
        at = (at + 1) & mask


@part
def is_at(m: Memory, row: int, order_id: int) -> bool:
    """Whether an open order is in this row, where it was before; 0 is no row."""
    return row != 0 and m[row + ID] == order_id and m[row + IS_KNOWN] == 1


@part
def remember(m: Memory, row: int) -> None:
    """Enter the order's id, which must be new."""
    base, mask, at = m[IDS], m[IDS_MASK], _home(m, m[row + ID])
    while m[base + 2 * at] != 0:
        m[base + 2 * at + 1] |= _PASSED
        at = (at + 1) & mask
    m[base + 2 * at] = m[row + ID]
    m[base + 2 * at + 1] = row
    m[row + IS_KNOWN] = 1


@part
def forget(m: Memory, row: int) -> None:
    """Take the order's id out, and move up what went past it: no gravestones to step over."""
    base, mask, at = m[IDS], m[IDS_MASK], _home(m, m[row + ID])
    while m[base + 2 * at] != m[row + ID]:
        at = (at + 1) & mask
    if m[base + 2 * at + 1] & _PASSED:
        at = _move_up(m, at)
    m[base + 2 * at] = 0
    m[row + IS_KNOWN] = 0


@rare
def _move_up(m: Memory, at: int) -> int:
    """Fill a place with an id that went past it, and its place with another; gives the last, unfilled."""
    base, mask = m[IDS], m[IDS_MASK]
    behind = at
    while True:
        behind = (behind + 1) & mask
        known = m[base + 2 * behind]
        if known == 0:
            return at
        if ((behind - _home(m, known)) & mask) >= ((behind - at) & mask):
            m[base + 2 * at] = known
            m[base + 2 * at + 1] = m[base + 2 * behind + 1] | _PASSED
            at = behind


@part
def remember_all(m: Memory) -> None:
    """Enter the ids of all open orders into an empty table, after the book has grown."""
    for row in range(HEADER, m[FRESH], ROW):
        if m[row + ID] > 0 and m[row + IS_KNOWN] == 1:
            remember(m, row)


# --------------------------------------------------------------------------------------- ladders and queues


@part
def _rung(m: Memory, side: int, key: int) -> int:
    """The first position of the ladder whose key is not below this one."""
    base, high = m[LADDER + side], m[RUNGS + side]
    low = max(0, high - _NEAR)
    while high > low and m[base + 2 * (high - 1)] >= key:
        high -= 1
    if high > low:
        return high
    low = 0
    while low < high:
        middle = (low + high) >> 1
        if m[base + 2 * middle] < key:
            low = middle + 1
        else:
            high = middle
    return low


@part
def _key(side: int, price: int) -> int:
    """What a ladder is sorted by: what trades first is the largest key, which is the last.

    Market orders, which rest in auctions only, have a level of their own before all prices.
    """
    if price == 0:
        return INT64_MAX if side == BUY else 0
    return price - 1 if side == BUY else -price


@part
def _level(m: Memory, side: int, price: int) -> int:
    """The level of a price; made where there is none."""
    key = _key(side, price)
    at = _rung(m, side, key)
    base, count = m[LADDER + side], m[RUNGS + side]
    if at < count and m[base + 2 * at] == key:
        return m[base + 2 * at + 1]
    for word in range(base + 2 * count - 1, base + 2 * at - 1, -1):
        m[word + 2] = m[word]
    level = take_row(m)
    m[level + FIRST] = m[level + LAST] = m[level + LOTS] = 0
    m[level + PRICE] = price
    m[level + IS_KNOWN] = 0  # A level is no order, whatever its first word holds.
    m[base + 2 * at] = key
    m[base + 2 * at + 1] = level
    m[RUNGS + side] = count + 1
    return level


@part
def _drop_level(m: Memory, side: int, level: int) -> None:
    at = _rung(m, side, _key(side, m[level + PRICE]))
    base, count = m[LADDER + side], m[RUNGS + side] - 1
    for word in range(base + 2 * at, base + 2 * count):
        m[word] = m[word + 2]
    m[RUNGS + side] = count
    give_row(m, level)


@part
def append(m: Memory, row: int, level: int) -> None:
    """Put an order at the end of the queue of a level."""
    last = m[level + LAST]
    m[row + LEVEL] = level
    m[row + PREVIOUS] = last
    m[row + NEXT] = 0
    m[level + LAST] = row
    m[level + LOTS] += m[row + SHOWN]
    if last:
        m[last + NEXT] = row
    else:
        m[level + FIRST] = row


@part
def detach(m: Memory, row: int) -> None:
    """Take an order out of its queue; the level may be left empty."""
    level, before, behind = m[row + LEVEL], m[row + PREVIOUS], m[row + NEXT]
    m[level + LOTS] -= m[row + SHOWN]
    if before:
        m[before + NEXT] = behind
    else:
        m[level + FIRST] = behind
    if behind:
        m[behind + PREVIOUS] = before
    else:
        m[level + LAST] = before


@part
def link(m: Memory, row: int) -> None:
    """Let an order rest at its limit price."""
    append(m, row, _level(m, m[row + SIDE], m[row + LIMIT]))
    m[row + WHERE] = RESTING


@piece
def unlink(m: Memory, row: int) -> None:
    """Take a resting order out of its queue, and its level out of the ladder when it was the last there."""
    detach(m, row)
    level = m[row + LEVEL]
    if m[level + FIRST] == 0:
        _drop_level(m, m[row + SIDE], level)
    m[row + WHERE] = ASIDE


# -------------------------------------------------------------------------------- waiting stops, and the end


@rare
def await_trigger(m: Memory, row: int) -> None:
    """Let a stop wait."""
    at = m[N_WAITING]
    m[m[WAITING] + at] = row
    m[N_WAITING] = at + 1
    m[row + LEVEL] = at
    m[row + WHERE] = STOPPED
    heed_trigger(m, row)


@part
def heed_trigger(m: Memory, row: int) -> None:
    """Widen the bounds of what trades may trigger by this stop."""
    if m[row + SIDE] == BUY:
        m[BUY_TRIGGER] = min(m[BUY_TRIGGER], m[row + TRIGGER])
    else:
        m[SELL_TRIGGER] = max(m[SELL_TRIGGER], m[row + TRIGGER])


@part
def stop_waiting(m: Memory, row: int) -> None:
    """Take a stop out of those that wait; the bounds may stay too wide, which costs a look."""
    last = m[N_WAITING] - 1
    moved = m[m[WAITING] + last]
    m[m[WAITING] + m[row + LEVEL]] = moved
    m[moved + LEVEL] = m[row + LEVEL]
    m[N_WAITING] = last
    m[row + WHERE] = ASIDE


@part
def heed_expiry(m: Memory, row: int) -> None:
    """Let AdvanceTime look at this order in time."""
    if m[row + TIF] == GTD:
        m[EXPIRY] = min(m[EXPIRY], m[row + EXPIRE])


@piece
def remove(m: Memory, row: int) -> None:
    """The order is over: out of whatever it is in, its row free."""
    where = m[row + WHERE]
    if where == RESTING:
        unlink(m, row)
    elif where == STOPPED:
        stop_waiting(m, row)
    if m[row + IS_KNOWN]:
        forget(m, row)
    release(m, row)
    m[OPEN] -= 1
    give_row(m, row)
