"""A market of two books that is watched from its beginning, and somebody who listens beside."""

from typing import Any

from tests.simulation.prism.helpers import SECOND, START, TWO_BOOKS
from trade2026.application.prism.observing import Observer
from trade2026.simulation.prism.live import LivePrism
from trade2026.simulation.prism.market import PrismMarket
from trade2026.simulation.prism.recording import Recorder
from trade2026.simulation.prism.timeline import Timeline

BTC, ETH = "BTCUSDT.PRISM", "ETHUSDT.PRISM"


class Still:
    """A clock of the test."""

    def __init__(self) -> None:
        self.ns = START

    def now_ns(self) -> int:
        return self.ns

    def monotonic_ns(self) -> int:
        return self.ns


class Watched:
    """Let time pass with `pass_s`.

    Parameters
    ----------
    is_live : bool
        Whether it is a market against a clock, which hears every command by itself.
    """

    def __init__(self, seed: int = 3, *, is_live: bool = False, config: Any = TWO_BOOKS) -> None:
        self.market = PrismMarket(config, seed, START)
        self.timeline = Timeline(self.market)
        self.clock = Still()
        self.prism = LivePrism(self.timeline, self.clock, lambda: 1_000) if is_live else None
        self.recorder = Recorder(self.market, keeps_orders=True)
        self.begun = {key: held.total for key, held in self.market.exchange.clearing.holdings.items()}
        self.observer = Observer(self.timeline)

    def pass_s(self, seconds: float) -> None:
        self.timeline.run_until(self.market.now_ns + int(seconds * SECOND))
        self.observer.count()
