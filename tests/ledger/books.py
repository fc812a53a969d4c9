"""Books to test with, fills written as a trader says them, and a slow obvious twin of the arithmetic."""

import math
from dataclasses import dataclass, field
from fractions import Fraction

from trade2026.ledger.decide import decide_trade
from trade2026.ledger.evolve import evolve
from trade2026.ledger.state import LedgerState, Position, new_state
from trade2026.model.enums import AccountType, Environment, Side
from trade2026.model.events import AccountOpened, InstrumentRegistered, OrderFilled, TradeBooked
from trade2026.model.instrument import (
    Instrument,
    InstrumentKind,
    VolumeUnit,
    check_instrument,
    crypto_spot,
    equity,
    fx_spot,
)
from trade2026.model.limits import Account
from trade2026.primitives.fixed_point import UNIT, parse_raw

SHARE = equity("ACME", "XNAS")
BITCOIN = crypto_spot("BTCUSDT")
YEN = fx_spot("USDJPY")
CROSS = check_instrument(  # Quoted in a coin that is the base of another pair.
    Instrument(
        "ETHBTC.BINANCE", "BINANCE", InstrumentKind.CRYPTO_SPOT, "BTC", "ETH", 10_000, 100_000, UNIT, "24/7",
        VolumeUnit.BASE,
    )
)  # fmt: skip
SPREAD = check_instrument(  # Two and a half dollars a point; its price may be negative.
    Instrument(
        "SPREAD.SIM", "SIM", InstrumentKind.EQUITY, "USD", None, 1, 1, 5 * UNIT // 2, "24/7",
        VolumeUnit.CONTRACTS,
    )
)  # fmt: skip
INSTRUMENTS = {each.instrument_id: each for each in (SHARE, BITCOIN, YEN, CROSS, SPREAD)}
ACCOUNTS = ("alpha", "beta")


def raw(text: str) -> int:
    """Raw units of a decimal."""
    return parse_raw(text, "number", maximum=2**126)


def books(*, base_currency: str = "USD") -> LedgerState:
    """Two empty accounts and every test instrument."""
    state = new_state()
    for account_id in ACCOUNTS:
        account = Account(account_id, AccountType.MARGIN, base_currency, Environment.SIM, ("trader",))
        evolve(state, AccountOpened(0, account))
    for instrument in INSTRUMENTS.values():
        evolve(state, InstrumentRegistered(0, instrument))
    return state


def filled(
    side: Side,
    last_qty: int,
    last_px: int,
    *,
    instrument: Instrument = SHARE,
    commission: int = 0,
    commission_currency: str = "",
    account_id: str = "alpha",
    ts_event: int = 1,
    execution_id: str = "x1",
) -> OrderFilled:
    """One execution; raw numbers."""
    return OrderFilled(
        1, ts_event, account_id, instrument.instrument_id, "", execution_id, side, last_qty, last_px,
        last_qty, 0, commission, commission_currency, None,
    )  # fmt: skip


def spoken(words: str, instrument: Instrument = SHARE) -> OrderFilled:
    """A fill from words: "buy 10 @ 100.5", "sell 1 @ 60000 fee 0.001 BTC"; a rebate is a negative fee."""
    side, quantity, at, price, *fee = words.split()
    assert at == "@"
    assert not fee or fee[0] == "fee"
    commission, currency = (raw(fee[1]), fee[2]) if fee else (0, "")
    return filled(
        Side(side.upper()),
        raw(quantity),
        raw(price),
        instrument=instrument,
        commission=commission,
        commission_currency=currency,
    )


def book(state: LedgerState, fill: OrderFilled) -> TradeBooked:
    """Decide the fill and change the books."""
    event = decide_trade(state, fill)
    evolve(state, event)
    return event


def position_of(state: LedgerState, instrument: Instrument = SHARE, account_id: str = "alpha") -> Position:
    """The position; it must exist."""
    return state.accounts[account_id].positions[instrument.instrument_id]


@dataclass
class SlowPosition:
    """Signed units and raw cost of each lot in exact fractions, oldest first; and the profit so far."""

    lots: list[tuple[Fraction, int]] = field(default_factory=list)
    realized: int = 0


@dataclass
class SlowBooks:
    """One account kept the slow way: exact fractions, one lot at a time, each rounding written out."""

    cash: dict[str, int] = field(default_factory=dict)
    positions: dict[str, SlowPosition] = field(default_factory=dict)

    def fill(self, fill: OrderFilled) -> None:
        """Book one execution."""
        instrument = INSTRUMENTS[fill.instrument_id]
        price, multiplier = Fraction(fill.last_px, UNIT), Fraction(instrument.multiplier, UNIT)
        sign = {Side.BUY: 1, Side.SELL: -1}[fill.side]
        units = sign * Fraction(fill.last_qty, UNIT)
        value = round(units * price * multiplier * UNIT)  # Python rounds a Fraction half to even.
        self._pay(instrument.quote_currency, -value)
        pays_units = False
        if fill.commission:
            coin = instrument.base_currency if instrument.kind is InstrumentKind.CRYPTO_SPOT else None
            pays_units = fill.commission_currency == coin
            if pays_units:
                units -= Fraction(fill.commission, UNIT)
            else:
                self._pay(fill.commission_currency, -fill.commission)

        position = self.positions.setdefault(fill.instrument_id, SlowPosition())
        left, closed_cost = units, 0
        while left != 0 and position.lots and position.lots[0][0] * left < 0:
            size, cost = position.lots[0]
            if abs(left) >= abs(size):  # The whole lot goes, with all its cost.
                left += size
                closed_cost += cost
                position.lots.pop(0)
            else:
                moved = math.floor(Fraction(abs(cost)) * abs(left) / abs(size)) * (1 if cost >= 0 else -1)
                position.lots[0] = (size + left, cost - moved)
                closed_cost += moved
                left = Fraction(0)
        if left == 0:
            opened_cost = 0
        elif left == units:
            opened_cost = value
        elif pays_units:
            opened_cost = round(value * left / units)
        else:
            opened_cost = round(left * price * multiplier * UNIT)
        if left != 0:
            position.lots.append((left, opened_cost))
        position.realized += opened_cost - closed_cost - value

    def _pay(self, currency: str, amount: int) -> None:
        self.cash[currency] = self.cash.get(currency, 0) + amount
