"""The form that halts trading: no script, no session, for when nothing else works."""

from typing import Final
from urllib.parse import parse_qsl

from fastapi import Request, Response

from trade2026.model.enums import Scope
from trade2026.primitives.errors import Trade2026Error
from trade2026.web.access import check_origin
from trade2026.web.api import Routes, Said
from trade2026.web.context import Here, This, WebContext
from trade2026.web.errors import to_problem
from trade2026.web.plain_pages import halt_form
from trade2026.web.roles import NOBODY, TRADER, check_role
from trade2026.web.routes.control import halt
from trade2026.web.routes.queries import NoQuery

ROUTES: Final = Routes("control", prefix="")
_HTML: Final = "text/html; charset=utf-8"
_FIELDS_MAX: Final = 10


@ROUTES.add("GET", "/ops/halt", NOBODY, Said("The form.", media_type="text/html"), shown=False)
async def get_halt_form(_: NoQuery) -> Response:
    """Show the form to halt trading."""
    return Response(halt_form(), media_type=_HTML)


@ROUTES.add(
    "POST",
    "/ops/halt",
    NOBODY,
    Said("What became of it.", media_type="text/html"),
    limit="login",
    shown=False,
)
async def post_halt_form(here: Here, this: This, request: Request, _: NoQuery) -> Response:
    """Log in, halt, log out again."""
    check_origin(this)
    fields = _fields(await request.body())
    name, reason = fields.get("name", ""), fields.get("reason", "")
    try:
        text = await _halt(here, this.address, fields)
    except Trade2026Error as error:
        problem = to_problem(error)
        notice = f"{problem.detail}. Nothing was halted, as far as is known."
        page = halt_form(notice=notice, name=name, reason=reason)
        return Response(page, problem.kind.status, problem.headers, media_type=_HTML)
    return Response(halt_form(notice=text, is_good=True, name=name), media_type=_HTML)


async def _halt(context: WebContext, address: str, fields: dict[str, str]) -> str:
    identity = context.services.identity
    session = await identity.login(fields.get("name", ""), fields.get("password", ""), address)
    try:
        check_role(str(session.principal.role), TRADER)
        scope = Scope(fields.get("scope", "")) if fields.get("scope", "") in list(Scope) else Scope.GLOBAL
        reason = fields.get("reason", "").strip()[:400] or "halted from the plain form"
        target = fields.get("target", "").strip()
        done = await halt(context, session.principal, scope, target, reason, context.services.make_id())
    finally:
        await identity.logout(session.access_token)
    return f"{scope} {target} is halted; cancels sent: {len(done.canceled)}."


def _fields(body: bytes) -> dict[str, str]:
    """Fields of a form; none of a body that is no form."""
    try:
        pairs = parse_qsl(body.decode("ascii"), keep_blank_values=True, max_num_fields=_FIELDS_MAX)
    except ValueError:
        return {}
    return {name: value.replace("\0", "") for name, value in pairs}
