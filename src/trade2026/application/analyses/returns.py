"""Returns by name: the last price of each period, the same periods for all assets, nothing filled.

`columns` says what a period is. Returns are simple ones between two periods that follow one another among
those kept. Adjusted prices stay adjusted: the data's limits are shown with every result.

A request with factors has two sets of columns. Only the time that both cover counts; within it they are
treated as one set, so that a period is kept where every asset and every factor has a price.
"""

import hashlib
from collections.abc import Mapping
from typing import Final

import numpy as np

from trade2026.analytics.arrays import FloatArray, IntArray
from trade2026.application.analyses.columns import (
    RETURNS_MIN,
    Columns,
    Prices,
    Wanted,
    own_returns,
    read_columns,
)
from trade2026.application.analyses.panel import Factors, Panel
from trade2026.application.analyses.requests import FactorRequest, Missing, OwnRows, ReturnsRequest
from trade2026.application.services import Services
from trade2026.primitives.errors import InputError
from trade2026.primitives.time import format_ns

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
    ts_ns, prices, warnings = _aligned(columns.by_asset, request.missing)
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
    ts_ns, prices, gaps = _aligned(both, request.missing)
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
    spans = []
    for field, each in (("assets", columns), ("factors", factors)):
        known = {period: made for prices in each.by_asset.values() for period, (made, _) in prices.items()}
        if not known:
            raise InputError(f"{field} must have prices in the period, none has; change the period")
        spans.append(known)
    first, last = max(map(min, spans)), min(map(max, spans))
    shown = [f"{format_ns(each[min(each)])[:10]} to {format_ns(each[max(each)])[:10]}" for each in spans]
    if first > last:
        raise InputError(
            f"factors must cover a time that the assets cover, were from {shown[1]} and assets from "
            f"{shown[0]}; take other data, or another period"
        )
    both = {
        name: {period: made for period, made in prices.items() if first <= period <= last}
        for name, prices in (
            *columns.by_asset.items(),
            *((f"{_FACTOR}{name}", prices) for name, prices in factors.by_asset.items()),
        )
    }
    if all(min(each) == first and max(each) == last for each in spans):
        return both, ()
    return both, (
        f"Assets have prices from {shown[0]} and factors from {shown[1]}: only what both cover counts.",
    )


def _check_distance(both: Mapping[str, Prices], kept: int) -> None:
    """Refuse sets of which one has far fewer periods: annual figures would be those of the other."""
    everything = len(set().union(*both.values()))
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
    by_asset: Mapping[str, Prices], missing: Missing
) -> tuple[IntArray, FloatArray, tuple[str, ...]]:
    """Times and prices of the periods that all assets have."""
    empty = [name for name, prices in by_asset.items() if not prices]
    if empty:
        raise InputError(
            f"assets must have prices in the period, {empty[0]} has none; leave it out or change the period"
        )
    everything = sorted(set().union(*by_asset.values()))
    kept = sorted(set(everything).intersection(*by_asset.values()))
    dropped = len(everything) - len(kept)
    if dropped and missing is Missing.REFUSE:
        first = next(each for each in everything if each not in set(kept))
        made, _ = next(prices[first] for prices in by_asset.values() if first in prices)
        lacking = next(name for name, prices in by_asset.items() if first not in prices)
        raise InputError(
            f"missing is refused, and {lacking} has no price for the period of {format_ns(made)}; "
            f"{dropped} periods have gaps. Leave the asset out, or choose missing=drop"
        )
    if len(kept) <= RETURNS_MIN:
        raise InputError(
            f"the period must give at least {RETURNS_MIN} returns that all assets have, gave "
            f"{max(len(kept) - 1, 0)}; take a longer one, or leave out assets with a short history"
        )
    warnings = (
        f"{dropped} of {len(everything)} periods were left out: not every asset has a price in them.",
    )
    rows = [[prices[each] for each in kept] for prices in by_asset.values()]
    ts_ns: IntArray = np.array([[made for made, _ in row] for row in rows], dtype=np.int64).max(axis=0)
    prices = np.array([[price for _, price in row] for row in rows], dtype=np.float64).T.copy()
    return ts_ns, prices, warnings if dropped else ()


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
