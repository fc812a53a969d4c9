"""A fit finds the parameters of a tape that was simulated with known ones, and says what it cannot match."""

import msgspec
import numpy as np
import pytest

from tests.simulation.prism.helpers import DEFAULT, without
from trade2026.analytics.microstructure.tape import Tape
from trade2026.primitives.errors import InputError
from trade2026.primitives.time import SECOND_NS
from trade2026.simulation.prism.calibration import (
    CalibrationPlan,
    Parameter,
    calibrate,
    check_on,
    get_parameter,
    set_parameter,
)
from trade2026.simulation.prism.config import Informed, Makers, Noise, Values
from trade2026.simulation.prism.counterfactual import alone
from trade2026.simulation.prism.minimize import Enough, latin_hypercube, least_in_cube
from trade2026.simulation.prism.scoring import RunPlan, run_market

_ALL = msgspec.structs.replace(  # A market of its own, so that defaults may change.
    without(DEFAULT, "momentum"),
    makers=Makers(clips=2.0, inventory_clips=60.0),
    noise=Noise(clips=0.6, size_sigma=1.0, capture_share=0.8, market_share=0.35),
    informed=Informed(clips=1.0),
    values=Values(calm_s=1e12),  # One regime, no jumps, traders alike: half an hour shows what it is made of.
    books=(msgspec.structs.replace(DEFAULT.books[0], jumps_per_day=0.0, volatility=0.45),),
    diversity=0.0,
)
ONE = alone(_ALL, 0)
RUN = RunPlan(hours=0.5, detail_hours=0.5, warm_up_s=60.0, interval_ns=2 * SECOND_NS)
PARAMETERS = (
    Parameter(path="book.volatility", low=0.2, high=2.0),
    Parameter(path="makers.kappa", low=0.4, high=6.0),
    Parameter(path="noise.market_share", low=0.2, high=0.5, is_log=False),
)
TRUTH = {"book.volatility": 1.2, "makers.kappa": 1.1, "noise.market_share": 0.45}
PLAN = CalibrationPlan(
    run=RUN, seeds=(31, 32), evaluations=90, replicates=60,
    moments=("volatility_bps", "spread_median_bps", "trades_per_s"),
)  # fmt: skip
"""The volatility of half an hour is a tenth off by chance, and a walk of fifty may end in a valley beside."""


def tape_of(truth: dict[str, float], seed: int) -> Tape:
    config = ONE
    for path, value in truth.items():
        config = set_parameter(config, 0, path, value)
    return run_market(config, seed, msgspec.structs.replace(RUN, hours=1.0, detail_hours=1.0, other=0)).tape(
        0, "truth"
    )


@pytest.fixture(scope="module")
def tape() -> Tape:
    return tape_of(TRUTH, seed=8)


@pytest.mark.slow
def test_known_parameters_are_found_again(tape):
    """From a start that is far off, with a seed that is not the tape's."""
    told = []
    found = calibrate(ONE, tape, PARAMETERS, PLAN, progress=lambda done, least: told.append(least))
    fitted = {each.path: each.value for each in found.parameters}
    assert fitted["book.volatility"] == pytest.approx(TRUTH["book.volatility"], rel=0.2)
    assert fitted["makers.kappa"] == pytest.approx(TRUTH["makers.kappa"], rel=0.2)
    assert fitted["noise.market_share"] == pytest.approx(TRUTH["noise.market_share"], rel=0.2)
    assert found.unmatched == ()
    assert found.distance < 0.05 * found.distance_before
    assert told == sorted(told, reverse=True)
    assert len(told) == found.evaluations == PLAN.evaluations
    assert get_parameter(found.config, 0, "book.volatility") == fitted["book.volatility"]


def test_what_no_parameter_can_reach_is_said(tape):
    plan = msgspec.structs.replace(PLAN, evaluations=6)
    narrow = (Parameter(path="makers.kappa", low=3.0, high=6.0),)
    found = calibrate(ONE, tape, narrow, plan)
    assert "spread_median_bps" in found.unmatched
    z = {match.name: match.z for match in found.matches}
    assert z["spread_median_bps"] < -2
    held = check_on(tape, found.config, plan, [77])
    assert [match.name for match in held] == [match.name for match in found.matches]


def test_the_same_fit_is_the_same_and_a_stop_leaves_the_best(tape):
    plan = msgspec.structs.replace(PLAN, evaluations=3, replicates=20)
    first = calibrate(ONE, tape, PARAMETERS, plan)
    assert calibrate(ONE, tape, PARAMETERS, plan) == first
    left = iter([False, False, True])
    stopped = calibrate(ONE, tape, PARAMETERS, plan, should_stop=lambda: next(left))
    assert stopped.evaluations == 2
    never = calibrate(ONE, tape, PARAMETERS, plan, should_stop=lambda: True)
    assert never.evaluations == 0
    assert [each.value for each in never.parameters] == pytest.approx(
        [each.before for each in never.parameters]
    )


def test_the_least_of_a_valley_is_found_and_everything_follows_from_the_seed():
    def valley(point: np.ndarray) -> float:
        x, y = 4 * point - 2
        return float((1 - x) ** 2 + 10 * (y - x * x) ** 2)

    found = least_in_cube(valley, np.array([0.1, 0.9]), evaluations=300, seed=3)
    assert found is not None
    assert 4 * found.point - 2 == pytest.approx([1.0, 1.0], abs=0.05)
    again = least_in_cube(valley, np.array([0.1, 0.9]), evaluations=300, seed=3)
    assert again is not None
    assert again.point.tolist() == found.point.tolist()


def test_a_least_on_a_face_is_found():
    found = least_in_cube(lambda p: float(p.sum()), np.array([0.5, 0.5, 0.5]), evaluations=200, seed=1)
    assert found is not None
    assert found.point == pytest.approx([0.0, 0.0, 0.0], abs=0.02)


def test_a_function_that_says_enough_at_once_leaves_nothing():
    def enough(point: np.ndarray) -> float:
        raise Enough

    assert least_in_cube(enough, np.array([0.5]), evaluations=5, seed=1) is None


def test_the_hypercube_has_one_point_in_each_part_of_each_axis():
    table = latin_hypercube(20, 3, 1)
    for axis in table.T:
        assert sorted((axis * 20).astype(int).tolist()) == list(range(20))


@pytest.mark.parametrize(
    ("call", "field"),
    [
        (lambda: get_parameter(ONE, 0, "makers.gama"), "makers.gama"),
        (lambda: get_parameter(ONE, 0, "gamma"), "gamma"),
        (lambda: get_parameter(ONE, 0, "makers.latency"), "makers.latency"),
        (lambda: Parameter(path="makers.gamma", low=2.0, high=1.0), "makers.gamma"),
        (lambda: CalibrationPlan(run=RUN, seeds=()), "seeds"),
        (lambda: CalibrationPlan(run=RUN, evaluations=0), "evaluations"),
        (lambda: CalibrationPlan(run=RUN, moments=("beauty",)), "beauty"),
    ],
)
def test_what_cannot_be_fitted_is_named(call, field):
    with pytest.raises(InputError, match=field):
        call()
