"""The simulated market's process: made, served, killed and made anew; its disk and its customers stay."""

import asyncio
import contextvars
import random
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import Any
from unittest.mock import patch

import numpy as np

from tests.simulation.prism_venue.notebook import PrismNotebook, issued_by
from tests.simulation.prism_venue.plan import PrismPlan
from tests.simulation.prism_venue.processes import Process, ProcessLoop
from tests.simulation.simdisk import SimDisk
from tests.simulation.simloop import SimClock
from tests.simulation.simstorage import SimStorage
from tests.simulation.workload import MONEY
from trade2026.adapters.embedded.prism_line import serve
from trade2026.application.prism import run as prism_run
from trade2026.application.prism import trading
from trade2026.application.prism.customers import Customer, shortable_of
from trade2026.application.prism.keeping import Keeper
from trade2026.application.prism.keeping import keeper as keeper_module
from trade2026.application.prism.run import gone_on, make_live_prism, warm_up
from trade2026.application.prism.service import Made, PrismDesk
from trade2026.application.prism.settings import PrismSettings
from trade2026.matching.words import PlaceOrder
from trade2026.model.enums import OrderType, Side, TimeInForce
from trade2026.ports.prism_trading import Question, Reply
from trade2026.primitives.errors import StoreUnavailable
from trade2026.simulation.prism import live
from trade2026.simulation.prism.config import DEFAULT_BOOKS, Informed, Makers, Momentum, Noise, PrismConfig
from trade2026.simulation.prism.live import LivePrism

PATH = "/simulated/prism.sock"
WARM_UP_NS = 3_000_000_000
CONFIG = PrismConfig(
    books=DEFAULT_BOOKS[:2],
    makers=Makers(count=2, levels=2, every_s=1.0, clips=2.0),
    noise=Noise(count=6, per_s=0.6),
    informed=Informed(count=2),
    momentum=Momentum(count=1),
)
"""Fewer traders and less of them than in the market that ships: more seeds, the same code."""
PLENTY = 1 << 40
_SYNC = "sync error"
_DISK_FAULTS = {
    "cannot sync": _SYNC, "a short write": "short write", "No space left": "no room",
    "Input/output error": "write error",
}  # fmt: skip
"""By what an error says: the first that fits."""
CUSTOMERS = {
    "cash": Customer("cash", (("USDT", MONEY),)),
    "margin": Customer("margin", (("USDT", MONEY),), shortable_of(CONFIG)),
}


def _leaves(error: BaseException) -> list[BaseException]:
    """What a group is made of."""
    if not isinstance(error, BaseExceptionGroup):
        return [error]
    return [leaf for each in error.exceptions for leaf in _leaves(each)]


class NotedDesk(PrismDesk):
    """The service, with the notebook at its door."""

    notebook: PrismNotebook
    trouble: list[BaseException]

    async def answer(self, account_id: str, question: Question) -> Reply:
        try:
            self.notebook.asked(account_id, question)
        except AssertionError as error:  # The line would hang up on whoever asked, and say so in its log.
            self.trouble.append(error)
        return await super().answer(account_id, question)


class PrismHouse:
    """What outlives the market's process: its disk, its notebook, its seed."""

    def __init__(self, loop: ProcessLoop, plan: PrismPlan, notebook: PrismNotebook, seed: int) -> None:
        self.loop, self.plan, self.notebook, self.seed = loop, plan, notebook, seed
        self.chance = random.Random(seed + 11_000_003)  # Of its own, as the disk's.
        self.disk = SimDisk(seed + 13_000_003, latency_s=plan.latency_s)
        self.process: Process | None = None
        self.trouble: list[BaseException] = []
        self._lives = 0
        self._doubt: tuple[int | None, str] | None = None
        """How many entries the next start may not find, None for any number, and why."""
        self._is_spoiled = False
        self._clock = SimClock(loop)
        self._prism: LivePrism | None = None
        self._desk: NotedDesk | None = None
        self._issued: dict[str, int] = {}
        self._prices = {f"{book.listing.symbol}.PRISM": book.price_ticks for book in CONFIG.books}

    @contextmanager
    def in_place(self) -> Iterator[None]:
        """The sizes of this plan are the market's while the block runs."""
        with (
            patch.object(live, "PAUSE_S", self.plan.step_s),
            patch.object(prism_run, "_WARM_UP_NS", WARM_UP_NS),
            patch.object(keeper_module, "SHORTEN_BYTES", self.plan.shorten_bytes),
            patch.object(trading, "PAGE_MAX", self.plan.page_max),
        ):
            yield

    @property
    def is_up(self) -> bool:
        """Whether it serves."""
        return self._desk is not None

    def start(self) -> None:
        """Another life of the process."""
        if self.process is not None:
            return
        self._lives += 1
        self.process = Process(self.loop, f"prism {self._lives}")
        main = self.process.spawn(self._main(), "the market's process")
        main.add_done_callback(self._ended)

    def kill(self) -> None:
        """The process ends where it stands."""
        if self.process is None:
            return
        if self._prism is not None:
            self.notebook.check_sums(self._prism.clearing, self._issued)
        if self.chance.random() < self.plan.prism.power_lost:
            self.disk.power_loss()
            self._doubt = None, "the market's power"
            self.notebook.counts["market's power lost"] += 1
        else:
            self.disk.kill()
        self._end()
        self.notebook.counts["market killed"] += 1

    def _end(self) -> None:
        """Nothing of the process runs any more."""
        process, self.process, self._prism, self._desk = self.process, None, None, None
        assert process is not None, "there is a process"
        process.kill()

    def _kill_for_a_while(self) -> None:
        """Right behind an entry of the log: nobody may have been told of it."""
        if self.is_up:
            self.notebook.counts["market killed at an entry"] += 1
            self.kill()
            away_s = self.chance.random() * self.plan.prism.away_s
            self.loop.call_later(away_s, self.start, context=contextvars.Context())

    # ------------------------------------------------------------------------------------------- the disk

    def spoil(self, chance: random.Random) -> None:
        """The next operation of a kind fails, and the one after it works; or there is no room for a while."""
        disk, self._is_spoiled = self.disk, True
        kind = chance.choice(("sync_errors", "write_errors", "short_writes", "full"))
        if kind != "full":
            setattr(disk.faults, kind, 1)
            return
        disk.capacity = disk.used() + chance.randint(0, 2_000)
        length_s = chance.random() * self.plan.prism.full_s
        self.loop.call_later(length_s, self._make_room, context=contextvars.Context())

    def mend(self) -> None:
        """The disk is in good order from now on."""
        faults = self.disk.faults
        faults.sync_errors = faults.write_errors = faults.short_writes = 0
        self._make_room()

    def _make_room(self) -> None:
        self.disk.capacity = PLENTY

    def _ended_by_disk(self, failures: list[StoreUnavailable]) -> None:
        """It has given up, as it must, and is started again after a while."""
        if self.process is None:
            return
        kinds = {next(kind for text, kind in _DISK_FAULTS.items() if text in str(each)) for each in failures}
        for kind in kinds:
            self.notebook.counts[f"market ended by its disk: {kind}"] += 1
        # A sync that failed has lost what it was for; a write has at most not been done itself.
        self._doubt = (None, "a sync") if _SYNC in kinds or self._doubt is not None else (1, "a write")
        self.disk.kill()
        self._end()
        away_s = 0.2 + self.chance.random() * self.plan.prism.away_s
        self.loop.call_later(away_s, self.start, context=contextvars.Context())

    # ------------------------------------------------------------------------------------------ from outside

    def price(self, instrument_id: str) -> int:
        """Where a book's price is, or was when somebody looked last, raw."""
        if self._prism is not None:
            mids = self._prism._market.mids()
            for book, mid in zip(CONFIG.books, mids, strict=True):
                self._prices[f"{book.listing.symbol}.PRISM"] = round(mid)
        for book in CONFIG.books:
            if f"{book.listing.symbol}.PRISM" == instrument_id:
                return self._prices[instrument_id] * book.listing.tick_size
        raise KeyError(instrument_id)

    def enter_by_hand(self) -> None:
        """Somebody with a key for an account trades through the market's other door."""
        prism, process = self._prism, self.process
        if prism is None or process is None or not self.is_up:
            return
        self.notebook.counts["order by hand"] += 1
        number, side = self.chance.randrange(len(CONFIG.books)), self.chance.choice(list(Side))
        owner, book = self.chance.choice(sorted(CUSTOMERS)), CONFIG.books[number]
        price = self.price(f"{book.listing.symbol}.PRISM") // book.listing.tick_size
        ticks = round(price * (1 + self.chance.uniform(-0.001, 0.001)))
        order = PlaceOrder(
            prism.next_order_id(), owner, side, OrderType.LIMIT, TimeInForce.GTC,
            self.chance.randint(1, 4) * book.clip_lots // 4, ticks,
        )  # fmt: skip

        async def enter() -> None:
            with suppress(StoreUnavailable):  # Its owner is told nothing, and the process ends.
                await prism.request(owner, number, order)

        process.spawn(enter(), "an order by hand")

    def check_kept(self) -> None:
        """After its end, what a start would find is what the notebook says."""
        self.notebook.check_kept(Keeper(SimStorage(self.disk, "auditor"), self._clock.now_ns).state)
        self.notebook.check_trades()
        self.disk.kill()

    def _ended(self, task: "asyncio.Task[Any]") -> None:
        error = None if task.cancelled() else task.exception()
        if error is None:
            return
        leaves = _leaves(error)
        failures = [each for each in leaves if isinstance(each, StoreUnavailable)]
        if self._is_spoiled and len(failures) == len(leaves):
            self._ended_by_disk(failures)
        else:
            self.trouble += leaves

    async def _main(self) -> None:
        """As `bootstrap.roles.prism` does."""
        storage = SimStorage(self.disk, f"prism {self._lives}")
        keeper = Keeper(storage, self._clock.now_ns)
        if self._doubt is not None:
            self.notebook.settle(keeper.state, *self._doubt)
            self._doubt = None
        self.notebook.check_kept(keeper.state)
        self._note_entries(keeper, storage)
        counts = self.notebook.counts
        counts["market begun anew with orders open"] += any(keeper.state.open_orders())
        keeper.begin()
        settings = PrismSettings(seed=self.seed)
        self._prism = prism = make_live_prism(
            gone_on(CONFIG, keeper.state.prices), settings, self._clock, keeper.now_ns(),
            np.random.default_rng,
        )  # fmt: skip
        prism.subscribe(lambda report: self.notebook.happened(keeper.run, report))  # Also what is not kept.
        desk = NotedDesk(prism, prism.clearing, keeper, self._clock, Made(self.seed, 1.0), CUSTOMERS.get)
        desk.notebook, desk.trouble = self.notebook, self.trouble
        for customer in CUSTOMERS.values():
            desk.open_account(customer)
        self._issued = issued_by(prism.clearing)
        warm_up(prism, keeper.now_ns)
        await serve(PATH, desk)
        self._desk = desk
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(prism.run())
                tasks.create_task(desk.run())
        except BaseExceptionGroup:
            with suppress(StoreUnavailable):
                desk.close()
            raise

    def _note_entries(self, keeper: Keeper, storage: SimStorage) -> None:
        append, notebook = keeper._log.append, self.notebook

        def noted(payload: bytes) -> None:
            try:
                append(payload)
            except StoreUnavailable:
                if not storage.is_dead:
                    notebook.tried(payload)
                raise
            notebook.wrote(payload)
            share = self.plan.prism.killed_at_entry
            if share and self.is_up and self.chance.random() < share:
                self.loop.call_soon(self._kill_for_a_while, context=contextvars.Context())

        keeper._log.append = noted  # type: ignore[method-assign]
        begin_anew = keeper._log.begin_anew

        def counted(payloads: Iterable[bytes]) -> None:
            notebook.counts["log made short while it ran"] += self.is_up
            begin_anew(payloads)

        keeper._log.begin_anew = counted  # type: ignore[method-assign]
