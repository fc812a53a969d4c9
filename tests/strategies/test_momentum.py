"""Momentum on the real sample equals a plain loop over lists, to the last unit of money."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from tests.simulation.backtest.desk import play
from trade2026.adapters.embedded.sp500 import Sp500Source
from trade2026.primitives.errors import InputError
from trade2026.primitives.fixed_point import UNIT
from trade2026.primitives.time import SECOND_NS, date_to_unix_ns
from trade2026.strategies.momentum import Momentum, MomentumParameters

CASH = 1_000_000 * UNIT


def sample(first: date, last: date) -> tuple[list[int], dict[str, list[int]]]:
    """Times and closes by instrument."""
    times: list[int] = []
    closes: dict[str, list[int]] = {i.instrument_id: [] for i in Sp500Source().instruments()}
    for batch in Sp500Source().batches(date_to_unix_ns(first), date_to_unix_ns(last)):
        for bar in batch:
            if not times or bar.ts_event != times[-1]:
                times.append(bar.ts_event)
            closes[bar.instrument_id].append(bar.close)  # type: ignore[union-attr]
    return times, closes


def plain_loop(
    times: list[int], closes: dict[str, list[int]], parameters: MomentumParameters
) -> tuple[list[int], int]:
    """Equity (raw) after each day and the number of orders; no costs, fills at the next close."""
    cash, shares = CASH, dict.fromkeys(closes, 0)
    pending: dict[str, int] = {}
    month, path, orders = None, [], 0
    for day, ts in enumerate(times):
        for name, change in pending.items():
            cash -= change * closes[name][day]
            shares[name] += change
        pending = {}
        equity = cash + sum(count * closes[name][day] for name, count in shares.items())
        path.append(equity)
        moment = datetime.fromtimestamp(ts // SECOND_NS, UTC)
        if (moment.year, moment.month) == month:
            continue
        month = (moment.year, moment.month)
        if day < parameters.lookback:
            continue
        gains = {
            name: prices[day - parameters.skip] * UNIT // prices[day - parameters.lookback]
            for name, prices in closes.items()
        }
        best = sorted(gains, key=lambda name: (-gains[name], name))[: parameters.top]
        budget = equity * parameters.invested_pct // (100 * parameters.top)
        for name in closes:
            wanted = budget // closes[name][day] if name in best else 0
            if wanted != shares[name]:
                pending[name] = wanted - shares[name]
        orders += len(pending)
    return path, orders


@pytest.mark.parametrize(
    "parameters",
    [MomentumParameters(), MomentumParameters(lookback=60, skip=0, top=3, invested_pct=90)],
    ids=["12-1", "three months"],
)
def test_equals_a_plain_loop(tmp_path: Path, parameters: MomentumParameters) -> None:
    first, last = date(2018, 1, 1), date(2021, 7, 1)
    result = play(
        tmp_path, Momentum(parameters), Sp500Source(), start_ns=date_to_unix_ns(first),
        end_ns=date_to_unix_ns(last),
    )  # fmt: skip
    path, orders = plain_loop(*sample(first, last), parameters)
    assert result.strategy_error is None
    assert [s.equity for s in result.samples[1:]] == path
    assert (result.orders, result.refusals) == (orders, 0)
    assert orders > 100


def test_skip_must_leave_a_window() -> None:
    with pytest.raises(InputError, match="skip must be below lookback, was 21 with lookback 20"):
        MomentumParameters(lookback=20, skip=21)
