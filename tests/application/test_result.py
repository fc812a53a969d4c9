"""From samples to the curve and its statistics: which marks, which sampling, which year."""

from dataclasses import dataclass

import pytest

from trade2026.adapters.embedded.calendars import Calendars
from trade2026.application.result import statistics
from trade2026.model.enums import Side
from trade2026.model.instrument import Instrument, crypto_spot, equity, fx_spot
from trade2026.ports.feed import DataDescription
from trade2026.primitives.fixed_point import UNIT
from trade2026.primitives.time import DAY_NS, HOUR_NS, MINUTE_NS
from trade2026.simulation.backtest import BacktestResult, EquitySample, FillRecord
from trade2026.trading.core import Core

MONDAY = 1_609_718_400 * 10**9  # 2021-01-04T00:00Z.
CALENDARS = Calendars()


def described(interval: int) -> DataDescription:
    return DataDescription("test", "0" * 64, (), True, interval, True, True, None)


@dataclass(frozen=True)
class Case:
    instruments: tuple[Instrument, ...]
    interval: int
    per_year: float


def result(samples: list[EquitySample], fills: tuple[FillRecord, ...] = ()) -> BacktestResult:
    return BacktestResult(
        core=Core(), account_id="A", events=len(samples), orders=0, refusals=0, samples=tuple(samples),
        fills=fills, notes=(), log=(), strategy_error=None, stopped=False,
    )  # fmt: skip


def sample(ts: int, equity: float, *, gross: float = 0.0, traded: float = 0.0) -> EquitySample:
    return EquitySample(ts, int(equity * UNIT), int(gross * UNIT), int(gross * UNIT), int(traded * UNIT))


@pytest.mark.parametrize(
    ("instruments", "interval", "per_year"),
    [
        ((equity("ACME", "XNAS"),), DAY_NS, 252),
        ((crypto_spot("BTCUSDT"),), MINUTE_NS, 365),
        ((fx_spot("EURUSD"),), HOUR_NS, 260),
        ((equity("ACME", "XNAS"), crypto_spot("BTCUSDT")), MINUTE_NS, 365),
        ((equity("ACME", "XNAS"),), 7 * DAY_NS, 365.25 / 7),
    ],
)
def test_a_year_has_the_periods_of_the_busiest_calendar(
    instruments: tuple[Instrument, ...], interval: int, per_year: float
) -> None:
    samples = [sample(MONDAY + day * max(interval, DAY_NS), 100.0 + day) for day in range(6)]
    sheet = statistics(result(samples), instruments, described(interval), CALENDARS).tear_sheet
    assert sheet.periods_per_year == pytest.approx(per_year)
    assert sheet.is_sampled_daily is (interval <= DAY_NS)


def test_marks_of_one_session_are_one_period_and_a_close_belongs_to_its_session() -> None:
    closes = [MONDAY + day * DAY_NS + 21 * HOUR_NS for day in range(3)]
    samples = [sample(closes[0] - DAY_NS, 100.0)]
    for close in closes:
        samples += [sample(close - 3 * HOUR_NS, 50.0), sample(close, 110.0)]
    sheet = statistics(result(samples), (equity("ACME", "XNAS"),), described(MINUTE_NS), CALENDARS).tear_sheet
    assert sheet.periods == 3
    assert sheet.best_period_return == pytest.approx(0.1)
    assert sheet.max_drawdown == pytest.approx(60 / 110)  # Every mark counts for the drawdown.


def test_marks_at_the_closes_alone_are_a_period_each() -> None:
    samples = [sample(MONDAY + day * DAY_NS + 21 * HOUR_NS, 100.0 + day) for day in range(5)]
    sheet = statistics(result(samples), (equity("ACME", "XNAS"),), described(DAY_NS), CALENDARS).tear_sheet
    assert sheet.periods == 4


def test_of_two_samples_at_one_instant_the_last_counts_with_all_that_was_traded() -> None:
    samples = [
        sample(MONDAY, 100.0),
        sample(MONDAY + DAY_NS, 101.0, traded=7.0),
        sample(MONDAY + DAY_NS, 102.0, traded=5.0),
    ]
    sheet = statistics(result(samples), (crypto_spot("BTCUSDT"),), described(DAY_NS), CALENDARS).tear_sheet
    assert sheet.ending_equity == 102.0
    assert sheet.traded_notional == 12.0


def test_costs_exposure_and_rows_come_from_the_fills() -> None:
    coin = crypto_spot("BTCUSDT")

    def fill(ts: int, side: Side, realized: int, closed: int, fee: int, currency: str) -> FillRecord:
        return FillRecord(
            ts, 1, coin.instrument_id, side, 2 * UNIT, 100 * UNIT, "USDT", 200 * UNIT, realized, closed,
            fee, currency,
        )  # fmt: skip

    fills = (
        fill(MONDAY + 1, Side.BUY, 0, 0, UNIT // 100, "USDT"),
        fill(MONDAY + 2, Side.SELL, 10 * UNIT, 2 * UNIT, UNIT // 1_000, "BTC"),
    )
    samples = [sample(MONDAY, 100.0), sample(MONDAY + DAY_NS, 110.0, gross=55.0, traded=400.0)]
    found = statistics(result(samples, fills), (coin,), described(DAY_NS), CALENDARS)
    assert found.tear_sheet.costs == {"Commission": pytest.approx(0.01 + 0.1)}
    assert found.tear_sheet.gross_exposure == pytest.approx(0.25)
    assert found.tear_sheet.round_trips == len(found.round_trips) == 1
    assert [row.side for row in found.fills] == ["buy", "sell"]
    assert found.fills[1].commission == "0.001 BTC"
    assert found.round_trips[0].direction == "long"
    assert found.round_trips[0].pnl == pytest.approx(10 - 0.01)


def test_a_mark_beyond_the_last_session_known_is_a_period_of_its_own() -> None:
    late = 1_924_992_000 * 10**9  # 2031: after the sessions that ship.
    samples = [sample(late + day * DAY_NS, 100.0 + day) for day in range(3)]
    sheet = statistics(result(samples), (equity("ACME", "XNAS"),), described(DAY_NS), CALENDARS).tear_sheet
    assert sheet.periods == 2
