"""A simulated market on virtual time for tests: a venue, somebody who listens, and orders in few words."""

import random
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from tests.simulation import simloop
from tests.simulation.faults import FaultyVenue, LineFaults
from tests.simulation.simvenue import Habits, SimVenue
from trade2026.model.enums import ExecType, OrderType, Side, TimeInForce
from trade2026.model.events import OrderApproved, OrderPendingCancel, OrderPendingReplace
from trade2026.model.execution import ExecutionReport
from trade2026.model.instructions import OrderInstructions
from trade2026.model.instrument import equity
from trade2026.ports.venue import StreamState, VenueTerms
from trade2026.primitives.fixed_point import UNIT

ResultT = TypeVar("ResultT")
STOCK = equity("AAA", "SIM")
ORIGIN_NS = 1_700_000_000_000_000_000
QUIET = Habits(delay_s=0.001, tail=0.0, silent=1.0, rejects=0.0, unsolicited=0.0, fees=False)
"""Nobody trades unless a test does."""


class Market:
    """A venue behind a line; `told`, `stream` and `failed` are what the desk's side heard."""

    def __init__(
        self, faults: LineFaults | None = None, *, habits: Habits = QUIET, terms: VenueTerms | None = None,
        seed: int = 1,
    ) -> None:  # fmt: skip
        chance = random.Random(seed)
        self.inner = SimVenue(chance, habits, {STOCK.instrument_id: STOCK}, terms=terms)
        self.venue = FaultyVenue(
            self.inner, chance, faults or LineFaults(), self.inner.timeline,
            cancel_everything=self.inner.cancel_everything,
        )  # fmt: skip
        self.told: list[ExecutionReport] = []
        self.stream: list[StreamState] = []
        self.failed: list[tuple[str, str]] = []
        self._elapsed = 0

    def live(self, main: Callable[[], Coroutine[Any, Any, ResultT]], *, seed: int = 1) -> ResultT:
        """One life of a desk: attached, listening and connected while `main` runs."""

        async def life(loop: simloop.SimLoop) -> ResultT:
            clock = simloop.SimClock(loop, ORIGIN_NS + self._elapsed)
            self.venue.attach(loop, clock.now_ns)
            self.venue.connect(self.told.append)
            self.venue.watch(
                lambda state, text: self.stream.append(state),
                lambda account_id, name, text: self.failed.append((name, text)),
            )
            await self.venue.open()
            result = await main()
            self._elapsed += clock.monotonic_ns()
            return result

        result = simloop.run(seed, life)
        self.venue.detach()
        return result

    def kinds(self, name: str = "") -> list[ExecType]:
        """Why reports were sent, of one request or of all."""
        return [report.exec_type for report in self.told if name in ("", report.client_order_id)]

    def trade(self, price: int) -> None:
        """The crowd trades at a price."""
        self.inner.crowd.trade_at(STOCK.instrument_id, price * UNIT)


def order(
    name: str, side: Side = Side.BUY, quantity: int = 10, price: int | None = 100,
    time_in_force: TimeInForce = TimeInForce.GTC, instructions: OrderInstructions | None = None,
) -> OrderApproved:  # fmt: skip
    """An approved order of account "a"."""
    kind = OrderType.MARKET if price is None else OrderType.LIMIT
    if instructions is not None and instructions.trigger_price is not None:
        kind = OrderType.STOP if price is None else OrderType.STOP_LIMIT
    return OrderApproved(
        1, ORIGIN_NS, "a", name, "t", "", STOCK.instrument_id, side, kind, time_in_force, quantity * UNIT,
        None if price is None else price * UNIT, 100 * UNIT, ORIGIN_NS, 1, 0, 0, instructions,
    )  # fmt: skip


def cancel(name: str, orig: str) -> OrderPendingCancel:
    """A request to cancel."""
    return OrderPendingCancel(1, ORIGIN_NS, "a", name, orig, STOCK.instrument_id)


def replace(name: str, orig: str, quantity: int, price: int | None = 100) -> OrderPendingReplace:
    """A request for other terms."""
    limit_price = None if price is None else price * UNIT
    return OrderPendingReplace(
        1, ORIGIN_NS, "a", name, orig, STOCK.instrument_id, quantity * UNIT, limit_price, 100 * UNIT, 1
    )
