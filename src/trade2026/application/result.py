"""From a finished run in raw integers to its statistics and its report."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from trade2026.analytics.arrays import FloatArray, IntArray
from trade2026.analytics.curve import EquityCurve
from trade2026.analytics.returns import DAYS_PER_YEAR
from trade2026.analytics.tear_sheet import TearSheet, TearSheetInput, tear_sheet
from trade2026.application.report import FillRow, RoundTripRow
from trade2026.application.round_trips import RoundTrip, commission_value, round_trips
from trade2026.model.instrument import Instrument
from trade2026.ports.calendar import CalendarProvider, SessionCalendar
from trade2026.ports.feed import DataDescription
from trade2026.primitives.fixed_point import UNIT, format_raw
from trade2026.primitives.time import DAY_NS
from trade2026.simulation.backtest import BacktestResult, EquitySample, FillRecord


@dataclass(frozen=True, slots=True)
class Statistics:
    """What a run comes to: the curve, the tear sheet of it, and rows for the tables of a report."""

    curve: EquityCurve
    tear_sheet: TearSheet
    round_trips: tuple[RoundTripRow, ...]
    fills: tuple[FillRow, ...]


def statistics(
    result: BacktestResult,
    instruments: Sequence[Instrument],
    data: DataDescription,
    calendars: CalendarProvider,
) -> Statistics:
    """Compute everything a report shows; the account is in the currency all instruments are priced in."""
    by_id = {instrument.instrument_id: instrument for instrument in instruments}
    samples = _distinct(result.samples)
    ts_ns: IntArray = np.array([sample.ts for sample in samples], dtype=np.int64)
    curve = EquityCurve(ts_ns, _money([sample.equity for sample in samples]))
    trips = round_trips(result.fills, by_id)
    calendar = _busiest(instruments, calendars)
    is_sampled = data.bar_interval_ns <= DAY_NS  # Longer bars are periods themselves.
    per_year = float(calendar.sessions_per_year)
    if not is_sampled:
        per_year = DAYS_PER_YEAR * DAY_NS / data.bar_interval_ns
    sheet = tear_sheet(
        TearSheetInput(
            curve=curve,
            periods_per_year=per_year,
            is_sampled_daily=is_sampled,
            session_closes_ns=_session_closes(ts_ns, calendar) if is_sampled else None,
            round_trip_pnl=_money([trip.pnl for trip in trips]),
            traded_notional=_money([sample.traded for sample in samples]),
            costs=_costs(result.fills, by_id),
            gross_exposure=_money([sample.gross for sample in samples]),
            net_exposure=_money([sample.net for sample in samples]),
        )
    )
    return Statistics(
        curve,
        sheet,
        tuple(_trip_row(trip) for trip in trips),
        tuple(_fill_row(fill) for fill in result.fills),
    )


def final_equity(result: BacktestResult) -> int:
    """Raw money of the last sample."""
    return result.samples[-1].equity


def _distinct(samples: Sequence[EquitySample]) -> list[EquitySample]:
    """One sample for each instant: of several at one, the last, with all that was traded."""
    distinct: list[EquitySample] = []
    for sample in samples:
        if distinct and distinct[-1].ts == sample.ts:
            sample = sample._replace(traded=sample.traded + distinct.pop().traded)
        distinct.append(sample)
    return distinct


def _money(raws: Sequence[int]) -> FloatArray:
    """Raw money as float64 units of its currency; each is the nearest float64 to the exact amount."""
    return np.array([raw / UNIT for raw in raws], dtype=np.float64)


def _busiest(instruments: Sequence[Instrument], calendars: CalendarProvider) -> SessionCalendar:
    """Of several calendars the one with most sessions: its days hold those of the others."""
    names = sorted({instrument.calendar for instrument in instruments})
    return max((calendars.calendar(name) for name in names), key=lambda each: each.sessions_per_year)


def _session_closes(ts_ns: IntArray, calendar: SessionCalendar) -> IntArray:
    """Close of the session each mark belongs to, ascending, each once; a mark beyond the last is its own."""
    closes: list[int] = []
    for ts in ts_ns.tolist():
        if closes and ts <= closes[-1]:
            continue
        session = calendar.session(ts - 1)  # A mark stamped with the close belongs to the session.
        closes.append(ts if session is None else max(session.close_ns, ts))
    return np.array(closes, dtype=np.int64)


def _costs(fills: Sequence[FillRecord], instruments: Mapping[str, Instrument]) -> dict[str, float]:
    """What was paid, by kind. Spread and slippage are in the prices of the fills and not told apart."""
    paid = sum(commission_value(fill, instruments[fill.instrument_id]) for fill in fills)
    return {"Commission": paid / UNIT} if fills else {}


def _trip_row(trip: RoundTrip) -> RoundTripRow:
    return RoundTripRow(
        instrument=trip.instrument_id,
        direction="long" if trip.is_long else "short",
        quantity=format_raw(trip.quantity),
        opened_ns=trip.opened_ts,
        closed_ns=trip.closed_ts,
        entry_price=format_raw(trip.entry_price),
        exit_price=format_raw(trip.exit_price),
        pnl=trip.pnl / UNIT,
    )


def _fill_row(fill: FillRecord) -> FillRow:
    commission = f"{format_raw(fill.commission)} {fill.commission_currency}" if fill.commission else ""
    return FillRow(
        ts_ns=fill.ts_event,
        instrument=fill.instrument_id,
        side=fill.side.value.lower(),
        quantity=format_raw(fill.quantity),
        price=format_raw(fill.price),
        commission=commission,
    )


def plain_statistics(sheet: TearSheet) -> dict[str, Any]:
    """The tear sheet as plain values for JSON, names sorted."""
    plain = sheet.to_builtins()
    return {name: plain[name] for name in sorted(plain)}
