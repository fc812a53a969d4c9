"""A world with the simulated market in it: the desk's disk, the market's process, and a life before it."""

import random
from typing import TypeVar

import msgspec

from tests.simulation.edge_life import EdgeLife
from tests.simulation.faults import FaultyVenue
from tests.simulation.order_workload import OrderWorkload
from tests.simulation.prism_venue.house import CONFIG, PATH, PrismHouse
from tests.simulation.prism_venue.notebook import PrismNotebook
from tests.simulation.prism_venue.plan import PrismPlan
from tests.simulation.prism_venue.processes import ProcessLoop
from tests.simulation.simloop import SimClock
from tests.simulation.timeline import Timeline
from tests.simulation.workload import Goods, Workload
from tests.simulation.world import World
from trade2026.adapters.embedded.prism_line import PrismConnection
from trade2026.adapters.venues.prism import PrismVenue
from trade2026.application.prism.instruments import instruments_of
from trade2026.model.commands import Command, ReplaceOrder, SubmitOrder, TransferCash
from trade2026.model.enums import AccountType, Environment, Side, TimeInForce
from trade2026.model.events import OrderApproved
from trade2026.model.instrument import Instrument
from trade2026.model.limits import Account
from trade2026.oms.state import Working
from trade2026.ports.prism import PrismHello

GOODS = Goods(
    {each.instrument_id: each for each in instruments_of(CONFIG)},
    {},  # The market says what they are.
    (
        Account("cash", AccountType.CASH, "USDT", Environment.PAPER, ("desk",)),
        Account("margin", AccountType.MARGIN, "USDT", Environment.PAPER, ("desk",)),
    ),
    Environment.PAPER,
    ("USDT",),
    (TimeInForce.DAY, TimeInForce.GTC, TimeInForce.GTC, TimeInForce.IOC),
    unrouted="",
)
_Order = TypeVar("_Order", SubmitOrder, ReplaceOrder)
_NEAR = 0.05
"""Prices are so much closer to the market's than in the other stories: it moves little in a minute."""


class PrismWorkload(OrderWorkload):
    """Orders near the market's prices, in days that end, and mostly such as can be done."""

    house: PrismHouse
    day_ns: int

    def _today(self, command: _Order, now: int) -> _Order:
        """The same with the bounds of the day that it is given in, as a calendar would have them."""
        begin = now // self.day_ns * self.day_ns
        return msgspec.structs.replace(command, session_open=begin, session_close=begin + self.day_ns)

    def _price(self, instrument: Instrument, band: float) -> int:
        near = self.chance.uniform(-_NEAR * band, _NEAR * band)
        price = self.house.price(instrument.instrument_id) * (1 + near)
        return int(price) // instrument.tick_size * instrument.tick_size

    def _submit(self, now: int) -> SubmitOrder:
        """An account that cannot sell short mostly buys."""
        command = self._today(super()._submit(now), now)
        is_plain = command.instructions is None and command.side is Side.SELL
        if is_plain and command.account_id == "cash" and self.chance.random() < 0.6:
            return msgspec.structs.replace(command, side=Side.BUY)
        return command

    def _replace(self, now: int) -> ReplaceOrder:
        return self._today(super()._replace(now), now)

    def _recent(self) -> OrderApproved:
        """Mostly one that is still open."""
        orders = self.orders()
        found = [
            each
            for each in self.approved[-50:]
            if each.order_id in orders and orders[each.order_id].working is not Working.DONE
        ]
        return self.chance.choice(found) if found and self.chance.random() < 0.8 else super()._recent()


class PrismWorld(World):
    """One seed. `make_line` gives each life a venue of its own: an adapter lives in the desk's process."""

    house: PrismHouse
    plan: PrismPlan

    def __init__(self, seed: int, plan: PrismPlan, loop: ProcessLoop) -> None:
        self.loop = loop
        super().__init__(seed, plan, GOODS)
        self.house = PrismHouse(loop, plan, self.market, seed)
        assert isinstance(self.workload, PrismWorkload)
        self.workload.house, self.workload.day_ns = self.house, plan.day_ns
        self.workload.reach_bps = 10
        self.line_chance = random.Random(seed + 17_000_003)

    def make_market(self) -> None:
        """The notebook; the market itself is a process."""
        assert self.plan.edge is not None
        listings = {each.listing.symbol: each.listing for each in CONFIG.books}
        self.market = PrismNotebook(self.plan.edge.terms, listings)

    def make_workload(self) -> Workload:
        """What clients ask for."""
        return PrismWorkload(self.chance, GOODS)

    def make_line(self, clock: SimClock) -> None:
        """The adapter and its sockets, with the faults of the plan before it."""
        assert self.plan.edge is not None
        lines = [
            PrismConnection(
                PATH, PrismHello("desk", account.account_id, False),
                answer_within_ns=self.plan.answer_within_ns,
            )
            for account in GOODS.accounts
        ]  # fmt: skip
        self.keep_counts()
        self.venue = FaultyVenue(
            PrismVenue(lines, clock, self.plan.edge.terms), self.line_chance, self.plan.line, Timeline(),
            self._inspect,
        )  # fmt: skip

    def keep_counts(self) -> None:
        """What the line of a life counted is this seed's."""
        if hasattr(self, "venue"):
            self.counts += self.venue.counts
            self.venue.counts.clear()

    def check_trouble(self) -> None:
        """Raise the first of what callbacks raised, or the market's process ended by."""
        super().check_trouble()
        if self.house.trouble:
            raise self.house.trouble[0]


class PrismLife(EdgeLife):
    """A life of the desk in front of it."""

    world: PrismWorld

    def _attach(self) -> None:
        self.world.make_line(self.clock)
        super()._attach()

    def _set_up(self) -> list[Command]:
        """What a life before has paid in is not paid in again: the market opens an account once."""
        books = self.core.engines.ledger.accounts
        paid = {name for name, book in books.items() if book.cash}
        return [
            each
            for each in super()._set_up()
            if not (isinstance(each, TransferCash) and each.account_id in paid)
        ]

    def _deposit(self) -> None:
        """The market opens its accounts with what the books have paid in."""

    def _price(self, instrument_id: str) -> int:
        tick = self.world.goods.instruments[instrument_id].tick_size
        near = self.chance.uniform(-0.0005, 0.0005)
        return int(self.world.house.price(instrument_id) * (1 + near)) // tick * tick

    def unsettled(self) -> str:
        """Beside that: what the market still has open, of nobody's here too."""
        found = super().unsettled()
        open_there = [order.ids for order in self.world.market.open_orders()]
        return found or (f"the market still has {open_there} open" if open_there else "")
