"""Parity on the desk as it is: a year of momentum live, against the backtest of the same days."""

import asyncio
import os
import threading
from pathlib import Path

import pytest

from tests.application.runner.test_parity import From, day
from tests.bootstrap.roles.test_runner import ROLE, SOURCE
from trade2026.adapters.embedded.core_link import BlockingCoreConnection, CoreConnection
from trade2026.application.desk import Desk
from trade2026.application.requests import BacktestRequest, DataRequest
from trade2026.application.runner.host import StrategyHost
from trade2026.application.runner.replica import Replica
from trade2026.application.services import Services
from trade2026.application.strategy_runs import start_intents
from trade2026.bootstrap.config import HOME_VARIABLE, load_config
from trade2026.bootstrap.places import Places
from trade2026.bootstrap.wiring import make_services
from trade2026.model.events import OrderFilled
from trade2026.ports.core_link import Advanced, FeedAction, FeedStatus, Hello, Market
from trade2026.primitives.fixed_point import format_raw
from trade2026.primitives.time import SECOND_NS
from trade2026.strategies.momentum import Momentum, MomentumParameters
from trade2026.trading.codec import decode_record
from trade2026.trading.journal import SnapshotStore, frames

pytestmark = [pytest.mark.process, pytest.mark.slow]

RUN, START, END, STEPS = "momentum-1", "2015-01-02", "2016-03-15", 301


class Counting(BlockingCoreConnection):
    """Says when a step has been gone through: whoever asks for the next message is done with the last."""

    def __init__(self, path: str, done: asyncio.Event, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(path, Hello(f"strategy:{RUN}", market_data=True, follow=True))
        self._done, self._loop = done, loop
        self._was_market = False

    def next_told(self, timeout_ns: int) -> Market | Advanced | FeedStatus | None:
        if self._was_market:
            self._loop.call_soon_threadsafe(self._done.set)
        told = super().next_told(timeout_ns)
        self._was_market = isinstance(told, Market)
        return told


def expected(services: Services) -> list[tuple[int, str, str, str, str]]:
    request = BacktestRequest(
        strategy="momentum", data=DataRequest(names=("sp500",)), start=START, end=END,
        parameters=(("lookback", "60"), ("skip", "5"), ("top", "4")),
    )  # fmt: skip
    desk = Desk(lambda: services)
    outcome = desk.run_backtest(desk.prepare_backtest(request))
    return [(f.ts_ns, f.instrument, f.side, f.quantity, f.price) for f in outcome.report.fills]


async def play(services: Services, places: Places) -> int:
    """Step the core, and wait each time until the strategy has gone through the step; the last time."""
    loop, done = asyncio.get_running_loop(), asyncio.Event()
    core = CoreConnection(places.socket("core"), Hello("test", market_data=False, follow=False))
    await core.start()
    assert await core.wait_connected(60 * SECOND_NS)
    await core.ask(*start_intents(RUN, "momentum", "{}", "PAPER", "alice"))
    journal = services.open_storage(places.journal)
    line = Counting(places.socket("core"), done, loop)
    host = StrategyHost(
        Momentum(MomentumParameters(lookback=60, skip=5, top=4)), RUN, "PAPER", line,
        Replica(journal, SnapshotStore(journal)),
        From(services.data.open(DataRequest(names=("sp500",))), day(START)), services.calendars,
        services.clock, say=lambda ts, text: None, report=lambda report: None,
    )  # fmt: skip
    stop = threading.Event()

    def live() -> None:
        host.begin()
        while not stop.is_set():
            host.hear(SECOND_NS // 10)

    thread = loop.run_in_executor(None, live)
    try:
        for _ in range(STEPS):
            done.clear()
            await core.control_feed(FeedAction.STEP)
            async with asyncio.timeout(10):
                await done.wait()
    finally:
        stop.set()
        await thread
        line.close()
        await core.aclose()
        journal.close()
    return host.now


def test_a_year_live_is_the_year_of_the_backtest(tmp_path: Path) -> None:
    places = Places(str(tmp_path))
    places.make()
    (tmp_path / "desk" / "config.json").write_text(f'{{"replay": {{"start": "{START}", "is_paused": true}}}}')
    environment = {**os.environ, HOME_VARIABLE: str(tmp_path), "PYTHONPATH": SOURCE}
    services = make_services(load_config(environment))

    async def main() -> int:
        process = await asyncio.create_subprocess_exec(*ROLE, "core", env=environment)
        try:
            return await play(services, places)
        finally:
            process.terminate()
            await process.wait()

    last = asyncio.run(main())
    storage = services.open_storage(places.journal)
    fills = [
        (event.ts_event, event.instrument_id, event.side.lower(), format_raw(event.last_qty),
         format_raw(event.last_px))
        for frame in frames(storage)
        for event in decode_record(frame.payload, frame.seq)[1]
        if isinstance(event, OrderFilled)
    ]  # fmt: skip
    storage.close()
    wanted = [fill for fill in expected(services) if fill[0] <= last]
    assert len(fills) > 50
    assert fills == wanted
