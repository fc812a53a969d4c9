"""One row a check and side: how the desk is set up, the last request that passes, the first that does not.

The reference price is 10.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import msgspec

from tests.engine_harness import DAY, STOCK, Desk
from trade2026.model.enums import (
    AccountType,
    Environment,
    OrderType,
    Scope,
    Side,
    TimeInForce,
    TradingState,
)
from trade2026.model.events import OrderApproved
from trade2026.model.instrument import equity
from trade2026.primitives.fixed_point import UNIT

BUY, SELL = Side.BUY, Side.SELL
TICK = STOCK.tick_size
STERLING = msgspec.structs.replace(equity("BBB", "XLON"), quote_currency="GBP")


class Row(NamedTuple):
    check: str
    passing: dict[str, Any]
    failing: dict[str, Any]
    limit: str
    used: str
    prepare: Callable[[Desk], None] = lambda desk: None
    account_type: AccountType = AccountType.MARGIN


def limits(**change: Any) -> Callable[[Desk], None]:
    return lambda desk: desk.limit(**change)


def totals(**change: Any) -> Callable[[Desk], None]:
    return lambda desk: desk.limit_account(**change)


def rules(**change: Any) -> Callable[[Desk], None]:
    return lambda desk: desk.register(msgspec.structs.replace(STOCK, **change))


def then(*steps: Callable[[Desk], None]) -> Callable[[Desk], None]:
    def prepare(desk: Desk) -> None:
        for step in steps:
            step(desk)

    return prepare


def position(lots: int) -> Callable[[Desk], None]:
    """Hold (negative: owe) so many shares at 10, traded under another client id."""

    def prepare(desk: Desk) -> None:
        side = BUY if lots > 0 else SELL
        assert isinstance(desk.submit("position", side, abs(lots) * UNIT), OrderApproved)
        desk.fill("position", "position", abs(lots) * UNIT)

    return prepare


def resting(lots: int, side: Side = BUY, price: int = 10 * UNIT) -> Callable[[Desk], None]:
    def prepare(desk: Desk) -> None:
        assert isinstance(desk.submit("resting", side, lots * UNIT, price=price), OrderApproved)

    return prepare


def state(scope: Scope, target: str, value: TradingState) -> Callable[[Desk], None]:
    return lambda desk: desk.trading_state(scope, target, value)


def buy(lots: int = 100, **terms: Any) -> dict[str, Any]:
    return {"side": BUY, "qty": lots * UNIT} | terms


def sell(lots: int = 100, **terms: Any) -> dict[str, Any]:
    return {"side": SELL, "qty": lots * UNIT} | terms


def sterling_limit(desk: Desk) -> None:
    desk.register(STERLING)
    desk.limit(instrument=STERLING)


def sterling(desk: Desk) -> None:
    """A second currency: one pound is two dollars."""
    sterling_limit(desk)
    desk.rate("GBP", "USD", 2 * UNIT)


def pounds(lots: int, side: Side = BUY, **terms: Any) -> dict[str, Any]:
    return {"side": side, "qty": lots * UNIT, "instrument": STERLING} | terms


NOW = DAY
CASH = AccountType.CASH
REDUCE, HALT = TradingState.REDUCING, TradingState.HALTED

ROWS = {
    # 1: trading states.
    "reducing: sell what is held": Row(
        "TRADING_STATE", sell(100), sell(101), "REDUCING", "", then(position(100),
        state(Scope.GLOBAL, "", REDUCE))
    ),
    "reducing: buy back what is owed": Row(
        "TRADING_STATE", buy(100), buy(101), "REDUCING", "", then(position(-100),
        state(Scope.GLOBAL, "", REDUCE))
    ),
    "reducing: other open sells count": Row(
        "TRADING_STATE", sell(40), sell(41), "REDUCING", "",
        then(position(100), resting(60, SELL), state(Scope.ACCOUNT, "A", REDUCE)),
    ),
    "reducing: other open buys count": Row(
        "TRADING_STATE", buy(40), buy(41), "REDUCING", "",
        then(position(-100), resting(60, BUY), state(Scope.INSTRUMENT, STOCK.instrument_id, REDUCE)),
    ),
    "halted: another strategy": Row(
        "TRADING_STATE", buy(strategy_id="other"), buy(), "HALTED", "", state(Scope.STRATEGY, "s", HALT)
    ),
    "halted: another venue": Row(
        "TRADING_STATE", pounds(1), buy(), "HALTED", "", then(sterling, state(Scope.VENUE, "XNAS", HALT))
    ),
    # 3, 39: identity and environment.
    "trader": Row("ENTITLEMENT", buy(), buy(trader_id="x"), "t", "x"),
    "environment": Row("ENVIRONMENT", buy(), buy(environment=Environment.LIVE), "SIM", "LIVE"),
    # 6: instruments and limits that are not there.
    "unknown instrument": Row("INSTRUMENT", buy(), buy(instrument=STERLING), "", "BBB.XLON"),
    "no limits": Row(
        "NO_LIMITS", buy(), buy(instrument=STERLING), "", "BBB.XLON", lambda desk: desk.register(STERLING)
    ),
    # 8: hours.
    "before the open": Row(
        "TRADING_HOURS", buy(session_open=NOW), buy(session_open=NOW + 1), str(NOW + 1), str(NOW),
        limits(hold_until_open=False),
    ),
    "at the close": Row("TRADING_HOURS", buy(session_close=NOW + 1), buy(session_close=NOW),
    str(NOW), str(NOW)),
    "no session": Row("TRADING_HOURS", buy(), buy(session_open=0, session_close=0), "0", str(NOW)),
    # 9: types.
    "order type": Row(
        "ORDER_TYPE", buy(), buy(price=None), "LIMIT, DAY, GTC, IOC, FOK", "MARKET DAY",
        rules(order_types=(OrderType.LIMIT,)),
    ),
    "time in force": Row(
        "ORDER_TYPE", sell(), sell(time_in_force=TimeInForce.FOK), "MARKET, LIMIT, DAY", "LIMIT FOK",
        rules(times_in_force=(TimeInForce.DAY,)),
    ),
    # 10: ticks.
    "tick": Row("TICK_SIZE", buy(), buy(price=10 * UNIT + 1), "0.01", "10.000000001"),
    "price of nothing": Row("TICK_SIZE", sell(), sell(price=0), "0.01", "0"),
    "price below nothing": Row("TICK_SIZE", buy(price=TICK), buy(price=-TICK), "0.01", "-0.01"),
    # 11: lots.
    "lot": Row("LOT_SIZE", buy(), buy(qty=100 * UNIT + 1), "1", "100.000000001"),
    "smallest": Row("LOT_SIZE", sell(10), sell(9), "10", "9", rules(min_qty=10 * UNIT)),
    "largest": Row("LOT_SIZE", buy(10), buy(11), "10", "11", rules(max_qty=10 * UNIT)),
    # 12: the venue's smallest value, at the price the venue will see.
    "notional, buy": Row("MIN_NOTIONAL", buy(5), buy(4), "50", "40", rules(min_notional=50 * UNIT)),
    "notional, sell": Row("MIN_NOTIONAL", sell(5), sell(4), "50", "40", rules(min_notional=50 * UNIT)),
    "notional, limit sell below the reference": Row(
        "MIN_NOTIONAL", sell(10, price=5 * UNIT), sell(10, price=5 * UNIT - TICK), "50", "49.9",
        rules(min_notional=50 * UNIT),
    ),
    "notional, market": Row(
        "MIN_NOTIONAL", buy(5, price=None), buy(4, price=None), "50", "40", rules(min_notional=50 * UNIT)
    ),
    # 13: collars, on the side that hurts.
    "collar, buy": Row(
        "PRICE_COLLAR", buy(price=11 * UNIT), buy(price=11 * UNIT + TICK), "11", "11.01",
        limits(price_collar_bps=1000)
    ),
    "collar, sell": Row(
        "PRICE_COLLAR", sell(price=9 * UNIT), sell(price=9 * UNIT - TICK), "9", "8.99",
        limits(price_collar_bps=1000)
    ),
    "collar, nothing allowed": Row(
        "PRICE_COLLAR", buy(price=10 * UNIT), buy(price=10 * UNIT + TICK), "10", "10.01",
        limits(price_collar_bps=0)
    ),
    # 15: references.
    "reference missing": Row("REFERENCE", buy(), buy(reference_price=None), f"{DAY} ns", "missing"),
    "reference of nothing": Row("REFERENCE", sell(), sell(reference_price=0), f"{DAY} ns", "0 of age 0 ns"),
    "reference negative": Row("REFERENCE", buy(), buy(reference_price=-UNIT), f"{DAY} ns", "-1 of age 0 ns"),
    "reference stale": Row(
        "REFERENCE", buy(reference_ts=NOW - 5), buy(reference_ts=NOW - 6), "5 ns", "10 of age 6 ns",
        limits(reference_max_age_ns=5),
    ),
    "reference from the future": Row(
        "REFERENCE", sell(), sell(reference_ts=NOW + 1), f"{DAY} ns", "10 of age -1 ns"
    ),
    # 17: market protection.
    "market order forbidden": Row(
        "MARKET_PROTECTION", sell(), sell(price=None), "0", "MARKET", limits(market_protection_bps=0)
    ),
    # 18, 19: size.
    "quantity, buy": Row("MAX_ORDER_QTY", buy(100), buy(101), "100", "101", limits(max_order_qty=100 * UNIT)),
    "quantity, sell": Row("MAX_ORDER_QTY", sell(100), sell(101), "100", "101",
    limits(max_order_qty=100 * UNIT)),
    "value, buy at its limit": Row(
        "MAX_ORDER_NOTIONAL", buy(100, price=11 * UNIT), buy(101, price=11 * UNIT), "1100", "1111",
        limits(max_order_notional=1100 * UNIT),
    ),
    "value, sell at the better price": Row(
        "MAX_ORDER_NOTIONAL", sell(100, price=9 * UNIT), sell(101, price=9 * UNIT), "1000", "1010",
        limits(max_order_notional=1000 * UNIT),
    ),
    "value, market buy with its protection": Row(
        "MAX_ORDER_NOTIONAL", buy(100, price=None), buy(101, price=None), "1010", "1020.1",
        limits(max_order_notional=1010 * UNIT),
    ),
    "value, in the base currency": Row(
        "MAX_ORDER_NOTIONAL", pounds(100), pounds(101), "2000", "2020",
        then(sterling, lambda desk: desk.limit(instrument=STERLING, max_order_notional=2000 * UNIT)),
    ),
    # 21: what is open already.
    "open orders of the instrument": Row(
        "OPEN_ORDERS", pounds(1), buy(), "1", "2", then(sterling, resting(1), limits(max_open_orders=1))
    ),
    "open quantity, both sides": Row(
        "OPEN_QTY", sell(60), sell(61), "100", "101", then(resting(40), limits(max_open_qty=100 * UNIT))
    ),
    "open quantity, sells count for buys": Row(
        "OPEN_QTY", buy(60), buy(61), "100", "101", then(resting(40, SELL), limits(max_open_qty=100 * UNIT))
    ),
    "open value": Row(
        "OPEN_NOTIONAL", buy(60), buy(61), "1000", "1010", then(resting(40),
        totals(max_open_notional=1000 * UNIT))
    ),
    # 22: positions at their worst.
    "long": Row(
        "POSITION", buy(30), buy(31), "100", "101",
        then(position(50), resting(20), limits(max_long_qty=100 * UNIT)),
    ),
    "short": Row(
        "POSITION", sell(30), sell(31), "100", "101",
        then(position(-50), resting(20, SELL), limits(max_short_qty=100 * UNIT)),
    ),
    "long, open sells do not help": Row(
        "POSITION", buy(50), buy(51), "100", "101",
        then(position(50), resting(20, SELL), limits(max_long_qty=100 * UNIT)),
    ),
    "gross, long": Row(
        "GROSS_EXPOSURE", buy(50), buy(51), "1000", "1010", then(position(50),
        totals(max_gross_exposure=1000 * UNIT))
    ),
    "gross, short": Row(
        "GROSS_EXPOSURE", sell(50), sell(51), "1000", "1010",
        then(position(-50), totals(max_gross_exposure=1000 * UNIT)),
    ),
    "gross, two instruments": Row(
        "GROSS_EXPOSURE", pounds(25, SELL), pounds(26, SELL), "1000", "1020",
        then(sterling, position(50), totals(max_gross_exposure=1000 * UNIT)),
    ),
    "net, long": Row(
        "NET_EXPOSURE", buy(50), buy(51), "1000", "1010", then(position(50),
        totals(max_net_exposure=1000 * UNIT))
    ),
    "net, short": Row(
        "NET_EXPOSURE", sell(50), sell(51), "1000", "1010", then(position(-50),
        totals(max_net_exposure=1000 * UNIT))
    ),
    "net, a long position makes room for a short one": Row(
        "NET_EXPOSURE", pounds(75, SELL), pounds(76, SELL), "1000", "1020",
        then(sterling, position(50), totals(max_net_exposure=1000 * UNIT)),
    ),
    # 25: buying power and leverage.
    "cash with fees": Row(
        "BUYING_POWER", buy(99_900, price=10 * UNIT), buy(100_000), "1000000", "1001000",
        then(limits(fee_bps=10)), CASH,
    ),
    "cash with a fee for each unit": Row(
        "BUYING_POWER", buy(80_000), buy(80_001), "1000000", "1000012.5",
        limits(fee_per_unit=5 * UNIT // 2), CASH,
    ),
    "cash with a fee for each order": Row(
        "BUYING_POWER", buy(99_990), buy(99_991), "1000000", "1000010", limits(fee_per_order=100 * UNIT), CASH
    ),
    "cash less the fees of other buys": Row(
        "BUYING_POWER", buy(59_980), buy(59_981), "599900", "599910",
        then(limits(fee_per_order=100 * UNIT), resting(40_000)), CASH,
    ),
    "cash less what other buys hold": Row(
        "BUYING_POWER", buy(60_000), buy(60_001), "600000", "600010", resting(40_000), CASH
    ),
    "cash of the instrument's own currency": Row(
        "BUYING_POWER", pounds(100), pounds(101), "1000", "1010",
        then(sterling, lambda desk: desk.pay(1000 * UNIT, "GBP")), CASH,
    ),
    "leverage, long": Row(
        "LEVERAGE", buy(200_000), buy(200_001), "2000000", "2000010", totals(max_leverage=2 * UNIT)
    ),
    "leverage, short": Row(
        "LEVERAGE", sell(200_000), sell(200_001), "2000000", "2000010", totals(max_leverage=2 * UNIT)
    ),
    # 27: short sales.
    "cash account": Row("SHORT_SALE", sell(100), sell(101), "100", "101", position(100), CASH),
    "cash account, open sells count": Row(
        "SHORT_SALE", sell(40), sell(41), "40", "41", then(position(100), resting(60, SELL)), CASH
    ),
    "margin account without shorts": Row(
        "SHORT_SALE", sell(100), sell(101), "100", "101", then(position(100), limits(max_short_qty=0))
    ),
    # Rates.
    "rate stale": Row(
        "EXCHANGE_RATE", buy(), pounds(1), "5 ns", "2 of age 6 ns",
        then(sterling_limit, lambda d: d.rate("GBP", "USD", 2 * UNIT, NOW - 6), totals(rate_max_age_ns=5)),
    ),
    "rate missing": Row("EXCHANGE_RATE", buy(), pounds(1, SELL), f"{DAY} ns", "missing", sterling_limit),
    "rate of other money missing": Row(
        "EXCHANGE_RATE", sell(200), sell(201), f"{DAY} ns", "missing",
        then(position(100), lambda desk: desk.pay(UNIT, "CHF")),
    ),
}  # fmt: skip
