"""Listings of the simulated market in the platform's words."""

from trade2026.application.prism.instruments import TIMES_IN_FORCE, instruments_of
from trade2026.model.enums import ExecutionInstruction, TimeInForce
from trade2026.model.instrument import crypto_spot
from trade2026.primitives.fixed_point import UNIT
from trade2026.simulation.prism.config import PrismConfig


def test_the_default_market_has_five_instruments_by_id() -> None:
    found = instruments_of(PrismConfig())
    assert [each.instrument_id for each in found] == [
        f"{symbol}USDT.PRISM" for symbol in ("ADA", "BNB", "BTC", "ETH", "SOL")
    ]
    assert {(each.venue, each.quote_currency, each.calendar) for each in found} == {("PRISM", "USDT", "24/7")}


def test_an_instrument_has_the_rules_of_its_listing() -> None:
    config = PrismConfig()
    listing = config.books[0].listing
    found = {each.instrument_id: each for each in instruments_of(config)}["BTCUSDT.PRISM"]
    assert (found.tick_size, found.lot_size, found.multiplier) == (
        listing.tick_size, listing.lot_size, UNIT,
    )  # fmt: skip
    assert (found.min_qty, found.max_qty) == (listing.lot_size, 10**9 * listing.lot_size)
    assert found.min_notional == 5 * UNIT
    assert found.base_currency == crypto_spot("BTCUSDT").base_currency


def test_it_says_what_the_books_do_and_nothing_more() -> None:
    found = instruments_of(PrismConfig())[0]
    assert set(found.times_in_force) == {TimeInForce.DAY, *TIMES_IN_FORCE}
    assert TimeInForce.GTD in found.times_in_force
    assert ExecutionInstruction.REDUCE_ONLY not in found.execution_instructions
