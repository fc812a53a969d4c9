"""Parameters from texts: every type, every way to be wrong, and what is shown of them."""

from enum import StrEnum
from typing import Annotated, Literal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trade2026.application.parameters import describe_parameters, parse_parameters, show_parameters
from trade2026.primitives.errors import InputError


class Mode(StrEnum):
    FAST = "fast"
    SLOW = "slow"


class Everything(msgspec.Struct, frozen=True):
    """One of each.

    Attributes
    ----------
    count : int
        How many,
        in all.
    low, high : float
        Bounds of something.
    """

    count: Annotated[int, msgspec.Meta(ge=1, lt=100)] = 5
    low: float = 0.5
    high: float = 1.5
    flag: bool = False
    name: str = "x"
    mode: Mode = Mode.FAST
    kind: Literal["a", "b"] = "a"
    limit: float | None = None
    weights: tuple[float, ...] = (1.0, 2.0)
    extra: Annotated[int, msgspec.Meta(multiple_of=5, description="by fives")] = 10

    def __post_init__(self) -> None:
        if self.low > self.high:
            raise ValueError(f"low must not be above high, was {self.low}")


class Required(msgspec.Struct, frozen=True):
    size: int


def parse(*pairs: tuple[str, str]) -> Everything:
    parameters = parse_parameters(Everything, pairs, "mine")
    assert isinstance(parameters, Everything)
    return parameters


def test_texts_become_values_of_the_types_declared() -> None:
    assert parse() == Everything()
    assert parse(
        ("count", "7"), ("low", "1e-3"), ("flag", "true"), ("name", "y=z"), ("mode", "slow"), ("kind", "b"),
        ("limit", "2"), ("weights", "[3, 4.5]"), ("extra", "15"),
    ) == Everything(7, 0.001, 1.5, True, "y=z", Mode.SLOW, "b", 2.0, (3.0, 4.5), 15)  # fmt: skip
    assert parse(("limit", "null")).limit is None


@pytest.mark.parametrize(
    ("name", "text", "parts"),
    [
        ("count", "0", (">= 1", "'0'", "default 5")),
        ("count", "100", ("<= 99", "'100'")),
        ("count", "1.5", ("int", "'1.5'")),
        ("count", "", ("int", "''")),
        ("low", "nan", ("finite", "nan")),
        ("limit", "-inf", ("finite", "-inf")),
        ("flag", "perhaps", ("bool", "'perhaps'")),
        ("mode", "medium", ("'medium'", "default fast")),
        ("kind", "c", ("'c'",)),
        ("weights", "[1, ", ("'[1, '",)),
        ("weights", '["x"]', ("float",)),
        ("weights", "[1e999]", ("weights",)),
        ("extra", "7", ("multiple of 5", "'7'")),
        ("contu", "7", ("unknown to mine", "did you mean 'count'?")),
        ("zzz", "7", ("unknown to mine", "it has count, low")),
    ],
)
def test_what_cannot_be_used_is_named_with_value_and_remedy(
    name: str, text: str, parts: tuple[str, ...]
) -> None:
    with pytest.raises(InputError) as caught:
        parse((name, text))
    assert name in str(caught.value)
    for part in parts:
        assert part in str(caught.value)


def test_values_that_do_not_go_together_are_shown_together() -> None:
    with pytest.raises(InputError, match=r"were low=2\.0: low must not be above high, was 2"):
        parse(("low", "2"))


def test_a_parameter_without_default_must_be_given() -> None:
    with pytest.raises(InputError, match="mine needs the parameter 'size'; give --param size=VALUE"):
        parse_parameters(Required, [], "mine")
    assert parse_parameters(Required, [("size", "3")], "mine") == Required(3)


def test_descriptions_hold_types_defaults_bounds_and_documentation() -> None:
    described = {each.name: each for each in describe_parameters(Everything)}
    assert list(described) == list(Everything.__struct_fields__)
    count = described["count"]
    assert (count.type, count.default, count.bounds) == ("int", "5", "at least 1, below 100")
    assert count.text == "How many, in all."
    assert described["low"].text == described["high"].text == "Bounds of something."
    assert described["mode"].type == "one of fast, slow"
    assert described["kind"].type == "one of a, b"
    assert described["limit"].type == "float or none"
    assert described["weights"].default == "[1.0,2.0]"
    assert described["extra"].bounds == "a multiple of 5"
    assert described["extra"].text == "by fives"
    assert describe_parameters(Required)[0].default == ""


@given(
    st.integers(1, 99),
    st.floats(allow_nan=False, allow_infinity=False),
    st.booleans(),
    st.lists(st.floats(allow_nan=False, allow_infinity=False), max_size=4),
)
def test_what_is_shown_can_be_given_again(count: int, limit: float, flag: bool, weights: list[float]) -> None:
    parameters = Everything(count=count, limit=limit, flag=flag, weights=tuple(weights))
    assert parse(*show_parameters(parameters)) == parameters
