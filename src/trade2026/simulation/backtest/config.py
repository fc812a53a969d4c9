"""What a backtest assumes about the account and its limits."""

import msgspec

from trade2026.model.enums import AccountType
from trade2026.model.instrument import Instrument
from trade2026.model.limits import AccountLimits, InstrumentLimits
from trade2026.ports.feed import DataDescription
from trade2026.primitives.errors import InputError
from trade2026.primitives.fixed_point import INT64_MAX, UNIT, format_raw
from trade2026.primitives.time import DAY_NS, SECOND_NS


class BacktestConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Account, limits and period of one backtest.

    Attributes
    ----------
    run_id, code_version, details : str
        Journaled with `StartRun`; `details` is a JSON document of everything that determines the run.
    cash : int
        Paid in at the start, raw money of `base_currency`.
    max_leverage : int
        Worst-case gross exposure over equity, raw ratio; MARGIN accounts only. Two by default, because
        a rebalance has its buys open while its sells are.
    market_protection_bps, price_collar_bps, fee_bps, fee_per_unit, fee_per_order : int
        Limits as in `InstrumentLimits`: whole basis points, and raw money.
    max_short_ratio : int
        Raw ratio of the largest short to the largest long quantity; 0 forbids shorts.
    start_ns, end_ns : int or None
        Market events with start <= ts_event < end are used.
    mark_max_age_ns : int
        Oldest price that may value a position when equity is struck; two bar intervals where that is more.
    requests_at_once_max : int
        Most requests and timers of the strategy at one instant; one more is taken for an endless loop.
    """

    run_id: str
    code_version: str
    details: str
    cash: int
    base_currency: str
    account_type: AccountType = AccountType.MARGIN
    account_id: str = "BACKTEST"
    max_leverage: int = 2 * UNIT
    market_protection_bps: int = 500
    price_collar_bps: int = 1_000
    fee_bps: int = 50
    fee_per_unit: int = 0
    fee_per_order: int = 0
    max_short_ratio: int = UNIT
    start_ns: int | None = None
    end_ns: int | None = None
    mark_max_age_ns: int = 7 * DAY_NS
    requests_at_once_max: int = 100_000

    def __post_init__(self) -> None:
        if self.cash <= 0:
            raise InputError(f"cash must be positive, was {format_raw(self.cash)}")
        if self.max_leverage <= 0:
            raise InputError(f"max_leverage must be positive, was {format_raw(self.max_leverage)}")
        if not 0 <= self.max_short_ratio <= UNIT:
            raise InputError(f"max_short_ratio must be from 0 to 1, was {format_raw(self.max_short_ratio)}")
        if self.start_ns is not None and self.end_ns is not None and self.start_ns >= self.end_ns:
            raise InputError("the period must end after it starts")


def account_limits(config: BacktestConfig) -> AccountLimits:
    """Limits of the whole account: leverage (or cash) binds; money limits are as wide as they can be.

    A run over decades grows beyond any sum that would have meant something at its start.
    """
    return AccountLimits(
        max_gross_exposure=INT64_MAX,
        max_net_exposure=INT64_MAX,
        max_leverage=config.max_leverage,
        max_open_orders=10_000,
        max_open_notional=INT64_MAX,
        rate_max_age_ns=7 * DAY_NS,
    )


def instrument_limits(
    config: BacktestConfig, instrument: Instrument, data: DataDescription
) -> InstrumentLimits:
    """Limits in one instrument; a reference price may be the larger of 5 s and two bar intervals old."""
    largest = INT64_MAX // instrument.lot_size * instrument.lot_size
    return InstrumentLimits(
        max_order_qty=largest,
        max_order_notional=INT64_MAX,
        max_long_qty=largest,
        max_short_qty=largest * config.max_short_ratio // UNIT,
        max_open_orders=1_000,
        max_open_qty=largest,
        price_collar_bps=config.price_collar_bps,
        reference_max_age_ns=max(5 * SECOND_NS, 2 * data.bar_interval_ns),
        market_protection_bps=config.market_protection_bps,
        fee_bps=config.fee_bps,
        hold_until_open=True,
        fee_per_unit=config.fee_per_unit,
        fee_per_order=config.fee_per_order,
    )
