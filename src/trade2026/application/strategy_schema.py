"""The parameters of a strategy as a JSON Schema, from which a form is drawn and a request is checked."""

from typing import Any

import msgspec

from trade2026.application.parameters import describe_parameters
from trade2026.application.services import StrategyDefinition

_PREFIX = "#/$defs/"


def strategy_schema(definition: StrategyDefinition) -> dict[str, Any]:
    """JSON Schema (2020-12) of an object with the strategy's parameters in the order declared.

    Each property has a title, its description, its default where it has one, and its bounds; names the
    strategy does not know are refused. Types that parameters nest stay under "$defs".
    """
    parameters_type = definition.parameters_type
    whole = msgspec.json.schema(parameters_type)
    defs: dict[str, Any] = whole.get("$defs", {})
    schema: dict[str, Any] = dict(defs.pop(whole["$ref"].removeprefix(_PREFIX)))
    texts = {described.name: described.text for described in describe_parameters(parameters_type)}
    properties: dict[str, Any] = schema.get("properties", {})
    schema["title"] = definition.name
    schema["description"] = definition.summary
    schema["additionalProperties"] = False
    schema["properties"] = {name: _property(name, each, texts[name]) for name, each in properties.items()}
    if defs:
        schema["$defs"] = defs
    return schema


def _property(name: str, schema: dict[str, Any], text: str) -> dict[str, Any]:
    """One property with its title first; a description it has of its own stays."""
    shown = {"title": name.replace("_", " ").capitalize(), **schema}
    if text and "description" not in shown:
        shown["description"] = text
    return shown
