"""A simulated market of one book, whatever that is called."""

from typing import Any

from trade2026.model.enums import Side
from trade2026.ports.runner_link import JobState
from trade2026.ports.sim_shown import (
    CUSTOMER,
    SimAgent,
    SimAgents,
    SimBook,
    SimColumn,
    SimFact,
    SimField,
    SimFigure,
    SimGauge,
    SimGauges,
    SimInjected,
    SimKind,
    SimLive,
    SimScorecard,
    SimScorecardJob,
    SimStatus,
    SimTrade,
)
from trade2026.primitives.time import SECOND_NS

NOW = 1_800_000_000 * SECOND_NS


class FakeSim:
    """Keeps what it was asked, and raises what a test gives it."""

    def __init__(self) -> None:
        self.is_connected = True
        self.asked: list[Any] = []
        self.error: Exception | None = None
        self.injected = SimInjected(
            at=NOW, begins=NOW, kind="halt", instrument_id="BTCUSDT.PRISM", text="halted",
            trader_id="o", reason="r",
        )  # fmt: skip
        self.scorecard_of = SimScorecardJob(
            job_id="scorecard-1", state=JobState.RUNNING, owner="o", seeds=2, hours=1.0, created_ns=NOW
        )

    def _ask(self, *question: Any) -> None:
        self.asked.append(question)
        if self.error is not None:
            raise self.error

    async def status(self) -> SimStatus:
        self._ask("status")
        book = SimBook(
            instrument_id="BTCUSDT.PRISM", symbol="BTCUSDT", base="BTC", quote="USDT", tick_size=10**7,
            lot_size=10**4, price=60_014 * 10**9, bid=60_012 * 10**9, ask=None, open_price=60_000 * 10**9,
            volume=89.13296, trades=7, phase="CONTINUOUS",
        )  # fmt: skip
        return SimStatus(
            run="1", seed=7, speed=0.0, behind=-5, now=NOW, started=NOW - SECOND_NS, books=(book,), orders=9,
            cancels=3, trades=7, agents=40, is_turbulent=False, news=0, customers=("guest", "PAPER"),
            injected=(self.injected,),
        )  # fmt: skip

    async def live(self, instrument_id: str, after: int) -> SimLive:
        self._ask("live", instrument_id, after)
        column = SimColumn(NOW, 60_013 * 10**9, 60_012 * 10**9, None, 5_000, 200, (3, 0, 4))
        trade = SimTrade(5, NOW, 60_012 * 10**9, 25 * 10**6, Side.SELL, True)
        return SimLive(
            run="1", cursor=12, now=NOW, instrument_id=instrument_id, price=60_012 * 10**9,
            bids=((60_012 * 10**9, 10**7, 2),), asks=(), tape=(trade,), columns=(column,),
        )  # fmt: skip

    async def gauges(self, instrument_id: str) -> SimGauges:
        self._ask("gauges", instrument_id)
        rows = (
            SimGauge(gauge_id="vwap", title="VWAP", value=60_001.5, unit="USDT", text="mean"),
            SimGauge(gauge_id="vpin", title="VPIN", value=None, unit="", text="needs 100 trades, had 2"),
        )
        return SimGauges(instrument_id=instrument_id, now=NOW, window_s=300.0, gauges=rows)

    async def agents(self, instrument_id: str) -> SimAgents:
        self._ask("agents", instrument_id)
        rows = tuple(
            SimAgent(
                name=name, kind=kind, inventory=-(10**9) if instrument_id else None, inventory_value=-(10**9),
                cash_change=2 * 10**9, pnl=10**9, orders=3, open_orders=1, trades=2, volume=1e10 / 3,
            )
            for name, kind in (("maker-1", "maker"), ("guest", CUSTOMER), ("PAPER", CUSTOMER))
        )  # fmt: skip
        return SimAgents(now=NOW, instrument_id=instrument_id, rows=rows)

    async def kinds(self) -> tuple[SimKind, ...]:
        self._ask("kinds")
        field = SimField(name="for_s", title="Lasts", unit="s", type="number", default=30.0, minimum=0.1)
        return (SimKind(kind="halt", title="Halt", text="No trading.", fields=(field,)),)

    async def inject(
        self, kind: str, fields: dict[str, Any], *, trader_id: str, reason: str, key: str = ""
    ) -> SimInjected:
        self._ask("inject", kind, fields, trader_id, reason, key)
        return self.injected

    async def scorecard(self) -> SimScorecard:
        self._ask("scorecard")
        fact = SimFact(
            name="tails", question="?", criterion="value in 2 to 5", verdict="reproduced", reason="",
            value=3.0, low=2.5, high=3.5, at_least=2.0, at_most=None, seeds=2, n=5, needed=3,
            picture="<svg/>",
        )  # fmt: skip
        figure = SimFigure(name="v", words="volatility", value=None, low=None, high=None)
        return SimScorecard(
            name="PRISM", made=NOW, seeds=(1, 2), hours=1.0, level=0.95, facts=(fact,), figures=(figure,),
            style="",
        )  # fmt: skip

    async def start_scorecard(
        self, seeds: int, hours: float, owner: str, *, key: str = ""
    ) -> SimScorecardJob:
        self._ask("start", seeds, hours, owner, key)
        return self.scorecard_of

    async def scorecard_job(self) -> SimScorecardJob:
        self._ask("job")
        return self.scorecard_of

    async def cancel_scorecard(self) -> SimScorecardJob:
        self._ask("cancel")
        return self.scorecard_of
