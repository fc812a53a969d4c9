"""What must hold for any curve.

1. Statistics do not depend on the unit of money.
2. The monthly table, and its yearly totals, compound to the total return.
3. Drawdown equals its obvious slow twin, dates included.
4. A flow that buys in at the mark changes no return.
5. Nothing in a tear sheet is NaN or infinite, and every None has a reason.
6. Sampling never makes the maximum drawdown deeper.
"""

import json
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trade2026.analytics.arrays import FloatArray, Undefined
from trade2026.analytics.curve import EquityCurve, daily
from trade2026.analytics.drawdown import Drawdown, max_drawdown
from trade2026.analytics.returns import growth_of_one, period_returns
from trade2026.analytics.tear_sheet import TearSheetInput, tear_sheet
from trade2026.primitives.time import DAY_NS, HOUR_NS

FEW = settings(max_examples=60, deadline=None)
returns_lists = st.lists(st.floats(-0.5, 0.6).map(lambda x: round(x, 3)), min_size=1, max_size=80)
gaps = st.integers(1, 60 * 24)


def curve_of(returns: list[float], hours: list[int], start: float = 1_000.0) -> EquityCurve:
    equity = start * np.concatenate(([1.0], np.cumprod(1.0 + np.array(returns))))
    steps = np.resize(np.array(hours, dtype=np.int64), len(returns)) * HOUR_NS
    return EquityCurve(np.concatenate(([np.int64(DAY_NS)], DAY_NS + np.cumsum(steps))), equity)


def slow_drawdown(growth: FloatArray) -> Drawdown | None:
    """For every mark and every earlier peak, the loss; the deepest and earliest wins."""
    deepest: Drawdown | None = None
    for trough in range(growth.size):
        for peak in range(trough, -1, -1):
            if growth[peak] < max(growth[: trough + 1]):
                continue
            depth = float(1.0 - growth[trough] / growth[peak])
            if depth > (0.0 if deepest is None else deepest.depth):
                later = [i for i in range(trough, growth.size) if growth[i] >= growth[peak]]
                deepest = Drawdown(depth, peak, trough, later[0] if later else None)
            break
    return deepest


@FEW
@given(returns_lists)
def test_drawdown_equals_its_slow_twin(returns: list[float]) -> None:
    growth = np.concatenate(([1.0], np.cumprod(1.0 + np.array(returns))))
    assert max_drawdown(growth) == slow_drawdown(growth)


@FEW
@given(returns_lists, st.lists(gaps, min_size=1, max_size=10), st.floats(1e-6, 1e9))
def test_unit_of_money_does_not_matter(returns: list[float], hours: list[int], factor: float) -> None:
    curve = curve_of(returns, hours)
    scaled = EquityCurve(curve.ts_ns, curve.equity * factor)
    one = tear_sheet(TearSheetInput(curve=curve, periods_per_year=252)).to_builtins()
    other = tear_sheet(TearSheetInput(curve=scaled, periods_per_year=252)).to_builtins()
    for name in ("total_return", "annual_return", "volatility", "sharpe_ratio", "max_drawdown", "skewness"):
        if one[name] is None:
            assert other[name] is None, name
        else:
            assert other[name] == pytest.approx(one[name], rel=1e-6, abs=1e-9), name


@FEW
@given(returns_lists, st.lists(gaps, min_size=1, max_size=10))
def test_months_compound_to_the_total(returns: list[float], hours: list[int]) -> None:
    sheet = tear_sheet(TearSheetInput(curve=curve_of(returns, hours), periods_per_year=252))
    assert sheet.total_return is not None
    by_month = math.prod(1.0 + m for row in sheet.monthly for m in row.months if m is not None)
    by_year = math.prod(1.0 + row.total for row in sheet.monthly)
    assert by_month - 1.0 == pytest.approx(sheet.total_return, abs=1e-9, rel=1e-9)
    assert by_year - 1.0 == pytest.approx(sheet.total_return, abs=1e-9, rel=1e-9)


@FEW
@given(returns_lists, st.lists(st.floats(-200.0, 500.0), min_size=1, max_size=80))
def test_flows_do_not_change_returns(returns: list[float], paid: list[float]) -> None:
    equity, flows = [1_000.0], [0.0]
    for index, earned in enumerate(returns):
        grown = equity[-1] * (1.0 + earned)
        flow = max(paid[index % len(paid)], -0.5 * grown)
        equity.append(grown + flow)
        flows.append(flow)
    ts_ns = np.arange(1, len(equity) + 1, dtype=np.int64) * DAY_NS
    found = period_returns(EquityCurve(ts_ns, np.array(equity), np.array(flows)))
    assert not isinstance(found, Undefined)
    assert found == pytest.approx(np.array(returns), abs=1e-9)


def finite(value: Any) -> bool:
    """Whether no float inside plain data is NaN or infinite."""
    if isinstance(value, dict):
        return all(finite(item) for item in value.values())
    if isinstance(value, list | tuple):
        return all(finite(item) for item in value)
    return not isinstance(value, float) or math.isfinite(value)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.floats(-1e308, 1e308), min_size=1, max_size=12),
    st.lists(st.floats(-1e6, 1e6), max_size=5),
    st.booleans(),
    st.integers(1, DAY_NS),
)
def test_nothing_is_nan_and_none_has_a_reason(
    equity: list[float], pnl: list[float], is_daily: bool, step_ns: int
) -> None:
    ts_ns = np.arange(1, len(equity) + 1, dtype=np.int64) * step_ns
    source = TearSheetInput(
        curve=EquityCurve(ts_ns, np.array(equity)),
        periods_per_year=365,
        is_sampled_daily=is_daily,
        round_trip_pnl=np.array(pnl, dtype=np.float64),
        gross_exposure=np.ones(len(equity)),
        net_exposure=np.ones(len(equity)),
    )
    plain = tear_sheet(source).to_builtins()
    assert finite(plain)
    json.dumps(plain, allow_nan=False)
    undefined = plain.pop("undefined")
    assert {name for name, value in plain.items() if value is None} == set(undefined)
    assert all(undefined.values())


@FEW
@given(returns_lists)
def test_sampling_never_deepens_the_drawdown(returns: list[float]) -> None:
    curve = curve_of(returns, [7])
    full, thin = growth_of_one(curve), growth_of_one(daily(curve))
    assert not isinstance(full, Undefined)
    assert not isinstance(thin, Undefined)
    deep, shallow = max_drawdown(full), max_drawdown(thin)
    assert (0.0 if shallow is None else shallow.depth) <= (0.0 if deep is None else deep.depth) + 1e-12
