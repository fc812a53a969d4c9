"""The way of a request that needs one answer of the core and nothing else: asked, then answered.

`Lane` goes it without a task, from the request's last byte. A task begins in the next turn of the event
loop, and goes on in the one after the core's answer has come; in each turn a request waits for all else that
is due. Where there is more to wait for, and for whatever goes wrong, there is a task from then on.
"""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any, Final, NamedTuple, TypeVar

from trade2026.ports.core_link import Answer, Intent
from trade2026.primitives.errors import OperatingError
from trade2026.web.access import admit
from trade2026.web.context import WebContext
from trade2026.web.exchange import Exchange
from trade2026.web.orders.asking import ask, check_connected, unknown
from trade2026.web.roles import Declared
from trade2026.web.services import Principal

ResultT = TypeVar("ResultT")

LOG: Final = logging.getLogger("trade2026.web.orders")


class Behind(Exception):
    """The read models have yet to show what this process has already told of; try again once they do."""


class Asked(NamedTuple):
    """What a request asks of the core, and what makes status and body of the core's answer.

    `answer` may raise `Behind` where its second argument says that there is a second time.
    """

    intents: tuple[Intent, ...]
    answer: Callable[[Answer, bool], tuple[int, bytes]]


class Route(NamedTuple):
    """A route of such requests; `ask` may raise `Behind` as `Asked.answer` may."""

    declared: Declared
    ask: Callable[[Exchange, Principal, bytes, bool], Asked]
    needs_body: bool = True

    def admit(self, exchange: Exchange) -> Principal:
        """Who asks, if they may."""
        principal = admit(exchange, self.declared)
        assert principal is not None, "the route needs a role"
        if self.needs_body:
            exchange.check_type()
        return principal

    def check(self, exchange: Exchange, data: bytes) -> None:
        """A body that need not be there has to be JSON all the same."""
        if data and not self.needs_body:
            exchange.check_type()

    async def handle(self, context: WebContext, exchange: Exchange) -> None:
        """Answer a request, whatever there is to wait for."""
        principal = self.admit(exchange)
        settings = context.services.settings
        data = await exchange.body(settings.body_bytes_max, settings.body_seconds)
        self.check(exchange, data)
        await self.go_on(context, exchange, principal, data)

    async def go_on(self, context: WebContext, exchange: Exchange, principal: Principal, data: bytes) -> None:
        """Ask and answer, once all of the request is here."""
        asked = await caught_up(context, partial(self.ask, exchange, principal, data))
        answer = await ask(context, *asked.intents)
        await conclude(context, exchange, asked, answer)


async def conclude(context: WebContext, exchange: Exchange, asked: Asked, answer: Answer) -> None:
    """Answer a request, once the core has."""
    status, data = await caught_up(context, partial(asked.answer, answer))
    await exchange.answer(status, data)


async def caught_up(context: WebContext, step: Callable[[bool], ResultT]) -> ResultT:
    """What a step gives; a second time where the read models were behind."""
    try:
        return step(True)
    except Behind:
        await context.catch_up()
        return step(False)


class Lane:
    """Takes requests whose last byte is here.

    Parameters
    ----------
    run : callable
        Has a coroutine answer an exchange, in a task: its problems and faults too.
    answered : callable
        Told of each exchange that was answered here.
    """

    def __init__(
        self,
        context: WebContext,
        run: Callable[[Exchange, Coroutine[Any, Any, None]], None],
        answered: Callable[[Exchange], None],
    ) -> None:
        self._context = context
        self._run = run
        self._answered = answered

    def take(self, exchange: Exchange, route: Route) -> None:
        """Answer a request, sooner or later."""
        context = self._context
        try:
            principal = route.admit(exchange)
            data = exchange.body_now(context.services.settings.body_bytes_max)
            assert data is not None, "all of it is here"
            route.check(exchange, data)
            try:
                asked = route.ask(exchange, principal, data, True)
            except Behind:
                self._run(exchange, route.go_on(context, exchange, principal, data))
                return
            check_connected(context)
            try:
                context.services.core.ask_then(asked.intents, partial(self._heard, exchange, asked))
            except OperatingError as error:
                raise unknown(error) from None
        except Exception as error:  # noqa: BLE001  # It is answered, and told of, by a task.
            self._run(exchange, _raise(error))

    def _heard(self, exchange: Exchange, asked: Asked, answer: Answer | OperatingError) -> None:
        context = self._context
        try:
            if isinstance(answer, OperatingError):
                raise unknown(answer)
            context.acknowledge(answer.seq)
            status, data = asked.answer(answer, True)
            if exchange.answer_now(status, data):
                self._answered(exchange)
            else:
                self._run(exchange, exchange.answer(status, data))
        except Behind:
            assert isinstance(answer, Answer), "it came so far"
            self._run(exchange, conclude(context, exchange, asked, answer))
        except Exception as error:  # noqa: BLE001  # As above.
            self._run(exchange, _raise(error))


class Tasks:
    """Keeps hold of tasks, and says in the log what one of them ended by."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self, coroutine: Coroutine[Any, Any, None]) -> None:
        """Begin."""
        task = asyncio.get_running_loop().create_task(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: "asyncio.Task[None]") -> None:
        self._tasks.discard(task)
        error = None if task.cancelled() else task.exception()
        if error is not None:
            LOG.error("a request ended by a fault of ours", exc_info=error)


async def _raise(error: Exception) -> None:
    raise error
