"""The exchange in time: commands reach books in order, are logged, and quotes are noted."""

from trade2026.matching.compiled import layout as book_at
from trade2026.matching.compiled.auction import work
from trade2026.matching.compiled.commands import (
    advance_time,
    end_session,
    place,
    place_plain,
    refuse,
    replace,
    rule,
)
from trade2026.matching.compiled.keeping import part, piece, rare
from trade2026.matching.compiled.layout import Memory
from trade2026.matching.compiled.store import find, is_at
from trade2026.matching.compiled.trading import end
from trade2026.simulation.prism.compiled import layout as at
from trade2026.simulation.prism.compiled.base import book_of, touch, touch_lots


@part
def note_quote(w: Memory, number: int, m: Memory) -> None:
    """Write the best prices down where they or what they show are others; there is room."""
    b = w[at.BOOKS] + number * at.BOOK_INTS
    bid, ask = touch(m, book_at.BUY), touch(m, book_at.SELL)
    bid_lots, ask_lots = touch_lots(m, book_at.BUY), touch_lots(m, book_at.SELL)
    is_same = bid == w[b + at.BID] and ask == w[b + at.ASK]
    if is_same and bid_lots == w[b + at.BID_LOTS] and ask_lots == w[b + at.ASK_LOTS]:
        return
    w[b + at.BID], w[b + at.ASK], w[b + at.BID_LOTS], w[b + at.ASK_LOTS] = bid, ask, bid_lots, ask_lots
    q = w[at.QUOTES] + w[at.N_QUOTES] * at.QUOTE_WIDTH
    w[q], w[q + 1], w[q + 2] = w[at.NEXT_SEQUENCE] - 1, w[at.NOW], number
    w[q + 3], w[q + 4], w[q + 5], w[q + 6] = bid, ask, bid_lots, ask_lots
    w[at.N_QUOTES] += 1


@part
def log(w: Memory, number: int, m: Memory, op: int) -> int:
    """Give the command the next number in the exchange; where its columns are to be written."""
    sequence = w[at.NEXT_SEQUENCE]
    row = w[at.LOG] + w[at.N_LOG] * at.LOG_WIDTH
    w[row], w[row + 1], w[row + 2] = sequence, w[at.NOW], number
    row += at.LOG_COMMAND
    w[row] = op
    if op != book_at.PLACE_ORDER:  # Which has a value for each column.
        for column in range(1, book_at.COMMAND_WIDTH):
            w[row + column] = 0
    w[at.N_LOG] += 1
    w[at.NEXT_SEQUENCE] = sequence + 1
    m[book_at.COMMAND] = sequence
    return row


@piece
def why_not(w: Memory, m: Memory, op: int) -> int:
    """What is missing for one more command: DONE for nothing."""
    if w[at.N_LOG] + 2 > w[at.LOG_ROOM] or w[at.N_QUOTES] + 2 > w[at.QUOTE_ROOM]:
        return at.NEEDS_ROOM
    if m[book_at.N_EVENTS] + 2 * book_at.STEP_EVENTS > m[book_at.ROOM]:
        return at.NEEDS_ROOM
    is_full = op == book_at.PLACE_ORDER and m[book_at.OPEN] >= m[book_at.CAPACITY]
    return at.NEEDS_ROWS if is_full else at.DONE


@part
def is_behind(w: Memory, number: int, side: int, limit: int) -> bool:
    """Whether a price is worse than the best of its side: an order there leaves the quote as it is."""
    b = w[at.BOOKS] + number * at.BOOK_INTS
    if side == book_at.BUY:
        return 0 < limit < w[b + at.BID]
    return 0 < w[b + at.ASK] < limit


@piece
def finish(w: Memory, number: int, m: Memory) -> int:
    """Do what a command asks for, and note the quote when it is over."""
    if not work(m):
        w[at.BUSY_BOOK] = number + 1
        return at.BEGUN
    w[at.BUSY_BOOK] = 0
    note_quote(w, number, m)
    return at.DONE


@part
def is_time_due(w: Memory, m: Memory) -> bool:
    """Whether an order's time is over, which has to be told before anything else."""
    return m[book_at.EXPIRY] <= w[at.NOW]


@rare
def tell_time(w: Memory, number: int, m: Memory) -> int:
    """End what has no more time; there is room."""
    row = log(w, number, m, book_at.ADVANCE_TIME)
    w[row + book_at.EXPIRE_COLUMN] = w[at.NOW]
    advance_time(m, w[at.NOW])
    return finish(w, number, m)


@part
def place_in(
    w: Memory, number: int, m: Memory, order: int, owner: int, side: int, kind: int, tif: int, lots: int,
    limit: int, trigger: int, display: int, expire: int, post: int, prevention: int,
) -> int:  # fmt: skip
    """An order reaches the book; there is room and a row."""
    row = log(w, number, m, book_at.PLACE_ORDER)
    w[row + 1], w[row + 2], w[row + 3], w[row + 4], w[row + 5] = order, owner, side, kind, tif
    w[row + 6], w[row + 7], w[row + 8], w[row + 9] = lots, limit, trigger, display
    w[row + 10], w[row + 11], w[row + 12] = expire, post, prevention
    told = m[book_at.N_EVENTS]
    place(m, order, owner, side, kind, tif, lots, limit, trigger, display, expire, post, prevention)
    return _finish_placed(w, number, m, side, limit, told)


@part
def place_plain_in(
    w: Memory, number: int, m: Memory, order: int, owner: int, side: int, tif: int, lots: int, limit: int,
    post: int,
) -> int:  # fmt: skip
    """A limit order without any more to it reaches the book, as `place_in` has it."""
    row = log(w, number, m, book_at.PLACE_ORDER)
    w[row + 1], w[row + 2], w[row + 3], w[row + 4], w[row + 5] = order, owner, side, book_at.LIMITED, tif
    w[row + 6], w[row + 7], w[row + 8], w[row + 9] = lots, limit, 0, 0
    w[row + 10], w[row + 11], w[row + 12] = 0, post, book_at.EXPIRE_MAKER
    told = m[book_at.N_EVENTS]
    place_plain(m, order, owner, side, tif, lots, limit, post)
    return _finish_placed(w, number, m, side, limit, told)


@piece
def _finish_placed(w: Memory, number: int, m: Memory, side: int, limit: int, told: int) -> int:
    if is_behind(w, number, side, limit) and work(m) and m[book_at.N_EVENTS] == told + 1:
        return at.DONE
    return finish(w, number, m)


@piece
def cancel_in(w: Memory, number: int, m: Memory, order: int, seen: int) -> int:
    """A cancel reaches the book; there is room. `seen` is a row where the order was, or 0."""
    w[log(w, number, m, book_at.CANCEL_OPEN) + book_at.ORDER_ID] = order
    row = seen if is_at(m, seen, order) else find(m, order)
    is_unseen = row == 0 or is_behind(w, number, m[row + book_at.SIDE], m[row + book_at.LIMIT])
    if row:
        end(m, row, book_at.CANCELED)
    else:
        refuse(m, order, book_at.UNKNOWN_ORDER)
    return at.DONE if is_unseen else finish(w, number, m)


@rare
def rule_in(
    w: Memory, number: int, m: Memory, op: int, order: int, a: int, b: int, c: int, d: int, expire: int
) -> int:
    """Any other command reaches the book; there is room. `a` to `d` are the columns from the quantity on."""
    row = log(w, number, m, op)
    w[row + book_at.ORDER_ID], w[row + book_at.EXPIRE_COLUMN] = order, expire
    w[row + book_at.QTY_COLUMN], w[row + book_at.LIMIT_COLUMN] = a, b
    w[row + book_at.TRIGGER_COLUMN], w[row + book_at.DISPLAY_COLUMN] = c, d
    if op == book_at.REPLACE_OPEN:
        replace(m, order, a, b, c)
    elif op == book_at.ADVANCE_TIME:
        advance_time(m, expire)
    elif op == book_at.END_SESSION:
        end_session(m)
    else:
        rule(m, op, a, b, c, d)
    return finish(w, number, m)


@piece
def deliver(w: Memory, s: int) -> int:
    """What the slot at `s` has sent reaches its book, one after the other; DONE when all has."""
    number = w[s + at.BOOK]
    m = book_of(w, number)
    while w[s + at.N_ARRIVED] < w[s + at.N_PENDING]:
        p = s + at.PENDING + w[s + at.N_ARRIVED] * at.PENDING_WIDTH
        missing = why_not(w, m, w[p])
        if missing:
            return missing
        if is_time_due(w, m):
            status = tell_time(w, number, m)
        else:
            w[s + at.N_ARRIVED] += 1
            if w[p] == book_at.CANCEL_OPEN:
                status = cancel_in(w, number, m, w[p + 1], w[p + 2])
            else:
                status = place_plain_in(
                    w, number, m, w[p + 1], w[s + at.OWNER], w[p + 2], w[p + 3], w[p + 4], w[p + 5], w[p + 6]
                )
        if status:
            return status
        if w[at.IS_STEPWISE]:
            return at.NEEDS_ROOM
    w[s + at.N_PENDING] = w[s + at.N_ARRIVED] = 0
    return at.DONE
