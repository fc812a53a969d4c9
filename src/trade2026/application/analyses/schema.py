"""The request of an analysis as a JSON Schema that stands by itself, for forms and for other programs."""

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from trade2026.application.analyses.labels import labels_of

_PREFIX: Final = "#/$defs/"


def request_schema(request: type[msgspec.Struct]) -> dict[str, Any]:
    """JSON Schema (2020-12) of the request, with definitions in their places and a title for each field.

    "x-words" has what a choice is called, by its name.
    """
    whole = msgspec.json.schema(request)
    schema: dict[str, Any] = _resolved(whole, whole.get("$defs", {}))
    properties: dict[str, Any] = schema.get("properties", {})
    schema["properties"] = {
        name: {"title": name.replace("_", " ").capitalize(), **each} for name, each in properties.items()
    }
    return schema


def _resolved(schema: Any, definitions: Mapping[str, Any]) -> Any:
    if isinstance(schema, list):
        return [_resolved(each, definitions) for each in schema]
    if not isinstance(schema, dict):
        return schema
    rest = {name: each for name, each in schema.items() if name not in ("$ref", "$defs")}
    own = {name: _resolved(each, definitions) for name, each in rest.items()}
    if "enum" in own:
        own["x-words"] = labels_of(own["enum"])
    if "$ref" not in schema:
        return own
    found: dict[str, Any] = _resolved(definitions[schema["$ref"].removeprefix(_PREFIX)], definitions)
    return {**found, **own}  # What stands beside the reference is about this use of it.
