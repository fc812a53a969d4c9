"""What risk remembers: limits, positions with everything still open against them, cash and rates.

Exposure is kept incrementally, so that a check costs the same with one position as with a thousand.
All amounts are raw integers. "Worst case" always means: every open order on the side that hurts fills.
"""

from typing import NamedTuple

from trade2026.model.enums import Environment, Scope, TradingState, VenueSessionState
from trade2026.model.instrument import Instrument
from trade2026.model.limits import Account, AccountLimits, InstrumentLimits
from trade2026.risk.open_order import OpenOrder


class Exposure:
    """One account in one instrument.

    Attributes
    ----------
    quantity : int
        Position, signed.
    open_buy, open_sell : int
        Quantity of unexecuted orders by side; while a replace is unanswered the larger of both terms.
    price : int
        Latest journaled price of the instrument (mark, reference or execution); 0 before the first.
    position_value, long_value, short_value, worst_value : int
        In the account's base currency at `price`: the position; the position with every open buy filled;
        minus the position with every open sell filled; the larger of the last two.
    open_worth, buy_worth : int
        Price times quantity of all unexecuted orders, and of the buys among them; exact.
    open_orders, open_buys : int
        Number of unexecuted orders, and of the buys among them.
    open_value : int
        `open_worth` in the account's base currency.
    reserve : int
        Cash of the quote currency held back for open buys of a CASH account, fees included.
    """

    __slots__ = (
        "buy_worth", "instrument", "limits", "long_value", "open_buy", "open_buys", "open_orders",
        "open_sell", "open_value", "open_worth", "position_value", "price", "quantity", "reserve",
        "short_value", "worst_value",
    )  # fmt: skip

    def __init__(self, instrument: Instrument) -> None:
        self.instrument = instrument
        self.limits: InstrumentLimits | None = None
        self.quantity = 0
        self.open_buy = 0
        self.open_sell = 0
        self.open_orders = 0
        self.open_buys = 0
        self.price = 0
        self.position_value = 0
        self.long_value = 0
        self.short_value = 0
        self.worst_value = 0
        self.open_worth = 0
        self.buy_worth = 0
        self.open_value = 0
        self.reserve = 0


class OrderContext(NamedTuple):
    """What a list means for an order's exposure.

    `is_exit`: it only takes back what its entry has filled, and reserves nothing before. `shared_qty`: what
    the other order of its pair may still fill on the same side; at most one of both is meant to.
    """

    is_exit: bool
    shared_qty: int


class AccountRisk:
    """An account's limits and totals, in its base currency; cash and reserves by currency.

    `gross`, `net_long`, `net_short` and `open_notional` are the sums of `worst_value`, `long_value`,
    `short_value` and `open_value`; `reserved` sums `reserve` by currency.
    """

    __slots__ = (
        "account", "cash", "exposures", "gross", "limits", "limits_version", "net_long", "net_short",
        "open_notional", "open_orders", "position_value", "reserved",
    )  # fmt: skip

    def __init__(self, account: Account) -> None:
        self.account = account
        self.limits: AccountLimits | None = None
        self.limits_version = 0
        self.exposures: dict[str, Exposure] = {}
        self.cash: dict[str, int] = {}
        self.reserved: dict[str, int] = {}
        self.open_orders = 0
        self.open_notional = 0
        self.gross = 0
        self.net_long = 0
        self.net_short = 0
        self.position_value = 0


class RiskState:
    """Everything risk knows; owned by `evolve`, read by `check`.

    `trading_states` has only what is not ACTIVE, so that the usual check is one test for emptiness.
    `rates` maps (currency, base currency) to (rate, ts_event). `venue_sessions` has only what is not READY.
    """

    __slots__ = (
        "accounts", "environment", "instruments", "open_orders", "rates", "trading_states", "venue_sessions",
    )  # fmt: skip

    def __init__(self) -> None:
        self.environment: Environment | None = None
        self.accounts: dict[str, AccountRisk] = {}
        self.instruments: dict[str, Instrument] = {}
        self.open_orders: dict[int, OpenOrder] = {}
        self.rates: dict[tuple[str, str], tuple[int, int]] = {}
        self.trading_states: dict[tuple[Scope, str], TradingState] = {}
        self.venue_sessions: dict[str, VenueSessionState] = {}


def new_state() -> RiskState:
    """Before the first event."""
    return RiskState()
