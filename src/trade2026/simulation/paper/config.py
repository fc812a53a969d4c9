"""What a paper venue assumes: latency, spread, slippage, participation and fees, checked when they are made.

Basis points are raw integers in units of 1e-9 bp, as `parse_raw` reads them: "7.5" is 7_500_000_000. They are
used down to 0.0001 bp; a smaller value is refused, because it is a plain number of basis points by mistake.
"""

import math
from enum import StrEnum
from typing import Final

import msgspec

from trade2026.primitives.errors import InputError
from trade2026.primitives.fixed_point import UNIT, format_raw

FULL_BPS: Final = 10_000 * UNIT
"""One hundred percent, in raw basis points."""

_SMALLEST_BPS: Final = UNIT // 10_000


def _check_bps(raw: int, what: str, *, lowest: int = 0, highest: int = FULL_BPS) -> None:
    if not lowest <= raw <= highest:
        raise InputError(
            f"{what} must be between {format_raw(lowest)} and {format_raw(highest)} basis points, "
            f"was {format_raw(raw)}"
        )
    if 0 < abs(raw) < _SMALLEST_BPS:
        raise InputError(
            f"{what} must be raw basis points in units of 1e-9 and at least 0.0001, was {raw}; "
            f"for {raw} basis points write {raw} * UNIT"
        )


def _check_not_negative(value: int, what: str) -> None:
    if value < 0:
        raise InputError(f"{what} must not be negative, was {value}; 0 means none")


class FixedLatency(msgspec.Struct, frozen=True, tag="fixed", forbid_unknown_fields=True):
    """Every request travels `latency_ns` nanoseconds."""

    latency_ns: int = 0

    def __post_init__(self) -> None:
        _check_not_negative(self.latency_ns, "latency_ns")


class NormalLatency(msgspec.Struct, frozen=True, tag="normal", forbid_unknown_fields=True):
    """Nanoseconds drawn from a normal distribution, truncated: draws below `min_ns` are drawn again."""

    mean_ns: int
    std_ns: int
    min_ns: int = 0

    def __post_init__(self) -> None:
        _check_not_negative(self.std_ns, "std_ns")
        _check_not_negative(self.min_ns, "min_ns")
        if self.mean_ns < self.min_ns:
            raise InputError(f"mean_ns must be at least min_ns {self.min_ns}, was {self.mean_ns}")


class LognormalLatency(msgspec.Struct, frozen=True, tag="lognormal", forbid_unknown_fields=True):
    """Nanoseconds whose logarithm is normal: `median_ns` times exp(`sigma` times a standard normal draw)."""

    median_ns: int
    sigma: float

    def __post_init__(self) -> None:
        if self.median_ns <= 0:
            raise InputError(
                f"median_ns must be positive, was {self.median_ns}; use a fixed latency of 0 for none"
            )
        if not (math.isfinite(self.sigma) and 0 <= self.sigma <= 5):
            raise InputError(
                f"sigma must be between 0 and 5, was {self.sigma}; 0.5 is a heavy-tailed network"
            )


Latency = FixedLatency | NormalLatency | LognormalLatency


class FeeCurrency(StrEnum):
    """What a fee is charged in: the quote currency, the base, or whatever the fill brings in."""

    QUOTE = "QUOTE"
    BASE = "BASE"
    RECEIVED = "RECEIVED"


class NoFees(msgspec.Struct, frozen=True, tag="none", forbid_unknown_fields=True):
    """Nothing is charged."""


class BpsFees(msgspec.Struct, frozen=True, tag="bps", forbid_unknown_fields=True):
    """A share of each fill's value.

    Attributes
    ----------
    maker_bps, taker_bps : int
        Raw basis points; a negative one is a rebate.
    currency : FeeCurrency
        In BASE, and on buys in RECEIVED, the share is of the quantity instead of the value.
    min_per_fill, min_per_order : int
        Raw money of the quote currency; the order's minimum is charged with its first fill.
    """

    maker_bps: int
    taker_bps: int
    currency: FeeCurrency = FeeCurrency.QUOTE
    min_per_fill: int = 0
    min_per_order: int = 0

    def __post_init__(self) -> None:
        _check_bps(self.maker_bps, "maker_bps", lowest=-FULL_BPS)
        _check_bps(self.taker_bps, "taker_bps", lowest=-FULL_BPS)
        _check_not_negative(self.min_per_fill, "min_per_fill")
        _check_not_negative(self.min_per_order, "min_per_order")
        if not (self.min_per_fill or self.min_per_order):
            return
        if self.currency is not FeeCurrency.QUOTE:
            raise InputError(
                f"a minimum fee is charged in the quote currency, currency was {self.currency}; use QUOTE"
            )
        if self.maker_bps < 0 or self.taker_bps < 0:
            raise InputError("a minimum fee cannot go with a rebate; set min_per_fill and min_per_order to 0")


class PerShareFees(msgspec.Struct, frozen=True, tag="per_share", forbid_unknown_fields=True):
    """`per_share` raw money of the quote currency for each unit filled, at least `min_per_order` an order."""

    per_share: int
    min_per_order: int = 0

    def __post_init__(self) -> None:
        _check_not_negative(self.per_share, "per_share")
        _check_not_negative(self.min_per_order, "min_per_order")


Fees = NoFees | BpsFees | PerShareFees


class PaperConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Assumptions of one paper venue; the defaults are a market without friction, stated as such.

    Attributes
    ----------
    latency : Latency
        From our decision to the venue's books, drawn for each request.
    spread_bps : int
        Whole spread between bid and ask around the prices of bars and trades, raw basis points; half of it
        is paid by an order that takes liquidity. Quotes carry their own.
    slippage_bps : int
        Paid on top by every order that takes liquidity, raw basis points.
    participation_bps : int
        Share of a bar's volume that all our orders together may take, raw basis points; 10 % by default.
    """

    latency: Latency = FixedLatency()
    spread_bps: int = 0
    slippage_bps: int = 0
    participation_bps: int = 1_000 * UNIT
    fees: Fees = NoFees()

    def __post_init__(self) -> None:
        _check_bps(self.spread_bps, "spread_bps")
        _check_bps(self.slippage_bps, "slippage_bps")
        _check_bps(self.participation_bps, "participation_bps", lowest=1)
        if self.spread_bps + 2 * self.slippage_bps >= 2 * FULL_BPS:
            raise InputError(
                f"half of spread_bps plus slippage_bps must stay below 10000 basis points, was "
                f"{format_raw(self.spread_bps)} and {format_raw(self.slippage_bps)}; a sell would pay"
            )
