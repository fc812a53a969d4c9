"""The life of each order, against the whole list of frames; with all the memory it needs, and with little."""

import asyncio
from random import Random
from typing import Any

import pytest

from tests.application.read_models.journaled import Player, follow
from tests.engine_harness import stock_desk
from tests.trading.desks import KEY
from trade2026.adapters.embedded.disk import DiskStorage
from trade2026.application.read_models import OrderFilter, order_lives
from trade2026.application.read_models.moment import Moment
from trade2026.application.read_models.order_lives import OrderLives
from trade2026.application.read_models.order_words import _SAID
from trade2026.ledger.postings import postings
from trade2026.model.commands import RetireOrders
from trade2026.model.enums import ExecType, OrderStatus, Side
from trade2026.model.events import (
    FillBusted,
    InvalidTransition,
    OrderAcknowledged,
    OrderDenied,
    OrderFilled,
    OrderHeld,
    ReplaceRefused,
    ReportParked,
    TradeBooked,
)
from trade2026.model.events.order import DenialReason
from trade2026.oms.state import new_state
from trade2026.primitives.errors import InputError
from trade2026.primitives.fixed_point import UNIT, format_raw
from trade2026.trading.codec import encode_record
from trade2026.trading.journal import Journal, JournalConfig


@pytest.fixture(scope="module")
def played(tmp_path_factory):
    folder = tmp_path_factory.mktemp("desk")
    player = Player(folder, 7)
    player.play(150)
    player.desk.close()
    return folder, player


def order_id_of(event, requests):
    """The plain way: what an event says of itself, or what its client id was used for."""
    if isinstance(event, TradeBooked):
        return 0
    if isinstance(event, OrderHeld):
        return event.order.order_id
    named = event.report if isinstance(event, ReportParked) else event
    if isinstance(event, ReportParked | InvalidTransition):
        return requests.get((named.account_id, named.client_order_id), 0)
    return getattr(event, "order_id", 0)


def naive(player):
    """Number, place, name and booking of each step, by order."""
    found: dict[Any, Any] = {}
    requests: dict[Any, Any] = {}
    for seq, command, events in player.desk.numbered():
        for n, event in enumerate(events):
            order_id = order_id_of(event, requests)
            for said in (command, event, getattr(event, "order", None)):
                name = getattr(said, "client_order_id", None)
                account_id = getattr(said, "account_id", None)
                if name and account_id and order_id and not isinstance(event, OrderDenied | ReplaceRefused):
                    requests.setdefault((account_id, name), order_id)
            if order_id:
                booked = events[n + 1] if isinstance(event, OrderFilled | FillBusted) else None
                found.setdefault(order_id, []).append((seq, n, type(event).__name__, booked))
    return found


async def whole_life(models, order_id, limit):
    steps, cursor = [], None
    while True:
        page = await models.order_life(order_id, None, limit, cursor)
        assert len(page.items) <= limit
        steps += page.items
        cursor = page.next_cursor
        if cursor is None:
            return steps


def compare(folder, player, orders, limit):
    expected = naive(player)

    async def main():
        models = await follow(folder)
        try:
            return {each: await whole_life(models, each, limit) for each in orders}
        finally:
            await models.aclose()

    found = asyncio.run(main())
    instruments = player.desk.core.engines.ledger.instruments
    for order_id, steps in found.items():
        wanted = expected[order_id]
        assert [(each.seq, each.n, each.type) for each in steps] == [each[:3] for each in wanted], order_id
        for step, (_, _, _, booked) in zip(steps, wanted, strict=True):
            lines = () if booked is None else postings(booked, instruments)
            assert [(each.account, each.commodity, each.amount) for each in step.postings] == [
                (line.kind.value, line.commodity, format_raw(amount)) for line, amount in lines
            ]
            assert step.title
            assert all(each.name and each.value for each in step.evidence)
    return found


def test_every_order_has_its_whole_life(played):
    folder, player = played
    found = compare(folder, player, sorted(naive(player)), 1000)
    kinds = {step.type for steps in found.values() for step in steps}
    assert {"OrderApproved", "OrderFilled", "OrderCanceled", "OrderPendingReplace", "OrderRepeated"} <= kinds


@pytest.mark.parametrize(("entries_max", "orders_max"), [(1, 10**6), (50, 10**6), (10**6, 5)])
def test_what_is_no_longer_remembered_is_found_in_the_journal(played, monkeypatch, entries_max, orders_max):
    folder, player = played
    monkeypatch.setattr(order_lives.OrderLives.__init__, "__defaults__", (entries_max, orders_max))
    orders = sorted(naive(player))
    compare(folder, player, [*orders[:3], *orders[-3:]], 2)


def test_a_foreign_or_unknown_order_has_no_life(played):
    folder, player = played
    order_id = next(iter(naive(player)))

    async def main():
        models = await follow(folder)
        try:
            assert await models.order_life(10**6, None) is None
            assert await models.order_life(order_id, frozenset()) is None
            with pytest.raises(InputError):
                await models.order_life(order_id, None, 10, "nonsense")
            with pytest.raises(InputError):
                await models.order_life(order_id, None, 0)
        finally:
            await models.aclose()

    asyncio.run(main())


def nobody(account_id: str, client_order_id: str) -> int:
    """No client order id is known."""
    return 0


@pytest.mark.parametrize("entries_max", [1, 7, 64, 10_000])
def test_the_index_remembers_the_latest_and_says_what_it_forgot(entries_max):
    chance = Random(entries_max)
    lives = OrderLives(new_state(), nobody, entries_max)
    record = lives.handlers()[OrderAcknowledged]
    moment = Moment()
    kept: list[Any] = []
    whole: dict[Any, Any] = {}
    for seq in range(1, 500):
        moment.seq = seq
        for order_id in chance.choices(range(1, 9), k=2):
            record(moment, OrderAcknowledged(order_id, 0, ""))
            if (order_id, seq) not in kept:
                kept = [*kept, (order_id, seq)][-entries_max:]
                whole.setdefault(order_id, []).append(seq)
    for order_id in range(1, 10):
        remembered = [seq for each, seq in kept if each == order_id]
        found, is_whole = lives.frames(order_id)
        assert found == remembered
        assert is_whole == (found == whole.get(order_id, []))


def test_a_number_that_is_no_order_takes_no_memory():
    lives = OrderLives(new_state(), nobody)
    moment = Moment()
    denied = lives.handlers()[OrderDenied]
    for order_id in (1, 10**9, 2**63 - 1):
        denied(moment, OrderDenied(1, "A", "c", order_id, DenialReason.UNKNOWN_ORDER, "no such order"))
        assert lives.frames(order_id) == ([], True)
    assert len(lives._last) == 0


def test_of_old_orders_nothing_is_remembered():
    lives = OrderLives(new_state(), nobody, orders_max=100)
    record, moment = lives.handlers()[OrderAcknowledged], Moment()
    for order_id in range(1, 1_001):
        moment.seq += 1
        record(moment, OrderAcknowledged(order_id, 0, ""))
    assert len(lives._last) == 100
    record(moment, OrderAcknowledged(1, 0, ""))
    assert lives.frames(1) == ([], False)
    assert lives.frames(1_000) == ([1_000], True)
    assert lives.frames(1_001) == ([], True)


def test_every_event_of_an_order_has_words():
    assert set(_SAID) == {*order_lives._NUMBERED, OrderHeld, InvalidTransition, ReportParked}


def test_what_left_the_core_s_memory_is_still_shown(tmp_path):
    desk = stock_desk()
    order_id = desk.submit("a", Side.BUY, 100 * UNIT).order_id
    desk.report("a", ExecType.NEW)
    desk.report("a", ExecType.CANCELED)
    desk.one(RetireOrders(desk.now, (order_id,), ()))
    assert order_id not in desk.oms.orders
    storage = DiskStorage(tmp_path)
    journal = Journal.open(storage, JournalConfig(), KEY)
    for command, events in desk.history:
        journal.append(encode_record(command, events))
    journal.sync()
    journal.close()

    async def main():
        models = await follow(tmp_path)
        try:
            shown = models.order(order_id, None)
            assert shown is not None
            assert shown.status is OrderStatus.CANCELED
            assert len(models.orders(OrderFilter()).items) == 1
            page = await models.order_life(order_id, None)
            assert page is not None
            assert [step.title for step in page.items] == ["Approved", "Taken by the venue", "Canceled"]
        finally:
            await models.aclose()
            storage.close()

    asyncio.run(main())
