"""The form of a strategy: a JSON Schema that says of each parameter what the desk will check."""

from typing import Annotated, Any, ClassVar

import msgspec
import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from trade2026.application.parameters import parse_parameters
from trade2026.application.services import StrategyDefinition
from trade2026.application.strategy_runs import parameter_pairs
from trade2026.application.strategy_schema import strategy_schema
from trade2026.bootstrap.strategies import StrategyFinder
from trade2026.ports.strategy import Strategy
from trade2026.primitives.errors import InputError


class Leg(msgspec.Struct, frozen=True):
    """A part."""

    weight: float = 1.0


class Parameters(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Of a test.

    Attributes
    ----------
    window : int
        Bars looked at.
    share_pct : float
        Percent.
    """

    window: Annotated[int, msgspec.Meta(ge=2, le=10)]
    share_pct: Annotated[float, msgspec.Meta(gt=0, description="of equity")] = 5.0
    legs: tuple[Leg, ...] = ()


class Nested(Strategy):
    """Holds legs."""

    parameters_type: ClassVar[type[msgspec.Struct]] = Parameters


DEFINITION = StrategyDefinition("nested", "nested", "Holds legs.", Parameters, "", Nested)


def test_each_property_has_title_description_default_and_bounds() -> None:
    schema = strategy_schema(DEFINITION)
    assert schema["title"] == "nested"
    assert schema["required"] == ["window"]
    properties: dict[str, Any] = schema["properties"]
    assert properties["window"] == {
        "title": "Window", "type": "integer", "minimum": 2, "maximum": 10, "description": "Bars looked at.",
    }  # fmt: skip
    assert properties["share_pct"]["title"] == "Share pct"
    assert properties["share_pct"]["description"] == "of equity"
    assert properties["share_pct"]["default"] == 5.0
    assert properties["share_pct"]["exclusiveMinimum"] == 0
    assert set(schema["$defs"]) == {"Leg"}


@pytest.mark.parametrize(
    ("text", "is_good"),
    [
        ('{"window": 5}', True),
        ('{"window": 5, "legs": [{"weight": 2}]}', True),
        ('{"window": 1}', False),
        ("{}", False),
        ('{"window": 5, "share_pct": 0}', False),
        ('{"window": 5, "unknown": 1}', False),
        ('{"window": "x"}', False),
    ],
)
def test_the_schema_and_the_desk_agree(text: str, is_good: bool) -> None:
    schema = strategy_schema(DEFINITION)
    Draft202012Validator.check_schema(schema)
    assert Draft202012Validator(schema).is_valid(msgspec.json.decode(text)) is is_good
    try:
        parse_parameters(Parameters, parameter_pairs(text), "nested")
        parsed = True
    except InputError:
        parsed = False
    assert parsed is is_good


@pytest.mark.parametrize("name", StrategyFinder().names())
def test_shipped_strategies_have_a_form(name: str) -> None:
    schema = strategy_schema(StrategyFinder().find(name))
    Draft202012Validator.check_schema(schema)
    assert Draft202012Validator(schema).is_valid({})
    for each in schema["properties"].values():
        assert each["title"]
        assert each["description"]
        assert "default" in each
