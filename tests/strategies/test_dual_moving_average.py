"""The dual moving average on the real sample equals one computed with plain sums, decision by decision."""

from datetime import date
from pathlib import Path

import pytest

from tests.simulation.backtest.desk import play
from tests.strategies.test_momentum import sample
from trade2026.adapters.embedded.sp500 import Sp500Source
from trade2026.model.enums import Side
from trade2026.primitives.errors import InputError
from trade2026.primitives.time import date_to_unix_ns
from trade2026.strategies.dual_moving_average import DualMovingAverage, DualMovingAverageParameters


def expected_sides(prices: list[int], fast: int, slow: int) -> list[tuple[int, Side]]:
    """Day of each fill and its side: decided at a close, filled at the next."""
    fills: list[tuple[int, Side]] = []
    is_long = False
    for day in range(slow - 1, len(prices) - 1):
        is_up = sum(prices[day - fast + 1 : day + 1]) * slow > sum(prices[day - slow + 1 : day + 1]) * fast
        if is_up != is_long:
            is_long = is_up
            fills.append((day + 1, Side.BUY if is_up else Side.SELL))
    return fills


def test_trades_when_plain_averages_say_so(tmp_path: Path) -> None:
    first, last = date(2018, 1, 1), date(2021, 1, 1)
    result = play(
        tmp_path, DualMovingAverage(DualMovingAverageParameters(fast=10, slow=40)), Sp500Source(),
        start_ns=date_to_unix_ns(first), end_ns=date_to_unix_ns(last),
    )  # fmt: skip
    times, closes = sample(first, last)
    assert result.strategy_error is None
    assert result.refusals == 0
    total = 0
    for name, prices in closes.items():
        ours = [(times.index(f.ts_event), f.side) for f in result.fills if f.instrument_id == name]
        assert ours == expected_sides(prices, 10, 40), name
        total += len(ours)
    assert total > 200


@pytest.mark.parametrize(("fast", "slow"), [(50, 50), (60, 50)])
def test_fast_must_be_below_slow(fast: int, slow: int) -> None:
    with pytest.raises(InputError, match=f"fast must be below slow, was {fast} with slow {slow}"):
        DualMovingAverageParameters(fast=fast, slow=slow)
