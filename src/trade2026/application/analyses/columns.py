"""Prices by period, read from a data set or from dated rows of a request: what panels are made of.

The price of a period is the last close or trade in it, and belongs to the end of the event that made it; see
`prices`. Nothing is filled.
"""

import hashlib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np

from trade2026.analytics.arrays import FloatArray, IntArray
from trade2026.application.analyses.frequency import (
    LENGTHS_NS,
    busiest,
    check_frequency,
    periods_in_year,
)
from trade2026.application.analyses.kept import KeptSource
from trade2026.application.analyses.prices import Prices, Tape, last_of_each, periods_of, read_tapes
from trade2026.application.analyses.requests import Frequency, Given, OwnRows
from trade2026.application.period import parse_period
from trade2026.application.requests import DataRequest
from trade2026.application.services import Services
from trade2026.model.instrument import Instrument
from trade2026.ports.calendar import SessionCalendar
from trade2026.primitives.errors import InputError
from trade2026.primitives.fixed_point import UNIT
from trade2026.primitives.time import DAY_NS, SECOND_NS, UnixNanos, date_to_unix_ns, format_ns, parse_date

RETURNS_MIN: Final = 2
_LONGER: Final = {Frequency.WEEK: 365.25 / 7.0, Frequency.MONTH: 12.0}
"""Periods in a year by frequency."""
_DAYS: Final = (date(1678, 1, 1), date(2261, 12, 31))
"""The first and the last one whose nanoseconds, and those of the day before, fit an array."""


@dataclass(frozen=True, slots=True)
class Columns:
    """Prices of several assets by period.

    Attributes
    ----------
    by_asset : dict
        In the order of the panel.
    unit : float
        What one is, in prices.
    periods_per_year : float
        To annualize by.
    data, data_sha256 : str
        The data set; "" for rows that came with the request.
    limits : tuple of str
        What the data cannot show.
    calendar : SessionCalendar or None
        Whose sessions count; None where periods are days or longer.
    """

    by_asset: dict[str, Prices]
    unit: float
    periods_per_year: float
    data: str
    data_sha256: str
    limits: tuple[str, ...]
    calendar: SessionCalendar | None = None


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which columns: fields of a request, and how they are called there ("" or "factor_")."""

    data: str
    assets: tuple[str, ...]
    own: OwnRows | None
    start: str
    end: str
    frequency: Frequency
    prefix: str = ""


def read_columns(services: Services, wanted: Wanted) -> Columns:
    """Prices by period of a data set, or of own rows that have days.

    Raises
    ------
    InputError
        Naming the field: no such data set or asset, a day that is none, a price that is not positive.
    """
    start_ns, end_ns = parse_period(wanted.start, wanted.end)
    if wanted.own is not None:
        return _own_columns(wanted.own, wanted, start_ns, end_ns)
    if wanted.data not in services.data.names():
        known = ", ".join(services.data.names())
        raise InputError(f"{wanted.prefix}data must be one of {known}, was {wanted.data!r}")
    source = services.data.open(DataRequest(names=(wanted.data,)))
    description = source.describe()
    check_frequency(wanted.frequency, description.bar_interval_ns, wanted.data)
    instruments = _chosen(source.instruments(), wanted)
    names = [each.instrument_id for each in instruments]
    if isinstance(source, KeptSource):
        tapes = source.tapes(names, start_ns, end_ns)
    else:
        tapes = read_tapes(source, names, start_ns, end_ns)
    _check_paid(tapes)
    calendar = busiest(instruments, services.calendars)
    return Columns(
        by_asset={name: _by_period(tape, wanted.frequency) for name, tape in tapes.items()},
        unit=UNIT,
        periods_per_year=_periods_per_year(wanted.frequency, calendar, tapes),
        data=description.name,
        # Data that grows has no hash of its own: that of what was read stands for it.
        data_sha256=description.sha256 if description.event_count is not None else _hash_of(tapes),
        limits=description.limits,
        calendar=calendar if wanted.frequency in LENGTHS_NS else None,
    )


def _periods_per_year(frequency: Frequency, calendar: SessionCalendar, tapes: Mapping[str, Tape]) -> float:
    """Periods in a year: for days and what is finer those of the calendar's sessions."""
    if frequency in _LONGER:
        return _LONGER[frequency]
    if frequency is Frequency.DAY:
        return float(calendar.sessions_per_year)
    last = max((int(tape.ts_ns[-1]) for tape in tapes.values() if tape.ts_ns.size), default=0)
    return periods_in_year(frequency, calendar, last) if last else math.nan  # No price: refused later.


def _hash_of(tapes: Mapping[str, Tape]) -> str:
    digest = hashlib.sha256()
    for name, tape in tapes.items():
        digest.update(f"{name} {tape.ts_ns.size}\n".encode())
        digest.update(np.ascontiguousarray(tape.ts_ns).tobytes())
        digest.update(np.ascontiguousarray(tape.raws).tobytes())
    return digest.hexdigest()


def own_values(own: OwnRows, assets: tuple[str, ...], prefix: str = "") -> tuple[tuple[str, ...], FloatArray]:
    """Names and rows that were asked for, shape (rows, names); InputError naming what cannot be used."""
    field = f"{prefix}own"
    _check_names(own.assets, f"{field}.assets")
    for number, row in enumerate(own.rows):
        if len(row) != len(own.assets):
            raise InputError(
                f"{field}.rows must have {len(own.assets)} numbers each, row {number} has {len(row)}"
            )
    values: FloatArray = np.array(own.rows, dtype=np.float64)
    _check_values(values, own, field)
    names = assets or own.assets
    _check_names(names, f"{prefix}assets")
    for name in names:
        if name not in own.assets:
            raise InputError(f"{prefix}assets must be among {field}.assets, was {name!r}")
    columns = [own.assets.index(name) for name in names]
    return tuple(names), values[:, columns].copy()


def own_returns(
    own: OwnRows, assets: tuple[str, ...], prefix: str = ""
) -> tuple[tuple[str, ...], FloatArray]:
    """Names and simple returns of rows that have no days."""
    names, values = own_values(own, assets, prefix)
    if own.rows_are is Given.RETURNS:
        return names, values
    if values.shape[0] <= RETURNS_MIN:
        raise InputError(
            f"{prefix}own.rows must have at least {RETURNS_MIN + 1} prices, had {values.shape[0]}"
        )
    return names, values[1:] / values[:-1] - 1.0


def _own_columns(own: OwnRows, wanted: Wanted, start_ns: int | None, end_ns: int | None) -> Columns:
    """Dated rows; returns become prices that begin with one before the first.

    That is on the day before, or, where each row has a period of its own, in the period before: the return of
    a row at the end of January is that of January.
    """
    check_frequency(wanted.frequency, DAY_NS, f"{wanted.prefix}own with days")
    names, values = own_values(own, wanted.assets, wanted.prefix)
    ts_ns = _times(own, f"{wanted.prefix}own.days")
    is_asked = np.ones(ts_ns.size, dtype=np.bool_)
    if start_ns is not None:
        is_asked &= ts_ns >= start_ns
    if end_ns is not None:
        is_asked &= ts_ns < end_ns
    ts_ns, values = ts_ns[is_asked], values[is_asked]
    periods = periods_of(ts_ns, wanted.frequency)
    if ts_ns.size and own.rows_are is Given.RETURNS:
        before = ts_ns[:1] - DAY_NS
        is_alone = bool((periods[1:] != periods[:-1]).all())
        first = periods[:1] - 1 if is_alone else periods_of(before, wanted.frequency)
        ts_ns, periods = np.concatenate([before, ts_ns]), np.concatenate([first, periods])
        values = np.vstack([np.ones((1, len(names))), np.cumprod(1.0 + values, axis=0)])
    return Columns(
        by_asset=dict(zip(names, last_of_each(periods, ts_ns, values), strict=True)),
        unit=1.0,
        periods_per_year=_LONGER.get(wanted.frequency, own.periods_per_year),
        data="",
        data_sha256="",
        limits=(),
    )


def _times(own: OwnRows, field: str) -> IntArray:
    """The last second of each day."""
    if len(own.days) != len(own.rows):
        raise InputError(f"{field} must be {len(own.rows)}, one for each row, were {len(own.days)}")
    days = [parse_date(day, field) for day in own.days]
    for at in range(1, len(days)):
        if days[at] <= days[at - 1]:
            raise InputError(f"{field} must rise, {own.days[at]} comes after {own.days[at - 1]}")
    if days[0] < _DAYS[0] or days[-1] > _DAYS[1]:
        raise InputError(f"{field} must be from {_DAYS[0]} to {_DAYS[1]}, were {days[0]} to {days[-1]}")
    return np.array([date_to_unix_ns(day) for day in days], dtype=np.int64) + (DAY_NS - SECOND_NS)


def _chosen(instruments: Sequence[Instrument], wanted: Wanted) -> list[Instrument]:
    known = {each.instrument_id: each for each in instruments}
    if not wanted.assets:
        return list(known.values())
    _check_names(wanted.assets, f"{wanted.prefix}assets")
    for name in wanted.assets:
        if name not in known:
            shown = ", ".join(list(known)[:30])
            raise InputError(f"{wanted.prefix}assets must be instruments of the data ({shown}), was {name!r}")
    return [known[name] for name in wanted.assets]


def _check_names(assets: Sequence[str], field: str) -> None:
    doubled = [name for number, name in enumerate(assets) if name in assets[:number]]
    if doubled:
        raise InputError(f"{field} must be named once each, {doubled[0]!r} is named twice")


def _check_values(values: FloatArray, own: OwnRows, field: str) -> None:
    are_prices = own.rows_are is Given.PRICES
    bad = np.argwhere(~np.isfinite(values) | (values <= (0.0 if are_prices else -1.0)))
    if bad.size:
        row, column = bad[0].tolist()
        rule = "positive prices" if are_prices else "returns above -1"
        raise InputError(
            f"{field}.rows must be finite {rule}, {own.assets[column]} was {values[row, column]} in row {row}"
        )


def _check_paid(tapes: Mapping[str, Tape]) -> None:
    """Refuse a price that no return can be made of, naming the first."""
    first: tuple[UnixNanos, str, int] | None = None
    for name, tape in tapes.items():
        if (bad := np.flatnonzero(tape.raws <= 0)).size:
            found = int(tape.ts_ns[bad[0]]), name, int(tape.raws[bad[0]])
            first = found if first is None else min(first, found)
    if first is not None:
        made, name, raw = first
        raise InputError(
            f"prices must be positive, {name} had {raw / UNIT:g} at {format_ns(made)}; "
            "returns of such prices are not defined"
        )


def _by_period(tape: Tape, frequency: Frequency) -> Prices:
    values: FloatArray = tape.raws.astype(np.float64)
    (prices,) = last_of_each(periods_of(tape.ts_ns, frequency), tape.ts_ns, values[:, np.newaxis])
    return prices
