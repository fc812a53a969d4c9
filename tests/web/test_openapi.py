"""The description is whole: every route is in it, every example keeps to its schema, nothing is outside."""

import re
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import pytest

from tests.web.caller import Caller
from tests.web.conftest import Running
from tests.web.test_orders import order
from trade2026.web.errors import KINDS
from trade2026.web.roles import NOBODY

HIDDEN = {"/ops/halt", "/api/v1/openapi.json", "/api/v1/docs"}


@pytest.fixture(scope="module")
def document(running: Running) -> dict[str, Any]:
    found: dict[str, Any] = running(Caller(running.desk.app)("GET", "/api/v1/openapi.json")).json
    return found


def operations(document: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    return [(m.upper(), path, each) for path, item in document["paths"].items() for m, each in item.items()]


def check(document: dict[str, Any], schema: dict[str, Any], value: Any) -> None:
    """Hold a value to a schema of the document."""
    whole = {**schema, "components": document["components"]}
    jsonschema.Draft202012Validator(whole).validate(value)


def test_every_route_is_described(running: Running, document: dict[str, Any]) -> None:
    described = {(method, path) for method, path, _ in operations(document)}
    declared = {(each.method, each.path) for each in running.desk.app.table if each.path not in HIDDEN}
    assert described == declared
    assert document["openapi"].startswith("3.1")


def test_every_operation_says_role_words_and_problems(running: Running, document: dict[str, Any]) -> None:
    names = [each["operationId"] for _, _, each in operations(document)]
    assert len(set(names)) == len(names)
    for method, path, each in operations(document):
        declared = running.desk.app.table.find(method, path)
        assert declared is not None, path
        assert each["x-role"] == declared.role
        assert each["summary"]
        assert len(each["description"]) > 20
        assert bool(each["security"]) == (declared.role != NOBODY)
        assert ("401" in each["responses"]) or declared.role == NOBODY
        assert {"422", "429"} <= set(each["responses"])
        assert any(status.startswith("2") for status in each["responses"])


def test_every_example_keeps_to_its_schema(document: dict[str, Any]) -> None:
    count = 0
    for method, path, each in operations(document):
        contents = [(f"{method} {path}", answer) for answer in each["responses"].values()]
        if "requestBody" in each:
            contents.append((f"{method} {path} body", each["requestBody"]))
        for name, holder in contents:
            for media, content in holder.get("content", {}).items():
                examples = [item["value"] for item in content.get("examples", {}).values()]
                if media == "application/json":
                    assert "example" in content, name
                examples += [content["example"]] if "example" in content else []
                assert examples, name
                for example in examples:
                    check(document, content["schema"], example)
                    count += 1
    assert count > 400


def test_canary_a_wrong_example_is_found(document: dict[str, Any]) -> None:
    schema = {"$ref": "#/components/schemas/OrderRequest"}
    check(document, schema, order("a"))
    for changes in ({"order_qty": 10}, {"side": "HOLD"}, {"surprise": 1}):
        with pytest.raises(jsonschema.ValidationError):
            check(document, schema, order("a", **changes))


def test_every_reference_resolves(document: dict[str, Any]) -> None:
    text = str(document)
    known = set(document["components"]["schemas"])
    assert set(re.findall(r"#/components/schemas/([A-Za-z0-9_.-]+)", text)) <= known
    assert "HTTPValidationError" not in text


def test_problems_are_of_known_kinds(document: dict[str, Any]) -> None:
    for _, path, each in operations(document):
        for status, answer in each["responses"].items():
            for slug in answer.get("content", {}).get("application/problem+json", {}).get("examples", {}):
                assert KINDS[slug].status == int(status), path


def test_real_answers_keep_to_their_schemas(running: Running, document: dict[str, Any]) -> None:
    admin: Caller = running(running.desk.admin())
    made = running(admin("POST", "/api/v1/orders", order("schema-1", order_type="MARKET", limit_price=None)))
    assert made.status == 201
    running(running.desk.step(2))
    wanted = {"account_id": "PAPER", "weights": {"KO.XNYS": "0.5"}}
    proposal = running(admin("POST", "/api/v1/portfolio/rebalancing", wanted))
    assert proposal.status == 201, proposal.body
    filled = {
        "proposal_id": proposal.json["proposal_id"],
        "order_id": str(made.json["order"]["order_id"]),
        "instrument_id": "KO.XNYS",
        "account_id": "PAPER",
    }
    for method, path, each in operations(document):
        if method != "GET" or "{run_id}" in path or "{job_id}" in path:
            continue
        asked = path.format(**filled)
        if path.endswith(("/bars", "/equity")):
            asked += "?instrument_id=KO.XNYS" if path.endswith("/bars") else "?account_id=PAPER"
        reply = running(admin("GET", asked))
        assert reply.status == 200, (asked, reply.body)
        content = each["responses"]["200"]["content"]
        if "application/json" in content:
            check(document, content["application/json"]["schema"], reply.json)
    refused = running(admin("POST", "/api/v1/orders", order("schema-2", order_qty="4000000000")))
    for problem in (refused, running(admin("GET", "/api/v1/orders?limit=x"))):
        check(document, {"$ref": "#/components/schemas/Problem"}, problem.json)
    schema = document["paths"]["/api/v1/orders"]["post"]["responses"]["201"]["content"]["application/json"]
    check(document, schema["schema"], made.json)


@pytest.mark.parametrize("path", ["/api/v1/docs", "/ops/halt", "/"])
def test_pages_reach_for_nothing_outside(running: Running, path: str) -> None:
    reply = running(Caller(running.desk.app)("GET", path))
    assert reply.status == 200
    assert reply.headers["content-type"].startswith("text/html")
    assert not re.search(rb"(?:src|href|action)=[\"']?(?:https?:)?//", reply.body)
    assert b"<script" not in reply.body


def test_the_page_lists_every_operation(running: Running, document: dict[str, Any]) -> None:
    text = running(Caller(running.desk.app)("GET", "/api/v1/docs")).body.decode()
    for method, path, _ in operations(document):
        assert f"{method} {path}" in text
