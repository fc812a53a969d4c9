"""Hold the compiled book and market against the reference: same commands, same events, same hash.

Usage: `python -m tests.matching.compare --commands 1000000 --seed 1`. Prints one line of JSON; exits with 1
at the first difference, after the seed and the step.
"""

import argparse
import json
import random
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass

from tests.matching.streams import Draw, with_phases
from tests.matching.test_book_properties import draw
from trade2026.matching.book import OrderBook
from trade2026.matching.clearing import Listing
from trade2026.matching.compiled import layout as at
from trade2026.matching.compiled.book import CompiledBook
from trade2026.matching.compiled.market import CompiledMarket
from trade2026.matching.market import Market
from trade2026.matching.words import (
    AdvanceTime,
    BookCommand,
    CancelOpen,
    EndSession,
    PlaceOrder,
    ReplaceOpen,
    SelfTradePrevention,
)
from trade2026.model.enums import OrderType, Side, TimeInForce
from trade2026.primitives.fixed_point import INT64_MAX

KINDS = (*[OrderType.LIMIT] * 6, *[OrderType.STOP_LIMIT] * 2, OrderType.STOP, OrderType.MARKET)
TIMES = (*TimeInForce, *[TimeInForce.GTC] * 4, *[TimeInForce.FOK] * 2)
OPEN_MAX = 200
"""The reference looks at all orders for each step, so their number is kept down."""


@dataclass
class Difference(Exception):
    """Where the books part."""

    seed: int
    step: int
    what: str


def compare(draw: Draw, *, seed: int, commands: int, hash_every: int, room: int = 4) -> tuple[int, str]:
    """Play a stream on both books; the number of events and the last hash, or Difference."""
    chance, slow, fast = random.Random(seed), OrderBook(), CompiledBook(capacity=2, room=room)
    count = 0
    for step in range(1, commands + 1):
        command = draw(chance, slow, step)
        expected, told = slow.handle(command), fast.handle(command)
        if expected != told:
            raise Difference(seed, step, f"{command}: {expected} became {told}")
        count += len(expected)
        if step % hash_every and step != commands:
            continue
        if slow.state_bytes() != fast.state_bytes():
            raise Difference(seed, step, f"the state after {command}")
        if any(slow.levels(side, 9) != fast.levels(side, 9) for side in Side if _fits(slow, side)):
            raise Difference(seed, step, f"what is shown after {command}")
        if any(sums != shown for sums, shown in _shown(fast)):
            raise Difference(seed, step, f"the sum of what a level shows after {command}")
    return count, slow.state_sha256()


def _shown(book: CompiledBook) -> Iterator[tuple[int, int]]:
    """What each level keeps as the sum of what it shows, and that sum, both modulo 2**64."""
    m = book._m.tolist()
    for side in range(2):
        for rung in range(m[at.RUNGS + side]):
            level = m[m[at.LADDER + side] + 2 * rung + 1]
            shown, row = 0, m[level + at.FIRST]
            while row:
                shown, row = shown + m[row + at.SHOWN], m[row + at.NEXT]
            yield m[level + at.LOTS] % 2**64, shown % 2**64


def _fits(book: OrderBook, side: Side) -> bool:
    """Whether what each level shows fits int64: only a book without a market's bounds has more."""
    return all(level.shown_qty <= INT64_MAX for level in book.levels(side, 9))


LISTINGS = (
    Listing("COINCASH", "COIN", "CASH", 10**7, 10**6, 2, 10**9, 10**6, -150, 999),
    Listing("GEMCASH", "GEM", "CASH", 10**8, 10**5, 1, 700, 0, 300, 150),
    Listing("COINGEM", "COIN", "GEM", 10**5, 10**6),
)


def compare_markets(
    draw: Draw, *, seed: int, commands: int, hash_every: int, room: int = 4
) -> tuple[int, str]:
    """As `compare`, for markets of three books that share accounts; some can afford what they want."""
    chance, slow, fast = (
        random.Random(seed),
        Market(LISTINGS),
        CompiledMarket(LISTINGS, capacity=2, room=room),
    )
    for owner in ("", *"abcdefghxy", "ab"):
        for asset in ("CASH", "COIN", "GEM"):
            amount = chance.choice((0, 10**10, 10**13, 10**17))
            for market in (slow, fast):
                market.clearing.deposit(owner, asset, amount)
                if amount == 10**10:
                    market.clearing.permit_short(owner, asset, 10**12)
    count = 0
    for step in range(1, commands + 1):
        number = chance.randrange(len(LISTINGS))
        command = draw(chance, slow.books[number], step)
        expected, told = slow.handle(number, command), fast.handle(number, command)
        if expected != told:
            raise Difference(seed, step, f"{command} in {number}: {expected} became {told}")
        count += len(expected.events)
        if (step % hash_every == 0 or step == commands) and slow.state_bytes() != fast.state_bytes():
            raise Difference(seed, step, f"the state after {command} in {number}")
    return count, slow.state_sha256()


def draw_wide(chance: random.Random, book: OrderBook, number: int) -> BookCommand:
    """A command that goes to the bounds: far prices, quantities up to INT64_MAX, icebergs, stops, owners."""
    kind, known = chance.random(), sorted(book.orders) or [1]
    if len(known) > OPEN_MAX or kind < 0.1:
        return CancelOpen(chance.choice([*known, -number, number]))
    if kind < 0.25:
        price, trigger = (chance.choice((None, None, _price(chance), 0, -5)) for _ in range(2))
        order_id, quantity = chance.choice([*known, number]), _quantity(chance)
        if order_id in book.orders and book.orders[order_id].display_qty:
            quantity = min(quantity, 900)  # No iceberg of 2**63 parts: both books would tell them all.
        return ReplaceOpen(order_id, quantity, price, trigger)
    if kind < 0.27:
        return EndSession() if kind > 0.268 else AdvanceTime(number - chance.choice((0, 20)))
    order_type = chance.choice(KINDS) if kind < 0.98 else OrderType.TRAILING_STOP
    is_priced = order_type in (OrderType.LIMIT, OrderType.STOP_LIMIT)
    is_stop = order_type in (OrderType.STOP, OrderType.STOP_LIMIT)
    quantity = _quantity(chance)
    display = chance.choice((0, 0, max(1, quantity // chance.randint(1, 5)), quantity + (kind > 0.98)))
    return PlaceOrder(
        chance.choice((number,) * 19 + (chance.choice(known),)), chance.choice(("", *"abcdefgh", "ab")),
        chance.choice(list(Side)), order_type, chance.choice(TIMES), quantity,
        _price(chance) if is_priced else None, _price(chance) if is_stop else None,
        display, number + chance.randint(-2, 400), is_priced and chance.random() < 0.15,
        chance.choice(list(SelfTradePrevention)),
    )  # fmt: skip


def draw_deep(chance: random.Random, book: OrderBook, number: int) -> BookCommand:
    """A command for a book that is kept full: most orders rest, on both sides of 5000, and none sweeps it."""
    if len(book.orders) <= OPEN_MAX and chance.random() < 0.5:
        side, away = chance.choice(list(Side)), abs(round(chance.gauss(0, 40)))
        quantity = chance.randint(1, 900)
        return PlaceOrder(
            number, chance.choice("abc"), side, OrderType.LIMIT, chance.choice(TIMES[:2]), quantity,
            5000 - away if side is Side.BUY else 5001 + away, None,
            chance.choice((0, 0, quantity // 3)), prevention=chance.choice(list(SelfTradePrevention)),
        )  # fmt: skip
    command = draw_wide(chance, book, number)
    is_sweep = isinstance(command, PlaceOrder | ReplaceOpen) and command.order_qty > 900
    if is_sweep or (isinstance(command, EndSession) and chance.random() < 0.95):
        return CancelOpen(number)
    return command


def _price(chance: random.Random) -> int:
    if chance.random() < 0.03:
        return chance.choice((1, INT64_MAX))
    return 5000 + round(chance.gauss(0, chance.choice((3, 1500))))


def _quantity(chance: random.Random) -> int:
    if chance.random() < 0.06:
        return chance.choice((INT64_MAX, INT64_MAX - 1, INT64_MAX // 2, INT64_MAX + 1, 0))
    return chance.choice((chance.randint(1, 9), chance.randint(1, 900)))


def main(argv: list[str]) -> int:
    """Compare three long streams, narrow, wide and deep, on books and on markets."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--commands", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args(argv)
    begun, events, last = time.perf_counter(), 0, ""
    try:
        for each in STREAMS.values():
            count, _ = compare(each, seed=asked.seed, commands=asked.commands // 6, hash_every=101)
            more, last = compare_markets(each, seed=asked.seed, commands=asked.commands // 6, hash_every=101)
            events += count + more
    except Difference as found:
        print(json.dumps({"seed": found.seed, "step": found.step, "what": found.what}))
        return 1
    seconds = round(time.perf_counter() - begun, 1)
    told = {"commands": asked.commands // 6 * 6, "seed": asked.seed, "events": events, "seconds": seconds}
    print(json.dumps({**told, "equal_sha256": last}))
    return 0


def _draw_bounded(chance: random.Random, book: OrderBook, number: int) -> BookCommand:
    if len(book.orders) > OPEN_MAX:
        return CancelOpen(chance.choice(sorted(book.orders)))
    return draw(chance, book, number)


STREAMS: dict[str, Draw] = {
    "narrow": with_phases(_draw_bounded, 100, 8),
    "wide": with_phases(draw_wide, 5000, 3000),
    "deep": with_phases(draw_deep, 5000, 120),
}
"""Narrow: everything meets. Wide: to the bounds of int64. Deep: a full book, which nobody sweeps."""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
