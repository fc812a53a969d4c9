"""What would take hours is refused before it starts, with the value that would not."""

import numpy as np
import pytest

from tests.application.analyses.test_allocations import run
from trade2026.application.analyses.budget import WORK_MAX, check_work
from trade2026.application.analyses.frontier import FrontierRequest
from trade2026.application.analyses.limits import Constraining
from trade2026.application.analyses.panel import Panel
from trade2026.application.analyses.weight_stability import StabilityRequest
from trade2026.primitives.errors import InputError


def wide(assets: int, periods: int) -> Panel:
    returns = np.random.default_rng(1).normal(0.0, 0.01, (periods, assets))
    names = tuple(f"A{number}" for number in range(assets))
    return Panel(names, np.arange(periods) * 86_400 * 10**9, returns, 252.0, "mine", "", "", (), ())


def test_the_largest_that_is_told_is_allowed() -> None:
    each = WORK_MAX / 1000.5
    with pytest.raises(InputError, match=r"draws must be at most 1,000 of these, was 1,001: .* ask for"):
        check_work("draws", 1_001, each, "of these")
    check_work("draws", 1_000, each, "of these")
    with pytest.raises(InputError, match=r"one alone is too much"):
        check_work("draws", 1, 2.0 * WORK_MAX, "of these")


def test_draws_of_many_assets_are_refused_before_they_start() -> None:
    with pytest.raises(InputError, match=r"draws must be at most .* for 900 assets and 60 periods"):
        run(StabilityRequest(draws=10_000), wide(900, 60))


def test_points_with_a_limit_of_assets_are_refused_before_they_start() -> None:
    request = FrontierRequest(points=500, constraints=Constraining(held=10))
    with pytest.raises(InputError, match=r"points must be at most .* for 300 assets"):
        run(request, wide(300, 310))
