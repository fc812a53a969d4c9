"""A desk with a venue behind a line: orders go there once its books are squared, people decide the rest."""

import asyncio
import random
from collections.abc import Coroutine
from typing import Any

import pytest

from tests.application.live.sim_desk import KO, PAUSED, SimDesk, services, submit
from tests.simulation.simdisk import SimDisk
from tests.simulation.simloop import SimClock, SimLoop, run
from tests.simulation.simvenue import Habits, SimVenue
from trade2026.application.live.config import AccountConfig, DeskConfig, ReplayConfig
from trade2026.model.enums import Environment, VenueSessionState
from trade2026.model.events import OrderApproved, OrderRefused, PositionAdjusted
from trade2026.ports.venue import VenueTerms
from trade2026.ports.venue_intents import AcceptDifferenceIntent, ReconcileIntent
from trade2026.primitives.errors import InputError
from trade2026.primitives.fixed_point import UNIT

READY, PAUSED_STATE = VenueSessionState.READY, VenueSessionState.PAUSED
HELD = DeskConfig(
    accounts=(AccountConfig(venue="XNYS"), AccountConfig(account_id="BESIDE")),
    replay=ReplayConfig(is_paused=True),
)
LIMIT = 195 * UNIT // 100  # Near what KO costs on the first day, and not at it.
QUIET = Habits(silent=1.0, rejects=0.0, unsolicited=0.0, tail=0.0, fees=False)


class Broker:
    """A broker that outlives the desk, with the money that the account begins with."""

    def __init__(self, loop: SimLoop) -> None:
        instruments = services(loop).data.open(PAUSED.data).instruments()
        known = {each.instrument_id: each for each in instruments if each.venue == "XNYS"}
        self.venue = SimVenue(
            random.Random(1), QUIET, known, terms=VenueTerms(request_window_ns=UNIT), name="XNYS"
        )
        self.venue.environment = Environment.PAPER
        self.venue.deposit("PAPER", "USD", 1_000_000 * UNIT)
        self.venue.attach(loop, SimClock(loop).now_ns)


async def until(desk: SimDesk, state: VenueSessionState) -> None:
    session = desk.desk.venues["XNYS"]
    for _ in range(1_000):
        if session.state is state:
            return
        await asyncio.sleep(0.05)
    raise AssertionError(f"{session.state}: {session.text}")


def on_a_loop(story: Any) -> None:
    def main(loop: SimLoop) -> Coroutine[Any, Any, None]:
        return story(loop)  # type: ignore[no-any-return]

    run(1, main)


def test_orders_go_to_the_venue_once_its_books_are_squared_and_survive_a_restart() -> None:
    async def story(loop: SimLoop) -> None:
        disk, broker = SimDisk(1), Broker(loop)
        desk = await SimDesk(loop, disk, HELD, venues=(broker.venue,)).open()
        await desk.entitle()
        await until(desk, READY)
        assert isinstance(await desk.one(submit("a", price=LIMIT)), OrderApproved)
        await asyncio.sleep(1)
        assert [each.client_order_id for each in broker.venue.exchange.open_orders()] == ["a"]
        await desk.close()
        again = await SimDesk(loop, disk, HELD, venues=(broker.venue,)).open()
        assert again.desk.core.engines.risk.venue_sessions["XNYS"] is not READY
        refused = await again.one(submit("b", price=LIMIT))
        assert isinstance(refused, OrderRefused)
        await until(again, READY)
        assert len(broker.venue.exchange.open_orders()) == 1, "nothing was sent again"
        assert len(again.desk.core.engines.oms.accounts["PAPER"].open_orders) == 1
        await again.close()

    on_a_loop(story)


def test_an_account_trades_where_it_is_held_and_nowhere_else() -> None:
    async def story(loop: SimLoop) -> None:
        broker = Broker(loop)
        desk = await SimDesk(loop, SimDisk(1), HELD, venues=(broker.venue,)).open()
        accounts = desk.desk.core.engines.risk.accounts
        limits = {
            name: {each.rpartition(".")[2] for each, exposure in account.exposures.items() if exposure.limits}
            for name, account in accounts.items()
        }
        assert limits["PAPER"] == {"XNYS"}
        assert "XNYS" not in limits["BESIDE"]
        await desk.close()

    on_a_loop(story)


def test_an_operator_compares_and_accepts() -> None:
    async def story(loop: SimLoop) -> None:
        broker = Broker(loop)
        desk = await SimDesk(loop, SimDisk(1), HELD, venues=(broker.venue,)).open()
        await until(desk, READY)
        broker.venue.deposit("PAPER", "USD", -7 * UNIT)
        (decision,) = await desk.ask(ReconcileIntent("XNYS", "olga", "a look"))
        assert decision.error == ""
        await until(desk, PAUSED_STATE)
        (decision,) = await desk.ask(AcceptDifferenceIntent("XNYS", "PAPER", "BALANCE", "EUR", "olga", "no"))
        assert "BALANCE USD of PAPER" in decision.error
        event = await desk.one(AcceptDifferenceIntent("XNYS", "PAPER", "BALANCE", "USD", "olga", "a fee"))
        assert isinstance(event, PositionAdjusted)
        assert (event.trader_id, event.text) == ("olga", "a fee")
        await until(desk, READY)
        assert desk.desk.core.engines.ledger.accounts["PAPER"].cash["USD"] == 999_993 * UNIT
        (decision,) = await desk.ask(ReconcileIntent("NOWHERE", "olga", "a look"))
        assert "no session" in decision.error
        await desk.close()

    on_a_loop(story)


def test_an_account_at_a_venue_that_there_is_not() -> None:
    async def story(loop: SimLoop) -> None:
        with pytest.raises(InputError, match="'XNYS', which there is not"):
            await SimDesk(loop, SimDisk(1), HELD).open()

    on_a_loop(story)


def test_paper_alone_has_no_session() -> None:
    async def story(loop: SimLoop) -> None:
        desk = await SimDesk(loop, SimDisk(1)).open()
        assert desk.desk.venues == {}
        assert isinstance(await _bought(desk), OrderApproved)
        await desk.close()

    on_a_loop(story)


async def _bought(desk: SimDesk) -> Any:
    await desk.entitle()
    assert KO in desk.desk.core.engines.risk.instruments
    return await desk.one(submit("a", price=LIMIT))
