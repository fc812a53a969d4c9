"""Means are means."""

import numpy as np
import pandas as pd
import pytest

from tests.analytics.panels import panel
from trade2026.analytics.expected_returns.historical import exponential_mean, sample_mean
from trade2026.primitives.errors import InputError


def test_the_sample_mean_equals_a_loop() -> None:
    returns = panel(1, 50, 3)
    slow = [sum(column) / 50 for column in returns.T]
    np.testing.assert_allclose(sample_mean(returns).mean, slow, rtol=1e-12)


def test_the_exponential_mean_equals_pandas() -> None:
    returns = panel(2, 90, 3)
    theirs = pd.DataFrame(returns).ewm(halflife=25).mean().iloc[-1].to_numpy()
    found = exponential_mean(returns, half_life=25.0)
    np.testing.assert_allclose(found.mean, theirs, rtol=1e-11)
    assert found.parameters["half_life"] == 25.0


def test_bad_input_is_refused() -> None:
    holed = panel(1, 50, 3)
    holed[3, 1] = np.nan
    for estimator in (sample_mean, exponential_mean):
        with pytest.raises(InputError, match="column 1 at row 3"):
            estimator(holed)
    with pytest.raises(InputError, match="half_life must be above 0"):
        exponential_mean(panel(1, 50, 3), half_life=0.0)
