"""The trial ledger: nothing is lost when runs write at once, and a writer that never leaves is told."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from trade2026.application.services import Services
from trade2026.application.trials import FOLDER, TrialLedger, read_trials
from trade2026.bootstrap.config import Config
from trade2026.bootstrap.wiring import make_services
from trade2026.primitives.errors import IntegrityError, OperatingError
from trade2026.trading.journal import Journal, JournalConfig

CONFIG = JournalConfig(segment_bytes=8 << 20, preallocate=False, reserve_bytes=0)


class Clock:
    """Time that passes only by pausing; `on_pause` happens meanwhile."""

    def __init__(self, on_pause: Callable[[], None]) -> None:
        self.now = 0
        self.on_pause = on_pause

    def now_ns(self) -> int:
        return self.now

    def monotonic_ns(self) -> int:
        return self.now

    def pause(self, span_ns: int) -> None:
        self.now += span_ns
        self.on_pause()


def services_at(home: Path, clock: Clock) -> Services:
    return replace(make_services(Config(str(home))), clock=clock, pause=clock.pause)


def test_a_trial_is_kept_before_its_run_and_completed_after_it(tmp_path: Path) -> None:
    services = services_at(tmp_path, Clock(lambda: None))
    ledger = TrialLedger(services)
    first = ledger.start("a" * 24, "momentum-a", b'{"seed": 1}')
    second = ledger.start("b" * 24, "momentum-b", b'{"seed": 2}')
    ledger.finish(second, "finished", {"fills": 3})
    one, two = read_trials(services)
    assert (one.number, one.finished) == (first, None)
    assert one.plan_values == {"seed": 1}
    assert two.finished is not None
    assert (two.finished.status, two.finished.figures) == ("finished", {"fills": 3})


def test_a_run_waits_while_another_is_writing(tmp_path: Path) -> None:
    held: list[Journal] = []
    clock = Clock(lambda: held.pop().close() if clock.now > 500_000_000 and held else None)
    services = services_at(tmp_path, clock)
    TrialLedger(services).start("a" * 24, "x", b"{}")
    held.append(Journal.open(services.open_storage(f"{tmp_path}/{FOLDER}"), CONFIG, services.head_key()))
    TrialLedger(services).start("b" * 24, "y", b"{}")
    assert clock.now > 500_000_000
    assert [trial.started.folder for trial in read_trials(services)] == ["x", "y"]


def test_a_writer_that_does_not_leave_is_named(tmp_path: Path) -> None:
    clock = Clock(lambda: None)
    services = services_at(tmp_path, clock)
    TrialLedger(services).start("a" * 24, "x", b"{}")
    journal = Journal.open(services.open_storage(f"{tmp_path}/{FOLDER}"), CONFIG, services.head_key())
    with pytest.raises(OperatingError, match="in use by process"):
        TrialLedger(services).start("b" * 24, "y", b"{}")
    journal.close()
    assert clock.now >= 10 * 10**9


def test_a_record_that_is_no_trial_is_refused(tmp_path: Path) -> None:
    services = services_at(tmp_path, Clock(lambda: None))
    journal = Journal.open(services.open_storage(f"{tmp_path}/{FOLDER}"), CONFIG, services.head_key())
    journal.append(b'{"type": "other"}')
    journal.close()
    with pytest.raises(IntegrityError, match=r"frame 1 of .* is no trial of this version"):
        read_trials(services)
