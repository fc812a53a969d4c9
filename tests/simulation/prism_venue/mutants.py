"""Ways to break what stands between the desk and the simulated market; `simulation.mutants` tries them too.

Each replaces a piece of the adapter, of the service or of what keeps accounts, from outside.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any
from unittest.mock import patch

import msgspec

from trade2026.adapters.venues.prism import outgoing
from trade2026.adapters.venues.prism.venue import PrismVenue
from trade2026.application.prism import trading as service
from trade2026.application.prism.booking import Booking
from trade2026.application.prism.keeping import keeper as keeper_module
from trade2026.application.prism.keeping import log
from trade2026.application.prism.keeping import state as kept_state
from trade2026.application.prism.keeping.entries import Began, Entry, Filled
from trade2026.application.prism.keeping.keeper import Keeper
from trade2026.application.prism.keeping.names import KnownIds
from trade2026.application.prism.keeping.state import KeptState
from trade2026.application.prism.service import PrismDesk
from trade2026.model.enums import TimeInForce
from trade2026.ports.prism_trading import Refused
from trade2026.primitives.errors import OperatingError, StoreUnavailable
from trade2026.primitives.time import SECOND_NS

_decode = msgspec.msgpack.Decoder(Entry).decode


def _replayed(change: Any) -> Any:
    """The entries of the log are changed before a start takes them in."""
    honest = log.open_log

    def open_log(storage: Any) -> Any:
        kept, frames = honest(storage)
        return kept, change(frames)

    return patch.object(keeper_module, "open_log", open_log)


def _is_fill(frame: Any) -> bool:
    try:
        return isinstance(_decode(frame.payload), Filled)
    except msgspec.ValidationError:  # A saved state.
        return False


def fill_forgotten_at_restart() -> Any:
    """A start takes the last fill of the log for one that was never made."""

    def change(frames: list[Any]) -> list[Any]:
        fills = [number for number, frame in enumerate(frames) if _is_fill(frame)]
        return [frame for number, frame in enumerate(frames) if number != max(fills, default=-1)]

    return _replayed(change)


def orders_open_over_a_restart() -> Any:
    """What was open when the market ended stays open, in books that are made anew."""

    def begin(self: Keeper) -> int:
        now = self.now_ns()
        self.book(Began(now, max(self.state.run + 1, now // SECOND_NS)))
        self.shorten()
        return self.state.run

    return patch.object(Keeper, "begin", begin)


def ids_forgotten_at_restart() -> Any:
    """Which client order ids were used is known as long as the process lives."""
    return patch.object(kept_state, "KnownIds", lambda data=b"": KnownIds())


def commission_not_kept() -> Any:
    """Accounts pay no commission in what is kept."""
    honest = KeptState._filled

    def filled(self: KeptState, entry: Filled) -> Any:
        return honest(self, msgspec.structs.replace(entry, commission=0))

    return patch.object(KeptState, "_filled", filled)


def runs_with_one_number() -> Any:
    """The market's runs have one number, so that their orders share their names."""
    honest = KeptState._began

    def began(self: KeptState, entry: Began) -> None:
        honest(self, msgspec.structs.replace(entry, run=1))

    return patch.object(KeptState, "_began", began)


def told_before_it_is_on_the_disk() -> Any:
    """What was written counts as kept."""
    honest = Keeper.book

    def book(self: Keeper, entry: Entry) -> None:
        honest(self, entry)
        dirty = self._durable
        self._are_durable(self._written)
        self._durable = dirty
        self._changed.set()

    async def answer(self: PrismDesk, account_id: str, question: Any) -> Any:
        return await self._trading.answer(account_id, question)

    return _both(patch.object(Keeper, "book", book), patch.object(PrismDesk, "answer", answer))


@contextmanager
def _both(one: Any, other: Any) -> Iterator[None]:
    with one, other:
        yield


def failed_sync_tried_again() -> Any:
    """A sync that failed is tried once more, and the second one counts for what the first one was for."""
    honest = log.KeptLog.sync

    async def sync(self: log.KeptLog) -> None:
        try:
            await honest(self)
        except StoreUnavailable:
            await honest(self)

    return patch.object(log.KeptLog, "sync", sync)


def failed_write_passed_over() -> Any:
    """An entry that the disk has not taken counts as written."""
    honest = log.KeptLog.append

    def append(self: log.KeptLog, payload: bytes) -> None:
        with suppress(StoreUnavailable):
            honest(self, payload)

    return patch.object(log.KeptLog, "append", append)


def days_without_an_end() -> Any:
    """The adapter sends orders for the day as orders that stay."""
    honest = outgoing.place

    def place(order: Any, stamp: int, window_ns: int) -> Any:
        sent = honest(order, stamp, window_ns)
        if order.time_in_force is not TimeInForce.DAY or not sent.expire_time:
            return sent
        return msgspec.structs.replace(sent, time_in_force=TimeInForce.GTC, expire_time=0)

    return patch.object(outgoing, "place", place)


def late_requests_done() -> Any:
    """A request is done however late it comes."""
    return patch.object(service.Trading, "_check_stamp", lambda self, request: None)


def maker_fills_not_booked() -> Any:
    """What others do to a customer's order in the book is not kept."""
    honest = Booking._fill

    def fill(self: Booking, change: Any, name: str) -> None:
        if not (change.fill.is_maker and change.order.is_open):
            honest(self, change, name)

    return patch.object(Booking, "_fill", fill)


def rejected_when_the_line_broke() -> Any:
    """The adapter takes a request that nobody answered for refused."""

    async def settle(self: PrismVenue, request: Any, answer: "asyncio.Future[Any]") -> None:
        try:
            reply = await answer
        except OperatingError as error:
            self._no(request, str(error))
            return
        if isinstance(reply, Refused):
            self._no(request, reply.text)

    return patch.object(PrismVenue, "_settle", settle)


@contextmanager
def sent_again_on_a_new_line() -> Iterator[None]:
    """The adapter asks once more what a line that broke left unanswered."""

    async def settle(self: PrismVenue, request: Any, answer: "asyncio.Future[Any]") -> None:
        try:
            await answer
        except OperatingError:
            line = self._line(request.account_id)
            if await line.wait_connected(SECOND_NS):
                self._send(request, make[request.client_order_id])

    def send(self: PrismVenue, request: Any, question: Any) -> None:
        make[request.client_order_id] = question
        honest(self, request, question)

    honest = PrismVenue._send
    make: dict[str, Any] = {}
    with patch.object(PrismVenue, "_settle", settle), patch.object(PrismVenue, "_send", send):
        yield


def external_orders_by_our_name() -> Any:
    """The adapter calls an order that was placed elsewhere as the desk does."""
    return patch.object(outgoing, "_known_as", lambda client_order_id: client_order_id)


PRISM_MUTANTS: dict[str, Any] = {
    "fill forgotten when the market restarts": fill_forgotten_at_restart,
    "orders open over the market's restart": orders_open_over_a_restart,
    "ids forgotten when the market restarts": ids_forgotten_at_restart,
    "commission not kept": commission_not_kept,
    "the market's runs with one number": runs_with_one_number,
    "told before it is on the disk": told_before_it_is_on_the_disk,
    "a failed sync tried again": failed_sync_tried_again,
    "a failed write passed over": failed_write_passed_over,
    "days without an end": days_without_an_end,
    "late requests done": late_requests_done,
    "maker fills not booked": maker_fills_not_booked,
    "rejected when the line broke": rejected_when_the_line_broke,
    "sent again on a new line": sent_again_on_a_new_line,
    "external orders by our name": external_orders_by_our_name,
}
