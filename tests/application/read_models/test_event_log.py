"""Events paged from the journal: all of them, in both directions, searched, hidden, and within bounds."""

import asyncio

import pytest

from tests.application.read_models.journaled import Player, follow
from trade2026.application.read_models import TailState
from trade2026.application.read_models.event_log import EventQuery
from trade2026.primitives.errors import HashMismatch, InputError


@pytest.fixture(scope="module")
def played(tmp_path_factory):
    folder = tmp_path_factory.mktemp("desk")
    player = Player(folder, 4)
    player.play(400)
    player.desk.close()
    return folder, player


_BEGINNINGS = ("OrderApproved", "OrderHeld", "OrderAdopted")


def naive(player):
    """Number, place, name and event of each, the oldest first."""
    return [
        (seq, n, type(event).__name__, event)
        for seq, _, events in player.desk.numbered()
        for n, event in enumerate(events)
    ]


def ask(folder, call):
    async def main():
        models = await follow(folder)
        try:
            return await call(models)
        finally:
            await models.aclose()

    return asyncio.run(main())


async def pages(models, query, limit):
    found, cursor = [], None
    while True:
        page = await models.events(query, limit, cursor)
        assert len(page.items) <= limit
        found += page.items
        cursor = page.next_cursor
        if cursor is None:
            return found


@pytest.mark.parametrize("oldest_first", [False, True])
@pytest.mark.parametrize("limit", [1, 37, 1000])
def test_all_events_come_once_and_in_order(played, oldest_first, limit):
    folder, player = played
    expected = [(seq, n, name) for seq, n, name, _ in naive(player)]
    last = expected[-1][0]
    first = 1 if limit > 1 else last - 40
    expected = [each for each in expected if each[0] >= first]
    query = EventQuery(first_seq=first, oldest_first=oldest_first)
    found = ask(folder, lambda models: pages(models, query, limit))
    assert [(view.seq, view.n, view.type) for view in found] == expected[:: 1 if oldest_first else -1]


@pytest.mark.parametrize(
    ("change", "keep"),
    [
        ({"types": ("OrderFilled", "RateSet")}, lambda name, event: name in ("OrderFilled", "RateSet")),
        ({"text": "jpy"}, lambda name, event: "JPY" in repr(event) and name != "OrdersRecalled"),
        ({"text": "markSrec"}, lambda name, event: name == "MarksRecorded"),
        (
            {"accounts": frozenset({"CASH"}), "types": ("OrderFilled", "OrderRefused", "OrderDenied")},
            lambda name, event: (
                name in ("OrderFilled", "OrderRefused", "OrderDenied") and event.account_id == "CASH"
            ),
        ),
        ({"first_seq": 20, "last_seq": 90, "types": ("OrderApproved",)}, None),
        ({"text": "no such thing"}, lambda name, event: False),
    ],
)
def test_what_is_asked_for_is_found(played, change, keep):
    folder, player = played
    if keep is None:
        expected = [(s, n) for s, n, name, _ in naive(player) if 20 <= s <= 90 and name == "OrderApproved"]
    else:
        expected = [(seq, n) for seq, n, name, event in naive(player) if keep(name, event)]
    found = ask(folder, lambda models: pages(models, EventQuery(**change), 50))
    assert [(view.seq, view.n) for view in found] == expected[::-1]


def test_events_of_foreign_accounts_are_hidden(played):
    folder, player = played
    found = ask(folder, lambda models: pages(models, EventQuery(accounts=frozenset({"CASH"})), 1000))
    asked = [getattr(event, "order", event) for _, _, name, event in naive(player) if name in _BEGINNINGS]
    owners = {order.order_id: order.account_id for order in asked}
    for view in found:
        account_id = view.data.get("account_id")
        if view.data.get("order_id"):
            account_id = owners[view.data["order_id"]]
        assert account_id in (None, "CASH"), view
        assert view.data.get("target") != "s"
        assert view.data.get("run_id") != "s"


def test_the_work_for_one_page_is_bounded(played):
    folder, _ = played

    async def call(models):
        found, cursor, rounds = 0, None, 0
        while rounds == 0 or cursor is not None:
            query = EventQuery(types=("RunStarted",))
            page = await models._events.page(query, 1000, cursor, models.seq, scan_max=100)
            found, cursor, rounds = found + len(page.items), page.next_cursor, rounds + 1
        return found, rounds, models.seq

    found, rounds, seq = ask(folder, call)
    assert found > 1
    assert 1 < rounds <= seq // 100 + 2


def test_new_events_do_not_shift_a_page(tmp_path):
    async def main():
        player = Player(tmp_path, 6)
        player.play(20)
        models = await follow(tmp_path)
        first = await models.events(EventQuery(), 10)
        whole = naive(player)
        player.play(20)
        assert await models.wait_for(player.desk.journal.last_seq, 20 * 10**9)
        second = await models.events(EventQuery(), 10, first.next_cursor)
        shown = [(view.seq, view.n) for view in first.items + second.items]
        assert shown == [(seq, n) for seq, n, _, _ in whole[::-1][:20]]
        await models.aclose()
        player.desk.close()

    asyncio.run(main())


def test_questions_are_checked(played):
    folder, _ = played

    async def call(models):
        for query in (EventQuery(first_seq=0), EventQuery(last_seq=0), EventQuery(types=("Nothing",))):
            with pytest.raises(InputError, match="must be"):
                await models.events(query)
        for cursor in ("", "x", "bzo1", "é", "ZTotMQ"):
            with pytest.raises(InputError, match="cursor must be the next_cursor"):
                await models.events(EventQuery(), 10, cursor)
        with pytest.raises(InputError, match=r"limit must be in \[1, 1000\], was 0"):
            await models.events(EventQuery(), 0)

    ask(folder, call)


def test_damage_found_while_paging_is_told_and_kept(tmp_path):
    player = Player(tmp_path, 9)
    player.play(100)
    player.desk.close()

    async def main():
        models = await follow(tmp_path)
        assert models.reason == ""
        path = min(tmp_path.glob("segment-*"))
        data = bytearray(path.read_bytes())
        data[20_000] ^= 1
        path.write_bytes(data)
        with pytest.raises(HashMismatch):
            await pages(models, EventQuery(), 1000)
        assert models.state is TailState.FAILED
        await models.aclose()

    asyncio.run(main())
