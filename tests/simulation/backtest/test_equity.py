"""When equity is struck, by which prices, and what is said where it cannot be."""

from pathlib import Path

import pytest

from tests.simulation.backtest.desk import SHARE, SHARE_ID, START, Scripted, Table, bars, play
from trade2026.adapters.embedded.calendars import Calendars
from trade2026.application.result import statistics
from trade2026.model.enums import OrderType, Side
from trade2026.model.instrument import equity
from trade2026.model.market_data import Bar, MarketEvent
from trade2026.ports.strategy import StrategyContext
from trade2026.primitives.fixed_point import UNIT
from trade2026.primitives.time import DAY_NS, HOUR_NS
from trade2026.simulation.backtest import EquitySample

LISTED = equity("AAAA", "SIM", calendar="XNYS")
"""Comes before the share that trades around the clock, in order of id."""


def flat(instrument_id: str, ts: int, price: int) -> Bar:
    """A bar of one price."""
    raw = price * UNIT
    return Bar(instrument_id, ts, ts, raw, raw, raw, raw, 1_000_000 * UNIT)


def in_order(events: list[MarketEvent]) -> list[MarketEvent]:
    """As a source delivers them."""
    return sorted(events, key=lambda event: (event.ts_event, event.instrument_id))


class Holds(Scripted):
    """Buys ten of each instrument at its first bar and holds them."""

    def on_bar(self, context: StrategyContext, bar: Bar) -> None:
        if bar.instrument_id not in self.notes:
            self.notes.append(bar.instrument_id)
            assert context.submit_order(bar.instrument_id, Side.BUY, 10 * UNIT).accepted


def test_equity_is_struck_on_the_days_of_the_calendar_with_most(tmp_path: Path) -> None:
    """Two weeks of a share that trades every day beside one that rests on weekends."""
    always: list[MarketEvent] = [flat(SHARE_ID, START + i * DAY_NS, 100 + i) for i in range(1, 15)]
    session = Calendars().calendar("XNYS")
    listed: list[MarketEvent] = []
    at = START
    while (found := session.session(at)) is not None and found.close_ns < START + 14 * DAY_NS:
        at = found.close_ns
        listed.append(flat(LISTED.instrument_id, at, 50))
    source = Table(in_order(always + listed), (LISTED, SHARE), interval_ns=DAY_NS)
    result = play(tmp_path, Holds(), source)
    assert [sample.ts for sample in result.samples] == [START + i * DAY_NS for i in range(15)]
    sheet = statistics(result, source.instruments(), source.describe(), Calendars()).tear_sheet
    assert sheet.periods_per_year == 365.0
    assert sheet.periods == 14


def test_where_a_price_grew_too_old_the_result_says_so_once_and_of_when_its_figures_are(
    tmp_path: Path,
) -> None:
    """The share's data ends on the third day, and another's goes on for a month."""
    other = equity("LAST", "SIM", calendar="24/7")
    events = in_order(
        [
            *bars(100, 100, 101, step_ns=DAY_NS),
            *(flat(other.instrument_id, START + i * DAY_NS, 20) for i in range(1, 31)),
        ]
    )
    result = play(tmp_path, Holds(), Table(events, (SHARE, other), interval_ns=DAY_NS))
    (note,) = result.notes
    assert note.startswith(
        "No equity at 20 of 30 session ends, from 2024-01-12T00:00:00Z to 2024-01-31T00:00:00Z:"
    )
    assert SHARE_ID in note
    assert note.endswith("The final equity and every figure are as of 2024-01-11T00:00:00Z.")
    assert result.samples[-1].ts == START + 10 * DAY_NS


def test_a_month_is_not_too_old_for_bars_of_a_month(tmp_path: Path) -> None:
    other = equity("LAST", "SIM", calendar="24/7")
    month = 30 * DAY_NS
    events: list[MarketEvent] = []
    for i in range(1, 4):
        events.append(flat(SHARE_ID, START + i * month, 100))
        events.append(flat(other.instrument_id, START + i * month + 10 * DAY_NS, 20))
    result = play(tmp_path, Holds(), Table(events, (SHARE, other), interval_ns=month))
    assert result.notes == ()


def test_one_event_gives_an_opening_and_an_end(tmp_path: Path) -> None:
    result = play(tmp_path, Holds(), Table(bars(100, step_ns=HOUR_NS), interval_ns=HOUR_NS))
    cash = 1_000_000 * UNIT
    assert result.samples == (
        EquitySample(START, cash, 0, 0, 0),
        EquitySample(START + HOUR_NS, cash, 0, 0, 0),
    )


@pytest.mark.parametrize("days", [2, 3, 7, 30])
def test_a_bar_longer_than_a_day_is_a_period_and_fills_orders_for_the_day(tmp_path: Path, days: int) -> None:
    """The second instrument's bars end half a day later, and a timer goes off in between."""

    class HoldsAndWakes(Holds):
        def on_bar(self, context: StrategyContext, bar: Bar) -> None:
            super().on_bar(context, bar)
            context.set_timer("between", context.now + DAY_NS)

    late = equity("LATE", "SIM", calendar="XNYS")
    events: list[MarketEvent] = []
    for i in range(1, 11):
        end = START + i * days * DAY_NS + 12 * HOUR_NS
        events += [flat(SHARE_ID, end, 100 + i), flat(late.instrument_id, end + 12 * HOUR_NS, 50)]
    source = Table(events, (SHARE, late), interval_ns=days * DAY_NS)
    result = play(tmp_path, HoldsAndWakes(), source)
    assert [fill.price // UNIT for fill in result.fills] == [102, 50], "at the open of the next bar"
    sheet = statistics(result, source.instruments(), source.describe(), Calendars()).tear_sheet
    assert (sheet.periods, sheet.periods_per_year) == (10, 365.25 / days)
    assert result.notes == ()


def test_orders_that_expired_are_told(tmp_path: Path) -> None:
    """A limit far away, for the day, at the first bar of two days."""

    class Waits(Scripted):
        def on_bar(self, context: StrategyContext, bar: Bar) -> None:
            if not context.open_orders():
                context.submit_order(
                    SHARE_ID, Side.BUY, UNIT, order_type=OrderType.LIMIT, limit_price=95 * UNIT
                )

    result = play(
        tmp_path, Waits(), Table(bars(100, 100, 100, 100, step_ns=DAY_NS // 2), interval_ns=DAY_NS // 2)
    )
    assert result.notes == ("1 of 2 orders expired at their session's close before they were filled.",)


def test_a_price_that_is_none_values_nothing(tmp_path: Path) -> None:
    """The mark of the third day is denied, and the one of the second is not taken in its place."""
    result = play(tmp_path, Holds(), Table(bars(100, 100, 0, 100, step_ns=DAY_NS), interval_ns=DAY_NS))
    (note,) = result.notes
    assert "1 of 4 session ends" in note
    assert "positive price" in note
    assert [sample.ts for sample in result.samples] == [START, *(START + i * DAY_NS for i in (1, 2, 4))]
