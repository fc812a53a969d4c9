"""Orders a CPU second of the simulated market: those that the exchange accepted; cancels are apart.

`orders_per_cpu_s`: the default market, five books and forty compiled traders, for simulated hours; values,
latency, accounts, fees, events, log of commands and quotes included. Somebody listens, who looks at how much
there is in each chunk and no more: how many orders were accepted is counted in the same run once more, which
is not timed, and in which every chunk must be of the same size.
`python_orders_per_cpu_s`: forty agents in Python on one book, each of whom cancels its order or, having none,
places one, at random, as bourse's own random agent does. `live_core_share`: of one core, that the default
market takes at the clock's speed with a listener, told command by command as its doors are.
`day_rss_growth_percent`: of the process' resident memory from the first hour of a simulated day to its end.
Not timed: the log of a shorter run, played through the reference exchange, ends in the same hash.
"""

import random
import time

import msgspec
import numpy as np

from bench.harness import Report, resident_mib
from trade2026.matching.clearing import Listing
from trade2026.matching.compiled import layout as book_at
from trade2026.matching.compiled.translate import to_command
from trade2026.matching.market import Market
from trade2026.simulation.prism.agents import BUY, SELL, Desk, add_agent
from trade2026.simulation.prism.compiled import layout as at
from trade2026.simulation.prism.config import Book, PrismConfig
from trade2026.simulation.prism.market import Chunk, PrismMarket
from trade2026.simulation.prism.timeline import Timeline

_START = 1_700_000_000_000_000_000
_SECOND = 1_000_000_000
_MINUTES = 120
_LIVE_SECONDS = 120
_PYTHON_SECONDS = 6
_CHECKED_SECONDS = 5
_AGENTS = 40
_checked: list[bool] = []


class Counter:
    """Accepted orders, and commands that were none."""

    def __init__(self, market: PrismMarket) -> None:
        self.accepted = self.others = 0
        market.listen(self._hear)

    def _hear(self, chunk: Chunk) -> None:
        self.accepted += sum(int(np.count_nonzero(e[:, 0] == book_at.ACCEPTED)) for e in chunk.events)
        self.others += int(np.count_nonzero(chunk.commands[:, at.LOG_COMMAND] != book_at.PLACE_ORDER))


def check_against_reference() -> None:
    """The reference exchange ends in the same state after the same commands."""
    market = PrismMarket(PrismConfig(), 1, _START)
    slow = Market([book.listing for book in market.config.books])
    for (owner, asset), holding in market.exchange.clearing.holdings.items():
        if holding.total:
            slow.clearing.deposit(owner, asset, holding.total)
    names = market.exchange.clearing.owners.names

    def play(chunk: Chunk) -> None:
        for row in chunk.commands.tolist():
            columns = row[at.LOG_COMMAND : at.LOG_COMMAND + book_at.COMMAND_WIDTH]
            slow.handle(row[at.LOG_BOOK], to_command(columns, names))

    market.listen(play)
    market.run_until(_START + _CHECKED_SECONDS * _SECOND)
    assert market.exchange.state_sha256() == slow.state_sha256(), "the exchanges differ"


def run_once(report: Report) -> None:
    """Compiled traders, agents in Python, and the share of a core when live."""
    if not _checked:
        check_against_reference()
        _checked.append(True)
    _compiled(report)
    _python(report)
    _live(report)
    _day(report)


def _sizes_of(market: PrismMarket) -> list[tuple[int, ...]]:
    """How many commands, quotes and events of each book the chunks have that it will tell."""
    sizes: list[tuple[int, ...]] = []
    market.listen(lambda c: sizes.append((len(c.commands), len(c.quotes), *map(len, c.events))))
    return sizes


def _compiled(report: Report) -> None:
    begin_ns, end_ns = _START + 60 * _SECOND, _START + _MINUTES * 60 * _SECOND
    market = PrismMarket(PrismConfig(), 7, _START)
    sizes = _sizes_of(market)
    market.run_until(begin_ns)
    begin = time.process_time()
    market.run_until(end_ns)
    used = time.process_time() - begin
    again = PrismMarket(PrismConfig(), 7, _START)
    sizes_again = _sizes_of(again)
    again.run_until(begin_ns)
    counter = Counter(again)
    again.run_until(end_ns)
    assert sizes_again == sizes, "the same run twice"
    assert again.state_sha256() == market.state_sha256(), "the same run twice"
    report.add("orders_per_cpu_s", counter.accepted / used, "1/s")
    report.add("cancels_per_cpu_s", counter.others / used, "1/s")
    report.add("simulated_s_per_cpu_s", (_MINUTES - 1) * 60 / used, "s/s")


class _RandomAgent:
    """Cancels its order or, having none, places one; wakes in half of the steps."""

    def __init__(self, number: int) -> None:
        self.name = f"random-{number}"
        self._random = random.Random(number)
        self._order = 0

    def wake(self, desk: Desk) -> int:
        """One action."""
        chance = self._random.random
        if self._order:
            desk.cancel(0, self._order)
            self._order = 0
        else:
            side = BUY if chance() < 0.5 else SELL
            self._order = desk.place(0, side, 10 + int(chance() * 40), 90 + int(chance() * 20))
        return 2_000_000 if chance() < 0.5 else 1_000_000


def _nobody() -> PrismConfig:
    """One book, and none of the compiled traders."""
    config = PrismConfig()
    none = {
        kind: msgspec.structs.replace(getattr(config, kind), count=0)
        for kind in ("makers", "noise", "informed", "momentum")
    }
    values = msgspec.structs.replace(config.values, step_s=1.0)
    book = Book(listing=Listing("COINUSDT", "COIN", "USDT", 10**7, 10**7), price_ticks=100, clip_lots=30)
    return msgspec.structs.replace(config, books=(book,), values=values, **none)


def _python(report: Report) -> None:
    market = PrismMarket(_nobody(), 7, _START)
    counter, timeline = Counter(market), Timeline(market)
    for number in range(_AGENTS):
        agent = _RandomAgent(number)
        for asset in ("COIN", "USDT"):
            market.exchange.clearing.deposit(agent.name, asset, 10**16)
        add_agent(timeline, agent, lambda: 100_000, _START + 1)
    timeline.run_until(_START + _SECOND)
    counter.accepted = 0
    begin = time.process_time()
    timeline.run_until(_START + (1 + _PYTHON_SECONDS) * _SECOND)
    used = time.process_time() - begin
    report.add("python_orders_per_cpu_s", counter.accepted / used, "1/s")


def _live(report: Report) -> None:
    """The work of a live market, without waiting between its steps."""
    market = PrismMarket(PrismConfig(), 7, _START)
    counter, timeline = Counter(market), Timeline(market)
    market.hear_every_step(is_wanted=True)
    timeline.run_until(_START + 10 * _SECOND)
    counter.accepted = 0
    begin = time.process_time()
    for step in range(_LIVE_SECONDS * 500):
        timeline.run_until(_START + 10 * _SECOND + step * _SECOND // 500)
    used = time.process_time() - begin
    report.add("live_core_share", used / _LIVE_SECONDS * 100, "%")
    report.add("live_orders_per_s", counter.accepted / _LIVE_SECONDS, "1/s")


def _day(report: Report) -> None:
    market = PrismMarket(PrismConfig(), 7, _START)
    Counter(market)
    readings = []
    for hour in (1, 24):
        market.run_until(_START + hour * 3_600 * _SECOND)
        readings.append(resident_mib())
    report.add("day_rss_growth_percent", (readings[1] / readings[0] - 1.0) * 100, "%")


def run_peers(report: Report) -> None:
    """bourse, whose exchange is Rust, with forty of its own random agents."""
    from bench.peers import run_peer

    figures = run_peer("bourse_market.py", "--agents", str(_AGENTS), "--steps", "5000", "--reps", "5")
    if figures is None:
        report.notes.append("bourse could not be installed here, so its figure is absent.")
        return
    version = figures.pop("version")
    report.peers[f"bourse {version} (steps instead of time, no accounts, fees or latency)"] = figures
