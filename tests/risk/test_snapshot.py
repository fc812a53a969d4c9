"""A restored risk state is the saved one, fact by fact; equal bytes alone would not show a fact left out."""

from random import Random
from typing import Any

import pytest

from tests.risk.test_largest_quantity import random_desk
from trade2026.risk.open_order import OpenOrder
from trade2026.risk.snapshot import decode_state, encode_state


def facts(thing: Any) -> Any:
    """Every slot of a state, however deep; what is no state stands for itself."""
    if isinstance(thing, dict):
        return {key: facts(value) for key, value in thing.items()}
    if type(thing) is OpenOrder:
        return {name: getattr(thing, name) for name in thing.__struct_fields__}
    if type(thing).__module__ == "trade2026.risk.state":
        return {name: facts(getattr(thing, name)) for name in thing.__slots__}
    return thing


@pytest.mark.parametrize("seed", range(40))
def test_every_fact_comes_back(seed):
    state = random_desk(Random(seed)).desk.risk
    assert facts(decode_state(encode_state(state))) == facts(state)


def test_the_random_states_hold_unanswered_replaces():
    """Else the test above would say little about them."""
    states = [random_desk(Random(seed)).desk.risk for seed in range(40)]
    orders = [order for state in states for order in state.open_orders.values()]
    assert sum(bool(order.pending) for order in orders) > 5
    assert sum(order.cum_qty > 0 for order in orders) > 5
