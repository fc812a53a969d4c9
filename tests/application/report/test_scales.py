"""Thinning keeps what the eye would see; ticks are round, inside the axis and told apart."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trade2026.application.report.formatting import compact, duration, instant, money, number, percent
from trade2026.application.report.scales import log_ticks, thin, time_ticks, value_ticks
from trade2026.primitives.time import DAY_NS, HOUR_NS, to_datetime


@settings(max_examples=40)
@given(st.integers(1, 5_000), st.integers(1, 60), st.integers(0, 2**32 - 1))
def test_thin_keeps_extremes_of_every_column(size: int, columns: int, seed: int) -> None:
    """Obvious twin: look at each column of pixels by itself."""
    rng = np.random.default_rng(seed)
    ts_ns = np.cumsum(rng.integers(1, 10**9, size)).astype(np.int64)
    values = rng.normal(size=size)
    kept = thin(ts_ns, values, columns)
    assert kept[0] == 0
    assert kept[-1] == size - 1
    assert (np.diff(kept) > 0).all()
    assert kept.size <= max(4 * columns + 2, 4)
    edges = np.linspace(float(ts_ns[0]), float(ts_ns[-1]), columns + 1)
    column = np.clip(np.searchsorted(edges, ts_ns.astype(float), side="right") - 1, 0, columns - 1)
    for index in np.unique(column):
        inside = values[column == index]
        shown = values[kept[column[kept] == index]]
        assert shown.max() == inside.max()
        assert shown.min() == inside.min()


@given(st.floats(-1e12, 1e12), st.floats(1e-6, 1e12))
def test_value_ticks_lie_inside_and_differ(low: float, room: float) -> None:
    high = low + room
    if not high - low > abs(low) * 1e-9:
        return
    ticks = value_ticks(low, high)
    slack = (high - low) * 1e-6
    assert 2 <= len(ticks) <= 7
    assert all(low - slack <= tick <= high + slack for tick in ticks)


def test_log_ticks_by_hand() -> None:
    assert log_ticks(80_000, 2_400_000) == [1e5, 2e5, 5e5, 1e6, 2e6]
    assert log_ticks(1, 1e6) == [10.0**power for power in range(7)]


@pytest.mark.parametrize("span_days", [0.2, 2, 20, 100, 200, 800, 4_000, 12_000, 40_000])
def test_time_ticks_are_few_ordered_and_inside(span_days: float) -> None:
    start = 7 * DAY_NS + 5 * HOUR_NS
    end = start + int(span_days * DAY_NS)
    ticks = time_ticks(start, end)
    assert 2 <= len(ticks) <= 10
    assert [ts for ts, _ in ticks] == sorted({ts for ts, _ in ticks})
    assert all(start <= ts <= end for ts, _ in ticks)
    assert len({label for _, label in ticks}) == len(ticks)
    if span_days > 3_000:
        assert all(to_datetime(ts).month == 1 and label == f"{to_datetime(ts).year}" for ts, label in ticks)


def test_numbers_as_people_write_them() -> None:
    assert percent(0.12345) == "12.35%"
    assert percent(-0.000001) == "0.00%"
    assert percent(None) == "n/a"
    assert number(-1234.567) == "-1,234.57"
    assert money(1e6, "USD") == "1,000,000.00 USD"
    assert compact(1_500_000) == "1.5M"
    assert compact(950) == "950"
    assert duration(36 * HOUR_NS) == "36.0 hours"
    assert instant(DAY_NS, with_time=False) == "1970-01-02"
    assert instant(DAY_NS + HOUR_NS, with_time=True) == "1970-01-02 01:00"
