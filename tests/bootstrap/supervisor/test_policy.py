"""When a process that ended is started again."""

import pytest

from trade2026.bootstrap.supervisor.policy import (
    AT_ONCE_NS,
    HEALTHY_NS,
    HOPELESS_TIMES,
    RestartPolicy,
)
from trade2026.primitives.time import SECOND_NS

HALF_NS = SECOND_NS // 2


def test_pauses_double_from_half_a_second_to_thirty() -> None:
    policy = RestartPolicy()
    pauses = [policy.ended(1, 0) for _ in range(9)]
    assert [pause / SECOND_NS for pause in pauses if pause is not None] == [0.5, 1, 2, 4, 8, 16, 30, 30, 30]


def test_a_minute_of_health_begins_anew() -> None:
    policy = RestartPolicy()
    for _ in range(5):
        policy.ended(-9, HEALTHY_NS - 1)
    assert policy.ended(-9, HEALTHY_NS - 1) == 16 * SECOND_NS
    assert policy.ended(-9, HEALTHY_NS) == HALF_NS
    assert policy.ended(-9, 0) == SECOND_NS


@pytest.mark.parametrize("code", [2, 4])
def test_bad_input_and_broken_integrity_are_not_tried_for_ever(code: int) -> None:
    policy = RestartPolicy()
    ends = [policy.ended(code, AT_ONCE_NS - 1) for _ in range(HOPELESS_TIMES)]
    assert None not in ends[:-1]
    assert ends[-1] is None
    policy.forget()
    assert policy.ended(code, 0) == HALF_NS


@pytest.mark.parametrize(("code", "ran_ns"), [(1, 0), (3, 0), (70, 0), (-9, 0), (0, 0), (2, AT_ONCE_NS)])
def test_anything_else_is_tried_for_ever(code: int, ran_ns: int) -> None:
    policy = RestartPolicy()
    assert all(policy.ended(code, ran_ns) is not None for _ in range(100))


def test_only_ends_in_a_row_count() -> None:
    policy = RestartPolicy()
    for code in (2, 2, 2, 2, 3, 2, 2, 2, 2):
        assert policy.ended(code, 0) is not None
    assert policy.ended(4, 0) is None
