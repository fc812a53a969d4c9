"""The simulation notices a desk that is broken on purpose; `make mutants` tries all the mutants."""

import pytest

from tests.simulation.mutants import MUTANTS, first_failing_seed


@pytest.mark.parametrize(
    "name",
    ["acknowledge before sync", "client order ids not unique", "no CRC and no chain", "send before sync"],
)
def test_a_broken_desk_is_found_within_fifty_seeds(name):
    found = first_failing_seed(MUTANTS[name], limit=50)
    assert found is not None, f"{name} survived"
