"""What a backtest found, in raw integers; analytics turns it into statistics."""

from dataclasses import dataclass
from typing import NamedTuple

import msgspec

from trade2026.model.enums import Side
from trade2026.trading.core import Core


class FillRecord(msgspec.Struct, frozen=True, gc=False):
    """One execution and what it did to the books; raw integers, money in `currency`.

    `realized` is profit before commissions of the part that closed (`closed_qty`).
    """

    ts_event: int
    order_id: int
    instrument_id: str
    side: Side
    quantity: int
    price: int
    currency: str
    notional: int
    realized: int
    closed_qty: int
    commission: int
    commission_currency: str


class EquitySample(NamedTuple):
    """The account at the end of a session; raw money in its base currency.

    `gross` and `net` are the values of all positions without and with sign, `traded` the value of
    all executions since the last sample.
    """

    ts: int
    equity: int
    gross: int
    net: int
    traded: int


@dataclass(frozen=True, slots=True)
class StrategyError:
    """Where and why a strategy raised; it was stopped there and its orders were canceled."""

    ts: int
    callback: str
    message: str
    traceback: str


@dataclass(frozen=True, slots=True)
class BacktestResult:
    """A finished run.

    Attributes
    ----------
    events : int
        Market events delivered.
    orders, refusals, fills : int
        Orders approved, orders refused by risk or denied (but not changes of orders), executions booked.
    samples : tuple of EquitySample
        The first one is the starting cash, then one per session, or per bar where bars are longer than a
        day.
    stopped : bool
        Whether the run was cut short on request: the result is partial.
    notes : tuple of str
        Sentences a reader of the result must know.
    log : tuple
        (time, text) of what the strategy said.
    """

    core: Core
    account_id: str
    events: int
    orders: int
    refusals: int
    samples: tuple[EquitySample, ...]
    fills: tuple[FillRecord, ...]
    notes: tuple[str, ...]
    log: tuple[tuple[int, str], ...]
    strategy_error: StrategyError | None
    stopped: bool
