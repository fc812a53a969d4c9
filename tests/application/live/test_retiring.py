"""A running desk lets closed orders go, and goes on answering for them."""

import asyncio
from itertools import pairwise
from typing import Any

import msgspec

from tests.application.live.sim_desk import KO, PAUSED, SimDesk
from tests.simulation import simloop
from tests.simulation.simdisk import SimDisk
from tests.simulation.simindex import IndexMedium, SimRetiredIndex
from trade2026.application.live.assemble import open_desk
from trade2026.application.live.retiring import BATCH, PAUSE_S, closed
from trade2026.model.enums import OrderType, Side, TimeInForce
from trade2026.model.events import OrderApproved, OrderDenied, OrderRefused, OrderRepeated, OrdersRetired
from trade2026.ports.core_link import CancelAllIntent, PreviewIntent, SubmitIntent
from trade2026.primitives.fixed_point import UNIT
from trade2026.trading.codec import decode_record
from trade2026.trading.journal import frames

FEW = msgspec.structs.replace(PAUSED, closed_orders_in_memory=100)


class IndexedDesk(SimDesk):
    """A desk whose index is on a medium of its own."""

    def __init__(self, loop: simloop.SimLoop, disk: SimDisk, medium: IndexMedium) -> None:
        super().__init__(loop, disk, FEW)
        self.medium = medium

    async def open(self) -> "IndexedDesk":
        self.index = SimRetiredIndex(self.medium)
        from tests.application.live.sim_desk import services

        self.desk = await open_desk(
            self._config, services(self._loop), self.storage, self._journal, pid=1, spawn=self._spawn,
            tell=self.told.append, note=self.notes.append, open_index=lambda: self.index,
        )  # fmt: skip
        self._spawn(self.desk.feed.run(), "feed")
        assert self.desk.retiring is not None
        self._spawn(self.desk.retiring.run(blink), "retiring")
        await self.until(lambda: bool(self.desk.core.engines.ledger.marks))
        return self

    @property
    def oms(self) -> Any:
        return self.desk.core.engines.oms

    async def trade(self, prefix: str, count: int) -> None:
        """So many orders, canceled."""
        await self.ask(*(order(f"{prefix}{number}") for number in range(count)))
        await self.ask(CancelAllIntent(f"end-{prefix}", "me", "", "", ""))
        await self.until(lambda: not self.oms.accounts["PAPER"].open_orders)


async def blink() -> None:
    await asyncio.sleep(0.05)


def order(name: str, *, lots: int = 1) -> SubmitIntent:
    return SubmitIntent(
        "PAPER", name, "me", "", KO, Side.BUY, OrderType.LIMIT, TimeInForce.GTC, lots * UNIT, UNIT
    )


def run(*stories: Any) -> list[IndexedDesk]:
    """Each story in a life of its own, on one disk and one index."""
    disk, medium = SimDisk(3), IndexMedium()
    lives: list[IndexedDesk] = []
    for number, story in enumerate(stories):

        async def main(loop: simloop.SimLoop, story: Any = story) -> None:
            desk = await IndexedDesk(loop, disk, medium).open()
            lives.append(desk)
            await desk.entitle()
            await story(desk)
            await desk.close()

        simloop.run(number, main)
    return lives


def retired(desk: IndexedDesk) -> list[OrdersRetired]:
    return [
        event
        for frame in frames(desk.storage)
        for event in decode_record(frame.payload, frame.seq)[1]
        if type(event) is OrdersRetired
    ]


async def fill_memory(desk: IndexedDesk) -> None:
    """Three hundred orders come and go; those that stay are the younger ones."""
    await desk.ask(order("open"))
    for name in ("a", "b", "c"):
        await desk.trade(name, 100)
        await desk.ask(order(f"refused-{name}", lots=10**9))
    await desk.until(lambda: closed(desk.oms) <= 100 and not desk.index.waiting)


def test_the_older_half_of_what_is_closed_goes_and_what_is_open_stays():
    async def story(desk: IndexedDesk) -> None:
        await fill_memory(desk)
        assert closed(desk.oms) > 40
        assert desk.oms.retirements >= 2
        kept = set(desk.oms.orders)
        done = [order_id for order_id in kept if desk.oms.orders[order_id].done_reason is not None]
        gone = {order_id for event in retired(desk) for order_id in event.order_ids}
        assert max(gone) < min(done)
        assert all(len(event.order_ids) + len(event.refused) <= 2 * BATCH for event in retired(desk))
        assert gone | kept == set(range(1, desk.oms.next_order_id))
        await desk.ask(CancelAllIntent("end", "me", "", "", ""))

    run(story)


def test_they_go_a_few_at_a_time_with_pauses_between():
    """So many in one go held everybody up, in the core and wherever it is followed."""
    most, disk, medium = 400, SimDisk(3), IndexMedium()

    async def main(loop: simloop.SimLoop) -> None:
        desk = IndexedDesk(loop, disk, medium)
        desk._config = msgspec.structs.replace(PAUSED, closed_orders_in_memory=most)
        await desk.open()
        await desk.entitle()
        for name in ("a", "b"):
            await desk.trade(name, most // 2)
        assert desk.oms.retirements == 0
        await desk.trade("c", 1)
        times: list[float] = []
        while len(times) < desk.oms.retirements or closed(desk.oms) > most // 2:
            if len(times) < desk.oms.retirements:
                times.append(loop.time())
            await asyncio.sleep(0.001)
        assert len(times) >= most // 2 // BATCH
        assert all(later - sooner >= PAUSE_S for sooner, later in pairwise(times))
        assert all(len(event.order_ids) <= BATCH for event in retired(desk))
        await desk.close()

    simloop.run(1, main)


def test_what_has_left_is_answered_as_before_also_after_a_start():
    async def ask(desk: IndexedDesk) -> None:
        assert type(await desk.one(order("a1"))) is OrderRepeated
        assert type(await desk.one(order("a2", lots=2))) is OrderDenied
        assert type(await desk.one(PreviewIntent(order("a3", lots=2)))) is OrderDenied
        assert type(await desk.one(order("refused-a", lots=10**9))) is OrderRefused
        assert type(await desk.one(PreviewIntent(order("new")))) is OrderApproved

    async def first(desk: IndexedDesk) -> None:
        await fill_memory(desk)
        await ask(desk)

    _, second = run(first, ask)
    assert any("recovered" in note for note in second.notes)


def test_a_start_without_the_index_fills_it_again():
    async def second(desk: IndexedDesk) -> None:
        assert len(desk.medium.batches) == desk.oms.retirements > 0
        assert type(await desk.one(order("a1"))) is OrderRepeated

    async def first(desk: IndexedDesk) -> None:
        await fill_memory(desk)
        await desk.desk.keeper.keep()  # A snapshot that the emptied index does not cover.

    async def lose(desk: IndexedDesk) -> None:
        await desk.trade("d", 1)

    disk, medium = SimDisk(3), IndexMedium()

    def live(number: int, story: Any) -> None:
        async def main(loop: simloop.SimLoop) -> None:
            desk = await IndexedDesk(loop, disk, medium).open()
            await desk.entitle()
            await story(desk)
            await desk.close()

        simloop.run(number, main)

    live(0, first)
    medium.batches.clear()
    live(1, second)
    live(2, lose)


def test_an_index_that_cannot_be_written_keeps_orders_in_memory_and_says_so_once():
    async def story(desk: IndexedDesk) -> None:
        desk.medium.is_full = True
        for name in ("a", "b", "c"):
            await desk.trade(name, 100)
        await desk.until(lambda: any("closed orders stay in memory" in note for note in desk.notes))
        await asyncio.sleep(1)
        assert len([note for note in desk.notes if "stay in memory" in note]) == 1
        assert type(await desk.one(order("a1"))) is OrderRepeated
        desk.medium.is_full = False
        await desk.until(lambda: closed(desk.oms) <= 100 and not desk.index.waiting)
        assert type(await desk.one(order("b1"))) is OrderRepeated

    run(story)


def test_a_desk_without_an_index_keeps_everything():
    async def main(loop: simloop.SimLoop) -> None:
        desk = await SimDesk(loop, SimDisk(1), FEW).open()
        assert desk.desk.retiring is None
        await desk.close()

    simloop.run(1, main)
