"""The OpenAPI 3.1 document: what FastAPI knows, with answers, problems, roles and the fast routes."""

import re
from typing import Any, Final

import msgspec
from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from trade2026.web.api import RouteSpec, Said
from trade2026.web.errors import KINDS, PROBLEM_TYPE, Problem
from trade2026.web.orders.describe import FAST_ROUTES, FastRoute
from trade2026.web.orders.requests import PREFIX_MAX
from trade2026.web.roles import NOBODY, RoleTable

DESCRIPTION: Final = (
    "The trading desk. Decimals are JSON strings, times RFC 3339 in UTC; `ts` is trading time, `wall` the "
    "real clock. Errors are problem documents (RFC 9457). A write can be repeated under the same "
    "Idempotency-Key. docs/api.md is the guide."
)
_REF: Final = "#/components/schemas/{name}"
_EVERY: Final = (
    "invalid-input", "too-many-requests", "method-not-allowed", "address-too-long", "headers-too-large",
)  # fmt: skip
_WITH_BODY: Final = ("malformed-json", "body-too-large", "unsupported-media-type", "request-timeout")
_SECURITY: Final[list[dict[str, list[str]]]] = [{"bearer": []}, {"session": []}]
_SCHEMES: Final[dict[str, Any]] = {
    "bearer": {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "JWT",
        "description": "The access token of POST /api/v1/auth/login.",
    },
    "session": {
        "type": "apiKey",
        "in": "cookie",
        "name": "trade2026_session",
        "description": "Set by a login; writes then need an Origin that is the desk's own.",
    },
}
_HEADERS: Final[dict[str, Any]] = {
    "X-Request-Id": {"description": "Names this request in logs.", "schema": {"type": "string"}}
}
KEY_PARAMETER: Final[dict[str, Any]] = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "Names the request: sent again under it, what was done is not done twice.",
    "schema": {
        "type": "string",
        "minLength": 1,
        "maxLength": 64,
        "pattern": r"^[A-Za-z0-9][A-Za-z0-9._:/+-]*$",
    },
    "example": "first-1",
}
_LINKS: Final[dict[str, tuple[str, str, tuple[str, ...]]]] = {
    "submit_order": ("order_id", "order/order_id", ("get_order", "cancel_order", "replace_order")),
    "start_strategy_run": (
        "run_id", "run_id", ("get_strategy_run", "get_strategy_run_log", "stop_strategy_run"),
    ),
    "start_backtest": ("job_id", "job_id", ("get_backtest", "get_backtest_result", "cancel_backtest")),
    "propose_rebalancing": (
        "proposal_id", "proposal_id", ("get_rebalancing", "confirm_rebalancing", "withdraw_rebalancing"),
    ),
    "create_user": ("name", "user/name", ("change_user", "remove_user")),
}  # fmt: skip
"""Operations whose answer names what others ask for: the parameter, where it stands, and which those are."""


def build_openapi(app: FastAPI, specs: list[RouteSpec], table: RoleTable, version: str) -> dict[str, Any]:
    """The whole document."""
    document = get_openapi(
        title="Trade2026 API", version=version, description=DESCRIPTION, routes=app.routes,
        openapi_version="3.1.0",
    )  # fmt: skip
    shown = [spec for spec in specs if spec.shown]
    models = [spec.said.model for spec in shown if spec.said.model is not None]
    models += [each.model for spec in shown for each in spec.said.also if each.model is not None]
    models += [spec.body for spec in shown if spec.body is not None]
    models += [Problem, *(each.body for each in FAST_ROUTES), *(each.said.model for each in FAST_ROUTES)]
    _, schemas = msgspec.json.schema_components(models, ref_template=_REF)
    components = document.setdefault("components", {})
    components["schemas"] = {**components.get("schemas", {}), **schemas}
    components["securitySchemes"] = _SCHEMES
    for spec in shown:
        declared = spec.declared
        operation = document["paths"][declared.path][declared.method.lower()]
        if spec.body is not None:
            operation["requestBody"] = {"content": {"application/json": {"schema": _schema(spec.body)}}}
        _complete(operation, spec.said, declared.role, spec.problems, declared.path)
        if spec.takes_key:
            operation.setdefault("parameters", []).append(_key_parameter(PREFIX_MAX))
        body = operation.get("requestBody", {}).get("content", {}).get("application/json")
        if body is not None:
            body["example"] = {} if spec.body_example is None else spec.body_example
    for fast in FAST_ROUTES:
        found = table.find("POST", fast.path)
        assert found is not None, f"{fast.path} declares no role"
        operation = _fast(fast)
        _complete(operation, fast.said, found.role, fast.problems, fast.path)
        document["paths"].setdefault(fast.path, {})["post"] = operation
    document["paths"] = dict(sorted(document["paths"].items()))
    return document


def _key_parameter(length_max: int) -> dict[str, Any]:
    return {**KEY_PARAMETER, "schema": {**KEY_PARAMETER["schema"], "maxLength": length_max}}


def _fast(route: FastRoute) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "tags": ["orders"],
        "summary": route.summary,
        "description": route.description,
        "operationId": route.operation_id,
        "parameters": [_key_parameter(route.key_length_max)] if route.takes_key else [],
        "requestBody": {
            "required": route.needs_body,
            "content": {"application/json": {"schema": _schema(route.body), "example": route.body_example}},
        },
        "responses": {},
    }
    if "{order_id}" in route.path:
        operation["parameters"] = [
            {
                "name": "order_id",
                "in": "path",
                "required": True,
                "description": "The platform's number of the order.",
                "schema": {"type": "integer", "minimum": 1, "maximum": 2**63 - 1},
                "example": 7,
            },
            *operation["parameters"],
        ]
    return operation


def _schema(model: Any) -> dict[str, Any]:
    (schema,), _ = msgspec.json.schema_components([model], ref_template=_REF)
    return schema


def _complete(operation: dict[str, Any], said: Said, role: str, slugs: tuple[str, ...], path: str) -> None:
    """Add to an operation what it answers, and who may ask."""
    answers: dict[str, Any] = {str(each.status): _good(each) for each in (said, *said.also)}
    good = answers[str(said.status)]
    if operation["operationId"] in _LINKS:
        parameter, place, others = _LINKS[operation["operationId"]]
        good["links"] = {
            other: {"operationId": other, "parameters": {parameter: f"$response.body#/{place}"}}
            for other in others
        }
    if operation["operationId"] == "log_in":
        body = {"refresh_token": "$response.body#/refresh_token"}
        good["links"] = {"refresh_session": {"operationId": "refresh_session", "requestBody": body}}
    if said.status == 201 and path.endswith("/orders"):
        repeated = {**good, "description": "The same request had been made: its order as it is now."}
        repeated["content"] = {
            said.media_type: {
                **good["content"][said.media_type],
                "example": {**said.example, "repeated": True},
            }
        }
        answers["200"] = repeated
    if path.endswith("/ui/pages"):
        answers["304"] = {"description": "As the caller has them.", "headers": dict(_HEADERS)}
    every = [*slugs, *_EVERY]
    if "requestBody" in operation:
        every += _WITH_BODY
    if role != NOBODY:
        every += ["not-logged-in", "role-too-low"]
        operation["security"] = _SECURITY
        if "requestBody" in operation:
            every.append("origin-refused")
    else:
        operation["security"] = []
    operation["x-role"] = role
    for slug in every:
        _add_problem(answers, slug, path)
    operation["responses"] = dict(sorted(answers.items()))
    description = operation.get("description", "")
    needs = "No login is needed." if role == NOBODY else f"Needs the role `{role}`."
    operation["description"] = f"{description}\n\n{needs}".strip()
    operation["summary"] = re.split(r"[.;:]", operation.get("summary") or description)[0]


def _good(said: Said) -> dict[str, Any]:
    """An answer without a problem."""
    good: dict[str, Any] = {"description": said.text, "headers": dict(_HEADERS)}
    if said.status != 204:
        content: dict[str, Any] = {
            "schema": {"type": "string"} if said.model is None else _schema(said.model)
        }
        if said.example is not None:
            content["example"] = said.example
        good["content"] = {said.media_type: content}
    return good


def _add_problem(answers: dict[str, Any], slug: str, path: str) -> None:
    kind = KINDS[slug]
    answer = answers.setdefault(
        str(kind.status),
        {
            "description": "",
            "headers": dict(_HEADERS),
            "content": {PROBLEM_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}, "examples": {}}},
        },
    )
    if kind.status in (409, 429, 503, 504):
        answer["headers"]["Retry-After"] = {
            "description": "Seconds until another try may succeed.", "schema": {"type": "string"},
        }  # fmt: skip
    answer["description"] = "; ".join(filter(None, (answer["description"], kind.title)))
    problem: dict[str, Any] = {
        "type": f"/problems/{slug}", "title": kind.title, "status": kind.status,
        "detail": _DETAILS.get(slug, kind.title.lower()), "instance": path, "request_id": "web-1-2f",
    }  # fmt: skip
    problem.update(_MORE.get(slug, {}))
    answer["content"][PROBLEM_TYPE]["examples"][slug] = {"value": problem}


_DETAILS: Final = {
    "role-too-low": "this needs the role 'trader', yours is 'viewer'",
    "invalid-input": "limit must be at most 1000",
    "order-refused": "MAX_ORDER_QTY: order_qty is above the limit",
    "idempotency-conflict": "client_order_id 'first-1' was used for another request; choose a new one",
    "outcome-unknown": "the trading core went away before it answered",
}
_MORE: Final[dict[str, dict[str, Any]]] = {
    "role-too-low": {"field": "role", "value": "trader", "remedy": "ask an admin for the role 'trader'"},
    "invalid-input": {
        "field": "limit",
        "value": "5000",
        "errors": [{"field": "limit", "message": "must be at most 1000", "value": "5000"}],
    },
    "order-refused": {
        "remedy": "at most 500 would pass",
        "failures": [
            {"check": "MAX_ORDER_QTY", "limit": "500", "used": "1000", "text": "order_qty is above the limit"}
        ],
        "largest_qty": "500",
    },
    "outcome-unknown": {
        "remedy": "ask again under the same Idempotency-Key: what was done is not done twice"
    },
}
