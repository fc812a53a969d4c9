"""The simulated market against a clock: what doors, adapters and pages talk to.

Time of the market runs as the clock does, so many times faster, or as fast as it can. A request arrives when
its latency is over; everybody who listens has heard of it before its answer is given.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from trade2026.matching.clearing import Holding, Listing
from trade2026.matching.compiled import layout as book_at
from trade2026.matching.compiled.market import CompiledClearing
from trade2026.matching.compiled.translate import is_sayable, no_text, to_command, to_events
from trade2026.matching.market import Happened
from trade2026.matching.order import Level
from trade2026.matching.words import AdvanceTime, BookCommand, NoReason, Refused
from trade2026.model.enums import Side
from trade2026.ports.clock import Clock
from trade2026.primitives.errors import InputError, StoreUnavailable
from trade2026.simulation.exchange.hearers import Hearers
from trade2026.simulation.exchange.reports import Hearer, Report
from trade2026.simulation.prism.compiled import layout as at
from trade2026.simulation.prism.market import Chunk
from trade2026.simulation.prism.timeline import Timeline

PAUSE_S: Final = 0.002
"""Between two looks at the clock: a request waits half of it in the middle."""

_LITTLE_NS: Final = 10_000_000_000
"""What the making of a market may have taken since its clock was read."""

_SLICE_NS: Final = 50_000_000
"""The most of the market's time that passes before others of the process have their turn."""


class LivePrism:
    """An `Exchange` whose time passes while `run` does.

    Parameters
    ----------
    speed : float or None
        Seconds of the market in one of the clock; None for as many as there can be.
    latency_ns : callable
        How long a request is under way, of the market's time; drawn for each.
    """

    def __init__(
        self,
        timeline: Timeline,
        clock: Clock,
        latency_ns: Callable[[], int],
        speed: float | None = 1.0,
    ) -> None:
        if speed is not None and not 0 < speed <= 1e6:
            raise InputError(f"speed must be above 0 and at most a million, was {speed}")
        self._timeline, self._market, self._clock = timeline, timeline.market, clock
        self._latency_ns, self._speed = latency_ns, speed
        self._hearers = Hearers()
        self._sequence = 0
        self._last: Report | None = None
        self._asking = ""  # Who a command is from that does not say it.
        self.behind_ns = 0
        self._market.listen(self._hear)
        self._market.hear_every_step(is_wanted=True)

    # ------------------------------------------------------------------------------------------- exchange

    @property
    def listings(self) -> Sequence[Listing]:
        """What is traded; a listing's position is its number."""
        return self._market.exchange.listings

    @property
    def clearing(self) -> CompiledClearing:
        """Who has what: accounts are made there."""
        return self._market.exchange.clearing

    def now_ns(self) -> int:
        """The market's time."""
        return self._market.now_ns

    def next_order_id(self) -> int:
        """A number that no order had yet."""
        return self._market.next_order_id()

    def levels(self, number: int, side: Side, most: int) -> list[Level]:
        """The best prices of a side, the best first."""
        return self._market.exchange.books[number].levels(side, most)

    def balances(self, owner: str) -> Mapping[str, Holding]:
        """What an owner has, by asset."""
        clearing = self._market.exchange.clearing
        rows = clearing.array[clearing.number(owner)]
        return {asset: Holding(*rows[column, :3].tolist()) for column, asset in enumerate(clearing.assets)}

    def subscribe(self, callback: Hearer) -> Callable[[], None]:
        """Have every report told from now on; call the result to end it."""
        return self._hearers.add(callback)

    def number_from(self, order_id: int, trade_ids: Sequence[int]) -> None:
        """Number orders, and the trades of each book, from these on at least."""
        self._market.number_from(order_id, trade_ids)

    async def request(self, owner: str, number: int, command: BookCommand) -> Report:
        """Have a command done after its latency; who stops waiting does not stop the command.

        Raises
        ------
        StoreUnavailable
            What became of it cannot be kept; `run` ends with that as well.
        """
        outcome: asyncio.Future[Report] = asyncio.get_running_loop().create_future()

        def arrive(now_ns: int) -> None:
            try:
                report = self._do(owner, number, command, now_ns)
            except StoreUnavailable as error:  # Who keeps what happens cannot: it is done, and may be lost.
                if not outcome.done():
                    outcome.set_exception(error)
                raise
            if not outcome.done():
                outcome.set_result(report)

        self._timeline.call_at(self._market.now_ns + self._latency_ns(), arrive)
        return await outcome

    # ----------------------------------------------------------------------------------------------- time

    @property
    def timeline(self) -> Timeline:
        """The market and what is due in it, for who watches it or has something befall it."""
        return self._timeline

    @property
    def speed(self) -> float | None:
        """Seconds of the market in one of the clock; None for as many as there can be."""
        return self._speed

    def run_until(self, time_ns: int) -> None:
        """Let time pass at once."""
        self._timeline.run_until(time_ns)

    async def run(self) -> None:
        """Let time pass until canceled; a market a little behind the clock catches up with it first."""
        begun_ns, start_ns = self._clock.now_ns(), self._market.now_ns
        if 0 < begun_ns - start_ns < _LITTLE_NS:
            begun_ns = start_ns
        while True:
            if self._speed is None:
                self._timeline.run_until(self._market.now_ns + _SLICE_NS)
                await asyncio.sleep(0)
                continue
            due_ns = start_ns + int((self._clock.now_ns() - begun_ns) * self._speed)
            to_ns = min(due_ns, self._market.now_ns + max(_SLICE_NS, int(PAUSE_S * 1e9 * self._speed)))
            self.behind_ns = due_ns - to_ns
            if to_ns > self._market.now_ns:
                self._timeline.run_until(to_ns)
            await asyncio.sleep(0 if self.behind_ns > 0 else PAUSE_S)

    def _do(self, owner: str, number: int, command: BookCommand, now_ns: int) -> Report:
        book = self._market.exchange.books[number]
        if not is_sayable(command):
            order_id = getattr(command, "order_id", 0)
            text = no_text(NoReason.MALFORMED, command, None, now_ns, book.phase, book.bands)
            refused = Happened((Refused(order_id, NoReason.MALFORMED, text),))
            return self._tell(now_ns, number, owner, command, refused)
        self._last, self._asking = None, owner
        sequence = self._market.submit(owner, number, command)
        self._market.flush()
        self._asking = ""
        report = self._last
        assert report is not None, f"command {sequence} was told to nobody"
        return report

    def _hear(self, chunk: Chunk) -> None:
        """Tell everybody what happened, one command after the other."""
        names = self._market.exchange.clearing.owners.names
        events = [part.tolist() for part in chunk.events]
        begins = [0] * len(events)
        for row in chunk.commands.tolist():
            sequence, time_ns, number = row[at.LOG_SEQUENCE], row[at.LOG_TIME], row[at.LOG_BOOK]
            mine, begin = events[number], begins[number]
            end = begin
            while end < len(mine) and mine[end][1] == sequence:
                end += 1
            begins[number] = end
            columns = row[at.LOG_COMMAND : at.LOG_COMMAND + book_at.COMMAND_WIDTH]
            command = to_command(columns, names)
            told = to_events(mine[begin:end])
            if len(told) == 1 and isinstance(told[0], Refused):
                told = [self._market.exchange.said(number, told[0], command)]
            settlements = self._market.exchange.settlements(number, mine[begin:end])
            happened = Happened(tuple(told), settlements)
            owner = "" if isinstance(command, AdvanceTime) else self._asking
            owner = owner or names[columns[book_at.OWNER_COLUMN]]
            self._last = self._tell(time_ns, number, owner, command, happened)

    def _tell(
        self, time_ns: int, number: int, owner: str, command: BookCommand, happened: Happened
    ) -> Report:
        self._sequence += 1
        report = Report(self._sequence, time_ns, number, owner, command, happened)
        self._hearers.tell(report)
        return report
