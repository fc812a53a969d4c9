"""Assumptions about trading costs, from the words of a user to the paper venue's configuration and back."""

from typing import Final, NamedTuple

from trade2026.application.requests import CostRequest
from trade2026.primitives.errors import InputError
from trade2026.primitives.fixed_point import UNIT, div_half_even, format_raw, parse_raw
from trade2026.primitives.time import MILLISECOND_NS
from trade2026.simulation.paper import (
    BpsFees,
    FeeCurrency,
    Fees,
    FixedLatency,
    Latency,
    LognormalLatency,
    NoFees,
    NormalLatency,
    PaperConfig,
    PerShareFees,
)

_BPS_MAX: Final = 10_000 * UNIT
_BPS_MIN: Final = UNIT // 10_000
_SIGMA_MAX: Final = 5.0
_FEES_REMEDY: Final = 'write "none", "1bps", "MAKER/TAKERbps" such as "-0.5/2bps", or "0.005/share"'
_CHARGED_IN: Final = {
    FeeCurrency.QUOTE: "",
    FeeCurrency.BASE: ", charged in the base currency",
    FeeCurrency.RECEIVED: ", charged in what the fill brings in",
}
_LATENCY_REMEDY: Final = 'write milliseconds such as "5", "normal:MEAN,STD" or "lognormal:MEDIAN,SIGMA"'


def paper_config(request: CostRequest) -> PaperConfig:
    """The paper venue's configuration; raises InputError naming the option, its value and the remedy."""
    return PaperConfig(
        latency=_latency(request.latency_ms),
        spread_bps=_basis_points("--spread-bps", request.spread_bps),
        slippage_bps=_basis_points("--slippage-bps", request.slippage_bps),
        participation_bps=_participation(request.participation),
        fees=_fees(request),
    )


def describe_costs(config: PaperConfig) -> tuple[tuple[str, str], ...]:
    """The same in words, for a person: labels and values."""
    share = format_raw(div_half_even(config.participation_bps, 100))
    return (
        ("Fees", _describe_fees(config.fees)),
        ("Spread", f"{format_raw(config.spread_bps)} bps, half of it paid by an order that takes liquidity"),
        ("Slippage", f"{format_raw(config.slippage_bps)} bps"),
        ("Participation", f"at most {share} % of a bar's volume"),
        ("Latency", _describe_latency(config.latency)),
    )


class FeeReserve(NamedTuple):
    """What risk holds back for fees of an open buy: whole basis points, raw money a unit and an order."""

    bps: int
    per_unit: int = 0
    per_order: int = 0


def fee_reserve(config: PaperConfig, least_bps: int) -> FeeReserve:
    """Enough for every fee the venue may charge, `least_bps` at the least; rounded up."""
    match config.fees:
        case BpsFees(maker_bps=maker, taker_bps=taker, min_per_order=minimum):
            return FeeReserve(max(least_bps, -(-max(maker, taker) // UNIT)), 0, minimum)
        case PerShareFees(per_share=per_share, min_per_order=minimum):
            return FeeReserve(least_bps, per_share, minimum)
        case _:
            return FeeReserve(least_bps)


def _basis_points(option: str, text: str) -> int:
    raw = parse_raw(text, option)
    _check_basis_points(option, text, raw, 0)
    return raw


def _check_basis_points(option: str, text: str, raw: int, lowest: int) -> None:
    if not lowest <= raw <= _BPS_MAX or 0 < abs(raw) < _BPS_MIN:
        raise InputError(
            f"{option} must be 0, or between {lowest // UNIT} and {_BPS_MAX // UNIT} basis points and no "
            f"closer to 0 than {format_raw(_BPS_MIN)}, was {text!r}"
        )


def _participation(text: str) -> int:
    percent = parse_raw(text, "--participation")
    if not 0 < percent <= 100 * UNIT:
        raise InputError(f"--participation must be above 0 and at most 100 percent, was {text!r}")
    return 100 * percent


def _fees(request: CostRequest) -> Fees:
    text = request.fees.strip().lower().replace(" ", "")
    minimum = parse_raw(request.fee_minimum, "--fee-minimum")
    if minimum < 0:
        raise InputError(f"--fee-minimum must not be negative, was {request.fee_minimum!r}; 0 means none")
    currency = _fee_currency(request.fee_currency)
    if text == "none":
        if minimum:
            raise InputError(f'--fee-minimum needs fees, was {request.fee_minimum} with --fees "none"')
        return NoFees()
    if text.endswith("/share"):
        if currency is not FeeCurrency.QUOTE:
            raise InputError(f"--fee-currency must be quote for fees per share, was {request.fee_currency}")
        per_share = parse_raw(text.removesuffix("/share"), "--fees")
        if per_share < 0:
            raise InputError(f"--fees must not be negative for each share, was {request.fees!r}")
        return PerShareFees(per_share, minimum)
    if not text.endswith("bps"):
        raise InputError(f"--fees must name its unit, was {request.fees!r}; {_FEES_REMEDY}")
    maker, separator, taker = text.removesuffix("bps").partition("/")
    try:
        maker_bps = parse_raw(maker, "--fees")
        taker_bps = parse_raw(taker, "--fees") if separator else maker_bps
    except InputError:
        raise InputError(f"--fees must be basis points, was {request.fees!r}; {_FEES_REMEDY}") from None
    for rate in (maker_bps, taker_bps):
        _check_basis_points("--fees", request.fees, rate, -_BPS_MAX)
    if minimum and min(maker_bps, taker_bps) < 0:
        raise InputError(
            f"--fee-minimum must be 0 where --fees pay a rebate, was {request.fee_minimum!r} with "
            f"{request.fees!r}"
        )
    return BpsFees(maker_bps, taker_bps, currency, min_per_order=minimum)


def _fee_currency(text: str) -> FeeCurrency:
    try:
        return FeeCurrency(text.upper())
    except ValueError:
        raise InputError(f"--fee-currency must be quote, base or received, was {text!r}") from None


def _latency(text: str) -> Latency:
    kind, separator, numbers = text.strip().lower().partition(":")
    if not separator:
        return FixedLatency(_milliseconds(kind, text))
    first, comma, second = numbers.partition(",")
    if kind == "normal" and comma:
        return NormalLatency(_milliseconds(first, text), _milliseconds(second, text))
    if kind == "lognormal" and comma:
        return _lognormal(_milliseconds(first, text), second, text)
    raise InputError(f"--latency-ms must be a latency, was {text!r}; {_LATENCY_REMEDY}")


def _lognormal(median_ns: int, sigma: str, text: str) -> LognormalLatency:
    try:
        spread = float(sigma)
    except ValueError:
        raise InputError(f"--latency-ms must be a latency, was {text!r}; {_LATENCY_REMEDY}") from None
    if not median_ns:
        raise InputError(f"--latency-ms must have a median above zero, was {text!r}; 0 alone is no latency")
    if not 0.0 <= spread <= _SIGMA_MAX:
        raise InputError(f"--latency-ms must have a sigma between 0 and {_SIGMA_MAX:g}, was {text!r}")
    return LognormalLatency(median_ns, spread)


def _milliseconds(number: str, text: str) -> int:
    try:
        span = parse_raw(number, "--latency-ms") * MILLISECOND_NS // UNIT
    except InputError:
        raise InputError(f"--latency-ms must be a latency, was {text!r}; {_LATENCY_REMEDY}") from None
    if span < 0:
        raise InputError(f"--latency-ms must not be negative, was {text!r}; 0 means none")
    return span


def _describe_fees(fees: Fees) -> str:
    if isinstance(fees, NoFees):
        return "none"
    if isinstance(fees, PerShareFees):
        minimum = f", at least {format_raw(fees.min_per_order)} an order" if fees.min_per_order else ""
        return f"{format_raw(fees.per_share)} a share{minimum}"
    rate = format_raw(fees.taker_bps)
    if fees.maker_bps != fees.taker_bps:
        rate = f"{format_raw(fees.maker_bps)} (maker) and {rate} (taker)"
    minimum = f", at least {format_raw(fees.min_per_order)} an order" if fees.min_per_order else ""
    return f"{rate} bps{minimum}{_CHARGED_IN[fees.currency]}"


def _describe_latency(latency: Latency) -> str:
    if isinstance(latency, FixedLatency):
        return f"{_in_ms(latency.latency_ns)} ms" if latency.latency_ns else "none"
    if isinstance(latency, NormalLatency):
        return f"normal, mean {_in_ms(latency.mean_ns)} ms, deviation {_in_ms(latency.std_ns)} ms"
    return f"lognormal, median {_in_ms(latency.median_ns)} ms, sigma {latency.sigma:g}"


def _in_ms(span_ns: int) -> str:
    return format_raw(span_ns * UNIT // MILLISECOND_NS)
