"""The steps of trading, after `matching.book`: enter, trade, match, prevent, settle, end.

A command may tell more events than there is room for: one order against an iceberg that shows one unit at
a time tells millions. So nothing here calls itself: the order that trades is ACTIVE, those that are to come
are queued, and `work` goes on from there whenever room for the events of one more step is made.
"""

from trade2026.matching.compiled.accounts import hold, settle
from trade2026.matching.compiled.base import leaves, tell
from trade2026.matching.compiled.keeping import part, piece, rare
from trade2026.matching.compiled.layout import (
    ACTIVE,
    AUCTION,
    BANDS,
    BUY,
    BUY_TRIGGER,
    BY_HALT,
    CONTINUOUS,
    CUM,
    DECREMENT,
    DISPLAY,
    ENDED,
    ENDING,
    EXPIRE_MAKER,
    EXPIRE_TAKER,
    FIRST,
    FOK,
    HEAD,
    ID,
    INT64_MAX,
    IOC,
    IS_KNOWN,
    IS_TRIGGERED,
    KEPT_APART,
    LADDER,
    LAST_PRICE,
    LEVEL,
    LIMIT,
    LOTS,
    N_EVENTS,
    N_WAITING,
    NEXT,
    NEXT_PLACE,
    NEXT_TRADE,
    NO_LIQUIDITY,
    NONE,
    OWNER,
    PHASE,
    PHASE_SET,
    PLACE,
    POST_ONLY,
    POST_ONLY_WOULD_TAKE,
    PREVENTED,
    PREVENTION,
    PRICE,
    QUEUE,
    REPLENISHED,
    ROOM,
    RUNGS,
    SELF_TRADE,
    SELL_TRIGGER,
    SHOWN,
    SIDE,
    STEP_EVENTS,
    TAIL,
    TIF,
    TIME_IN_FORCE,
    TRADED,
    TRIGGER,
    TRIGGERED,
    WAITING,
    Memory,
)
from trade2026.matching.compiled.store import (
    append,
    detach,
    heed_expiry,
    heed_trigger,
    link,
    remember,
    remove,
    stop_waiting,
)


@part
def take_place(m: Memory) -> int:
    """The next place in time."""
    m[NEXT_PLACE] += 1
    return m[NEXT_PLACE] - 1


@part
def front(m: Memory, side: int, limit: int) -> int:
    """The order that one of this side and limit trades with next, or 0 where prices do not cross."""
    other = 1 - side
    count = m[RUNGS + other]
    if count == 0:
        return 0
    level = m[m[LADDER + other] + 2 * count - 1]
    if _crosses(side, limit, m[level + PRICE]):
        return m[level + FIRST]
    return 0


@part
def _crosses(side: int, limit: int, price: int) -> bool:
    if limit == 0 or price == 0:
        return True
    return limit >= price if side == BUY else limit <= price


@part
def would_take(m: Memory, row: int) -> bool:
    """Whether it would trade at once."""
    return front(m, m[row + SIDE], m[row + LIMIT]) != 0


@piece
def end(m: Memory, row: int, reason: int) -> None:
    """Take it out; self-trade prevention accounts for all that was left."""
    left, prevented = leaves(m, row), m[row + PREVENTED]
    if reason == SELF_TRADE:
        prevented += left
    tell(m, ENDED, m[row + ID], reason, left, prevented, 0, 0, 0, 0)
    remove(m, row)


@part
def show(m: Memory, row: int) -> None:
    """Put the next part on show."""
    left = leaves(m, row)
    display = m[row + DISPLAY]
    m[row + SHOWN] = left if display == 0 else min(display, left)


# ---------------------------------------------------------------------------------------------------- stops


@part
def _is_met(m: Memory, row: int, price: int) -> bool:
    if m[row + SIDE] == BUY:
        return price >= m[row + TRIGGER]
    return price <= m[row + TRIGGER]


@rare
def trigger_met(m: Memory, price: int) -> None:
    """Queue the stops that this price triggers, by their place; the bounds spare most prices the look."""
    if price < m[BUY_TRIGGER] and price > m[SELL_TRIGGER]:
        return
    m[BUY_TRIGGER], m[SELL_TRIGGER] = INT64_MAX, 0
    begin, at = m[TAIL], 0
    while at < m[N_WAITING]:
        row = m[m[WAITING] + at]
        if _is_met(m, row, price):
            stop_waiting(m, row)
            m[row + IS_TRIGGERED] = 1
            m[m[QUEUE] + m[TAIL]] = row
            m[TAIL] += 1
        else:
            heed_trigger(m, row)
            at += 1
    sort_queue(m, begin)


@rare
def sort_queue(m: Memory, begin: int) -> None:
    """Bring what is queued from here on into the order of places: a heap, in place."""
    base, count = m[QUEUE] + begin, m[TAIL] - begin
    for top in range(count // 2 - 1, -1, -1):
        _sink(m, base, top, count)
    for last in range(count - 1, 0, -1):
        m[base], m[base + last] = m[base + last], m[base]
        _sink(m, base, 0, last)


@part
def _sink(m: Memory, base: int, at: int, count: int) -> None:
    """Let an order of the heap sink until no place below it is a later one."""
    row = m[base + at]
    while 2 * at + 1 < count:
        below = 2 * at + 1
        if below + 1 < count and m[m[base + below + 1] + PLACE] > m[m[base + below] + PLACE]:
            below += 1
        if m[m[base + below] + PLACE] <= m[row + PLACE]:
            break
        m[base + at] = m[base + below]
        at = below
    m[base + at] = row


# -------------------------------------------------------------------------------------------------- trading


@part
def is_prevented(m: Memory, taker: int, maker: int) -> bool:
    """Whether they are of one owner, and the taker does not want to trade with itself."""
    owner = m[taker + OWNER]
    return owner != 0 and m[maker + OWNER] == owner and m[taker + PREVENTION] != NONE


@part
def match(m: Memory, taker: int, maker: int) -> None:
    """One trade, at the price that rested."""
    quantity = min(leaves(m, taker), m[maker + SHOWN])
    price = m[maker + LIMIT]
    m[taker + CUM] += quantity
    m[maker + CUM] += quantity
    m[LAST_PRICE] = price
    tell(
        m, TRADED, m[NEXT_TRADE], price, quantity, m[maker + ID], m[taker + ID], m[taker + SIDE],
        leaves(m, maker), leaves(m, taker),
    )  # fmt: skip
    m[NEXT_TRADE] += 1
    settle(m, maker, taker, price, quantity, False)
    hold(m, maker)
    hold(m, taker)
    take_off_show(m, maker, quantity)


@piece
def take_off_show(m: Memory, maker: int, quantity: int) -> None:
    """What was on show is gone: an iceberg shows its next part behind all others of its price."""
    m[maker + SHOWN] -= quantity
    m[m[maker + LEVEL] + LOTS] -= quantity
    if leaves(m, maker) == 0:
        remove(m, maker)
    elif m[maker + SHOWN] == 0:
        m[maker + PLACE] = take_place(m)
        detach(m, maker)
        show(m, maker)
        append(m, maker, m[maker + LEVEL])
        tell(m, REPLENISHED, m[maker + ID], m[maker + SHOWN], 0, 0, 0, 0, 0, 0)


@rare
def prevent(m: Memory, taker: int, maker: int) -> bool:
    """Keep two orders of one owner from trading; True when the taker is over by it."""
    mode = m[taker + PREVENTION]
    quantity = min(leaves(m, taker), m[maker + SHOWN])
    tell(m, KEPT_APART, m[maker + ID], m[taker + ID], quantity, 0, 0, 0, 0, 0)
    if mode == DECREMENT:
        return _decrement(m, taker, maker, quantity)
    if mode != EXPIRE_TAKER:
        end(m, maker, SELF_TRADE)
    if mode != EXPIRE_MAKER:
        end(m, taker, SELF_TRADE)
        return True
    return False


@part
def _decrement(m: Memory, taker: int, maker: int, quantity: int) -> bool:
    m[taker + PREVENTED] += quantity
    m[maker + PREVENTED] += quantity
    hold(m, maker)
    hold(m, taker)
    maker_id, prevented, left = m[maker + ID], m[maker + PREVENTED], leaves(m, maker)
    take_off_show(m, maker, quantity)
    if left == 0:
        tell(m, ENDED, maker_id, SELF_TRADE, 0, prevented, 0, 0, 0, 0)
    if leaves(m, taker) > 0:
        return False
    tell(m, ENDED, m[taker + ID], SELF_TRADE, 0, m[taker + PREVENTED], 0, 0, 0, 0)
    remove(m, taker)
    return True


@part
def is_out(m: Memory, pair: int, price: int) -> bool:
    """Whether a price is out of a pair of bounds: 0 of limits, 2 of trades."""
    low, high = m[BANDS + pair], m[BANDS + pair + 1]
    return (low != 0 and price < low) or (high != 0 and price > high)


@part
def has_room(m: Memory) -> bool:
    """Whether the events of one more step can be told."""
    return m[N_EVENTS] + STEP_EVENTS <= m[ROOM]


@part
def trade(m: Memory) -> bool:
    """Take from the front of the other side while prices cross, then rest or end; False without room."""
    taker = m[ACTIVE]
    while True:
        if not has_room(m):
            return False
        if leaves(m, taker) == 0:
            remove(m, taker)
            break
        maker = front(m, m[taker + SIDE], m[taker + LIMIT]) if m[PHASE] == CONTINUOUS else 0
        if maker == 0:
            finish(m, taker)
            break
        if is_prevented(m, taker, maker):
            if prevent(m, taker, maker):
                break
        elif is_out(m, 2, m[maker + LIMIT]):
            m[PHASE] = AUCTION
            tell(m, PHASE_SET, AUCTION, m[maker + LIMIT], 0, 0, 0, 0, 0, 0)
        else:
            match(m, taker, maker)
            trigger_met(m, m[LAST_PRICE])
    m[ACTIVE] = 0
    return True


@piece
def finish(m: Memory, row: int) -> None:
    """What nobody took rests or ends."""
    time_in_force = m[row + TIF]
    if time_in_force in (IOC, FOK):
        end(m, row, TIME_IN_FORCE if m[PHASE] == CONTINUOUS else BY_HALT)
    elif m[row + LIMIT] == 0 and m[PHASE] == CONTINUOUS:
        end(m, row, NO_LIQUIDITY)
    else:
        show(m, row)
        if m[row + IS_KNOWN] == 0:
            remember(m, row)
        heed_expiry(m, row)
        link(m, row)


@rare
def can_fill(m: Memory, taker: int) -> bool:
    """Whether the whole order trades at once, without trying it out.

    In a level all shown parts come before any hidden one, for the next part of an iceberg goes behind them.
    An own order met on the way ends or shrinks the taker, so it would not be filled, unless it is the own
    order that ends. At a trade that the bands forbid it would be stopped. What is missing stays positive
    while it is counted down, so nothing can overflow.
    """
    side, other = m[taker + SIDE], 1 - m[taker + SIDE]
    missing = leaves(m, taker)
    for at in range(m[RUNGS + other] - 1, -1, -1):
        level = m[m[LADDER + other] + 2 * at + 1]
        if not _crosses(side, m[taker + LIMIT], m[level + PRICE]):
            return False
        would_halt = is_out(m, 2, m[level + PRICE])
        for is_hidden in range(2):
            maker = m[level + FIRST]
            while maker:
                if not is_prevented(m, taker, maker):
                    if would_halt:
                        return False
                    missing -= leaves(m, maker) - m[maker + SHOWN] if is_hidden else m[maker + SHOWN]
                elif m[taker + PREVENTION] != EXPIRE_MAKER:
                    return False
                if missing <= 0:
                    return True
                maker = m[maker + NEXT]
    return False


@piece
def enter(m: Memory, row: int) -> None:
    """Make it the order that trades, unless nobody is there to trade with, or not all is that it demands."""
    if m[row + TIF] == FOK and m[PHASE] == CONTINUOUS and not can_fill(m, row):
        end(m, row, TIME_IN_FORCE)
    elif m[PHASE] != CONTINUOUS or not would_take(m, row):
        finish(m, row)
    else:
        m[ACTIVE] = row


@part
def settle_one(m: Memory) -> None:
    """Enter or end the next of what is queued."""
    row = m[m[QUEUE] + m[HEAD]]
    m[HEAD] += 1
    if m[ENDING]:
        end(m, row, m[ENDING])
    elif m[row + POST_ONLY] and m[PHASE] == CONTINUOUS and would_take(m, row):
        end(m, row, POST_ONLY_WOULD_TAKE)
    else:
        m[row + PLACE] = take_place(m)
        tell(m, TRIGGERED, m[row + ID], m[LAST_PRICE], 0, 0, 0, 0, 0, 0)
        enter(m, row)
