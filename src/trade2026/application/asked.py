"""What a job was asked for, in a line for people: what differs from the defaults, in plain words."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any, Final, assert_never

import msgspec

from trade2026.application.analyses.registry import analyses
from trade2026.application.analyses.schema import request_schema
from trade2026.ports.runner_link import AnalysisJob, BacktestJob, JobRequest

_SHOWN: Final = 3
"""Members of a list that are named; of the others there is the number."""
_SCALARS: Final = (str, int, float)
_BACKTEST: Final[dict[str, dict[str, Any]]] = {
    "data": {},
    "start": {"title": "From"},
    "end": {"title": "To"},
    "parameters": {},
    "cash": {},
    "account_type": {"x-words": {"MARGIN": "margin", "CASH": "cash"}},
    "max_leverage": {},
    "costs": {},
    "seed": {"default": 0},
}
"""What a backtest can be asked with beside its strategy; where nothing is said, the default is nothing."""


def title_of(request: JobRequest) -> str:
    """What was run: the title of the analysis, or the name of the strategy; the id of an analysis no more."""
    if isinstance(request, BacktestJob):
        return request.strategy
    found = [each.title for each in analyses() if each.analysis_id == request.analysis]
    return found[0] if found else request.analysis


def asked_of(request: JobRequest) -> str:
    """What it was run with, as "sp500 · From 2018-01-01 · Method Hierarchical risk parity (HRP)".

    The data comes first, then what differs from the defaults, by the words of the form. Long lists are named
    by their first members.
    """
    match request:
        case AnalysisJob():
            given: dict[str, Any] = msgspec.json.decode(request.request)
            properties = _fields_of(request.analysis)
        case BacktestJob():
            parameters = msgspec.json.decode(request.parameters or "{}")
            given = {**msgspec.to_builtins(request), "parameters": parameters}
            properties = _BACKTEST
        case _:
            assert_never(request)
    data = given.get("data", properties.get("data", {}).get("default", ""))
    first = data if given.get("own") is None else ""
    rest = {name: given[name] for name in properties if name in given and name != "data"}
    return " · ".join(filter(None, (first, *_parts(properties, rest))))


@cache
def _fields_of(analysis_id: str) -> dict[str, Any]:
    """What an analysis can be asked with, by name; nothing for one that is no more."""
    for each in analyses():
        if each.analysis_id == analysis_id:
            schema = msgspec.json.encode(request_schema(each.request))  # Its defaults as a request has them.
            fields: dict[str, Any] = msgspec.json.decode(schema)["properties"]
            return fields
    return {}


def _parts(properties: Mapping[str, Any], given: Mapping[str, Any]) -> Iterator[str]:
    """Title and value of each that differs from its default."""
    for name, value in given.items():
        schema = properties.get(name, {})
        if value not in (None, "", {}) and value != schema.get("default"):
            title = schema.get("title") or name.replace("_", " ").capitalize()
            yield f"{title} {_words(schema, value)}"


def _words(schema: Mapping[str, Any], value: Any) -> str:
    match value:
        case bool():
            return "yes" if value else "no"
        case str():
            words: str = schema.get("x-words", {}).get(value, value)
            return words
        case float():
            return format(value, ".6g")
        case list() | tuple():
            return _listed(schema.get("items", {}), value)
        case dict():
            parts = _parts(_object_of(schema).get("properties", {}), value)
            return "(" + ", ".join(parts) + ")"
        case _:
            return str(value)


def _object_of(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """The object among what may stand there, such as in one that may be null."""
    others: list[Mapping[str, Any]] = schema.get("anyOf", [])
    return next((each for each in others if "properties" in each), schema)


def _listed(items: Mapping[str, Any], values: Sequence[Any]) -> str:
    if not values:
        return "none"
    if not all(isinstance(each, _SCALARS) for each in values):
        return str(len(values))
    named = ", ".join(_words(items, each) for each in values[:_SHOWN])
    return f"{named} and {len(values) - _SHOWN} more" if len(values) > _SHOWN else named
