"""Returns by name: the last price of each period, the same periods for all assets, nothing filled.

`prices` says what a period is. Returns are simple ones between two periods that follow one another among
those kept. Adjusted prices stay adjusted: the data's limits are shown with every result.

A request with factors has two sets of columns. Only the time that both cover counts; within it they are
treated as one set, so that a period is kept where every asset and every factor has a price.
"""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple, Never

import numpy as np

from trade2026.analytics.arrays import FloatArray, IntArray
from trade2026.application.analyses.columns import (
    RETURNS_MIN,
    Columns,
    Wanted,
    own_returns,
    read_columns,
)
from trade2026.application.analyses.frequency import Pause, find_pauses
from trade2026.application.analyses.panel import Factors, Panel
from trade2026.application.analyses.prices import Prices, count_periods
from trade2026.application.analyses.requests import (
    FactorRequest,
    Frequency,
    Missing,
    OwnRows,
    ReturnsRequest,
)
from trade2026.application.services import Services
from trade2026.ports.calendar import SessionCalendar
from trade2026.primitives.errors import InputError
from trade2026.primitives.time import format_ns

RETURNS_MAX: Final = 100_000
"""As many as rows of a request: 69 days of minutes."""
_FACTOR: Final = "factor "
"""Before the names of factors, where they are among assets."""
_KEPT_MIN: Final = 0.5
"""Share of the common time's periods below which two sets are at different distances."""


def load_panel(services: Services, request: ReturnsRequest) -> Panel:
    """The returns that a request asks for.

    Raises
    ------
    InputError
        Naming the field: no such data set or asset, a day that is none, a period without two returns, a gap
        that is refused, a price that is not positive, factors that cannot be joined with the assets.
    """
    if isinstance(request, FactorRequest):
        return _with_factors(services, request)
    own = request.own
    if own is not None and not own.days:
        names, returns = own_returns(own, request.assets)
        return _panel(names, _numbers(returns), returns, _undated(own), ())
    columns = read_columns(services, _assets_of(request))
    ts_ns, prices, warnings = _aligned(columns.by_asset, request, columns.calendar)
    prices /= columns.unit
    return _panel(tuple(columns.by_asset), ts_ns[1:], prices[1:] / prices[:-1] - 1.0, columns, warnings)


def _assets_of(request: ReturnsRequest) -> Wanted:
    return Wanted(
        request.data, request.assets, request.own, request.start, request.end, request.frequency
    )  # fmt: skip


def _factors_of(request: FactorRequest) -> Wanted:
    return Wanted(
        request.factor_data, request.factor_assets, request.factor_own, request.start, request.end,
        request.frequency, "factor_",
    )  # fmt: skip


def _with_factors(services: Services, request: FactorRequest) -> Panel:
    own, factor_own = request.own, request.factor_own
    if own is not None and not own.days and factor_own is not None and not factor_own.days:
        return _row_by_row(request, own, factor_own)
    for field, rows in (("own", own), ("factor_own", factor_own)):
        if rows is not None and not rows.days:
            raise InputError(
                f"{field}.days must be given, was empty: rows without days can only be joined with rows of "
                "the request, in own and factor_own, that have none either"
            )
    columns, factors = (
        read_columns(services, _assets_of(request)),
        read_columns(services, _factors_of(request)),
    )
    both, outside = _common(columns, factors)
    ts_ns, prices, gaps = _aligned(both, request, columns.calendar)
    _check_distance(both, ts_ns.size)
    cut = len(columns.by_asset)
    prices /= np.repeat([columns.unit, factors.unit], [cut, len(factors.by_asset)])
    returns = prices[1:] / prices[:-1] - 1.0
    return _panel(
        tuple(columns.by_asset), ts_ns[1:], returns[:, :cut].copy(), columns, (*outside, *gaps),
        Factors(tuple(factors.by_asset), returns[:, cut:].copy(), factors.data, factors.data_sha256),
        tuple(f"{factors.data}: {each}" for each in factors.limits),
    )  # fmt: skip


def _row_by_row(request: FactorRequest, own: OwnRows, factor_own: OwnRows) -> Panel:
    names, returns = own_returns(own, request.assets)
    factor_names, factor_returns = own_returns(factor_own, request.factor_assets, "factor_")
    if returns.shape[0] != factor_returns.shape[0]:
        raise InputError(
            f"factor_own.rows must give as many returns as own.rows, {returns.shape[0]}, gave "
            f"{factor_returns.shape[0]}; give both days to join them by"
        )
    factors = Factors(factor_names, factor_returns, "", "")
    return _panel(names, _numbers(returns), returns, _undated(own), (), factors)


def _common(columns: Columns, factors: Columns) -> tuple[dict[str, Prices], tuple[str, ...]]:
    """Both as one set, over the time that both cover; and what that leaves out."""
    spans = _span(columns, "assets"), _span(factors, "factors")
    first, last = max(each.first for each in spans), min(each.last for each in spans)
    if first > last:
        raise InputError(
            f"factors must cover a time that the assets cover, were from {spans[1].text} and assets from "
            f"{spans[0].text}; take other data, or another period"
        )
    both = {
        name: prices.within(first, last)
        for name, prices in (
            *columns.by_asset.items(),
            *((f"{_FACTOR}{name}", prices) for name, prices in factors.by_asset.items()),
        )
    }
    if all((each.first, each.last) == (first, last) for each in spans):
        return both, ()
    return both, (
        f"Assets have prices from {spans[0].text} and factors from {spans[1].text}: only what both cover "
        "counts.",
    )


class _Span(NamedTuple):
    """The first and the last period of a set, and its days in words."""

    first: int
    last: int
    text: str


def _span(columns: Columns, field: str) -> _Span:
    known = [each for each in columns.by_asset.values() if each.periods.size]
    if not known:
        raise InputError(f"{field} must have prices in the period, none has; change the period")
    first = min(int(each.periods[0]) for each in known)
    last = max(int(each.periods[-1]) for each in known)
    # Where assets differ within a period, the day is that of the last of them.
    days = [
        next(format_ns(made)[:10] for each in reversed(known) if (made := each.made_in(period)) is not None)
        for period in (first, last)
    ]
    return _Span(first, last, f"{days[0]} to {days[1]}")


def _check_distance(both: Mapping[str, Prices], kept: int) -> None:
    """Refuse sets of which one has far fewer periods: annual figures would be those of the other."""
    everything = int(np.count_nonzero(count_periods(both.values())[1]))
    if kept < _KEPT_MIN * everything:
        raise InputError(
            f"factors and assets must have the same periods, {kept} of {everything} are of both; choose the "
            "frequency of the rarer ones, such as frequency=month"
        )


def _undated(own: OwnRows) -> Columns:
    """What is known of rows without days."""
    return Columns({}, 1.0, own.periods_per_year, "", "", ())


def _numbers(returns: FloatArray) -> IntArray:
    return np.arange(returns.shape[0], dtype=np.int64)


def _aligned(
    by_asset: Mapping[str, Prices], request: ReturnsRequest, calendar: SessionCalendar | None
) -> tuple[IntArray, FloatArray, tuple[str, ...]]:
    """Times and prices of the periods that all assets have; with a calendar, its pauses are told."""
    empty = [name for name, prices in by_asset.items() if not prices.periods.size]
    if empty:
        raise InputError(
            f"assets must have prices in the period, {empty[0]} has none; leave it out or change the period"
        )
    start, counts = count_periods(by_asset.values())
    is_kept = counts == len(by_asset)
    everything, kept = int(np.count_nonzero(counts)), int(np.count_nonzero(is_kept))
    dropped = everything - kept
    if dropped and request.missing is Missing.REFUSE:
        _refuse_gap(by_asset, start + int(np.argmax((counts > 0) & ~is_kept)), dropped)
    _check_count(kept - 1)
    warnings = []
    if dropped:
        warnings.append(
            f"{dropped} of {everything} periods were left out: not every asset has a price in them."
        )
    if calendar is not None:
        periods = start + np.flatnonzero(counts)
        warnings += _pauses(find_pauses(periods.tolist(), request.frequency, calendar), request.frequency)
    chosen = [is_kept[each.periods - start] for each in by_asset.values()]
    pairs = list(zip(by_asset.values(), chosen, strict=True))
    ts_ns: IntArray = np.array([each.made_ns[are] for each, are in pairs]).max(axis=0)
    prices = np.array([each.values[are] for each, are in pairs]).T.copy()
    return ts_ns, prices, tuple(warnings)


def _check_count(returns: int) -> None:
    """Refuse fewer returns than any analysis can use, and more than are held in memory."""
    if returns < RETURNS_MIN:
        raise InputError(
            f"the period must give at least {RETURNS_MIN} returns that all assets have, gave "
            f"{max(returns, 0)}; take a longer one or a finer frequency, or leave out assets with a short "
            "history"
        )
    if returns > RETURNS_MAX:
        raise InputError(
            f"the period must give at most {RETURNS_MAX:,} returns, gave {returns:,}; take a shorter one, or "
            "a longer frequency"
        )


def _pauses(found: Sequence[Pause], frequency: Frequency) -> tuple[str, ...]:
    """What is said of them; nothing where there are none."""
    if not found:
        return ()
    longest = max(found, key=lambda each: each.end_ns - each.begin_ns)
    many = "There is a pause" if len(found) == 1 else f"There are {len(found):,} pauses"
    which = "it lasts" if len(found) == 1 else "the longest lasts"
    return (
        f"{many} without any price while the market was open, {which} from {format_ns(longest.begin_ns)} to "
        f"{format_ns(longest.end_ns)}: a return over a pause counts as one of a {frequency.value}.",
    )


def _refuse_gap(by_asset: Mapping[str, Prices], period: int, dropped: int) -> Never:
    """InputError that names an asset without a price in the period."""
    made = {name: prices.made_in(period) for name, prices in by_asset.items()}
    when = next(each for each in made.values() if each is not None)
    lacking = next(name for name, each in made.items() if each is None)
    raise InputError(
        f"missing is refused, and {lacking} has no price for the period of {format_ns(when)}; "
        f"{dropped} periods have gaps. Leave the asset out, or choose missing=drop"
    )


def _panel(
    assets: tuple[str, ...], ts_ns: IntArray, returns: FloatArray, source: Columns,
    warnings: tuple[str, ...], factors: Factors | None = None, factor_limits: tuple[str, ...] = (),
) -> Panel:  # fmt: skip
    digest = hashlib.sha256("\n".join(assets).encode())
    digest.update(ts_ns.tobytes())
    digest.update(np.ascontiguousarray(returns).tobytes())
    if factors is not None:
        digest.update("\n".join(factors.names).encode())
        digest.update(np.ascontiguousarray(factors.returns).tobytes())
    return Panel(
        assets=assets, ts_ns=ts_ns, returns=returns, periods_per_year=source.periods_per_year,
        data=source.data, data_sha256=source.data_sha256, sha256=digest.hexdigest(),
        limits=(*source.limits, *factor_limits), warnings=warnings, factors=factors,
    )  # fmt: skip
