"""Cleaners decode from their names, keep scale and symmetry, and follow one another."""

import msgspec
import numpy as np
import pytest

from tests.analytics.panels import assert_psd, panel
from trade2026.analytics.covariance.cleaners import (
    CLEANERS,
    AnyCleaner,
    Denoise,
    Detone,
    Shrink,
    clean_in_turn,
)
from trade2026.analytics.covariance.denoising import denoise, detone
from trade2026.analytics.covariance.sample import sample_covariance
from trade2026.primitives.errors import InputError

SAMPLE = sample_covariance(panel(1, 120, 6))
names = pytest.mark.parametrize("name", CLEANERS)


@names
def test_a_name_as_json_is_its_cleaner(name: str) -> None:
    decoded = msgspec.json.decode(msgspec.json.encode({"kind": name}), type=AnyCleaner)
    assert type(decoded) is CLEANERS[name]
    found = decoded.clean(SAMPLE.covariance, n_periods=120)
    assert_psd(found.covariance)
    assert np.trace(found.covariance) == pytest.approx(np.trace(SAMPLE.covariance), rel=1e-12)


@names
def test_scale_and_order_of_assets_do_not_matter(name: str) -> None:
    order, cleaner = [3, 0, 5, 1, 4, 2], CLEANERS[name]()
    plain = cleaner.clean(SAMPLE.covariance, n_periods=120).covariance
    scaled = cleaner.clean(1e4 * SAMPLE.covariance, n_periods=120).covariance
    np.testing.assert_allclose(scaled, 1e4 * plain, rtol=1e-8, atol=1e-12)
    moved = cleaner.clean(np.ascontiguousarray(SAMPLE.covariance[np.ix_(order, order)]), n_periods=120)
    np.testing.assert_allclose(moved.covariance, plain[np.ix_(order, order)], rtol=1e-8, atol=1e-16)


def test_they_follow_one_another_and_say_what_each_did() -> None:
    cleaners: list[AnyCleaner] = [Denoise(edge=1.5), Detone(), Shrink(intensity=0.2)]
    found = clean_in_turn(SAMPLE, cleaners, n_periods=120)
    first = denoise(SAMPLE.covariance, n_periods=120, edge=1.5).covariance
    second = detone(first).covariance
    third = 0.8 * second + 0.2 * np.trace(second) / 6 * np.eye(6)
    np.testing.assert_allclose(found.covariance, third, rtol=1e-12)
    assert found.parameters["denoise.edge"] == 1.5
    assert found.parameters["shrink.shrinkage"] == 0.2
    assert found.parameters["ddof"] == 1.0
    assert found.method.count(";") == 3
    assert any("singular" in note for note in found.notes)
    same = clean_in_turn(SAMPLE, [], n_periods=120)
    np.testing.assert_array_equal(same.covariance, SAMPLE.covariance)


def test_one_twice_is_refused() -> None:
    with pytest.raises(InputError, match="cleaners must differ, were shrink, shrink"):
        clean_in_turn(SAMPLE, [Shrink(), Shrink(intensity=0.2)], n_periods=120)
