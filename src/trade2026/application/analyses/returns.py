"""Returns by name: the last price of each period, the same periods for all assets, nothing filled.

A period is a day or a week of UTC, or a month of the calendar; its price is the last close or trade in it,
and belongs to the end of the event that made it. Returns are simple ones between two periods that follow
one another among those kept. Adjusted prices stay adjusted: the data's limits are shown with every result.
"""

import hashlib
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Final

import numpy as np

from trade2026.analytics.arrays import FloatArray, IntArray
from trade2026.application.analyses.panel import Panel
from trade2026.application.analyses.requests import Frequency, Given, Missing, OwnRows, ReturnsRequest
from trade2026.application.period import parse_period
from trade2026.application.requests import DataRequest
from trade2026.application.services import Services
from trade2026.model.instrument import Instrument
from trade2026.model.market_data import Bar, MarketEvent, Trade
from trade2026.ports.calendar import CalendarProvider
from trade2026.ports.feed import DataDescription
from trade2026.primitives.errors import InputError
from trade2026.primitives.fixed_point import UNIT
from trade2026.primitives.time import DAY_NS, SECOND_NS, format_ns

RETURNS_MIN: Final = 2
_DAYS_OF_WEEK: Final = 7
_MONDAY: Final = 3  # Days from a Monday to the first of January 1970.
_MONTHS: Final = 12.0
_YEAR_DAYS: Final = 365.25

Prices = dict[int, tuple[int, int]]
"""By the number of the period: when the last price was made, and what it was, raw."""


def load_panel(services: Services, request: ReturnsRequest) -> Panel:
    """The returns that a request asks for.

    Raises
    ------
    InputError
        Naming the field: no such data set or asset, a day that is none, a period without two returns, a gap
        that is refused, a price that is not positive.
    """
    if request.own is not None:
        return _own(request.own, request.assets)
    if request.data not in services.data.names():
        names = ", ".join(services.data.names())
        raise InputError(f"data must be one of {names}, was {request.data!r}")
    start_ns, end_ns = parse_period(request.start, request.end)
    source = services.data.open(DataRequest(names=(request.data,)))
    description = source.describe()
    instruments = _chosen(source.instruments(), request.assets)
    by_asset: dict[str, Prices] = {each.instrument_id: {} for each in instruments}
    for batch in source.batches(start_ns, end_ns):
        _take(batch, by_asset, request.frequency)
    ts_ns, prices, warnings = _aligned(by_asset, request.missing)
    per_year = periods_per_year(request.frequency, instruments, services.calendars)
    return _panel(tuple(by_asset), ts_ns[1:], prices[1:] / prices[:-1] - 1.0, per_year, description, warnings)


def periods_per_year(
    frequency: Frequency, instruments: Iterable[Instrument], calendars: CalendarProvider
) -> float:
    """Periods in a year: for days the sessions of the calendar that has most of them."""
    if frequency is Frequency.WEEK:
        return _YEAR_DAYS / _DAYS_OF_WEEK
    if frequency is Frequency.MONTH:
        return _MONTHS
    return float(max(calendars.calendar(each.calendar).sessions_per_year for each in instruments))


def _chosen(instruments: Sequence[Instrument], assets: tuple[str, ...]) -> list[Instrument]:
    known = {each.instrument_id: each for each in instruments}
    if not assets:
        return list(known.values())
    _check_names(assets)
    for name in assets:
        if name not in known:
            shown = ", ".join(list(known)[:30])
            raise InputError(f"assets must be instruments of the data ({shown}), was {name!r}")
    return [known[name] for name in assets]


def _check_names(assets: Sequence[str]) -> None:
    doubled = [name for number, name in enumerate(assets) if name in assets[:number]]
    if doubled:
        raise InputError(f"assets must be named once each, {doubled[0]!r} is named twice")


def _take(batch: Sequence[MarketEvent], by_asset: dict[str, Prices], frequency: Frequency) -> None:
    for event in batch:
        prices = by_asset.get(event.instrument_id)
        if prices is None:
            continue
        if isinstance(event, Bar):
            price = event.close
        elif isinstance(event, Trade):
            price = event.price
        else:
            continue  # A quote is an offer; nothing was paid.
        if price <= 0:
            raise InputError(
                f"prices must be positive, {event.instrument_id} had {price / UNIT:g} at "
                f"{format_ns(event.ts_event)}; returns of such prices are not defined"
            )
        prices[_period(event.ts_event, frequency)] = event.ts_event, price


def _period(ts_ns: int, frequency: Frequency) -> int:
    """The period that ends with or after this moment: what was made at midnight belongs to the day before."""
    day = (ts_ns - 1) // DAY_NS
    if frequency is Frequency.DAY:
        return day
    if frequency is Frequency.WEEK:
        return (day + _MONDAY) // _DAYS_OF_WEEK
    date = datetime.fromtimestamp(day * DAY_NS // SECOND_NS, UTC)
    return date.year * 12 + date.month


def _aligned(by_asset: dict[str, Prices], missing: Missing) -> tuple[IntArray, FloatArray, tuple[str, ...]]:
    """Times and prices of the periods that all assets have."""
    empty = [name for name, prices in by_asset.items() if not prices]
    if empty:
        raise InputError(
            f"assets must have prices in the period, {empty[0]} has none; leave it out or change the period"
        )
    everything = sorted(set().union(*by_asset.values()))
    kept = [each for each in everything if all(each in prices for prices in by_asset.values())]
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
    ts_ns: IntArray = np.array(
        [max(prices[each][0] for prices in by_asset.values()) for each in kept], dtype=np.int64
    )
    raw = np.array([[prices[each][1] for prices in by_asset.values()] for each in kept], dtype=np.float64)
    return ts_ns, raw / UNIT, warnings if dropped else ()


def _own(own: OwnRows, assets: tuple[str, ...]) -> Panel:
    """Rows of the request itself."""
    _check_names(own.assets)
    for number, row in enumerate(own.rows):
        if len(row) != len(own.assets):
            raise InputError(
                f"own.rows must have {len(own.assets)} numbers each, row {number} has {len(row)}"
            )
    values: FloatArray = np.array(own.rows, dtype=np.float64)
    _check_values(values, own)
    if own.rows_are is Given.PRICES:
        if values.shape[0] <= RETURNS_MIN:
            raise InputError(f"own.rows must have at least {RETURNS_MIN + 1} prices, had {values.shape[0]}")
        values = values[1:] / values[:-1] - 1.0
    names = assets or own.assets
    for name in names:
        if name not in own.assets:
            raise InputError(f"assets must be among own.assets, was {name!r}")
    columns = [own.assets.index(name) for name in names]
    ts_ns: IntArray = np.arange(values.shape[0], dtype=np.int64)
    return _panel(tuple(names), ts_ns, values[:, columns].copy(), own.periods_per_year, None, ())


def _check_values(values: FloatArray, own: OwnRows) -> None:
    are_prices = own.rows_are is Given.PRICES
    bad = np.argwhere(~np.isfinite(values) | (values <= (0.0 if are_prices else -1.0)))
    if bad.size:
        row, column = bad[0].tolist()
        rule = "positive prices" if are_prices else "returns above -1"
        raise InputError(
            f"own.rows must be finite {rule}, {own.assets[column]} was {values[row, column]} in row {row}"
        )


def _panel(
    assets: tuple[str, ...], ts_ns: IntArray, returns: FloatArray, per_year: float,
    data: DataDescription | None, warnings: tuple[str, ...],
) -> Panel:  # fmt: skip
    digest = hashlib.sha256("\n".join(assets).encode())
    digest.update(ts_ns.tobytes())
    digest.update(np.ascontiguousarray(returns).tobytes())
    return Panel(
        assets=assets, ts_ns=ts_ns, returns=returns, periods_per_year=per_year,
        data="" if data is None else data.name, data_sha256="" if data is None else data.sha256,
        sha256=digest.hexdigest(), limits=() if data is None else data.limits, warnings=warnings,
    )  # fmt: skip
