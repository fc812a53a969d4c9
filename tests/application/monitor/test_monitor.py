"""The monitor over a journal and a wire that are played: it halts, signals, and says how it is."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.application.monitor.given import fill, order
from tests.simulation.simdisk import SimDisk
from tests.simulation.simstorage import SimStorage
from tests.trading.desks import SmallDesk, submit
from trade2026.application.monitor.config import MonitorConfig
from trade2026.application.monitor.monitor import NAME, Monitor
from trade2026.application.monitor.status import MonitorStatus, load_status, save_status, shown
from trade2026.model.enums import Scope, TradingState
from trade2026.model.events import OrderApproved
from trade2026.ports.core_link import Answer, CancelAllIntent, Decision, SetTradingStateIntent
from trade2026.ports.wire_log import WireFrame, WireReceived, WireSent
from trade2026.primitives.errors import OperatingError, StoreUnavailable
from trade2026.primitives.time import SECOND_NS
from trade2026.trading.journal import JournalReader


class Played:
    """Wire, lines to the core, clock and place of the status, all in one."""

    def __init__(self) -> None:
        self.frames: list[WireFrame] = []
        self.skipped = False
        self.asked: list[Any] = []
        self.signaled: list[int] = []
        self.kept: list[MonitorStatus] = []
        self.notes: list[str] = []
        self.now = 50 * SECOND_NS
        self.is_away = self.is_silent = self.is_full = False
        self.connects = 0
        self.on_wire: Callable[[], None] = lambda: None

    # The wire.

    def skip(self) -> None:
        self.skipped = True

    def read(self) -> list[WireFrame]:
        frames, self.frames = self.frames, []
        return frames

    def take_trouble(self) -> str:
        return ""

    # The line.

    def connect(self) -> Any:
        self.connects += 1
        if self.is_away:
            raise OperatingError("the trading core is away")
        return self

    def signal(self, pid: int) -> str:
        self.signaled.append(pid)
        return "SIGUSR1 was sent"

    def status(self) -> Any:
        class Status:
            pid = 4711

        return Status

    def ask(self, *intents: Any) -> Answer:
        self.asked += intents
        if self.is_silent:
            raise OperatingError("no answer came within 1 s")
        return Answer(1, 170, tuple(Decision(()) for _ in intents))

    def next_told(self, timeout_ns: int) -> None:
        if self.is_away:
            raise OperatingError("hung up")

    def close(self) -> None:
        pass

    # The rest.

    def now_ns(self) -> int:
        return self.now

    def monotonic_ns(self) -> int:
        return self.now

    def save(self, status: MonitorStatus) -> None:
        if self.is_full:
            raise StoreUnavailable("no room")
        self.kept.append(status)


class Watched:
    """A small desk, and its monitor."""

    def __init__(self, **config: Any) -> None:
        self.desk = SmallDesk()
        self.played = Played()
        self.number = 0
        ((self.before,),) = self.desk.do(submit("before"))
        played: Any = self.played
        self.monitor = Monitor(
            MonitorConfig(**config), JournalReader(self.desk.storage), played, played, played, played.save,
            played.notes.append,
        )  # fmt: skip
        self.monitor.begin()

    def send(self, *requests: Any) -> None:
        """Put it on the wire as the core would."""
        self.number += 1
        sent = tuple(WireSent(self.desk.journal.last_seq, each) for each in requests)
        self.played.frames.append(WireFrame(1, self.number, self.played.now, 0, sent))

    def poll(self, after_s: float = 0.1) -> None:
        self.played.now += int(after_s * SECOND_NS)
        self.monitor.poll()


def test_good_health_is_silent_and_its_counts_are_kept_once_a_second():
    watched = Watched()
    assert watched.played.skipped
    for number in range(5):
        ((approved,),) = watched.desk.do(submit(f"c{number}"))
        watched.send(approved)
        watched.poll()
    watched.send(watched.before)  # Approved before it was watched, and sent late.
    for _ in range(30):
        watched.poll()
    played = watched.played
    assert played.asked == []
    assert played.signaled == []
    last = played.kept[-1]
    assert (last.orders_in, last.orders_out, last.alarms, last.is_core_up) == (5, 6, 0, True)
    assert last.seq == watched.desk.journal.durable_seq
    assert len(played.kept) <= 4, "idle, it writes nothing"


def test_an_order_that_nobody_approved_halts_and_cancels_all_over_its_own_line():
    watched = Watched()
    watched.poll()
    watched.send(order(99))
    watched.poll()
    state, cancels = watched.played.asked
    assert isinstance(state, SetTradingStateIntent)
    assert (state.scope, state.target, state.state) == (Scope.GLOBAL, "", TradingState.HALTED)
    assert state.trader_id == NAME
    assert state.text.startswith("NOT_APPROVED: order 99")
    assert isinstance(cancels, CancelAllIntent)
    assert (cancels.account_id, cancels.venue) == ("", "")
    assert watched.played.signaled == []
    (alarm,) = watched.played.kept[-1].last
    assert (alarm.rule, alarm.did) == ("NOT_APPROVED", "halted at 170; cancels sent: 0")
    assert watched.played.notes[-1].startswith("ALARM NOT_APPROVED: order 99")


@pytest.mark.parametrize("way", ["is_away", "is_silent"])
def test_a_core_that_does_not_confirm_is_signaled(way: str):
    watched = Watched()
    watched.poll()
    setattr(watched.played, way, True)
    watched.send(order(99))
    watched.poll()
    assert watched.played.signaled == [4711]
    assert "SIGUSR1 was sent, because it was not confirmed" in watched.played.kept[-1].last[0].did


def test_an_alarm_that_does_not_halt_leaves_the_core_alone():
    watched = Watched()
    watched.number += 1
    report = WireReceived(fill("nobody", 1, "x1"))
    watched.played.frames.append(WireFrame(1, watched.number, 1, 0, (report,)))
    watched.poll()
    watched.poll(after_s=6)
    assert watched.played.asked == []
    assert watched.played.kept[-1].last[0].rule == "LOST_FILL"


def test_without_the_right_to_halt_it_only_says_so():
    watched = Watched(halts=False)
    watched.send(order(99))
    watched.poll()
    assert watched.played.asked == []
    assert watched.played.kept[-1].alarms == 1


def test_a_line_that_is_lost_is_sought_once_a_second():
    watched = Watched()
    watched.poll()
    watched.played.is_away = True
    for _ in range(30):
        watched.poll()
    assert 3 <= watched.played.connects <= 5
    assert watched.played.kept[-1].is_core_up is False
    watched.played.is_away = False
    watched.poll(after_s=1)
    watched.poll(after_s=1)
    assert watched.played.kept[-1].is_core_up is True


def test_a_status_that_cannot_be_kept_stops_nothing():
    watched = Watched()
    watched.played.is_full = True
    watched.send(order(99))
    watched.poll()
    assert len(watched.played.asked) == 2
    assert any("was not kept" in note for note in watched.played.notes)


def test_it_reads_the_journal_behind_the_wire_so_that_an_approval_is_never_late():
    """An order that is approved, sent and written between two reads is seen with its approval."""
    watched = Watched()
    for number in range(3):
        read = watched.played.read

        def late(number: int = number, read: Any = read) -> list[WireFrame]:
            ((approved,),) = watched.desk.do(submit(f"late{number}"))
            assert isinstance(approved, OrderApproved)
            watched.send(approved)
            frames: list[WireFrame] = read()
            return frames

        watched.played.read = late  # type: ignore[method-assign]
        watched.poll()
        watched.played.read = read  # type: ignore[method-assign]
    assert watched.played.asked == []


def test_the_status_is_a_file_that_others_can_read_or_not():
    storage = SimStorage(SimDisk(1), "state")
    assert load_status(storage) is None
    assert shown(None) == {}
    status = MonitorStatus(1, 2, 3, 4, 5, 6, True, 0, ())
    save_status(storage, status)
    assert load_status(storage) == status
    assert shown(status)["core"] == "connected"
    storage.replace("monitor.json", b"{", durable=False)
    assert load_status(storage) is None
