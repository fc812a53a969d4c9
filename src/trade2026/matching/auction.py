"""The price at which an auction trades, and who trades with whom; pure, nothing changes here.

The rules are those of the large electronic call auctions: the price that trades most; of several, that which
leaves least over; where all of them leave something to buy the highest, to sell the lowest; else the last
price, or the nearest to it that is between them.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from trade2026.matching.order import BookOrder
from trade2026.primitives.fixed_point import INT64_MAX


class Cross(NamedTuple):
    """The price of an auction and the quantity that trades at it."""

    price: int
    quantity: int


class Pair(NamedTuple):
    """Two orders that trade `quantity` with one another."""

    buy: BookOrder
    sell: BookOrder
    quantity: int


def find_cross(buys: Sequence[BookOrder], sells: Sequence[BookOrder], last_price: int | None) -> Cross | None:
    """The price that the orders trade at, hidden parts included; None where nothing crosses.

    As on the large exchanges it is a limit of the book or the last price; between two limits as much might
    trade and less be left over, which is not looked for.
    Market orders alone trade at the last price, and not at all before there is one. More than INT64_MAX
    counts as that: whoever has more to cross asks again.
    """
    limits = sorted({each.limit_price for each in (*buys, *sells) if each.limit_price is not None})
    if not limits and last_price is not None:
        limits = [last_price]
    best: list[tuple[int, int]] = []  # Price, and what is left over to buy.
    most = 0
    for price in limits:
        bought = _sum(each for each in buys if each.limit_price is None or each.limit_price >= price)
        sold = _sum(each for each in sells if each.limit_price is None or each.limit_price <= price)
        traded = min(bought, sold)
        if traded > most:
            best, most = [], traded
        if traded == most:
            best.append((price, bought - sold))
    if most == 0:
        return None
    least = min(abs(surplus) for _, surplus in best)
    found = [(price, surplus) for price, surplus in best if abs(surplus) == least]
    return Cross(_choose(found, last_price), most)


def _sum(orders: Iterable[BookOrder]) -> int:
    return min(sum(each.leaves_qty for each in orders), INT64_MAX)


def _choose(found: Sequence[tuple[int, int]], last_price: int | None) -> int:
    """One of equally good prices, lowest first, each with what it leaves over to buy."""
    lowest, highest = found[0][0], found[-1][0]
    if all(surplus > 0 for _, surplus in found):
        return highest
    if all(surplus < 0 for _, surplus in found) or last_price is None:
        return lowest
    return min(max(last_price, lowest), highest)


def pair_up(buys: Sequence[BookOrder], sells: Sequence[BookOrder], quantity: int) -> list[Pair]:
    """Who trades with whom: both sides from the front of their queue, until `quantity` is traded."""
    pairs: list[Pair] = []
    buy_at = sell_at = bought = sold = 0
    while quantity > 0:
        buy, sell = buys[buy_at], sells[sell_at]
        traded = min(buy.leaves_qty - bought, sell.leaves_qty - sold, quantity)
        pairs.append(Pair(buy, sell, traded))
        bought, sold, quantity = bought + traded, sold + traded, quantity - traded
        if bought == buy.leaves_qty:
            buy_at, bought = buy_at + 1, 0
        if sold == sell.leaves_qty:
            sell_at, sold = sell_at + 1, 0
    return pairs
