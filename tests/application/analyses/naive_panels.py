"""Panels read event by event and joined with dictionaries: the slow twin of `analyses.returns`."""

import hashlib
from bisect import bisect
from collections.abc import Mapping
from datetime import UTC, datetime

import numpy as np

from trade2026.adapters.embedded.calendars import Calendars
from trade2026.analytics.arrays import FloatArray, IntArray
from trade2026.application.analyses.columns import own_values
from trade2026.application.analyses.requests import (
    FactorRequest,
    Frequency,
    Given,
    Missing,
    OwnRows,
    ReturnsRequest,
)
from trade2026.application.period import parse_period
from trade2026.model.market_data import Bar, Trade
from trade2026.ports.feed import MarketDataSource
from trade2026.primitives.errors import InputError
from trade2026.primitives.fixed_point import UNIT
from trade2026.primitives.time import (
    DAY_NS,
    HOUR_NS,
    MINUTE_NS,
    SECOND_NS,
    date_to_unix_ns,
    format_ns,
    parse_date,
)

Prices = dict[int, tuple[int, float]]
"""By the number of the period: when its last price was made, and what it was."""
NEW_YORK = Calendars().calendar("XNYS")
Bounds = tuple[int | None, int | None]
Joined = tuple[tuple[str, ...], IntArray, FloatArray, FloatArray, str, tuple[str, ...]]
"""Assets, times, returns of assets and of factors, the hash of the inputs, and warnings."""


def load(source: MarketDataSource, factors: MarketDataSource, request: ReturnsRequest) -> Joined:
    """The panel of a request for the data of these sources, or for its own rows with days."""
    bounds = parse_period(request.start, request.end)
    assets, unit = columns(source, request.assets, request.own, bounds, request.frequency, "")
    if not isinstance(request, FactorRequest):
        ts_ns, prices, warnings = aligned(assets, request)
        prices = prices / unit
        return joined(tuple(assets), ts_ns[1:], prices[1:] / prices[:-1] - 1.0, (), None, warnings)
    others, other_unit = columns(
        factors, request.factor_assets, request.factor_own, bounds, request.frequency, "factor_"
    )
    both, outside = common(assets, others)
    ts_ns, prices, gaps = aligned(both, request)
    everything = len(set().union(*both.values()))
    if len(ts_ns) < 0.5 * everything:
        raise InputError(
            f"factors and assets must have the same periods, {len(ts_ns)} of {everything} are of both; "
            "choose the frequency of the rarer ones, such as frequency=month"
        )
    cut = len(assets)
    prices = prices / np.array([unit] * cut + [other_unit] * len(others))
    returns = prices[1:] / prices[:-1] - 1.0
    return joined(
        tuple(assets), ts_ns[1:], returns[:, :cut], tuple(others), returns[:, cut:], (*outside, *gaps)
    )


def columns(
    source: MarketDataSource, names: tuple[str, ...], own: OwnRows | None, bounds: Bounds,
    frequency: Frequency, prefix: str,
) -> tuple[dict[str, Prices], float]:  # fmt: skip
    check_frequency(
        frequency,
        DAY_NS if own is not None else source.describe().bar_interval_ns,
        f"{prefix}own with days" if own is not None else "factors" if prefix else "sp500",
    )
    if own is not None:
        return own_columns(own, names, bounds, frequency, prefix), 1.0
    names = names or tuple(each.instrument_id for each in source.instruments())
    by_asset: dict[str, Prices] = {name: {} for name in names}
    for batch in source.batches(*bounds):
        for event in batch:
            if event.instrument_id not in by_asset or not isinstance(event, Bar | Trade):
                continue
            price = event.close if isinstance(event, Bar) else event.price
            if price <= 0:
                raise InputError(
                    f"prices must be positive, {event.instrument_id} had {price / UNIT:g} at "
                    f"{format_ns(event.ts_event)}; returns of such prices are not defined"
                )
            by_asset[event.instrument_id][period_of(event.ts_event, frequency)] = event.ts_event, price
    return by_asset, UNIT


def own_columns(
    own: OwnRows, names: tuple[str, ...], bounds: Bounds, frequency: Frequency, prefix: str
) -> dict[str, Prices]:
    names, values = own_values(own, names, prefix)
    start_ns, end_ns = bounds
    rows = []
    for day, row in zip(own.days, values, strict=True):
        ts = date_to_unix_ns(parse_date(day, "days")) + DAY_NS - SECOND_NS
        if (start_ns is None or ts >= start_ns) and (end_ns is None or ts < end_ns):
            rows.append((period_of(ts, frequency), ts, row))
    if rows and own.rows_are is Given.RETURNS:
        level = np.ones(len(names))
        period, ts, _ = rows[0]
        alone = len({each for each, _, _ in rows}) == len(rows)
        made = [(period - 1 if alone else period_of(ts - DAY_NS, frequency), ts - DAY_NS, level)]
        for period, ts, row in rows:
            level = level * (1.0 + row)
            made.append((period, ts, level))
        rows = made
    return {
        name: {period: (ts, float(row[column])) for period, ts, row in rows}
        for column, name in enumerate(names)
    }


def check_frequency(frequency: Frequency, bars_ns: int, data: str) -> None:
    lengths = {"minute": MINUTE_NS, "hour": HOUR_NS, "day": DAY_NS, "week": 7 * DAY_NS, "month": bars_ns}
    if bars_ns > lengths[frequency]:
        possible = " or ".join(name for name, length in lengths.items() if bars_ns <= length)
        raise InputError(
            f"frequency must be {possible} for {data}, whose prices are further apart than a {frequency}, "
            f"was {frequency}"
        )


def period_of(ts_ns: int, frequency: Frequency) -> int:
    if frequency is Frequency.MINUTE:
        return (ts_ns - 1) // MINUTE_NS
    if frequency is Frequency.HOUR:
        return (ts_ns - 1) // HOUR_NS
    day = (ts_ns - 1) // DAY_NS
    if frequency is Frequency.DAY:
        return day
    if frequency is Frequency.WEEK:
        return (day + 3) // 7
    date = datetime.fromtimestamp(day * DAY_NS // SECOND_NS, UTC)
    return date.year * 12 + date.month


def common(
    assets: dict[str, Prices], factors: dict[str, Prices]
) -> tuple[dict[str, Prices], tuple[str, ...]]:
    spans = []
    for field, each in (("assets", assets), ("factors", factors)):
        known = {period: made for prices in each.values() for period, (made, _) in prices.items()}
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
        for name, prices in (*assets.items(), *((f"factor {name}", each) for name, each in factors.items()))
    }
    if all(min(each) == first and max(each) == last for each in spans):
        return both, ()
    return both, (
        f"Assets have prices from {shown[0]} and factors from {shown[1]}: only what both cover counts.",
    )


def aligned(
    by_asset: Mapping[str, Prices], request: ReturnsRequest
) -> tuple[IntArray, FloatArray, tuple[str, ...]]:  # fmt: skip
    empty = [name for name, prices in by_asset.items() if not prices]
    if empty:
        raise InputError(
            f"assets must have prices in the period, {empty[0]} has none; leave it out or change the period"
        )
    everything = sorted(set().union(*by_asset.values()))
    kept = sorted(set(everything).intersection(*by_asset.values()))
    dropped = len(everything) - len(kept)
    if dropped and request.missing is Missing.REFUSE:
        first = next(each for each in everything if each not in set(kept))
        made, _ = next(prices[first] for prices in by_asset.values() if first in prices)
        lacking = next(name for name, prices in by_asset.items() if first not in prices)
        raise InputError(
            f"missing is refused, and {lacking} has no price for the period of {format_ns(made)}; "
            f"{dropped} periods have gaps. Leave the asset out, or choose missing=drop"
        )
    if len(kept) <= 2:
        raise InputError(
            f"the period must give at least 2 returns that all assets have, gave {max(len(kept) - 1, 0)}; "
            "take a longer one or a finer frequency, or leave out assets with a short history"
        )
    gaps = (f"{dropped} of {len(everything)} periods were left out: not every asset has a price in them.",)
    warnings = (*(gaps if dropped else ()), *pauses(everything, request.frequency))
    ts_ns = [max(prices[each][0] for prices in by_asset.values()) for each in kept]
    rows = [[float(prices[each][1]) for prices in by_asset.values()] for each in kept]
    return np.array(ts_ns, dtype=np.int64), np.array(rows), warnings


def pauses(periods: list[int], frequency: Frequency) -> tuple[str, ...]:
    """Of what is finer than a day: minutes or hours of New York's sessions, one by one."""
    lengths = {Frequency.MINUTE: MINUTE_NS, Frequency.HOUR: HOUR_NS}
    if frequency not in lengths:
        return ()
    length = lengths[frequency]
    found: list[list[int]] = []
    known, is_open = set(periods), False
    for period in range(periods[0], periods[-1] + 1):
        if period in known:
            is_open = False
            continue
        session = NEW_YORK.session(period * length)
        assert session is not None
        if session.open_ns < (period + 1) * length:
            if not is_open:
                found.append([])
            is_open = True
            found[-1].append(period)
    if not found:
        return ()

    def bounds(pause: list[int]) -> tuple[int, int]:
        after = bisect(periods, pause[0])
        return (periods[after - 1] + 1) * length, periods[after] * length

    begin, end = max(map(bounds, found), key=lambda each: each[1] - each[0])
    said = (
        "There is a pause without any price while the market was open, it lasts"
        if len(found) == 1
        else f"There are {len(found):,} pauses without any price while the market was open, the longest lasts"
    )
    return (
        f"{said} from {format_ns(begin)} to {format_ns(end)}: a return over a pause counts as one of a "
        f"{frequency}.",
    )


def joined(
    assets: tuple[str, ...], ts_ns: IntArray, returns: FloatArray, names: tuple[str, ...],
    factors: FloatArray | None, warnings: tuple[str, ...],
) -> Joined:  # fmt: skip
    said = "\n".join(assets).encode() + ts_ns.tobytes() + np.ascontiguousarray(returns).tobytes()
    if factors is not None:
        said += "\n".join(names).encode() + np.ascontiguousarray(factors).tobytes()
    empty = np.empty((returns.shape[0], 0))
    return (
        assets, ts_ns, returns, empty if factors is None else factors, hashlib.sha256(said).hexdigest(),
        warnings,
    )  # fmt: skip
