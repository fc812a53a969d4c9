"""A world with the simulated market in it: the desk's disk, the market's process, and a life before it."""

import random

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
from trade2026.model.commands import Command, TransferCash
from trade2026.model.enums import AccountType, Environment, TimeInForce
from trade2026.model.instrument import Instrument, crypto_spot
from trade2026.model.limits import Account
from trade2026.ports.prism import PrismHello

_DARK = msgspec.structs.replace(crypto_spot("ADAUSDT", "PRISM"), instrument_id="DARK.PRISM", base_currency="DARK")
_LISTED = {each.instrument_id: each for each in instruments_of(CONFIG)}
GOODS = Goods(
    {**_LISTED, _DARK.instrument_id: _DARK},
    {"BTCUSDT.PRISM": 60_000, "ETHUSDT.PRISM": 3_000, _DARK.instrument_id: 25},
    (
        Account("cash", AccountType.CASH, "USDT", Environment.PAPER, ("desk",)),
        Account("margin", AccountType.MARGIN, "USDT", Environment.PAPER, ("desk",)),
    ),
    Environment.PAPER,
    ("USDT",),
    (TimeInForce.GTC, TimeInForce.GTC, TimeInForce.IOC),
    _DARK.instrument_id,
)
_NEAR = 0.05
"""Prices are so much closer to the market's than in the other stories: it moves little in a minute."""


class PrismWorkload(OrderWorkload):
    """Orders near the market's prices; most of the time for what it trades."""

    house: PrismHouse

    def _price(self, instrument: Instrument, band: float) -> int:
        name, tick = instrument.instrument_id, instrument.tick_size
        if not self.goods.trades(name):
            return super()._price(instrument, band)
        near = _NEAR * band
        return int(self.house.price(name) * (1 + self.chance.uniform(-near, near))) // tick * tick


class PrismWorld(World):
    """One seed. `make_line` gives each life a venue of its own: an adapter lives in the desk's process."""

    house: PrismHouse
    plan: PrismPlan

    def __init__(self, seed: int, plan: PrismPlan, loop: ProcessLoop) -> None:
        self.loop = loop
        super().__init__(seed, plan, GOODS)
        self.house = PrismHouse(loop, plan, self.market, seed)
        assert isinstance(self.workload, PrismWorkload)
        self.workload.house = self.house
        self.workload.reach_bps = 10
        self.line_chance = random.Random(seed + 17_000_003)

    def make_market(self) -> None:
        """The notebook; the market itself is a process."""
        assert self.plan.edge is not None
        self.market = PrismNotebook(self.plan.edge.terms, {each.listing.symbol: each.listing for each in CONFIG.books})

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

