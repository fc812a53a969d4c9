"""The handlers of the fast routes, each from an admitted request to its answer."""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from functools import partial
from typing import Final

import msgspec

from trade2026.application.read_models.views import OrderView
from trade2026.model.events import OrderApproved, OrderHeld, OrderRepeated
from trade2026.ports.core_link import Answer, Decision, SubmitIntent
from trade2026.web.access import admit, charge, may_see, visible
from trade2026.web.context import WebContext
from trade2026.web.errors import ProblemRaised, not_found
from trade2026.web.exchange import Exchange
from trade2026.web.orders.answers import (
    BatchAnswer,
    BatchResult,
    ChangeAnswer,
    OrderAnswer,
    approved_view,
    changed_view,
    event_of,
    held_view,
    outcome,
    problem_of,
    repeated_view,
)
from trade2026.web.orders.asking import ask
from trade2026.web.orders.bodies import (
    BatchRequest,
    BracketRequest,
    CancelRequest,
    OrderRequest,
    ReplaceRequest,
)
from trade2026.web.orders.lane import Asked, Behind, Route, caught_up
from trade2026.web.orders.preview import preview
from trade2026.web.orders.requests import (
    bracket_orders,
    cancel_intent,
    check_batch_key,
    client_order_id,
    decode,
    field_errors,
    replace_intent,
    submit_intent,
    unknown_account,
)
from trade2026.web.roles import TRADER, Declared, RoleTable
from trade2026.web.services import Principal

Handler = Callable[[Exchange], Awaitable[None]]

SUBMIT: Final = "/api/v1/orders"
BATCH: Final = "/api/v1/orders/batch"
BRACKET: Final = "/api/v1/orders/bracket"
PREVIEW: Final = "/api/v1/orders/preview"
CANCEL: Final = "/api/v1/orders/{order_id}/cancel"
REPLACE: Final = "/api/v1/orders/{order_id}/replace"
_PREFIX: Final = "/api/v1/orders/"
_ORDER_ID_MAX: Final = 2**63 - 1

_ORDER: Final = msgspec.json.Decoder(OrderRequest)
_BATCH: Final = msgspec.json.Decoder(BatchRequest)
_BRACKET: Final = msgspec.json.Decoder(BracketRequest)
_CANCEL: Final = msgspec.json.Decoder(CancelRequest)
_REPLACE: Final = msgspec.json.Decoder(ReplaceRequest)
_ENCODER: Final = msgspec.json.Encoder()


class OrderHandlers:
    """Finds and runs the handler of a fast route; declares all of them in the table of roles."""

    def __init__(self, context: WebContext, table: RoleTable) -> None:
        self._context = context
        settings = context.services.settings
        self._limit, self._seconds = settings.body_bytes_max, settings.body_seconds

        def declare(path: str) -> Declared:
            return table.declare(Declared("POST", path, TRADER, "orders"))

        self._submit = Route(declare(SUBMIT), self._ask_submit)
        self._batch_declared = declare(BATCH)
        self._bracket_declared = declare(BRACKET)
        self._preview_declared = declare(PREVIEW)
        self._cancel = Route(declare(CANCEL), self._ask_cancel, needs_body=False)
        self._replace = Route(declare(REPLACE), self._ask_replace)
        self._exact: dict[str, Handler] = {
            BATCH: self._batch,
            BRACKET: self._bracket,
            PREVIEW: self._preview,
        }

    def find(self, method: str, path: str) -> Handler | None:
        """The handler of a request; None when it is not a fast one."""
        route = self.route(method, path)
        if route is not None:
            return partial(route.handle, self._context)
        return self._exact.get(path) if method == "POST" else None

    def route(self, method: str, path: str) -> Route | None:
        """The route of a request that one answer of the core is enough for; None for any other."""
        if method != "POST":
            return None
        if path == SUBMIT:
            return self._submit
        if path.startswith(_PREFIX) and path.count("/") == 5:
            if path.endswith("/cancel"):
                return self._cancel
            if path.endswith("/replace"):
                return self._replace
        return None

    async def _read(self, exchange: Exchange) -> bytes:
        exchange.check_type()
        return await exchange.body(self._limit, self._seconds)

    # -------------------------------------------------------------------------------------- submit

    def _ask_submit(self, exchange: Exchange, principal: Principal, data: bytes, may_wait: bool) -> Asked:
        body = decode(_ORDER, data)
        request_id = self._name(exchange, body.client_order_id)
        intent = submit_intent(body, request_id, principal.name)
        _check_account(principal, intent.account_id)

        def answer(heard: Answer, may_wait: bool) -> tuple[int, bytes]:
            order, repeated = self._submitted(heard.decisions[0], heard.seq, intent, may_wait)
            return 200 if repeated else 201, _ENCODER.encode(OrderAnswer(order, heard.seq, repeated))

        return Asked((intent,), answer)

    def _submitted(
        self, decision: Decision, seq: int, intent: SubmitIntent, may_wait: bool
    ) -> tuple[OrderView, bool]:
        """The order, and whether it was there before; raises ProblemRaised for a no."""
        event = event_of(decision)
        if type(event) is OrderRepeated:
            self._check_caught_up(may_wait)
        self._context.metrics.count_order("submit", outcome(event))
        if type(event) is OrderApproved:
            return approved_view(event, seq), False
        if type(event) is OrderHeld:
            return held_view(decision.events, event, seq), False
        problem = problem_of(event)
        if problem is not None:
            raise problem
        assert type(event) is OrderRepeated, f"no answer to a submit: {type(event).__name__}"
        found = self._context.services.read_models.order(event.order_id, frozenset((intent.account_id,)))
        return found or repeated_view(intent, event.order_id, seq), True

    def _check_caught_up(self, may_wait: bool) -> None:
        """Raise `Behind` where the read models do not show all that was answered, and there is time."""
        if may_wait and self._context.services.read_models.seq < self._context.acknowledged_seq:
            raise Behind

    def _name(self, exchange: Exchange, given: str | None) -> str:
        """The name under which a request is asked for once."""
        return client_order_id(given, exchange.idempotency_key, self._context.services.make_id)

    async def _batch(self, exchange: Exchange) -> None:
        principal = admit(exchange, self._batch_declared)
        assert principal is not None, "the route needs a role"
        body = decode(_BATCH, await self._read(exchange))
        charge(self._context, self._batch_declared, principal, len(body.orders) - 1)
        orders = [(f"orders[{index}].", order) for index, order in enumerate(body.orders)]
        await self._send_all(exchange, orders, principal)

    async def _bracket(self, exchange: Exchange) -> None:
        principal = admit(exchange, self._bracket_declared)
        assert principal is not None, "the route needs a role"
        body = decode(_BRACKET, await self._read(exchange))
        key, make_id = exchange.idempotency_key, self._context.services.make_id
        entry_id = client_order_id(body.entry.client_order_id, key, make_id, ".0")
        orders = bracket_orders(body, entry_id)
        charge(self._context, self._bracket_declared, principal, len(orders) - 1)
        await self._send_all(exchange, orders, principal)

    async def _send_all(
        self, exchange: Exchange, orders: Sequence[tuple[str, OrderRequest]], principal: Principal
    ) -> None:
        """Have orders decided in one go; each comes with where its fields stand in the body."""
        intents = self._intents(orders, exchange.idempotency_key, principal)
        results: list[BatchResult] = []
        mine = [intent for intent in intents if may_see(principal, intent.account_id)]
        decisions: Iterator[Decision] = iter(())
        seq = self._context.acknowledged_seq
        if mine:
            answer = await ask(self._context, *mine)
            decisions, seq = iter(answer.decisions), answer.seq
        for intent in intents:
            try:
                _check_account(principal, intent.account_id)
                step = partial(self._submitted, next(decisions), seq, intent)
                order, repeated = await caught_up(self._context, step)
                results.append(BatchResult(order, repeated))
            except ProblemRaised as error:
                document = error.document(exchange.path, exchange.request_id)
                results.append(BatchResult(problem=document))
        await exchange.answer(200, _ENCODER.encode(BatchAnswer(tuple(results), seq)))

    def _intents(
        self, orders: Sequence[tuple[str, OrderRequest]], key: str | None, principal: Principal
    ) -> list[SubmitIntent]:
        """The intents of all orders; one that cannot be used refuses all of them, so nothing is sent."""
        intents: list[SubmitIntent] = []
        problems: list[ProblemRaised] = []
        make_id = self._context.services.make_id
        check_batch_key(key)
        for index, (at, order) in enumerate(orders):
            try:
                name = client_order_id(order.client_order_id, key, make_id, f".{index}")
                intents.append(submit_intent(order, name, principal.name, at))
            except ProblemRaised as error:
                problems.append(error)
        if problems:
            raise field_errors(problems)
        return intents

    async def _preview(self, exchange: Exchange) -> None:
        principal = admit(exchange, self._preview_declared)
        assert principal is not None, "the route needs a role"
        body = decode(_ORDER, await self._read(exchange))
        intent = submit_intent(body, body.client_order_id or self._context.services.make_id(), principal.name)
        _check_account(principal, intent.account_id)
        await exchange.answer(200, _ENCODER.encode(await preview(self._context, intent)))

    # ------------------------------------------------------------------------- cancel and replace

    def _ask_cancel(self, exchange: Exchange, principal: Principal, data: bytes, may_wait: bool) -> Asked:
        body = decode(_CANCEL, data or b"{}")
        order, order_id = self._find(exchange.path, principal, may_wait)
        request_id = self._name(exchange, body.client_order_id)
        intent = cancel_intent(order.account_id, request_id, principal.name, order_id)
        return Asked((intent,), partial(self._changed, "cancel", order))

    def _ask_replace(self, exchange: Exchange, principal: Principal, data: bytes, may_wait: bool) -> Asked:
        body = decode(_REPLACE, data)
        order, order_id = self._find(exchange.path, principal, may_wait)
        request_id = self._name(exchange, body.client_order_id)
        intent = replace_intent(body, order.account_id, request_id, principal.name, order_id)
        return Asked((intent,), partial(self._changed, "replace", order))

    def _changed(self, request: str, order: OrderView, heard: Answer, may_wait: bool) -> tuple[int, bytes]:
        """Status and body of the answer to a cancel or a replace; raises ProblemRaised for a no."""
        event = event_of(heard.decisions[0])
        if type(event) is OrderRepeated:
            self._check_caught_up(may_wait)
        self._context.metrics.count_order(request, outcome(event))
        problem = problem_of(event)
        if problem is not None:
            raise problem
        if type(event) is OrderRepeated:
            found = self._context.services.read_models.order(event.order_id, frozenset((order.account_id,)))
            order = found or order
        return 202, _ENCODER.encode(ChangeAnswer(changed_view(order, event, heard.seq), heard.seq))

    def _find(self, path: str, principal: Principal, may_wait: bool) -> tuple[OrderView, int]:
        """The order a path names, as far as this process knows; 404 for unknown and foreign ones alike."""
        text = path[len(_PREFIX) :].partition("/")[0]
        if text.isascii() and text.isdigit() and len(text) <= 19 and 0 < int(text) <= _ORDER_ID_MAX:
            order_id = int(text)
            found: OrderView | None = self._context.services.read_models.order(order_id, visible(principal))
            if found is not None:
                return found, order_id
            self._check_caught_up(may_wait)
        raise not_found(f"there is no order {text[:40]!r}", field="order_id", value=text[:40])


def _check_account(principal: Principal, account_id: str) -> None:
    if not may_see(principal, account_id):
        raise unknown_account(account_id)
