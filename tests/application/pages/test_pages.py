"""The pages of the desk are sound by themselves: checked at import, and each rule of the check bites."""

import json
import re
from hashlib import sha256
from pathlib import Path

import msgspec
import pytest

from trade2026.application.pages.check import check_pages, links, page_faults
from trade2026.application.pages.registry import pages, pages_etag, pages_json
from trade2026.application.pages.spec import (
    Action,
    Block,
    Condition,
    Form,
    Kind,
    Mode,
    PageSpec,
    Parameter,
    Role,
    Source,
    View,
    Workspace,
)
from trade2026.application.pages.views import Column, Figure, KpiOptions, TableOptions
from trade2026.application.read_models import alerts
from trade2026.primitives.errors import InputError

ALERT_LINKS = re.findall(r'"(/[a-z][^"]*)"', Path(alerts.__file__).read_text())
"""Addresses that alerts have."""
KPI = Block(view=View.KPI, title="K", data="/a/x", opts=KpiOptions(items=(Figure(key="x", title="X"),)))


def page(**changes: object) -> PageSpec:
    """A sound page with what a test changes about it."""
    sound: dict[str, object] = {
        "page_id": "one",
        "workspace": Workspace.OPS,
        "path": "/ops/one",
        "title": "One",
        "doc": "A page.",
        "kind": Kind.BOARD,
        "order": 1,
        "role": Role.VIEWER,
        "keywords": (),
        "sources": {"a": Source(path="/a")},
        "layout": (KPI,),
    }
    return PageSpec(**{**sound, **changes})  # type: ignore[arg-type]


def form(**changes: object) -> Form:
    sound: dict[str, object] = {
        "form_id": "f",
        "title": "F",
        "method": "POST",
        "path": "/f",
        "form_schema": {"type": "object", "properties": {"x": {"type": "string"}}},
        "submit": "Send",
        "role": Role.TRADER,
    }
    return Form(**{**sound, **changes})  # type: ignore[arg-type]


def table(**changes: object) -> Block:
    options = TableOptions(columns=(Column("x", "X"),), **changes)  # type: ignore[arg-type]
    return Block(view=View.TABLE, title="T", data="/a/items", opts=options)


FAULTS = {
    "an id of other letters": (page(page_id="One!"), "id"),
    "an address without slash": (page(path="ops"), "path"),
    "no words": (page(doc=""), "doc"),
    "no blocks": (page(layout=()), "no block"),
    "a pointer to no source": (page(layout=(msgspec.structs.replace(KPI, data="/b/x"),)), "no source"),
    "a pointer without slash": (page(layout=(msgspec.structs.replace(KPI, data="a"),)), "slash"),
    "a pointer with a bad escape": (page(layout=(msgspec.structs.replace(KPI, data="/a/~2"),)), "slash"),
    "a view set up as another": (page(layout=(msgspec.structs.replace(KPI, view=View.TABLE),)), "cannot"),
    "a view not set up": (page(layout=(msgspec.structs.replace(KPI, opts=None),)), "needs options"),
    "a span of four": (page(layout=(msgspec.structs.replace(KPI, span=4),)), "span"),
    "a row action there is not": (page(layout=(table(actions=("stop",)),)), "row action"),
    "a name nothing fills": (page(sources={"a": Source(path="/a/{who}")}), "who"),
    "a name nothing fills in a query": (page(sources={"a": Source(path="/a", query={"q": "{w}"})}), "{w}"),
    "a condition on no source": (
        page(sources={"a": Source(path="/a", when=Condition(data="/z/state", values=("X",)))}),
        "no source",
    ),
    "a parameter of other letters": (page(params=(Parameter(name="A b", title="A"),)), "parameter"),
    "a comparison of one": (page(kind=Kind.COMPARE), "sources a and b"),
    "a form that reads": (page(forms=(form(method="GET"),)), "method"),
    "a form without fields": (page(forms=(form(form_schema={"type": "string"}),)), "schema"),
    "a job without result": (page(forms=(form(mode=Mode.JOB),)), "result"),
    "choices from no source": (
        page(
            forms=(
                form(
                    form_schema={
                        "type": "object",
                        "properties": {"x": {"x-choices": {"data": "/q/items", "value": "v"}}},
                    }
                ),
            )
        ),
        "no source",
    ),
    "an id used twice": (page(forms=(form(), form())), "twice"),
    "an action that reads": (
        page(actions=(Action(action_id="a", title="A", method="GET", path="/a", role=Role.TRADER),)),
        "method",
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_found_and_named(name: str) -> None:
    wrong, word = FAULTS[name]
    assert any(word in fault for fault in page_faults(wrong)), page_faults(wrong)
    with pytest.raises(InputError, match=re.escape(f"page {wrong.page_id}")):
        check_pages([wrong])


def test_a_sound_page_has_no_fault() -> None:
    assert page_faults(page()) == []
    assert page_faults(page(layout=(table(),), forms=(form(),))) == []


def test_ids_and_paths_are_unique() -> None:
    with pytest.raises(InputError, match="page id 'one' is used twice"):
        check_pages([page(), page(path="/ops/two")])
    with pytest.raises(InputError, match="path '/ops/one' is used twice"):
        check_pages([page(), page(page_id="two")])


def test_every_workspace_opens_with_a_page_at_its_own_address() -> None:
    by_path = {each.path: each for each in pages()}
    for workspace in Workspace:
        assert by_path[f"/{workspace.value}"].workspace is workspace


def test_pages_are_sorted_by_workspace_and_order() -> None:
    places = [(list(Workspace).index(each.workspace), each.order) for each in pages()]
    assert places == sorted(places)


def test_every_link_leads_to_a_page() -> None:
    patterns = [re.sub(r"\{[^{}]*\}", "[^/]+", each.path) for each in pages()]
    wanted = {link.partition("?")[0] for each in pages() for link in links(each)}
    wanted -= {"{link}", "{page}", "{compare}"}  # Addresses that an alert has, and a job.
    wanted |= {each.partition("?")[0] for each in ALERT_LINKS}
    filled = {re.sub(r"\{[^{}]*\}", "X", link) for link in wanted}
    assert filled
    assert [link for link in sorted(filled) if not any(re.fullmatch(p, link) for p in patterns)] == []


def test_every_table_says_what_to_do_when_it_is_empty() -> None:
    silent = [
        f"{each.page_id}: {block.title}"
        for each in pages()
        for block in each.layout
        if block.view is View.TABLE and not block.empty
    ]
    assert silent == []


def test_the_json_is_the_pages_and_its_tag_is_of_its_bytes() -> None:
    plain = json.loads(pages_json())
    assert plain["pages"] == json.loads(msgspec.json.encode(pages()))
    assert [each["id"] for each in plain["pages"]] == [each.page_id for each in pages()]
    listed = msgspec.json.encode(pages())
    assert plain["etag"] == sha256(listed).hexdigest()[:32]
    assert pages_etag() == f'"{plain["etag"]}"'


def test_words_are_those_of_the_browser() -> None:
    plain = {each["id"]: each for each in json.loads(pages_json())["pages"]}
    form_of = plain["ops-trading-state"]["forms"][0]
    assert {"id", "title", "method", "path", "schema", "submit", "role", "danger"} <= set(form_of)
    stop = plain["strategies-running"]["actions"][0]
    assert stop["id"] == "stop"
    assert stop["when"] == {"state": ["STARTING", "RUNNING", "RESTARTING"]}
    assert stop["confirm"]["reason"] is True
    columns = plain["portfolio"]["layout"][1]["opts"]["columns"]
    assert columns[-1] == {
        "key": "market_value",
        "title": "Weight",
        "format": "pct",
        "share_of": "/account/equity",
    }
