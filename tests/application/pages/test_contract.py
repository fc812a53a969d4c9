"""Every page fits the API: each source is a route, each pointer and column resolves in that route's example.

The oracle is the OpenAPI document of the web process, which knows nothing of pages. Forms and actions are
held to their routes too: method, role, and the fields of the body.
"""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.application.pages.samples import SAMPLES, analysis_result
from tests.web.fakes import StillClock, make_app
from trade2026.application.pages.check import block_pointers
from trade2026.application.pages.registry import pages
from trade2026.application.pages.spec import Action, Block, Form, PageSpec, Source
from trade2026.application.pages.views import (
    BarOptions,
    CandlesOptions,
    HeatmapOptions,
    KpiOptions,
    LineOptions,
    NoticesOptions,
    ScatterOptions,
    TableOptions,
)

PREFIX = "/api/v1"
ROLES = ("viewer", "trader", "operator", "admin")
ALL_PAGES = [pytest.param(each, id=each.page_id) for each in pages()]


class Unasked:
    """A part of the desk that may only be listened to."""

    def subscribe(self, *_: Any) -> Callable[[], None]:
        return lambda: None


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    # The document is made of what routes declare; none of the parts behind them is asked anything.
    names = ("identity", "read_models", "market", "core", "runner", "hub", "strategies")
    parts: dict[str, Any] = dict.fromkeys(names, Unasked())
    app = make_app(clock=StillClock(0), make_id=lambda: "web-1", **parts)
    rest: Any = app.rest
    found: dict[str, Any] = rest.openapi()
    return found


def operation(document: dict[str, Any], method: str, path: str) -> dict[str, Any]:
    """The operation a page's path is of; its names are the page's own, so they match any name."""
    wanted = _parts(PREFIX + path)
    for pattern, operations in document["paths"].items():
        if _matches(_parts(pattern), wanted) and method.lower() in operations:
            found: dict[str, Any] = operations[method.lower()]
            return found
    raise AssertionError(f"the API has no {method} {path}")


def _parts(path: str) -> list[str]:
    return ["*" if part.startswith("{") else part for part in path.split("/")]


def _matches(pattern: list[str], path: list[str]) -> bool:
    return pattern == path


def example(document: dict[str, Any], page: PageSpec, source: Source) -> Any:
    """What the API's documentation says it answers; where that says little, the sample of the same kind."""
    if source.path in SAMPLES:
        return SAMPLES[source.path]
    if source.path.startswith("/jobs/") and source.path.endswith("/result"):
        return analysis_result(page.page_id)
    answers = operation(document, "GET", source.path)["responses"]
    (content,) = answers["200"]["content"].values()
    return content["example"]


def resolve(value: Any, pointer: str) -> Any:
    for part in pointer.split("/")[1:]:
        assert isinstance(value, dict), f"{pointer} stops before {part}"
        assert part in value, f"{pointer}: no {part} among {sorted(value)}"
        value = value[part]
    return value


def loaded(document: dict[str, Any], page: PageSpec) -> dict[str, Any]:
    return {name: example(document, page, source) for name, source in page.sources.items()}


@pytest.mark.parametrize("page", ALL_PAGES)
def test_every_source_is_a_route_that_takes_its_query(page: PageSpec, document: dict[str, Any]) -> None:
    for source in page.sources.values():
        found = operation(document, "GET", source.path)
        taken = [each for each in found.get("parameters", []) if each["in"] == "query"]
        known = {each["name"] for each in taken}
        assert set(source.query or {}) <= known, f"{source.path} takes {sorted(known)}"
        required = {each["name"] for each in taken if each.get("required")}
        assert required <= set(source.needs) <= set(source.query or {}), f"{source.path} needs {required}"
        assert not source.paged or "cursor" in known, f"{source.path} has no pages"


@pytest.mark.parametrize("page", ALL_PAGES)
def test_every_pointer_resolves(page: PageSpec, document: dict[str, Any]) -> None:
    answers = loaded(document, page)
    for block in page.layout:
        for pointer in block_pointers(block):
            resolve(answers, pointer)
    for source in page.sources.values():
        if source.when is not None:
            resolve(answers, source.when.data)
    for parameter in page.params:
        if parameter.choices_from is not None:
            rows = resolve(answers, parameter.choices_from.data)
            assert parameter.choices_from.value in rows[0]
    for action in page.actions:
        if not action.row:
            for pointer in action.when or {}:
                resolve(answers, pointer)


def wanted_keys(block: Block) -> Iterator[tuple[str, str]]:
    """Pointers to rows or objects of a block, and the keys it reads there."""
    match block.opts:
        case TableOptions(columns=columns, row_key=row_key, detail=detail, where=where):
            keys = [column.key for column in columns] + (row_key.split(",") if row_key else [])
            keys += [detail] if detail else []
            keys += list(where or {})
            yield from ((block.data, key) for key in keys)
        case KpiOptions(items=items):
            yield from ((block.data if item.data is None else item.data, item.key) for item in items)
        case LineOptions(x=x, series=series) | BarOptions(x=x, series=series):
            yield from ((block.data, key) for key in (x, *(each.key for each in series)))
        case HeatmapOptions(x=x, y=y, value=value):
            yield from ((block.data, key) for key in (x, y, value))
        case ScatterOptions(x=x, y=y, label=label, group=group):
            yield from ((block.data, key) for key in (x, y, label, group) if key is not None)
        case CandlesOptions(x=x, close=close):
            yield from ((block.data, key) for key in (x, close))
        case NoticesOptions(rules=rules):
            yield from (
                (rule.data, key) for rule in rules for key in (*(rule.when or {}), *(rule.unless or {}))
            )


@pytest.mark.parametrize("page", ALL_PAGES)
def test_every_column_and_figure_is_there(page: PageSpec, document: dict[str, Any]) -> None:
    answers = loaded(document, page)
    for block in page.layout:
        for pointer, key in wanted_keys(block):
            found = resolve(answers, pointer)
            row = found[0] if isinstance(found, list) else found
            if isinstance(row, list):
                assert int(key) < len(row)
                continue
            for part in key.split("."):
                assert part in row, f"{block.title}: no {key} in {sorted(row)}"
                row = row[part]


@pytest.mark.parametrize("page", ALL_PAGES)
def test_every_form_and_action_fits_its_route(page: PageSpec, document: dict[str, Any]) -> None:
    sent: list[tuple[Form | Action, set[str]]] = []
    sent += [(form, set(form.schema_properties() or {})) for form in page.forms]
    for action in page.actions:
        reason = {"reason"} if action.confirm is not None and action.confirm.reason else set()
        sent.append((action, set(action.body or {}) | reason))
    for each, fields in sent:
        found = operation(document, each.method, each.path)
        assert str(each.role.value) == found["x-role"], f"{each.path} is for {found['x-role']}"
        assert fields <= body_fields(document, found), f"{each.method} {each.path}"
        assert ROLES.index(page.role.value) <= ROLES.index(each.role.value)


@pytest.mark.parametrize("page", ALL_PAGES)
def test_a_page_loads_nothing_its_readers_may_not_see(page: PageSpec, document: dict[str, Any]) -> None:
    for source in page.sources.values():
        role = operation(document, "GET", source.path)["x-role"]
        assert role == "none" or ROLES.index(role) <= ROLES.index(page.role.value), source.path


def body_fields(document: dict[str, Any], found: dict[str, Any]) -> set[str]:
    """Names the request's body may have."""
    content = found.get("requestBody", {}).get("content", {}).get("application/json", {})
    return set(_properties(document, content.get("schema", {})))


def _properties(document: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    if "$ref" in schema:
        return _properties(document, document["components"]["schemas"][schema["$ref"].rpartition("/")[2]])
    for word in ("anyOf", "allOf", "oneOf"):
        for part in schema.get(word, []):
            if found := _properties(document, part):
                return found
    properties: dict[str, Any] = schema.get("properties", {})
    return properties
