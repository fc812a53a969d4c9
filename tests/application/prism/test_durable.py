"""What the simulated market tells and answers is on its disk."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from tests.application.prism.service_given import Given, run
from trade2026.application.prism.keeping import Keeper
from trade2026.model.enums import ExecType, Side
from trade2026.ports.prism_trading import AskExecutions, AskHoldings, Done, Executions, Holdings
from trade2026.primitives.errors import StoreUnavailable
from trade2026.primitives.fixed_point import UNIT


class SlowSync:
    """The disk of a keeper, whose syncs end when a test says so."""

    def __init__(self, keeper: Keeper) -> None:
        self.ends, self.fails, self.syncs = asyncio.Event(), False, 0
        self._sync = keeper._log.sync
        keeper._log.sync = self.sync  # type: ignore[method-assign]

    async def sync(self) -> None:
        self.syncs += 1
        await self.ends.wait()
        if self.fails:
            raise StoreUnavailable("cannot sync. Check the disk.")
        await self._sync()


@pytest.fixture
def given(tmp_path: Path) -> Given:
    return Given(tmp_path / "kept")


def test_nothing_is_told_or_answered_that_a_loss_of_power_would_take_back(given: Given) -> None:
    async def main() -> None:
        await given.keeper.sync()
        disk = SlowSync(given.keeper)
        given.quote(101, 1_000, Side.SELL)
        loop = asyncio.get_running_loop()
        asked = [
            loop.create_task(given.ask(given.place("o", price=101))),
            loop.create_task(given.ask(AskExecutions(0))),
            loop.create_task(given.ask(AskHoldings())),
        ]
        late: list[Any] = []
        for _ in range(10):
            await asyncio.sleep(0)
        given.desk.attend("a", late.append)
        assert given.exchange.balances("a")["BTC"].total == UNIT // 100
        assert given.kinds() == []
        assert [each.number for each in late] == [0]
        assert not any(each.done() for each in asked)
        disk.ends.set()
        assert await asked[0] == Done()
        assert given.kinds() == [("o", ExecType.NEW), ("o", ExecType.TRADE)]
        assert [each.number for each in late] == [0, 1, 2]
        assert [type(await each) for each in asked[1:]] == [Executions, Holdings]

    run(main)


def test_what_nobody_asked_for_is_told_as_soon_as_it_is_kept(given: Given) -> None:
    async def main() -> None:
        running = asyncio.get_running_loop().create_task(given.desk.run())
        assert await given.ask(given.place("o", price=100)) == Done()
        given.quote(100, 1_000, Side.SELL)
        while given.kinds()[-1] != ("o", ExecType.TRADE):
            await asyncio.sleep(0)
        assert not given.keeper.is_dirty
        running.cancel()

    run(main)


def test_requests_share_a_sync(given: Given) -> None:
    async def main() -> None:
        await given.keeper.sync()
        disk = SlowSync(given.keeper)
        disk.ends.set()
        asked = [given.ask(given.place(f"o{number}", price=90)) for number in range(50)]
        assert await asyncio.gather(*asked) == [Done()] * 50
        assert disk.syncs <= 3
        assert not given.keeper.is_dirty

    run(main)


def test_what_no_disk_takes_is_told_to_nobody(given: Given) -> None:
    async def main() -> None:
        await given.keeper.sync()
        disk = SlowSync(given.keeper)
        disk.fails = True
        disk.ends.set()
        with pytest.raises(StoreUnavailable):
            await given.ask(given.place("o", price=90))
        assert given.kinds() == []

    run(main)
