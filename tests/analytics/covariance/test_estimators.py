"""What holds for every estimator in the table.

1. Symmetric and positive semidefinite.
2. Returns times k give covariances times k squared.
3. Assets in another order give the same matrix in that order.
4. The same returns give the same bytes.
5. A name with options, as JSON, decodes to the estimator, and its bounds are kept.
"""

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.analytics.panels import assert_psd, panel
from trade2026.analytics.covariance.estimators import ESTIMATORS, AnyEstimator, Detrended, Ewma, Gerber
from trade2026.primitives.errors import InputError

FEW = settings(max_examples=12, deadline=None)
SLOW = ("dcc_garch",)  # Has the same properties in its own test.
OPTIONS = {"detrended": Detrended(lookback=3)}
names = pytest.mark.parametrize("name", [name for name in ESTIMATORS if name not in SLOW])


def made(name: str):
    return OPTIONS.get(name, ESTIMATORS[name]())


@names
@FEW
@given(st.integers(0, 10_000), st.integers(12, 60), st.integers(2, 9))
def test_it_is_symmetric_and_positive_semidefinite(name: str, seed: int, n: int, p: int) -> None:
    found = made(name).estimate(panel(seed, n, p))
    assert found.covariance.shape == (p, p)
    assert found.covariance.dtype == np.float64
    assert_psd(found.covariance)
    assert all(np.isfinite(value) for value in found.parameters.values())


@names
@FEW
@given(st.integers(0, 10_000), st.floats(1e-3, 1e3))
def test_the_scale_of_returns_comes_out_squared(name: str, seed: int, k: float) -> None:
    returns = panel(seed, 40, 5)
    plain, scaled = made(name).estimate(returns).covariance, made(name).estimate(k * returns).covariance
    np.testing.assert_allclose(scaled, k**2 * plain, rtol=1e-6, atol=1e-8 * k**2 * np.abs(plain).max())


@names
@FEW
@given(st.integers(0, 10_000), st.permutations(range(5)))
def test_the_order_of_assets_does_not_matter(name: str, seed: int, order: list[int]) -> None:
    returns = panel(seed, 40, 5)
    plain = made(name).estimate(returns).covariance
    moved = made(name).estimate(np.ascontiguousarray(returns[:, order])).covariance
    tolerance = 1e-7 * np.abs(plain).max()
    np.testing.assert_allclose(moved, plain[np.ix_(order, order)], rtol=1e-6, atol=tolerance)


@pytest.mark.parametrize("name", ESTIMATORS)
def test_the_same_returns_give_the_same_bytes(name: str) -> None:
    returns = panel(3, 80, 3)
    first, second = made(name).estimate(returns), made(name).estimate(returns.copy())
    assert first.covariance.tobytes() == second.covariance.tobytes()
    assert first.parameters == second.parameters


@pytest.mark.parametrize("name", ESTIMATORS)
def test_bad_input_is_refused_by_name(name: str) -> None:
    holed, flat = panel(1, 80, 3), panel(1, 80, 3)
    holed[5, 2] = np.nan
    flat[:, 1] = 0.01
    with pytest.raises(InputError, match="column 2 at row 5"):
        made(name).estimate(holed)
    with pytest.raises(InputError, match="column 1 was"):
        made(name).estimate(flat)
    with pytest.raises(InputError, match="rows"):
        made(name).estimate(panel(1, 80, 3)[:1])


@pytest.mark.parametrize("name", ESTIMATORS)
def test_a_name_as_json_is_its_estimator(name: str) -> None:
    decoded = msgspec.json.decode(msgspec.json.encode({"kind": name}), type=AnyEstimator)
    assert type(decoded) is ESTIMATORS[name]
    assert decoded == ESTIMATORS[name]()
    assert (ESTIMATORS[name].__doc__ or "").endswith(".")


def test_options_are_typed_and_bounded() -> None:
    found = msgspec.json.decode(b'{"kind": "ewma", "half_life": 30, "remove_mean": true}', type=AnyEstimator)
    assert found == Ewma(half_life=30.0, remove_mean=True)
    for wrong in (
        b'{"kind": "ewma", "half_life": 0}',
        b'{"kind": "gerber", "thresh": 0.5}',
        b'{"kind": "other"}',
    ):
        with pytest.raises(msgspec.ValidationError):
            msgspec.json.decode(wrong, type=AnyEstimator)
    assert Gerber().threshold == 0.5


@pytest.mark.parametrize(
    "wrong", [b'{"kind": "ewma", "half_life": 0}', b'{"kind": "gerber", "thresh": 0.5}', b'{"kind": "other"}']
)
def test_options_out_of_bounds_and_unknown_ones_are_refused(wrong: bytes) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(wrong, type=AnyEstimator)
