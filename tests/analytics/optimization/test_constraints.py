"""Constraints that cannot be met are refused with the names of those that conflict, and by how much."""

import numpy as np
import pytest

from tests.analytics.optimization.made import box_of, generator, mean_of, rows_of
from trade2026.analytics.optimization.constraints import Constraints, Group, Rows, most
from trade2026.primitives.errors import InputError


def refusal(**arguments) -> str:
    with pytest.raises(InputError) as caught:
        Constraints(**{"lower": np.zeros(3), "upper": np.ones(3), **arguments})
    return str(caught.value)


def test_lower_bounds_above_the_budget_are_named_with_their_excess() -> None:
    message = refusal(lower=np.array([0.5, 0.4, 0.3]))
    assert "budget 1 and the lower bounds conflict" in message
    assert "0.2 more" in message


def test_upper_bounds_below_the_budget_are_named_with_their_lack() -> None:
    message = refusal(upper=np.full(3, 0.3))
    assert "budget 1 and the upper bounds conflict" in message
    assert "0.1 less" in message


def test_bounds_the_wrong_way_round_name_the_asset() -> None:
    assert "bounds of asset 1 conflict: lower 0.5 is 0.3 above upper 0.2" in refusal(
        lower=np.array([0.0, 0.5, 0.0]), upper=np.array([1.0, 0.2, 1.0])
    )


def test_a_group_against_its_assets_is_named() -> None:
    message = refusal(upper=np.array([0.2, 0.2, 1.0]), groups=(Group("tech", (0, 1), lower=0.5),))
    assert "group tech at least 0.5" in message
    assert "0.1 less" in message


def test_groups_against_the_budget_are_named_together() -> None:
    groups = (Group("a", (0, 1), upper=0.3), Group("b", (2,), upper=0.4))
    message = refusal(groups=groups)
    assert "by 0.3 in sum" in message
    assert all(
        name in message for name in ("group a at most 0.3", "group b at most 0.4", "net exposure equal to 1")
    )


def test_a_row_that_is_not_to_blame_is_not_named() -> None:
    rows = Rows(
        np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]), np.array([-0.2, 0.9]), ("short first", "second")
    )
    message = refusal(at_most=rows)
    assert "short first" in message
    assert "asset 0 at least 0" in message
    assert "second" not in message
    assert "by 0.2 in sum" in message


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        ({"lower": np.array([0.0, np.nan, 0.0])}, "NaN"),
        ({"lower": np.zeros(2)}, "one bound per asset"),
        ({"budget": np.inf}, "budget must be finite"),
        ({"groups": (Group("empty", ()),)}, "group empty must have members"),
        ({"groups": (Group("far", (7,)),)}, "from 0 to 2"),
        ({"groups": (Group("turned", (0,), 0.5, 0.1),)}, "lower up to upper"),
        ({"at_most": Rows(np.ones((1, 2)), np.ones(1), ("short",))}, "3 columns"),
        ({"at_most": Rows(np.ones((1, 3)), np.ones(1), ())}, "name for each"),
    ],
)
def test_a_wrong_argument_is_named(arguments, word: str) -> None:
    assert word in refusal(**arguments)


def test_long_only_without_more_is_a_cone_and_anything_that_binds_is_not() -> None:
    assert Constraints.box(3).is_cone
    assert Constraints.box(3, upper=1.0).is_cone
    assert not Constraints.box(3, upper=0.9).is_cone
    assert not Constraints.box(3, lower=0.1).is_cone
    assert not Constraints.box(3).with_at_most("row", np.ones(3), 2.0).is_cone


@pytest.mark.parametrize("seed", range(30))
def test_the_most_of_a_box_equals_that_of_a_linear_program(seed: int) -> None:
    rng = generator(seed, "most")
    n = int(rng.integers(2, 12))
    lower = rng.uniform(-0.2, 0.1, n)
    upper = lower + rng.uniform(0.0, 0.6, n)
    budget = float(lower.sum() + rng.random() * (upper.sum() - lower.sum()))
    box = Constraints(lower, upper, budget)
    same = box.with_at_most("nothing", np.zeros(n), 1.0)
    values = mean_of(seed, n)
    assert most(box, values) == pytest.approx(most(same, values), rel=1e-9, abs=1e-12)


def test_the_most_without_bounds_is_infinite() -> None:
    assert most(Constraints.box(3, lower=-np.inf), np.array([1.0, 2.0, 3.0])) == np.inf


@pytest.mark.parametrize("seed", range(20))
def test_violations_are_those_of_the_worst_constraint(seed: int) -> None:
    constraints = rows_of(seed, 6)
    rng = generator(seed, "violation")
    w = rng.normal(size=6)
    A, E = constraints.inequalities, constraints.equalities
    worst = max(
        float((constraints.lower - w).max()),
        float((w - constraints.upper).max()),
        float((A.matrix @ w - A.right).max()),
        float(np.abs(E.matrix @ w - E.right).max()),
        0.0,
    )
    assert constraints.violation(w) == worst
    assert box_of(seed, 6).violation(np.full(6, 1e9)) > 1e8
