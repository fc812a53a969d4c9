"""Following a journal that is being written: what is told, what is told again, and what stops it."""

import asyncio
from itertools import pairwise
from random import Random
from typing import Any

import pytest

from tests.application.read_models.journaled import SECOND_NS, JournaledDesk, Player, follow, spawn
from tests.application.read_models.twin import Twin, shown
from tests.engine_harness import STOCK
from trade2026.adapters.embedded.disk import DiskStorage
from trade2026.adapters.embedded.history import SqliteHistory
from trade2026.application.read_models import OrderFilter, ReadModels, TailState, Topic
from trade2026.application.read_models.tail import BLOCK, FEW
from trade2026.primitives.errors import InputError
from trade2026.trading.journal import Journal

WAIT_NS = 20 * SECOND_NS
LOSSLESS = (Topic.ORDERS, Topic.FILLS, Topic.ALERTS)


async def reach(models, desk):
    assert await models.wait_for(desk.journal.last_seq, WAIT_NS)


def rows_of(models, topic, from_seq=0, accounts=None, limit=10**6):
    replayed = models.replay_topic(topic, from_seq, accounts, limit)
    assert not replayed.is_gone
    return replayed


def test_every_change_is_told_as_it_was(tmp_path):
    async def main():
        player = Player(tmp_path, 7)
        models = await follow(tmp_path)
        first = models.seq
        told: dict[Topic, list[Any]] = {topic: [] for topic in Topic}
        own: list[Any] = []
        for topic in Topic:
            models.subscribe(topic, told[topic].extend)
        models.subscribe(Topic.ORDERS, own.extend, frozenset({"CASH"}))
        for _ in range(20):
            player.play(6)
            await reach(models, player.desk)
        await models.aclose()
        player.desk.close()
        return player, models, first, told, own

    player, models, first, told, own = asyncio.run(main())
    twin = Twin(player.desk.numbered())
    changes = [change for change in twin.changes if change[0] > first]
    assert [(row.seq, row.account_id, shown(row.view)) for row in told[Topic.ORDERS]] == changes
    assert [row.seq for row in own] == [seq for seq, account_id, _ in changes if account_id == "CASH"]
    fills = [row.view for row in told[Topic.FILLS]]
    assert fills == list(models.fills(OrderFilter(), None, 1000).items)[::-1][-len(fills) :]
    assert [row.seq for row in told[Topic.ALERTS]] == [a[0] for a in twin.alerts() if a[0] > first]
    assert {row.view.account_id for row in told[Topic.ACCOUNTS]} == {"CASH", "MARGIN"}
    last = {(row.view.account_id, row.view.instrument_id): row.view for row in told[Topic.POSITIONS]}
    for view in models.positions(None, include_flat=True).items:
        if view.seq > first:
            assert last[view.account_id, view.instrument_id] == view


@pytest.mark.parametrize("topic", LOSSLESS)
def test_resuming_leaves_no_gap_and_tells_nothing_twice(tmp_path, topic):
    """Subscribers come and go at random; each joins what it missed to what it is told."""

    async def main():
        player, chance = Player(tmp_path, 11), Random(3)
        models = await follow(tmp_path)
        taken, after, unsubscribe = [], 0, None
        for _ in range(40):
            if unsubscribe is None and chance.random() < 0.6:
                while True:
                    replayed = rows_of(models, topic, after + 1, limit=chance.choice((1, 5, 1000)))
                    taken += replayed.rows
                    if replayed.next_from_seq is None:
                        break
                    after = replayed.next_from_seq - 1
                unsubscribe = models.subscribe(topic, taken.extend)
            elif unsubscribe is not None and chance.random() < 0.3:
                unsubscribe()
                unsubscribe, after = None, models.seq
            player.play(3)
            await reach(models, player.desk)
        if unsubscribe is None:
            taken += rows_of(models, topic, after + 1).rows
        everything = rows_of(models, topic).rows
        assert [(row.seq, row.view) for row in taken] == [(row.seq, row.view) for row in everything]
        assert len(taken) > 20
        await models.aclose()
        player.desk.close()

    asyncio.run(main())


def test_what_is_no_longer_kept_is_said_to_be_gone(tmp_path):
    async def main():
        player = Player(tmp_path, 5)
        player.play(40)
        models = await follow(tmp_path, ring=10)
        whole = Twin(player.desk.numbered()).changes
        oldest = whole[-11][0] + 1  # A frame of which a row is gone is gone.
        wanted = [seq for seq, _, _ in whole if seq >= oldest]
        assert models.replay_topic(Topic.ORDERS, 1, None, 100).is_gone
        assert models.replay_topic(Topic.ORDERS, whole[-11][0], None, 100).is_gone
        kept = rows_of(models, Topic.ORDERS, oldest)
        assert [row.seq for row in kept.rows] == wanted
        part = rows_of(models, Topic.ORDERS, oldest, limit=3)
        count = len([seq for seq in wanted if seq <= wanted[2]])
        assert [row.seq for row in part.rows] == wanted[:count]
        assert part.next_from_seq == wanted[count]
        assert rows_of(models, Topic.ORDERS, models.seq + 1).rows == ()
        for topic in set(Topic) - set(LOSSLESS):
            assert rows_of(models, topic).rows
        with pytest.raises(InputError, match="limit at least 1"):
            models.replay_topic(Topic.ORDERS, 1, None, 0)
        await models.aclose()
        player.desk.close()

    asyncio.run(main())


def test_one_who_subscribes_while_others_are_told_gets_nothing_twice(tmp_path):
    async def main():
        desk = JournaledDesk(tmp_path)
        desk.open()
        desk.register(STOCK)
        desk.limit()
        models = await follow(tmp_path)
        late: list[Any] = []

        def join(rows):
            if not late:
                late.extend(rows_of(models, Topic.ORDERS).rows)
                models.subscribe(Topic.ORDERS, late.extend)

        models.subscribe(Topic.ACCOUNTS, join)
        for number in range(30):
            desk.submit(f"c{number}")
        await reach(models, desk)
        desk.submit("last")
        await reach(models, desk)
        assert [row.view.client_order_id for row in late] == [*(f"c{n}" for n in range(30)), "last"]
        await models.aclose()
        desk.close()

    asyncio.run(main())


def test_waiting_for_a_frame(tmp_path):
    async def main():
        desk = JournaledDesk(tmp_path)
        models = await follow(tmp_path)
        assert await models.wait_for(1, 0)
        assert not await models.wait_for(2, SECOND_NS // 1000)
        waiting = [asyncio.ensure_future(models.wait_for(seq, WAIT_NS)) for seq in (4, 2, 3)]
        await asyncio.sleep(0)
        desk.open("A")
        assert await waiting[1]
        assert await waiting[2]
        desk.pay(1, "USD")
        assert await waiting[0]
        last = asyncio.ensure_future(models.wait_for(99, WAIT_NS))
        await asyncio.sleep(0)
        await models.aclose()
        assert not await last
        assert not await models.wait_for(99, WAIT_NS)
        assert await models.wait_for(desk.journal.last_seq, WAIT_NS)
        desk.close()

    asyncio.run(main())


def test_following_goes_on_while_the_desk_is_down_and_after_it_is_back(tmp_path):
    async def main():
        desk = JournaledDesk(tmp_path)
        models = await follow(tmp_path)
        desk.open("A")
        await reach(models, desk)
        desk.journal.close()
        await asyncio.sleep(0.3)
        assert models.state is TailState.LIVE
        desk.open_journal()
        desk.open("B")
        await reach(models, desk)
        assert [view.account_id for view in models.accounts(None).items] == ["A", "B"]
        await models.aclose()
        desk.close()

    asyncio.run(main())


def test_progress_is_told_and_an_empty_folder_is_waited_for(tmp_path):
    async def main():
        models = await follow(tmp_path)
        assert (models.state, models.seq, models.wall_ns) == (TailState.LIVE, 0, None)
        assert models.orders(OrderFilter()).items == ()
        player = Player(tmp_path, 1)
        await reach(models, player.desk)
        told: list[int] = []
        again = await follow(tmp_path, progress=told.append)
        assert told[-1] == again.seq == player.desk.journal.last_seq
        await again.aclose()
        await models.aclose()
        await models.aclose()
        player.desk.close()

    asyncio.run(main())


def test_little_is_applied_in_a_turn_and_more_only_while_it_is_behind(tmp_path):
    """So that other work waits for a few frames, and a long tail is caught up with all the same."""

    async def main():
        player = Player(tmp_path, 5)
        models = await follow(tmp_path)
        seen = []
        for steps in (150, 1):  # None of them gives the tail a turn.
            first = models.seq
            player.play(steps)
            seen.append([first])
            while models.seq < player.desk.journal.last_seq:
                await asyncio.sleep(0)
                if models.seq != seen[-1][-1]:
                    seen[-1].append(models.seq)
        await models.aclose()
        player.desk.close()
        return seen

    long, short = ([later - each for each, later in pairwise(seqs)] for seqs in asyncio.run(main()))
    assert sum(long) > 8 * FEW
    assert long[:3] == [FEW, 2 * FEW, 4 * FEW]
    assert max(long) <= BLOCK
    assert max(short) <= FEW, "it has caught up: little again"


def damaged(tmp_path, name, offset):
    path = min(tmp_path.glob(name))
    data = bytearray(path.read_bytes())
    data[offset] ^= 1
    path.write_bytes(data)


def test_damage_fails_loudly_and_keeps_what_was_before_it(tmp_path):
    player = Player(tmp_path, 2)
    player.play(100)
    player.desk.close()
    assert len(list(tmp_path.glob("segment-*"))) > 1
    whole = player.desk.numbered()
    damaged(tmp_path, "segment-*", 30_000)

    async def main():
        models = await follow(tmp_path)
        assert models.state is TailState.FAILED
        assert "restore this folder from a backup" in models.reason
        assert 0 < models.seq < len(whole)
        assert not await models.wait_for(len(whole), WAIT_NS)
        rows = Twin(whole[: models.seq]).orders
        assert [shown(each) for each in models.orders(OrderFilter(), 1000).items] == [
            order.row() for order in reversed(rows)
        ]
        await models.aclose()
        assert models.state is TailState.FAILED

    asyncio.run(main())


def test_damage_that_appears_while_following_wakes_those_who_wait(tmp_path):
    async def main():
        desk = JournaledDesk(tmp_path)
        models = await follow(tmp_path)
        waiting = asyncio.ensure_future(models.wait_for(50, WAIT_NS))
        await asyncio.sleep(0)
        desk.open("A")
        await reach(models, desk)
        end = models._tail._reader.position.offset
        for number in range(3):
            desk.sequencer.execute(desk.order(f"c{number}"))
        desk.journal.write()
        damaged(tmp_path, "segment-*", end + 60)
        desk.sequencer.flush()
        assert not await waiting
        assert models.state is TailState.FAILED
        assert "the writer says frame" in models.reason
        assert models.order_by_client_id("A", "c0", None) is None
        await models.aclose()
        desk.close()

    asyncio.run(main())


def test_a_frame_of_another_version_fails(tmp_path):
    storage = DiskStorage(tmp_path)
    desk = JournaledDesk(tmp_path)
    desk.open("A")
    desk.close()
    journal = Journal.open(storage, desk.config, b"key of the tests")
    journal.append(b"\x92\x01\x02")
    journal.close()

    async def main():
        models = ReadModels(storage, spawn, SqliteHistory(":memory:"))
        await models.start()
        assert models.state is TailState.FAILED
        assert "no record of this version" in models.reason
        assert models.account("A", None) is not None
        await models.aclose()
        storage.close()

    asyncio.run(main())


def test_a_callback_that_raises_is_not_passed_over(tmp_path):
    async def main():
        desk = JournaledDesk(tmp_path)
        models = await follow(tmp_path)

        def broken(rows):
            raise ValueError("broken callback")

        models.subscribe(Topic.ACCOUNTS, broken)
        desk.open("A")
        await models.wait_for(desk.journal.last_seq + 1, WAIT_NS)
        assert models.state is TailState.FAILED
        assert "broken callback" in models.reason
        await models.aclose()
        desk.close()

    asyncio.run(main())
