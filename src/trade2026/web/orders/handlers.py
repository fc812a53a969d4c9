"""The handlers of the fast routes, each from an admitted request to its answer."""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from typing import Final

import msgspec

from trade2026.application.read_models.views import OrderView
from trade2026.model.events import OrderApproved, OrderHeld, OrderRepeated
from trade2026.ports.core_link import Decision, SubmitIntent
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

        self._submit_declared = declare(SUBMIT)
        self._batch_declared = declare(BATCH)
        self._bracket_declared = declare(BRACKET)
        self._preview_declared = declare(PREVIEW)
        self._cancel_declared = declare(CANCEL)
        self._replace_declared = declare(REPLACE)
        self._exact: dict[str, Handler] = {
            SUBMIT: self._submit,
            BATCH: self._batch,
            BRACKET: self._bracket,
            PREVIEW: self._preview,
        }

    def find(self, method: str, path: str) -> Handler | None:
        """The handler of a request; None when it is not a fast one."""
        if method != "POST":
            return None
        found = self._exact.get(path)
        if found is not None:
            return found
        if path.startswith(_PREFIX):
            if path.endswith("/cancel"):
                return self._cancel if path.count("/") == 5 else None
            if path.endswith("/replace"):
                return self._replace if path.count("/") == 5 else None
        return None

    async def _read(self, exchange: Exchange) -> bytes:
        exchange.check_type()
        return await exchange.body(self._limit, self._seconds)

    # -------------------------------------------------------------------------------------- submit

    async def _submit(self, exchange: Exchange) -> None:
        principal = admit(exchange, self._submit_declared)
        assert principal is not None, "the route needs a role"
        body = decode(_ORDER, await self._read(exchange))
        context = self._context
        request_id = client_order_id(body.client_order_id, exchange.idempotency_key, context.services.make_id)
        intent = submit_intent(body, request_id, principal.name)
        _check_account(principal, intent.account_id)
        answer = await ask(context, intent)
        order, repeated = await self._submitted(answer.decisions[0], answer.seq, intent)
        data = _ENCODER.encode(OrderAnswer(order, answer.seq, repeated))
        await exchange.answer(200 if repeated else 201, data)

    async def _submitted(self, decision: Decision, seq: int, intent: SubmitIntent) -> tuple[OrderView, bool]:
        """The order, and whether it was there before; raises ProblemRaised for a no."""
        event = event_of(decision)
        self._context.metrics.count_order("submit", outcome(event))
        if type(event) is OrderApproved:
            return approved_view(event, seq), False
        if type(event) is OrderHeld:
            return held_view(decision.events, event, seq), False
        problem = problem_of(event)
        if problem is not None:
            raise problem
        assert type(event) is OrderRepeated, f"no answer to a submit: {type(event).__name__}"
        await self._context.catch_up()
        found = self._context.services.read_models.order(event.order_id, frozenset((intent.account_id,)))
        return found or repeated_view(intent, event.order_id, seq), True

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
                order, repeated = await self._submitted(next(decisions), seq, intent)
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

    async def _cancel(self, exchange: Exchange) -> None:
        principal = admit(exchange, self._cancel_declared)
        assert principal is not None, "the route needs a role"
        data = await exchange.body(self._limit, self._seconds)
        if data:
            exchange.check_type()
        body = decode(_CANCEL, data or b"{}")
        order = await self._find(exchange.path, principal)
        request_id = client_order_id(
            body.client_order_id, exchange.idempotency_key, self._context.services.make_id
        )
        assert order.order_id is not None, "found by its order_id"
        intent = cancel_intent(order.account_id, request_id, principal.name, order.order_id)
        answer = await ask(self._context, intent)
        await self._changed(exchange, "cancel", order, answer.decisions[0], answer.seq)

    async def _replace(self, exchange: Exchange) -> None:
        principal = admit(exchange, self._replace_declared)
        assert principal is not None, "the route needs a role"
        body = decode(_REPLACE, await self._read(exchange))
        order = await self._find(exchange.path, principal)
        request_id = client_order_id(
            body.client_order_id, exchange.idempotency_key, self._context.services.make_id
        )
        assert order.order_id is not None, "found by its order_id"
        intent = replace_intent(body, order.account_id, request_id, principal.name, order.order_id)
        answer = await ask(self._context, intent)
        await self._changed(exchange, "replace", order, answer.decisions[0], answer.seq)

    async def _changed(
        self, exchange: Exchange, request: str, order: OrderView, decision: Decision, seq: int
    ) -> None:
        event = event_of(decision)
        self._context.metrics.count_order(request, outcome(event))
        problem = problem_of(event)
        if problem is not None:
            raise problem
        if type(event) is OrderRepeated:
            await self._context.catch_up()
            found = self._context.services.read_models.order(event.order_id, frozenset((order.account_id,)))
            order = found or order
        data = _ENCODER.encode(ChangeAnswer(changed_view(order, event, seq), seq))
        await exchange.answer(202, data)

    async def _find(self, path: str, principal: Principal) -> OrderView:
        """The order a path names, as far as this process knows; 404 for unknown and foreign ones alike."""
        text = path[len(_PREFIX) :].partition("/")[0]
        if text.isascii() and text.isdigit() and len(text) <= 19 and 0 < int(text) <= _ORDER_ID_MAX:
            accounts = visible(principal)
            models = self._context.services.read_models
            found: OrderView | None = models.order(int(text), accounts)
            if found is None and models.seq < self._context.acknowledged_seq:
                await self._context.catch_up()
                found = models.order(int(text), accounts)
            if found is not None:
                return found
        raise not_found(f"there is no order {text[:40]!r}", field="order_id", value=text[:40])


def _check_account(principal: Principal, account_id: str) -> None:
    if not may_see(principal, account_id):
        raise unknown_account(account_id)
