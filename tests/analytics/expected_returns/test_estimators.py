"""Every estimator of the table decodes from its name, and refuses what is not finite."""

import msgspec
import numpy as np
import pytest

from tests.analytics.panels import panel
from trade2026.analytics.expected_returns.estimators import ESTIMATORS, AnyMeanEstimator, ExponentialMean
from trade2026.primitives.errors import InputError


@pytest.mark.parametrize("name", ESTIMATORS)
def test_a_name_as_json_is_its_estimator(name: str) -> None:
    decoded = msgspec.json.decode(msgspec.json.encode({"kind": name}), type=AnyMeanEstimator)
    assert type(decoded) is ESTIMATORS[name]
    found = decoded.estimate(panel(1, 60, 3))
    assert found.mean.shape == (3,)
    assert np.isfinite(found.mean).all()
    holed = panel(1, 60, 3)
    holed[0, 2] = np.inf
    with pytest.raises(InputError, match="column 2 at row 0"):
        decoded.estimate(holed)


def test_options_are_bounded() -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(b'{"kind": "exponential_mean", "half_life": -1}', type=AnyMeanEstimator)
    assert ExponentialMean().half_life == 60.0
