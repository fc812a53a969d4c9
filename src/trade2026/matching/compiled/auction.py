"""How an auction ends, after `matching.auction`: a step at a time, so that it can wait for room to tell.

The stages of a book (`STAGE`): look for a price, trade a pair of orders, put icebergs' next parts on show,
end market orders that got nothing, go over to continuous trading.
"""

import numpy as np  # dst-ok: arrays of int64

from trade2026.matching.compiled import layout as at
from trade2026.matching.compiled.accounts import hold, settle
from trade2026.matching.compiled.base import leaves, tell
from trade2026.matching.compiled.keeping import part, rare
from trade2026.matching.compiled.layout import BUY, CROSSED, INT64_MAX, SELL, Memory
from trade2026.matching.compiled.store import remove
from trade2026.matching.compiled.trading import (
    has_room,
    settle_one,
    sort_queue,
    take_off_show,
    trade,
    trigger_met,
)

LOOKING, PAIRING, SHOWING, ENDING_MARKET, CONTINUING = 1, 2, 3, 4, 5


@part
def _sums(m: Memory, side: int) -> np.ndarray:
    """What the best levels of a side have, added up from the best on; INT64_MAX stands for all above."""
    count = m[at.RUNGS + side]
    found = np.zeros(count + 1, np.int64)
    total = 0
    for number in range(count):
        row = m[m[m[at.LADDER + side] + 2 * (count - 1 - number) + 1] + at.FIRST]
        while row:
            left = leaves(m, row)
            total = INT64_MAX if total > INT64_MAX - left else total + left
            row = m[row + at.NEXT]
        found[number + 1] = total
    return found


@part
def _price(m: Memory, side: int, number: int) -> int:
    """The price of a level, counted from the best; 0 for that of market orders."""
    return m[m[m[at.LADDER + side] + 2 * (m[at.RUNGS + side] - 1 - number) + 1] + at.PRICE]


@part
def _market_levels(m: Memory, side: int) -> int:
    return 1 if m[at.RUNGS + side] and _price(m, side, 0) == 0 else 0


@part
def find_cross(m: Memory) -> tuple[int, int]:
    """The price and the quantity of the auction; a quantity of 0 where nothing crosses.

    All limits are looked at from the lowest on, so levels of sells are gained and levels of buys are lost.
    """
    buys, sells = _sums(m, BUY), _sums(m, SELL)
    n_buys, n_sells = m[at.RUNGS + BUY], m[at.RUNGS + SELL]
    bids, offers = n_buys, _market_levels(m, SELL)  # Levels that would trade at the price.
    first_bid = _market_levels(m, BUY)
    next_bid, next_offer, last = n_buys - 1, offers, m[at.LAST_PRICE]
    most, least, lowest, highest = 0, 0, 0, 0
    has_rising, has_falling = True, True  # All have something left to buy; to sell.
    if next_bid < first_bid and next_offer >= n_sells:
        quantity = min(buys[n_buys], sells[n_sells])
        return last, quantity if last else 0
    while next_bid >= first_bid or next_offer < n_sells:
        price = INT64_MAX
        if next_bid >= first_bid:
            price = _price(m, BUY, next_bid)
        if next_offer < n_sells:
            price = min(price, _price(m, SELL, next_offer))
        while next_offer < n_sells and _price(m, SELL, next_offer) <= price:
            next_offer += 1
        offers = next_offer
        while bids > first_bid and _price(m, BUY, bids - 1) < price:
            bids -= 1
        traded, surplus = min(buys[bids], sells[offers]), buys[bids] - sells[offers]
        if traded > most or (traded == most and traded and abs(surplus) < least):
            most, least, lowest = traded, abs(surplus), price
            has_rising, has_falling = True, True
        if traded == most and traded and abs(surplus) == least:
            highest = price
            has_rising, has_falling = has_rising and surplus > 0, has_falling and surplus < 0
        while next_bid >= first_bid and _price(m, BUY, next_bid) <= price:
            next_bid -= 1
    if has_rising:
        return highest, most
    if has_falling or last == 0:
        return lowest, most
    return min(max(last, lowest), highest), most


@part
def _count_pairs(m: Memory, quantity: int) -> int:
    """How many trades it takes to trade so much from the fronts of both sides."""
    levels = [0, 0]
    rows = [_first_of(m, BUY, 0), _first_of(m, SELL, 0)]
    lefts = [leaves(m, rows[0]), leaves(m, rows[1])]
    count = 0
    while True:
        traded = min(lefts[0], lefts[1], quantity)
        quantity -= traded
        count += 1
        if quantity == 0:
            return count
        for side in range(2):
            lefts[side] -= traded
            if lefts[side] == 0:
                row = m[rows[side] + at.NEXT]
                if row == 0:
                    levels[side] += 1
                    row = _first_of(m, side, levels[side])
                rows[side], lefts[side] = row, leaves(m, row)


@part
def _first_of(m: Memory, side: int, number: int) -> int:
    """The first order of a level, counted from the best."""
    return m[m[m[at.LADDER + side] + 2 * (m[at.RUNGS + side] - 1 - number) + 1] + at.FIRST]


@part
def _look(m: Memory) -> None:
    price, quantity = find_cross(m)
    if quantity == 0:
        m[at.STAGE] = ENDING_MARKET
        return
    m[at.CROSS_PRICE], m[at.CROSS_LEFT], m[at.STAGE] = price, quantity, PAIRING
    m[CROSSED + BUY] = m[CROSSED + SELL] = 0
    tell(m, at.UNCROSSED, price, quantity, _count_pairs(m, quantity), 0, 0, 0, 0, 0)


@part
def _pair(m: Memory) -> None:
    """One trade of the auction, at its price; the order that was there first is the maker."""
    buy, sell = _first_of(m, BUY, 0), _first_of(m, SELL, 0)
    quantity = min(leaves(m, buy), leaves(m, sell), m[at.CROSS_LEFT])
    m[buy + at.CUM] += quantity
    m[sell + at.CUM] += quantity
    m[at.LAST_PRICE] = m[at.CROSS_PRICE]
    is_buy_first = m[buy + at.PLACE] < m[sell + at.PLACE]
    maker, taker = (buy, sell) if is_buy_first else (sell, buy)
    tell(
        m, at.TRADED, m[at.NEXT_TRADE], m[at.CROSS_PRICE], quantity, m[maker + at.ID], m[taker + at.ID],
        m[taker + at.SIDE], leaves(m, maker), leaves(m, taker),
    )  # fmt: skip
    m[at.NEXT_TRADE] += 1
    settle(m, maker, taker, m[at.CROSS_PRICE], quantity, True)
    m[at.CROSS_LEFT] -= quantity
    for side in range(2):
        row = buy if side == BUY else sell
        m[CROSSED + side] += quantity
        hold(m, row)
        if leaves(m, row) == 0:
            m[CROSSED + side] = 0
            remove(m, row)
    if m[at.CROSS_LEFT] == 0:
        m[at.STAGE] = SHOWING


@part
def _show_next(m: Memory) -> None:
    """Of those before the last order of a side nothing is left; that one may have shown all it did."""
    for side in range(2):
        if m[CROSSED + side]:
            row = _first_of(m, side, 0)
            take_off_show(m, row, min(m[CROSSED + side], m[row + at.SHOWN]))
    m[at.STAGE] = LOOKING


@part
def _queue_market(m: Memory) -> None:
    for side in range(2):
        row = _first_of(m, side, 0) if _market_levels(m, side) else 0
        while row:
            m[m[at.QUEUE] + m[at.TAIL]] = row
            m[at.TAIL] += 1
            row = m[row + at.NEXT]
    sort_queue(m, 0)
    m[at.ENDING] = at.NO_LIQUIDITY
    m[at.STAGE] = CONTINUING if m[at.IS_TO_CONTINUE] else 0


@part
def _continue(m: Memory) -> None:
    m[at.STAGE] = m[at.IS_TO_CONTINUE] = 0
    m[at.PHASE] = at.CONTINUOUS
    tell(m, at.PHASE_SET, at.CONTINUOUS, 0, 0, 0, 0, 0, 0, 0)
    if m[at.LAST_PRICE]:
        trigger_met(m, m[at.LAST_PRICE])


@part
def begin_uncross(m: Memory, is_to_continue: bool) -> None:
    """Have `work` end an auction."""
    m[at.STAGE] = LOOKING
    m[at.IS_TO_CONTINUE] = 1 if is_to_continue else 0


@rare
def _step(m: Memory) -> None:
    stage = m[at.STAGE]
    if stage == LOOKING:
        _look(m)
    elif stage == PAIRING:
        _pair(m)
    elif stage == SHOWING:
        _show_next(m)
    elif stage == ENDING_MARKET:
        _queue_market(m)
    else:
        _continue(m)


@part
def work(m: Memory) -> bool:
    """Do what the command still asks for; False when there is no room to tell of it."""
    while True:
        if m[at.ACTIVE] and not trade(m):
            return False
        is_queued = m[at.HEAD] != m[at.TAIL]
        if not is_queued:
            m[at.HEAD] = m[at.TAIL] = m[at.ENDING] = 0
            if m[at.STAGE] == 0:
                return True
        if not has_room(m):
            return False
        if is_queued:
            settle_one(m)
        else:
            _step(m)
