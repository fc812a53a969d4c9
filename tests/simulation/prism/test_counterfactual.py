"""The same seed with and without: nothing where nothing was done, and the right sign where something was."""

from typing import Any

import numpy as np
import pytest

from tests.simulation.prism.helpers import TWO_BOOKS
from trade2026.analytics.microstructure.bootstrap import Resampling
from trade2026.analytics.microstructure.estimate import NotTestable
from trade2026.model.enums import Side
from trade2026.primitives.errors import InputError
from trade2026.simulation.prism.counterfactual import (
    ImpactPlan,
    alone,
    causal_impact,
    impact_of,
    metaorder_experiment,
    of_scenario,
)
from trade2026.simulation.prism.scenarios import Metaorder, NewsShock

ONE = alone(TWO_BOOKS, 0)
SHORT: dict[str, Any] = {"warm_up_s": 30.0, "horizon_s": 60.0, "grid_s": 10.0}


def test_nobody_has_no_impact_at_all():
    found = causal_impact(TWO_BOOKS, [1, 2], lambda timeline: None, **SHORT)
    assert found.paths.shape == (2, 7)
    assert not found.paths.any()


def test_an_order_moves_the_mid_its_way_and_nothing_before_it():
    def order(side: Side) -> Metaorder:
        return Metaorder(symbol="BTCUSDT", after_s=15, side=side, clips=3_000, for_s=45)

    bought = causal_impact(ONE, [1, 2, 3], of_scenario(order(Side.BUY)), **SHORT)
    sold = causal_impact(ONE, [1, 2, 3], of_scenario(order(Side.SELL)), **SHORT)
    assert not bought.paths[:, :2].any()
    assert bought.mean[-1] > 1.0
    assert sold.mean[-1] < -1.0
    assert (bought.low <= bought.mean).all()


def test_news_in_one_book_is_seen_in_that_book():
    shock = of_scenario(NewsShock(symbol="ETHUSDT", move_bps=50))
    words: dict[str, Any] = {"warm_up_s": 30.0, "horizon_s": 120.0, "grid_s": 60.0}
    there = causal_impact(TWO_BOOKS, [1, 2], shock, book=1, **words)
    elsewhere = causal_impact(TWO_BOOKS, [1, 2], shock, book=0, **words)
    assert there.mean[-1] == pytest.approx(50, abs=15)
    assert abs(elsewhere.mean[-1]) < 15


def test_the_interval_is_student_s_over_seeds():
    order = Metaorder(symbol="BTCUSDT", side=Side.BUY, clips=500, for_s=30)
    found = causal_impact(ONE, [1, 2, 3], of_scenario(order), **SHORT)
    last = found.paths[:, -1]
    reach = 4.302653 * last.std(ddof=1) / 3**0.5
    assert found.high[-1] - found.mean[-1] == pytest.approx(reach, rel=1e-5)
    single = causal_impact(ONE, [1], of_scenario(order), **SHORT)
    assert np.isnan(single.low).all()


def test_metaorders_are_against_the_same_seed_without_them():
    plan = ImpactPlan(clips=(2.0, 4_000.0), for_s=10.0, children=20, after=(0.5,), warm_up_s=20.0)
    orders = metaorder_experiment(ONE, list(range(60)), plan)
    assert orders.quantities.tolist() == [2.0, 4_000.0] * 60
    assert sorted(set(orders.signs.tolist())) == [-1.0, 1.0]
    moves = orders.signs * (orders.mid_at_end - 1.0)
    assert moves[1::2].mean() > 5 * abs(moves[::2].mean())
    found = impact_of(orders, Resampling(seed=1, replicates=50))
    assert not isinstance(found, NotTestable)
    assert found.peak.value > 0
    assert isinstance(found.curve, NotTestable)  # A thousand metaorders are needed for an exponent.


@pytest.mark.parametrize(
    ("call", "field"),
    [
        (lambda: causal_impact(ONE, [], lambda t: None), "seeds"),
        (lambda: causal_impact(ONE, [1], lambda t: None, book=1), "book"),
        (lambda: causal_impact(ONE, [1], lambda t: None, horizon_s=0.0), "horizon_s"),
        (lambda: causal_impact(ONE, [1], lambda t: None, horizon_s=1.0, grid_s=2.0), "grid_s"),
        (lambda: ImpactPlan(clips=()), "clips"),
        (lambda: ImpactPlan(after=(1.0, 1.0)), "after"),
        (lambda: alone(ONE, 3), "book"),
    ],
)
def test_what_cannot_be_measured_is_named(call, field):
    with pytest.raises(InputError, match=field):
        call()
