"""What the tests of the core's line share: messages, a fake core, and loops to run it in."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import uvloop

from trade2026.adapters.embedded.core_link import CoreConnection, CoreServer, serve
from trade2026.model.enums import (
    Environment,
    OrderStatus,
    OrderType,
    Scope,
    Side,
    TimeInForce,
    TradingState,
)
from trade2026.model.events import OrderApproved
from trade2026.model.market_data import Bar, Quote, Trade
from trade2026.ports.core_link import (
    Answered,
    CoreStatus,
    Decision,
    FeedAction,
    FeedState,
    FeedStatus,
    Hello,
    Intent,
    Market,
    SubmitIntent,
)
from trade2026.ports.working_orders import WorkingOrder, WorkingOrders
from trade2026.primitives.time import MILLISECOND_NS, SECOND_NS

UNIT = 1_000_000_000
WEB = Hello("web", market_data=True, follow=True)
DEAF = Hello("runner", market_data=False, follow=False)
PATIENT = Hello("page", market_data=True, follow=False, is_patient=True)
QUICK: dict[str, Any] = {"first_pause_ns": MILLISECOND_NS, "longest_pause_ns": 20 * MILLISECOND_NS}
PATIENCE_S = 10
LOOPS = ("asyncio", "uvloop")
FEED = FeedStatus(0, "REPLAY", "sp500", FeedState.PLAYING, 5, 1, 9, 2.0, "")


def submit(name: str = "c-1", qty: int = 100 * UNIT) -> SubmitIntent:
    return SubmitIntent(
        "main", name, "ann", "", "AAPL.XNAS", Side.BUY, OrderType.LIMIT, TimeInForce.DAY, qty, 101 * UNIT
    )


def approved(name: str, order_id: int = 1, strategy_id: str = "") -> OrderApproved:
    return OrderApproved(
        order_id, 7, "main", name, "ann", strategy_id, "AAPL.XNAS", Side.BUY, OrderType.LIMIT,
        TimeInForce.DAY, 100 * UNIT, 101 * UNIT, 100 * UNIT, 6, 1, 0, 0,
    )  # fmt: skip


def market(seq: int) -> Market:
    events = (
        Bar("AAPL.XNAS", seq, seq, None, None, None, 100 * UNIT, None),
        Quote("AAPL.XNAS", seq, seq, 1, 2, 3, 4),
        Trade("AAPL.XNAS", seq, seq, 1, 2, Side.SELL, "t"),
    )
    return Market(seq, seq, events)


class FakeCore:
    """`ports.core_link.CoreService`: approves everything in the next turn of the loop, or when told to."""

    def __init__(self) -> None:
        self.asked: list[tuple[Intent, ...]] = []
        self.held: list[tuple[tuple[Intent, ...], Answered]] = []
        self.holds = False
        self.seq = 0
        self.padding = ""

    def ask(self, intents: tuple[Intent, ...], answered: Answered) -> None:
        self.asked.append(intents)
        self.held.append((intents, answered))
        if not self.holds and len(self.held) == 1:
            asyncio.get_running_loop().call_soon(self.answer_all)

    def answer_all(self) -> None:
        held, self.held = self.held, []
        for intents, answered in held:
            self.seq += 1
            answered(self.seq, tuple(self._decision(each) for each in intents))

    def control_feed(self, action: FeedAction, speed: float) -> FeedStatus:
        state = FeedState.PAUSED if action is FeedAction.PAUSE else FeedState.PLAYING
        return FeedStatus(0, "REPLAY", "sp500", state, 5, 1, 9, speed, "")

    def status(self) -> CoreStatus:
        return CoreStatus(0, 4711, "0.2.0+x", Environment.PAPER, 1, 2, self.seq, self.seq, True, 0, FEED)

    def working(self, scope: Scope, target: str) -> WorkingOrders:
        order = WorkingOrder(7, "main", "", target, OrderStatus.PENDING_CANCEL)
        return WorkingOrders(0, self.seq, TradingState.HALTED, 1, 1, (order,))

    def _decision(self, intent: Intent) -> Decision:
        if not isinstance(intent, SubmitIntent):
            return Decision((), "not a submit")
        return Decision((approved(intent.client_order_id, self.seq, self.padding),))


class CoreThread:
    """A served fake core in a thread with a loop of its own, for the blocking client."""

    def __init__(self, path: str, **options: Any) -> None:
        self.core = FakeCore()
        self.notes: list[str] = []
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self.loop.run_forever)
        self._thread.start()
        self.server: CoreServer = self._run(serve(path, self.core, self.notes.append, **options))

    def call(self, function: Callable[..., Any], *arguments: Any) -> Any:
        """Run it in the loop; what it gives."""

        async def inside() -> Any:
            return function(*arguments)

        return self._run(inside())

    def stop(self) -> None:
        """Close the server and the loop."""
        self._run(self.server.aclose())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join()
        self.loop.close()

    def _run(self, coroutine: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result(10)


@contextmanager
def running(loop: str) -> Iterator[Callable[[Coroutine[Any, Any, Any]], Any]]:
    """What runs a coroutine in a loop of a kind; nothing takes longer than the patience."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop if loop == "uvloop" else None) as runner:
        yield lambda main: runner.run(asyncio.wait_for(main, PATIENCE_S))


@asynccontextmanager
async def serving(
    path: str, notes: list[str] | None = None, **options
) -> AsyncIterator[tuple[Any, FakeCore]]:
    core = FakeCore()
    server = await serve(path, core, (notes if notes is not None else []).append, **options)
    try:
        yield server, core
    finally:
        await server.aclose()


@asynccontextmanager
async def connected(path: str, hello: Hello = WEB, **options) -> AsyncIterator[Any]:
    client = CoreConnection(path, hello, **QUICK, **options)
    await client.start()
    try:
        assert await client.wait_connected(5 * SECOND_NS)
        yield client
    finally:
        await client.aclose()


async def until(condition: Callable[[], object]) -> None:
    """Turn the loop until it holds; the patience of `run` bounds it."""
    while not condition():
        await asyncio.sleep(0.001)
