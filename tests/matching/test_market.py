"""The market around the books: who may trade, what it costs, and that nothing is made or lost."""

import copy
import random
from collections import Counter
from collections.abc import Callable

import pytest

from tests.matching.streams import draw_with_phases
from trade2026.matching.clearing import AMOUNT_MAX, HOUSE, Clearing, Listing, cost_of, fee_of
from trade2026.matching.compiled.market import CompiledMarket
from trade2026.matching.compiled.translate import to_rows
from trade2026.matching.market import Market
from trade2026.matching.words import (
    Accepted,
    CancelOpen,
    Ended,
    EndReason,
    NoReason,
    Phase,
    PlaceOrder,
    Refused,
    ReplaceOpen,
    SetBands,
    SetPhase,
    Traded,
)
from trade2026.model.enums import OrderType, Side, TimeInForce
from trade2026.primitives.errors import InputError

# A tick is 0.01, a lot 0.001: a lot at one tick is worth 0.00001, 10,000 raw.
COIN = Listing("COINCASH", "COIN", "CASH", 10**7, 10**6, maker_fee_ppm=100, taker_fee_ppm=1_000)
UNIT = 10_000


AnyMarket = Market | CompiledMarket


@pytest.fixture(params=[Market, CompiledMarket])
def market_type(request: pytest.FixtureRequest) -> type[AnyMarket]:
    """Every test of a market is of both."""
    found: type[AnyMarket] = request.param
    return found


@pytest.fixture
def a_market(market_type: type[AnyMarket]) -> Callable[..., AnyMarket]:
    """Makes a market of one book, and owners with cash and a hundred lots each."""

    def made(listing: Listing = COIN, **cash: int) -> AnyMarket:
        market = market_type([listing])
        for owner, amount in cash.items():
            market.clearing.deposit(owner, "CASH", amount)
            market.clearing.deposit(owner, "COIN", 100 * listing.lot_size)
        return market

    return made


def limit(number: int, owner: str, side: Side, lots: int, price: int | None, **terms: object) -> PlaceOrder:
    kind = OrderType.MARKET if price is None else OrderType.LIMIT
    return PlaceOrder(number, owner, side, kind, TimeInForce.GTC, lots, price, **terms)  # type: ignore[arg-type]


def amounts(market: AnyMarket, owner: str, asset: str) -> tuple[int, int]:
    holding = market.clearing.holdings[owner, asset]
    return holding.total, holding.held


def test_a_trade_moves_money_lots_and_fees(a_market):
    market = a_market(ann=10**12, bob=10**12)
    market.handle(0, limit(1, "ann", Side.SELL, 5, 1_000))
    happened = market.handle(0, limit(2, "bob", Side.BUY, 3, 1_010))
    (settled,) = happened.settlements
    notional = 3 * 1_000 * UNIT
    assert (settled.notional, settled.maker_fee, settled.taker_fee) == (notional, 3_000, 30_000)
    assert (settled.buyer, settled.seller, settled.quantity) == ("bob", "ann", 3 * COIN.lot_size)
    assert amounts(market, "ann", "CASH") == (10**12 + notional - 3_000, 0)
    assert amounts(market, "bob", "CASH") == (10**12 - notional - 30_000, 0)
    assert amounts(market, "ann", "COIN") == (97 * COIN.lot_size, 2 * COIN.lot_size)
    assert amounts(market, "bob", "COIN") == (103 * COIN.lot_size, 0)
    assert amounts(market, HOUSE, "CASH") == (33_000, 0)


def test_nobody_buys_for_more_than_it_has_fees_included(a_market):
    notional = 4 * 1_000 * UNIT
    market = a_market(ann=notional + 39_999)
    order = limit(1, "ann", Side.BUY, 4, 1_000)
    (refused,) = market.handle(0, order).events
    assert refused == Refused(
        1, NoReason.FUNDS, f"it needs {notional + 40_000} raw CASH more, and {notional + 39_999} are free"
    )
    market.clearing.deposit("ann", "CASH", 1)
    assert market.handle(0, order).events == (Accepted(1),)
    assert amounts(market, "ann", "CASH") == (notional + 40_000, notional + 40_000)
    (refused,) = market.handle(0, limit(2, "ann", Side.BUY, 1, 1)).events
    assert isinstance(refused, Refused)
    assert refused.reason is NoReason.FUNDS
    (refused,) = market.handle(0, ReplaceOpen(1, 5)).events
    assert isinstance(refused, Refused)
    assert refused.reason is NoReason.FUNDS
    market.handle(0, ReplaceOpen(1, 2))
    assert amounts(market, "ann", "CASH")[1] == (notional + 40_000) // 2
    market.handle(0, CancelOpen(1))
    assert amounts(market, "ann", "CASH")[1] == 0


def test_short_selling_is_by_permission(a_market):
    market = a_market(ann=10**12)
    (refused,) = market.handle(0, limit(1, "ann", Side.SELL, 101, 1_000)).events
    assert isinstance(refused, Refused)
    assert refused.reason is NoReason.FUNDS
    market.clearing.permit_short("ann", "COIN", COIN.lot_size)
    assert market.handle(0, limit(1, "ann", Side.SELL, 101, 1_000)).events == (Accepted(1),)
    market.clearing.deposit("bob", "CASH", 10**13)
    market.handle(0, limit(2, "bob", Side.BUY, 101, 1_000))
    assert amounts(market, "ann", "COIN") == (-COIN.lot_size, 0)


def test_who_has_no_account_trades_nothing(a_market):
    (refused,) = a_market().handle(0, limit(1, "eve", Side.BUY, 1, 1)).events
    assert isinstance(refused, Refused)
    assert refused.reason is NoReason.FUNDS


def test_a_market_order_goes_no_further_than_its_protection(a_market):
    market = a_market(ann=10**12, bob=10**12)
    market.handle(0, limit(1, "ann", Side.SELL, 1, 1_000))
    market.handle(0, limit(2, "ann", Side.SELL, 1, 1_060))
    events = market.handle(0, limit(3, "bob", Side.BUY, 2, None)).events
    assert [each.price for each in events if isinstance(each, Traded)] == [1_000]
    assert events[-1] == Ended(3, EndReason.TIME_IN_FORCE, 1, 0)
    market.handle(0, SetBands(None, None, 900, 1_100))
    events = market.handle(0, limit(4, "bob", Side.BUY, 2, None)).events
    assert [each.price for each in events if isinstance(each, Traded)] == [1_060]


def test_a_market_order_needs_a_price_to_begin_with(a_market):
    market = a_market(ann=10**12)
    (refused,) = market.handle(0, limit(1, "ann", Side.BUY, 1, None)).events
    assert isinstance(refused, Refused)
    assert refused.reason is NoReason.NO_REFERENCE


def test_a_stop_is_protected_within_the_band_of_limits(a_market):
    market = a_market(ann=10**12)
    market.handle(0, SetBands(950, 1_050))
    stop = PlaceOrder(1, "ann", Side.SELL, OrderType.STOP, TimeInForce.GTC, 5, None, 980)
    assert market.handle(0, stop).events == (Accepted(1),)
    order = market.books[0].order(1)
    assert (order.order_type, order.limit_price) == (OrderType.STOP_LIMIT, 950)
    (refused,) = market.handle(0, ReplaceOpen(1, 5, None, 960)).events
    assert isinstance(refused, Refused)
    assert refused.reason is NoReason.MALFORMED
    assert "limit_price must be given with trigger_price" in refused.text
    assert market.handle(0, ReplaceOpen(1, 5, 950, 960)).events[0].trigger_price == 960


def test_in_an_auction_a_market_order_is_bounded_from_the_last_price(a_market):
    market = a_market(ann=10**13, bob=10**13, cleo=10**13)
    market.handle(0, limit(1, "ann", Side.SELL, 1, 1_000))
    market.handle(0, limit(2, "bob", Side.BUY, 1, 1_000))
    market.handle(0, SetPhase(Phase.AUCTION))
    market.handle(0, limit(3, "ann", Side.SELL, 9, 500))
    market.handle(0, limit(4, "bob", Side.BUY, 4, 1_000))
    market.handle(0, limit(5, "cleo", Side.BUY, 5, None))
    assert market.books[0].order(5).limit_price == 1_051
    happened = market.handle(0, SetPhase(Phase.CONTINUOUS))
    assert {each.buyer for each in happened.settlements} == {"bob", "cleo"}


def test_an_order_may_be_made_as_small_as_what_is_filled(a_market):
    market = a_market(Listing("COINCASH", "COIN", "CASH", 10**7, 10**6, 5), ann=10**12, bob=10**12)
    market.handle(0, limit(1, "ann", Side.SELL, 10, 1_000))
    market.handle(0, limit(2, "bob", Side.BUY, 7, 1_000))
    (replaced,) = market.handle(0, ReplaceOpen(1, 4)).events
    assert (replaced.order_qty, replaced.leaves_qty) == (7, 0)


def test_an_iceberg_has_so_many_parts_at_most(a_market):
    market = a_market(Listing("COINCASH", "COIN", "CASH", 10**7, 10**6, max_parts=10), ann=10**12)
    (refused,) = market.handle(0, limit(1, "ann", Side.SELL, 21, 1_000, display_qty=2)).events
    assert isinstance(refused, Refused)
    assert refused.reason is NoReason.SIZE
    assert market.handle(0, limit(1, "ann", Side.SELL, 20, 1_000, display_qty=2)).events == (Accepted(1),)
    (refused,) = market.handle(0, ReplaceOpen(1, 22)).events
    assert isinstance(refused, Refused)
    assert refused.reason is NoReason.SIZE


def test_an_asset_that_is_not_traded_is_named(a_market):
    with pytest.raises(InputError, match="'EUR'"):
        a_market().clearing.deposit("ann", "EUR", 5)


def test_in_an_auction_nobody_gets_a_rebate(a_market):
    listing = Listing("COINCASH", "COIN", "CASH", 10**7, 10**6, maker_fee_ppm=-150, taker_fee_ppm=150)
    market = a_market(listing, ann=10**12, bob=10**12)
    market.handle(0, SetPhase(Phase.AUCTION))
    market.handle(0, limit(1, "ann", Side.SELL, 5, 1_000))
    market.handle(0, limit(2, "bob", Side.BUY, 5, 1_000))
    (settled,) = market.handle(0, SetPhase(Phase.CONTINUOUS)).settlements
    assert settled.maker_fee == settled.taker_fee == 0


def test_owners_who_come_with_a_batch_have_room():
    market = CompiledMarket([COIN])
    orders = [limit(number, f"new {number}", Side.BUY, 1, 100) for number in range(1, 3_001)]
    told = market.run(0, to_rows(orders, market.clearing.owners))
    assert told[:, 3].tolist() == [5] * 3_000, "none of them has funds"
    rows = to_rows([limit(1, "ann", Side.BUY, 1, 100)], market.clearing.owners)
    rows[0, 2] = 10**9
    assert market.run(0, rows)[0, 3] == 0, "nobody has such a number"
    assert market.clearing.holdings["new 3000", "CASH"].total == 0


def test_a_copy_of_a_book_alone_has_no_accounts():
    market = CompiledMarket([COIN])
    market.clearing.deposit("ann", "CASH", 10**12)
    market.handle(0, limit(1, "ann", Side.BUY, 1, 100))
    book = copy.deepcopy(market.books[0])
    assert book.handle(CancelOpen(1)) == (Ended(1, EndReason.CANCELED, 1, 0),)
    assert_held(market)


def test_in_an_auction_both_sides_pay_as_makers(a_market):
    market = a_market(ann=10**12, bob=10**12)
    market.handle(0, SetPhase(Phase.AUCTION))
    market.handle(0, limit(1, "ann", Side.SELL, 5, 1_000))
    market.handle(0, limit(2, "bob", Side.BUY, 5, 1_000))
    (settled,) = market.handle(0, SetPhase(Phase.CONTINUOUS)).settlements
    assert settled.maker_fee == settled.taker_fee == fee_of(5 * 1_000 * UNIT, 100)


@pytest.mark.parametrize(
    ("lots", "price", "reason"),
    [
        (0, 5, NoReason.MALFORMED),
        (1, 1_000, NoReason.SIZE),
        (200, 1_000, NoReason.SIZE),
        (3, 1, NoReason.SIZE),
    ],
)
def test_sizes(a_market, lots, price, reason):
    listing = Listing("COINCASH", "COIN", "CASH", 10**7, 10**6, 2, 150, 10**6)
    (refused,) = a_market(listing, ann=10**12).handle(0, limit(1, "ann", Side.BUY, lots, price)).events
    assert isinstance(refused, Refused)
    assert refused.reason is reason


def test_a_rebate_is_paid_by_the_house(a_market):
    listing = Listing("COINCASH", "COIN", "CASH", 10**7, 10**6, maker_fee_ppm=-200, taker_fee_ppm=500)
    market = a_market(listing, ann=10**12, bob=10**12)
    market.handle(0, limit(1, "ann", Side.SELL, 7, 1_000))
    (settled,) = market.handle(0, limit(2, "bob", Side.BUY, 7, 1_000)).settlements
    assert (settled.maker_fee, settled.taker_fee) == (-14_000, 35_000)
    assert amounts(market, HOUSE, "CASH")[0] == 21_000


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"tick_size": 0}, "tick_size"),
        ({"lot_size": -1}, "lot_size"),
        ({"lot_size": 7}, "tick_size times lot_size"),
        ({"base": "CASH"}, "base and quote"),
        ({"max_lots": 0}, "max_lots"),
        ({"maker_fee_ppm": -2_000}, "fees"),
        ({"taker_fee_ppm": 2_000_000}, "fees"),
    ],
)
def test_a_listing_that_makes_no_sense_names_the_field(changes, field):
    rules = {"tick_size": 10**7, "lot_size": 10**6, "base": "COIN", "quote": "CASH", **changes}
    with pytest.raises(InputError, match=field):
        Listing("COINCASH", **rules)


def test_deposits_have_bounds():
    clearing = Clearing(["CASH"])
    clearing.deposit("ann", "CASH", AMOUNT_MAX)
    for owner, amount in (("bob", 1), ("bob", -1), ("ann", -AMOUNT_MAX - 1)):
        with pytest.raises(InputError, match="amount"):
            clearing.deposit(owner, "CASH", amount)
    clearing.deposit("ann", "CASH", -1)
    with pytest.raises(InputError, match="amount"):
        clearing.permit_short("bob", "CASH", 2)


def test_who_sold_short_in_a_market_before_begins_with_less_than_nothing(a_market):
    market = a_market(ann=1_000_000)
    clearing = market.clearing
    with pytest.raises(InputError, match="may sell"):
        clearing.overdraw("bob", "COIN", COIN.lot_size)
    clearing.permit_short("bob", "COIN", 3 * COIN.lot_size)
    issued = clearing.issued["COIN"]
    clearing.overdraw("bob", "COIN", 2 * COIN.lot_size)
    assert clearing.holdings["bob", "COIN"].total == -2 * COIN.lot_size
    assert clearing.issued["COIN"] == issued - 2 * COIN.lot_size
    assert clearing.free(COIN, "bob", Side.SELL) == COIN.lot_size
    with pytest.raises(InputError, match="may sell"):
        clearing.overdraw("bob", "COIN", 2 * COIN.lot_size)


def test_a_hundred_owners_and_a_copy_that_goes_its_own_way():
    market = CompiledMarket([COIN])
    for number in range(100):
        market.clearing.deposit(f"owner {number}", "CASH", 10**12)
        market.handle(0, limit(number + 1, f"owner {number}", Side.BUY, 1, 100 + number))
    assert_held(market)
    before = market.state_sha256()
    other = copy.deepcopy(market)
    other.clearing.deposit("ann", "COIN", 50 * COIN.lot_size)
    other.handle(0, limit(999, "ann", Side.SELL, 50, 100))
    assert amounts(other, "owner 99", "COIN") == (COIN.lot_size, 0)
    assert_held(other)
    assert market.state_sha256() == before
    assert_held(market)


@pytest.mark.parametrize("seed", range(20))
def test_nothing_is_made_or_lost_and_nobody_owes(market_type, seed):
    chance = random.Random(seed)
    maker_fee, taker_fee = chance.choice((-150, 0, 300)), chance.choice((150, 999))
    listing = Listing("COINCASH", "COIN", "CASH", 10**7, 10**6, 1, 10**9, 0, maker_fee, taker_fee)
    market = market_type([listing, Listing("COINCASH2", "COIN", "CASH", 10**8, 10**5)])
    for owner in ("", "x", "y"):
        market.clearing.deposit(owner, "CASH", chance.randint(0, 80 * 100 * UNIT))
        market.clearing.deposit(owner, "COIN", chance.randint(0, 60) * listing.lot_size)
    market.clearing.permit_short("y", "COIN", 20 * listing.lot_size)
    issued = {asset: total_of(market, asset) for asset in ("CASH", "COIN")}
    told: Counter[str] = Counter()
    for number in range(1, 500):
        at = chance.randrange(2)
        before = market.state_sha256()
        happened = market.handle(at, draw_with_phases(chance, market.books[at], number))
        for event in happened.events:
            told[event.reason if isinstance(event, Refused) else type(event).__name__] += 1
        if happened.events and isinstance(happened.events[0], Refused):
            assert market.state_sha256() == before
        trades = [each for each in happened.events if isinstance(each, Traded)]
        assert [each.trade_id for each in trades] == [each.trade_id for each in happened.settlements]
        assert {asset: total_of(market, asset) for asset in issued} == issued
        assert_held(market)
    assert told["Traded"] > 20
    assert told[NoReason.FUNDS] > 5


def total_of(market: AnyMarket, asset: str) -> int:
    return sum(each.total for (_, what), each in market.clearing.holdings.items() if what == asset)


def assert_held(market: AnyMarket) -> None:
    """What is held back is what the open orders may cost, and nobody holds back more than it has."""
    held: Counter[tuple[str, str]] = Counter()
    for number, listing in enumerate(market.listings):
        for order in market.books[number].orders.values():
            asset = listing.quote if order.side is Side.BUY else listing.base
            assert order.limit_price is not None
            held[order.owner, asset] += cost_of(listing, order.side, order.limit_price, order.leaves_qty)
    for (owner, asset), holding in market.clearing.holdings.items():
        assert holding.held == held[owner, asset]
        assert holding.free >= 0, f"{owner} owes {asset}"
