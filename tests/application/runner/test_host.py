"""A strategy that runs live: how it begins, what stops it, what it may do wrong, and how it goes on."""

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.application.runner.stepped import ACCOUNT, SteppedCore
from tests.simulation.backtest.desk import SHARE_ID, START, Scripted, Table, bars
from trade2026.adapters.embedded.calendars import Calendars
from trade2026.adapters.embedded.disk import DiskStorage
from trade2026.application.runner.host import StrategyHost
from trade2026.application.runner.replica import Replica
from trade2026.application.runner.reports import Ended, Report, Seen
from trade2026.application.strategy_runs import halt_intents
from trade2026.bootstrap.clock import SystemClock
from trade2026.model.enums import OrderType, Side, TimeInForce
from trade2026.model.events import OrderDenied, OrderFilled
from trade2026.model.market_data import Bar
from trade2026.ports.core_link import Answer, Decision, Intent, Market
from trade2026.ports.strategy import Strategy, StrategyContext
from trade2026.primitives.errors import InputError, OperatingError
from trade2026.primitives.fixed_point import UNIT
from trade2026.primitives.time import MINUTE_NS
from trade2026.simulation.backtest import BacktestConfig
from trade2026.trading.journal import SnapshotStore
from trade2026.trading.replay import save_snapshot

RUN = "test-1"
CALENDARS = Calendars()


class Rig:
    """A stepped core, and hosts on it one after the other."""

    def __init__(self, folder: Path, *closes: int) -> None:
        self.storage = DiskStorage(str(folder / "journal"))
        self.source = Table(bars(*closes))
        settings = BacktestConfig(
            run_id="setup", code_version="test", details="{}", cash=1_000_000 * UNIT, base_currency="USD",
            account_id=ACCOUNT, start_ns=START,
        )  # fmt: skip
        self.core = SteppedCore(self.storage, self.source, CALENDARS, settings)
        self.core.start(RUN)
        self.snapshots = SnapshotStore(self.storage)
        self.said: list[str] = []
        self.reports: list[Report] = []

    def host(self, strategy: Strategy, account_id: str = ACCOUNT, input_sha256: str = "") -> StrategyHost:
        self.core.connect()
        return StrategyHost(
            strategy, RUN, account_id, self.core, Replica(self.storage, self.snapshots), self.source,
            CALENDARS, SystemClock(), input_sha256=input_sha256,
            say=lambda ts, text: self.said.append(text), report=self.reports.append,
        )  # fmt: skip

    def play(self, host: StrategyHost, steps: int) -> None:
        for _ in range(steps):
            assert self.core.step()
            self.hear(host)

    def hear(self, host: StrategyHost) -> None:
        while self.core.has_told and not host.is_ending:
            host.hear(0)


class Noting(Scripted):
    """Buys a share at each bar and notes what it hears."""

    def on_start(self, context: StrategyContext) -> None:
        known = [bar.close // UNIT for bar in context.history(SHARE_ID, 10)]
        self.notes.append(("start", context.now - START, known, context.position(SHARE_ID).quantity // UNIT))

    def on_bar(self, context: StrategyContext, bar: Bar) -> None:
        known = [each.close // UNIT for each in context.history(SHARE_ID, 3)]
        self.notes.append(("bar", known))
        assert context.submit_order(SHARE_ID, Side.BUY, UNIT).accepted
        assert len(context.open_orders(SHARE_ID)) == 1

    def on_fill(self, context: StrategyContext, fill: OrderFilled) -> None:
        self.notes.append(("fill", context.position(SHARE_ID).quantity // UNIT))

    def on_stop(self, context: StrategyContext) -> None:
        refused = context.submit_order(SHARE_ID, Side.BUY, UNIT)
        self.notes.append(("stop", refused.accepted))


def test_it_begins_with_the_history_up_to_now_and_nothing_later(tmp_path: Path) -> None:
    rig = Rig(tmp_path, 100, 110, 120, 130)
    rig.core.step()
    rig.core.step()
    strategy = Noting()
    host = rig.host(strategy)
    host.begin()
    rig.play(host, 2)
    assert strategy.notes == [
        ("start", 2 * MINUTE_NS, [100, 110], 0),
        ("bar", [100, 110, 120]),
        ("fill", 1),
        ("bar", [110, 120, 130]),
    ]


def test_market_data_told_between_the_status_and_the_history_is_not_lost(tmp_path: Path) -> None:
    """The feed may go on while a process starts: its first step is then not the next after the status."""
    rig = Rig(tmp_path, 100, 110, 120, 130)
    rig.core.step()
    strategy = Noting()
    host = rig.host(strategy)
    host.begin()
    rig.core.step()
    rig.core.forget_told()
    rig.play(host, 1)
    assert strategy.notes[1:] == [("bar", [100, 110, 120])]


def test_a_step_that_the_history_had_already_is_not_given_again(tmp_path: Path) -> None:
    rig = Rig(tmp_path, 100, 110, 120)
    rig.core.step()
    strategy = Noting()
    host = rig.host(strategy)
    rig.core.tell(Market(rig.core.journal.durable_seq, rig.core.now, tuple(bars(100))))
    host.begin()
    rig.hear(host)
    assert [note[0] for note in strategy.notes] == ["start"]
    rig.play(host, 1)
    assert strategy.notes[-1] == ("bar", [100, 110])


def test_a_halt_stops_it_and_its_last_orders_are_refused(tmp_path: Path) -> None:
    rig = Rig(tmp_path, 100, 110, 120)
    strategy = Noting()
    host = rig.host(strategy)
    host.begin()
    rig.play(host, 1)
    rig.core.ask(*halt_intents(RUN, "alice", "enough", "halt"))
    rig.hear(host)
    assert host.is_ending
    assert host.end() is None
    assert strategy.notes[-1] == ("stop", False)
    last = rig.reports[-1]
    assert isinstance(last, Ended)
    assert last.error == ""
    assert rig.core.open_orders() == 1  # Its cancel is on its way to the venue.
    rig.core.step()
    assert rig.core.open_orders() == 0


def test_one_that_is_halted_before_it_starts_hears_nothing(tmp_path: Path) -> None:
    rig = Rig(tmp_path, 100)
    rig.core.ask(*halt_intents(RUN, "alice", "enough", "halt"))
    strategy = Noting()
    host = rig.host(strategy)
    host.begin()
    assert host.is_ending
    assert strategy.notes == []


class Raising(Scripted):
    """Leaves an order open, then raises in the callback named."""

    def __init__(self, where: str) -> None:
        super().__init__()
        self._where = where

    def _maybe(self, where: str) -> None:
        if where == self._where:
            raise ZeroDivisionError("by design")

    def on_start(self, context: StrategyContext) -> None:
        self._maybe("on_start")

    def on_bar(self, context: StrategyContext, bar: Bar) -> None:
        if not self.notes:
            self.notes.append("asked")
            context.submit_order(
                SHARE_ID, Side.BUY, UNIT, order_type=OrderType.LIMIT, limit_price=95 * UNIT,
                time_in_force=TimeInForce.GTC,
            )  # fmt: skip
            context.submit_order(SHARE_ID, Side.BUY, UNIT)
            context.set_timer("soon", context.now + 1)
            return
        self._maybe("on_bar")

    def on_fill(self, context: StrategyContext, fill: OrderFilled) -> None:
        self._maybe("on_fill")

    def on_timer(self, context: StrategyContext, name: str) -> None:
        self._maybe("on_timer")


@pytest.mark.parametrize("where", ["on_start", "on_bar", "on_fill", "on_timer"])
def test_one_that_raises_is_halted_and_its_orders_are_canceled(tmp_path: Path, where: str) -> None:
    rig = Rig(tmp_path, 100, 110, 120)
    host = rig.host(Raising(where))
    host.begin()
    while not host.is_ending:
        rig.play(host, 1)
    error = host.end()
    assert error is not None
    assert (error.callback, error.message) == (where, "ZeroDivisionError: by design")
    last = rig.reports[-1]
    assert isinstance(last, Ended)
    assert "ZeroDivisionError: by design" in last.error
    assert any("test_host.py" in line for line in rig.said)
    submit = Noting()
    again = rig.host(submit)
    again.begin()
    assert again.is_ending, "the halt is journaled"
    rig.core.step()
    assert rig.core.open_orders() == 0


class Looping(Scripted):
    """Never lets time go on."""

    def on_bar(self, context: StrategyContext, bar: Bar) -> None:
        while True:
            context.submit_order(SHARE_ID, Side.BUY, UNIT)


def test_a_loop_of_requests_is_taken_for_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("trade2026.application.runner.context.AT_ONCE_MAX", 20)
    rig = Rig(tmp_path, 100, 110)
    host = rig.host(Looping())
    host.begin()
    rig.play(host, 1)
    error = host.end()
    assert error is not None
    assert "must let time go on" in error.message


def test_after_a_restart_ids_go_on_and_the_position_is_known(tmp_path: Path) -> None:
    rig = Rig(tmp_path, 100, 110, 120, 130)
    first = rig.host(Noting())
    first.begin()
    rig.play(first, 2)
    save_snapshot(rig.core.sequencer.core, rig.core.journal, rig.snapshots)
    again = Noting()
    host = rig.host(again)
    host.begin()
    rig.play(host, 2)
    assert again.notes[0] == ("start", 2 * MINUTE_NS, [100, 110], 1)
    requests = rig.core.sequencer.core.engines.oms.accounts[ACCOUNT].requests
    assert list(requests) == [f"{RUN}-{n}" for n in (1, 2, 3, 4)]


def test_the_hash_is_over_all_that_was_given_and_goes_on_after_a_restart(tmp_path: Path) -> None:
    rig = Rig(tmp_path, 100, 110, 120)
    host = rig.host(Noting())
    host.begin()
    rig.play(host, 2)
    events: Sequence[Any] = bars(100, 110, 120)
    digest = hashlib.sha256(b"")
    for event in events[:2]:
        digest.update(msgspec.msgpack.encode((event.ts_event, (event,))))
    rig.core.ask(*halt_intents(RUN, "alice", "", "halt"))
    rig.hear(host)
    host.end()
    last = rig.reports[-1]
    assert isinstance(last, Ended)
    assert last.input_sha256 == digest.hexdigest()
    first = rig.reports[0]
    assert isinstance(first, Seen)
    assert first.input_sha256 == hashlib.sha256(b"").hexdigest()


def test_what_the_core_cannot_decide_is_a_denial(tmp_path: Path) -> None:
    rig = Rig(tmp_path, 100)
    seen: list[Any] = []

    class Asking(Scripted):
        def on_bar(self, context: StrategyContext, bar: Bar) -> None:
            seen.append(context.submit_order(SHARE_ID, Side.BUY, UNIT))

    host = rig.host(Asking())
    host.begin()
    real = rig.core.ask

    def full(*intents: Intent) -> Answer:
        return Answer(1, 0, tuple(Decision((), "the journal is full", retryable=True) for _ in intents))

    rig.core.ask = full  # type: ignore[method-assign]
    rig.play(host, 1)
    rig.core.ask = real  # type: ignore[method-assign]
    (result,) = seen
    assert not result.accepted
    assert isinstance(result.event, OrderDenied)
    assert "the journal is full" in result.event.text
    assert not host.is_ending


def test_a_lost_line_is_no_fault_of_the_strategy(tmp_path: Path) -> None:
    rig = Rig(tmp_path, 100, 110)
    host = rig.host(Noting())
    host.begin()
    rig.core.step()
    rig.core.lost = OperatingError("the core went away", retryable=True)
    with pytest.raises(OperatingError, match="went away"):
        rig.hear(host)


def test_an_account_that_is_not_open_is_named(tmp_path: Path) -> None:
    rig = Rig(tmp_path, 100)
    with pytest.raises(InputError, match="account_id must be an open account, was 'NOWHERE'"):
        rig.host(Noting(), "NOWHERE")


def test_what_happened_between_steps_is_told_after_a_silence(tmp_path: Path) -> None:
    """A venue that answers on its own, without a market event, is heard all the same."""
    rig = Rig(tmp_path, 100, 110)
    strategy = Noting()
    host = rig.host(strategy)
    host.begin()
    rig.play(host, 1)
    rig.core.step()
    rig.core.forget_told()
    assert not host.hear(0)
    assert strategy.notes[-1] == ("fill", 1)
