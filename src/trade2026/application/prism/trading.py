"""Customers' requests and questions at a simulated market: done once, or refused with a reason."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from operator import attrgetter
from typing import Any, Final

from trade2026.application.prism.booking import Booking, Sent
from trade2026.application.prism.commands import check_name, to_place, to_replace
from trade2026.application.prism.instruments import instrument_id_of
from trade2026.application.prism.keeping import Keeper
from trade2026.application.prism.keeping.state import KeptAccount, KeptOrder, number_of
from trade2026.matching.words import BookCommand, CancelOpen
from trade2026.model.enums import TimeInForce
from trade2026.ports.clock import Clock
from trade2026.ports.prism_trading import (
    PAGE_MAX,
    AskExecutions,
    AskHoldings,
    AskOpenOrders,
    AskOrders,
    AskTime,
    Cancel,
    Done,
    Executions,
    Holdings,
    Orders,
    Place,
    Question,
    Refused,
    RenewDeadMan,
    Replace,
    Reply,
    TimeIs,
)
from trade2026.ports.venue import Holding
from trade2026.primitives.errors import InputError, StoreUnavailable
from trade2026.primitives.time import SECOND_NS
from trade2026.simulation.exchange.records import refusal_in
from trade2026.simulation.exchange.reports import Exchange

DEAD_MAN: Final = "the dead-man switch was not renewed in time"

Request = Place | Cancel | Replace
_DONE: Final = Done()


class Trading:
    """What is asked of the market for accounts of its keeper.

    A question is answered once every request of the account that came before it is done, so that nothing is
    under way that an answer does not know of.
    """

    def __init__(self, exchange: Exchange, keeper: Keeper, booking: Booking, clock: Clock) -> None:
        self._exchange, self._keeper, self._booking, self._clock = exchange, keeper, booking, clock
        self._numbers = {
            instrument_id_of(listing.symbol): number for number, listing in enumerate(exchange.listings)
        }
        self._under_way: dict[tuple[str, str], asyncio.Future[None]] = {}
        """By account and name of an order: the last request about it that is not done."""
        self._unfinished: dict[str, set[asyncio.Future[None]]] = {}
        """By account: its requests, also those that wait for another one about the same order."""
        self._deadlines: dict[str, int] = {}  # By account, monotonic.
        self._dying: set[asyncio.Task[None]] = set()
        self._handlers: dict[type, Callable[[KeptAccount, Any], Awaitable[Reply]]] = {
            Place: self._place, Cancel: self._cancel, Replace: self._replace,
            RenewDeadMan: self._renew_dead_man, AskTime: self._time, AskOpenOrders: self._open_orders,
            AskOrders: self._orders, AskExecutions: self._executions, AskHoldings: self._holdings,
        }  # fmt: skip

    async def answer(self, account_id: str, question: Question) -> Reply:
        """Do what is asked; `Refused` where it cannot be."""
        account = self._keeper.state.accounts.get(account_id)
        handler = self._handlers.get(type(question))
        if account is None or handler is None:
            return Refused(f"a client without an account cannot ask {type(question).__name__}")
        try:
            if isinstance(question, Request):
                return await self._request(account, handler(account, question))
            return await handler(account, question)
        except InputError as error:
            return Refused(str(error))

    async def _request(self, account: KeptAccount, doing: Awaitable[Reply]) -> Reply:
        """Have a request done; questions that come meanwhile wait for its end."""
        unfinished = self._unfinished.setdefault(account.account_id, set())
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        unfinished.add(done)
        try:
            return await doing
        finally:
            unfinished.discard(done)
            done.set_result(None)

    # ------------------------------------------------------------------------------------------ requests

    async def _place(self, account: KeptAccount, order: Place) -> Reply:
        self._check_stamp(order)
        check_name(order.client_order_id)
        number = self._numbers.get(order.instrument_id)
        if number is None:
            raise InputError(
                f"instrument_id must be one of {', '.join(self._numbers)}, was {order.instrument_id!r}"
            )
        self._check_unused(account, order.client_order_id)
        if order.time_in_force is TimeInForce.GTD and order.expire_time <= self._exchange.now_ns():
            raise InputError(f"expire_time must be in the future, was {order.expire_time}")
        order_id = self._exchange.next_order_id()
        command = to_place(order, account.account_id, order_id, self._exchange.listings[number])
        self._booking.placed[order_id] = order
        try:
            return await self._do(account, (order.client_order_id,), number, command)
        finally:
            self._booking.placed.pop(order_id, None)

    async def _cancel(self, account: KeptAccount, request: Cancel) -> Reply:
        self._check_stamp(request)
        check_name(request.client_order_id)
        return await self._end(account, request.orig_client_order_id, Sent(request.client_order_id))

    async def _end(self, account: KeptAccount, name: str, sent: Sent) -> Reply:
        order = await self._open_order(account, name)
        order_id = number_of(order.venue_order_id)
        self._booking.asked[order_id] = sent
        try:
            return await self._do(
                account, _names_of(order), self._numbers[order.instrument_id], CancelOpen(order_id)
            )
        finally:
            self._booking.asked.pop(order_id, None)

    async def _replace(self, account: KeptAccount, request: Replace) -> Reply:
        self._check_stamp(request)
        check_name(request.client_order_id)
        order = await self._open_order(account, request.orig_client_order_id)
        self._check_unused(account, request.client_order_id)
        number, order_id = self._numbers[order.instrument_id], number_of(order.venue_order_id)
        command = to_replace(request, order_id, self._exchange.listings[number])
        self._booking.asked[order_id] = Sent(request.client_order_id)
        try:
            return await self._do(account, (*_names_of(order), request.client_order_id), number, command)
        finally:
            self._booking.asked.pop(order_id, None)

    async def _do(
        self, account: KeptAccount, names: tuple[str, ...], number: int, command: BookCommand
    ) -> Reply:
        """Have the book do it; meanwhile what is asked about an order of these names waits."""
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        keys = [(account.account_id, name) for name in names]
        for key in keys:
            self._under_way[key] = done
        try:
            report = await self._exchange.request(account.account_id, number, command)
        finally:
            for key in keys:
                if self._under_way.get(key) is done:
                    del self._under_way[key]
            done.set_result(None)
        refused = refusal_in(report.happened.events)
        return _DONE if refused is None else Refused(f"{refused.reason}: {refused.text}")

    async def _open_order(self, account: KeptAccount, name: str) -> KeptOrder:
        """The order of that name, once nothing about it is under way; InputError where it is not open."""
        while (before := self._under_way.get((account.account_id, name))) is not None:
            await asyncio.shield(before)
        order = account.find(name)
        if order is None:
            raise InputError(f"no order of the account is called {name!r}")
        if not order.is_open:
            raise InputError(f"too late: order {name!r} is over ({order.exec_type})")
        return order

    def _check_unused(self, account: KeptAccount, name: str) -> None:
        if name in account.known or (account.account_id, name) in self._under_way:
            raise InputError(
                f"duplicate: client_order_id {name!r} was used before; it names one order for ever"
            )

    def _check_stamp(self, request: Request) -> None:
        late_ns = self._clock.now_ns() - request.stamp - request.window_ns
        if late_ns > 0:
            raise InputError(
                f"too late: it came {late_ns / SECOND_NS:.3f} s after its window of "
                f"{request.window_ns / SECOND_NS:g} s; nothing was done"
            )

    # ----------------------------------------------------------------------------------- dead-man switch

    async def _renew_dead_man(self, account: KeptAccount, request: RenewDeadMan) -> Reply:
        if request.timeout_ns < 0:
            raise InputError(f"timeout_ns must be at least 0, was {request.timeout_ns}")
        if request.timeout_ns:
            self._deadlines[account.account_id] = self._clock.monotonic_ns() + request.timeout_ns
        else:
            self._deadlines.pop(account.account_id, None)
        return _DONE

    def watch_the_dead(self) -> None:
        """Cancel what accounts have open whose switch was not renewed; to be called often."""
        now = self._clock.monotonic_ns()
        for account_id in [name for name, deadline in self._deadlines.items() if deadline <= now]:
            del self._deadlines[account_id]
            for order in list(self._keeper.state.accounts[account_id].open.values()):
                task = asyncio.get_running_loop().create_task(self._let_go(account_id, order))
                self._dying.add(task)
                task.add_done_callback(self._dying.discard)

    async def _let_go(self, account_id: str, order: KeptOrder) -> None:
        account = self._keeper.state.accounts[account_id]
        try:
            await self._request(account, self._end(account, order.venue_order_id, Sent("", DEAD_MAN)))
        except InputError:  # It ended by itself meanwhile.
            return
        except StoreUnavailable:  # The market ends by it and says so; nobody waits here to be told as well.
            return

    # ---------------------------------------------------------------------------------------- questions

    async def _settled(self, account: KeptAccount) -> None:
        """Until all that was asked for the account before now is done."""
        unfinished = self._unfinished.get(account.account_id)
        if unfinished:
            await asyncio.wait(set(unfinished))

    async def _time(self, _account: KeptAccount, _question: AskTime) -> Reply:
        return TimeIs(self._clock.now_ns())

    async def _open_orders(self, account: KeptAccount, question: AskOpenOrders) -> Reply:
        await self._settled(account)
        found = [order for order in account.open.values() if order.ts_event >= question.since_ns]
        return _page_of(sorted(found, key=attrgetter("ts_event")))

    async def _orders(self, account: KeptAccount, question: AskOrders) -> Reply:
        await self._settled(account)
        return _page_of(account.orders_since(question.since_ns, PAGE_MAX + 1))

    async def _executions(self, account: KeptAccount, question: AskExecutions) -> Reply:
        await self._settled(account)
        found = account.executions_since(question.since_ns, PAGE_MAX + 1)
        return Executions(tuple(found[:PAGE_MAX]), len(found) <= PAGE_MAX)

    async def _holdings(self, account: KeptAccount, _question: AskHoldings) -> Reply:
        await self._settled(account)
        found = sorted(account.holdings.items())
        return Holdings(tuple(Holding(account.account_id, asset, amount) for asset, amount in found))


def _page_of(orders: Sequence[KeptOrder]) -> Orders:
    """As many as one answer has."""
    return Orders(tuple(order.stated() for order in orders[:PAGE_MAX]), len(orders) <= PAGE_MAX)


def _names_of(order: KeptOrder) -> tuple[str, ...]:
    """All that requests may call it."""
    return (*filter(None, order.names), order.venue_order_id)
