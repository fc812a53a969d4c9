"""Invariants: sampling keeps the opening mark, the last mark of each group, and every flow."""

import numpy as np
import pytest

from trade2026.analytics.curve import EquityCurve, by_session, daily, day_number
from trade2026.primitives.errors import InputError
from trade2026.primitives.time import DAY_NS, HOUR_NS


def curve(hours: list[float], equity: list[float], flows: list[float] | None = None) -> EquityCurve:
    ts_ns = np.array([int(hour * HOUR_NS) for hour in hours], dtype=np.int64)
    paid = None if flows is None else np.array(flows, dtype=np.float64)
    return EquityCurve(ts_ns, np.array(equity, dtype=np.float64), paid)


def test_daily_keeps_the_opening_and_each_last_mark() -> None:
    thinned = daily(curve([1, 5, 23, 24, 25, 47], [1, 2, 3, 4, 5, 6]))
    assert thinned.equity.tolist() == [1, 4, 6], "the mark at midnight closes the day before it"


def test_daily_sums_the_flows_between() -> None:
    thinned = daily(curve([1, 5, 23, 25, 47], [1, 2, 3, 4, 5], [9, 10, 20, 30, 40]))
    assert thinned.flows is not None
    assert thinned.flows.tolist() == [0, 30, 70], "the flow of the opening mark is part of its equity"


def test_midnight_belongs_to_the_day_it_ends() -> None:
    ts_ns = np.array([DAY_NS - 1, DAY_NS, DAY_NS + 1, 0], dtype=np.int64)
    assert day_number(ts_ns).tolist() == [0, 0, 1, -1]


def test_sessions_group_by_the_next_close() -> None:
    closes = np.array([6, 30], dtype=np.int64) * HOUR_NS
    thinned = by_session(curve([1, 5, 6, 7, 30], [1, 2, 3, 4, 5]), closes)
    assert thinned.equity.tolist() == [1, 3, 5]


def test_a_mark_after_the_last_session_is_refused() -> None:
    with pytest.raises(InputError, match="add later sessions"):
        by_session(curve([1, 7], [1, 2]), np.array([6 * HOUR_NS], dtype=np.int64))


@pytest.mark.parametrize(
    ("hours", "equity", "flows", "message"),
    [
        ([], [], None, "must not be empty"),
        ([1, 1], [1, 2], None, "strictly increasing"),
        ([2, 1], [1, 2], None, "strictly increasing"),
        ([1, 2], [1.0], None, "must have 2 elements"),
        ([1, 2], [1.0, float("nan")], None, "equity must be finite, was nan at index 1"),
        ([1, 2], [1.0, float("inf")], None, "equity must be finite, was inf"),
        ([1, 2], [1.0, 2.0], [0.0], "flows must have 2 elements"),
    ],
)
def test_bad_curves_are_refused(
    hours: list[float], equity: list[float], flows: list[float] | None, message: str
) -> None:
    with pytest.raises(InputError, match=message):
        curve(hours, [float(value) for value in equity], flows)


def test_wrong_types_are_refused() -> None:
    with pytest.raises(InputError, match="1-D int64"):
        EquityCurve(np.array([1.0]), np.array([1.0]))
    with pytest.raises(InputError, match="1-D float64"):
        EquityCurve(np.array([1]), np.array([1]))
