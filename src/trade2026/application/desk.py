"""The desk as its users meet it: every use case as a method, imported when it is called."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from trade2026.application.services import Services, StrategyDefinition
from trade2026.primitives.errors import InputError

if TYPE_CHECKING:
    from trade2026.application.analyses.requests import ReturnsRequest
    from trade2026.application.analyses.run import Document
    from trade2026.application.backtest import Progress, ShouldStop
    from trade2026.application.backups.make import Backup
    from trade2026.application.backups.restore import Restored
    from trade2026.application.data import DataSummary
    from trade2026.application.identity.administration import UserAdministration
    from trade2026.application.journals import Checked, Rebuilt, Record
    from trade2026.application.local_halt import LocalHalt
    from trade2026.application.monitor.status import MonitorStatus
    from trade2026.application.named_data import NamedData
    from trade2026.application.outcome import Outcome
    from trade2026.application.prepare import PreparedRun
    from trade2026.application.requests import BacktestRequest, DataRequest
    from trade2026.application.runs import Run
    from trade2026.application.supervision import Supervision
    from trade2026.application.trials import Trial


class Desk:
    """All use cases over one bundle of services.

    Parameters
    ----------
    make_services : callable
        Makes the bundle; called once, with the first use case, so that help needs none of it.
    make_supervision : callable or None
        Makes what starts and stops the desk's processes, when it is first asked for; None where they
        cannot be started from here.
    make_administration : callable or None
        Opens the list of users, when it is first asked for; None where it is not to be had.
    make_local_halt : callable or None
        Makes what halts the desk of this machine without its web service; None where that cannot be done.
    read_monitor : callable or None
        Reads what the independent monitor wrote last.
    """

    def __init__(
        self,
        make_services: Callable[[], Services],
        make_supervision: "Callable[[], Supervision] | None" = None,
        make_administration: "Callable[[], UserAdministration] | None" = None,
        make_local_halt: "Callable[[], LocalHalt] | None" = None,
        read_monitor: "Callable[[], MonitorStatus | None] | None" = None,
    ) -> None:
        self._make_services = make_services
        self._make_supervision = make_supervision
        self._supervision: Supervision | None = None
        self._make_administration = make_administration
        self._make_local_halt = make_local_halt
        self._read_monitor = read_monitor
        self._made: Services | None = None

    @property
    def services(self) -> Services:
        """The bundle; raises InputError where the configuration cannot be used."""
        if self._made is None:
            self._made = self._make_services()
        return self._made

    @property
    def supervision(self) -> "Supervision":
        """The desk's processes; raises InputError where they cannot be started from here."""
        if self._supervision is None:
            if self._make_supervision is None:
                raise InputError("the desk cannot be started from here; use the trade2026 command")
            self._supervision = self._make_supervision()
        return self._supervision

    def administration(self) -> "UserAdministration":
        """The list of users, opened anew; raises InputError where it is not to be had from here."""
        if self._make_administration is None:
            raise InputError("users cannot be managed from here; use the trade2026 command")
        return self._make_administration()

    def local_halt(self) -> "LocalHalt":
        """What halts the desk of this machine; raises InputError where that cannot be done from here."""
        if self._make_local_halt is None:
            raise InputError("the desk cannot be halted from here; use the trade2026 command")
        return self._make_local_halt()

    def monitor(self) -> "MonitorStatus | None":
        """What the independent monitor wrote last; None where it never ran. See `application.monitor`."""
        return None if self._read_monitor is None else self._read_monitor()

    def prepare_backtest(self, request: "BacktestRequest") -> "PreparedRun":
        """Find and check everything a backtest needs; see `application.prepare`."""
        from trade2026.application.prepare import prepare

        return prepare(request, self.services)

    def run_backtest(
        self,
        prepared: "PreparedRun",
        *,
        progress: "Progress | None" = None,
        should_stop: "ShouldStop | None" = None,
    ) -> "Outcome":
        """Run it and write everything down; see `application.backtest`."""
        from trade2026.application.backtest import run_backtest

        return run_backtest(prepared, progress=progress, should_stop=should_stop)

    def analyze(
        self, analysis_id: str, request: "ReturnsRequest", tell: "Callable[[float, str], None]"
    ) -> "Document":
        """Run an analysis; see `application.analyses.run`."""
        from trade2026.application.analyses.run import run_analysis

        return run_analysis(self.services, analysis_id, request, tell)

    def strategies(self) -> tuple[StrategyDefinition, ...]:
        """The strategies that ship with the desk."""
        found = self.services.strategies
        return tuple(found.find(name) for name in found.names())

    def find_strategy(self, text: str) -> StrategyDefinition:
        """The strategy of a name, or of a Python file."""
        return self.services.strategies.find(text)

    def describe_data(self, request: "DataRequest", *, progress: "Progress | None" = None) -> "DataSummary":
        """Read all of a data set and say what is in it; see `application.data`."""
        from trade2026.application.data import describe_data

        return describe_data(request, self.services, progress=progress)

    def check_data_name(self, name: str) -> None:
        """Refuse a name that data cannot be kept by, before the data is read."""
        self.services.shelf.check_new(name)

    def keep_data(self, name: str, request: "DataRequest", summary: "DataSummary") -> None:
        """Copy files or a recorded run into the desk's folder, for whatever takes data by its name."""
        self.services.shelf.keep(name, request, summary)

    def named_data(self) -> "tuple[NamedData, ...]":
        """All data that has a name, and what it is; see `application.named_data`."""
        from trade2026.application.named_data import list_data

        return list_data(self.services.data)

    def remove_data(self, name: str) -> None:
        """Remove what is kept under a name."""
        self.services.shelf.remove(name)

    def runs(self) -> "tuple[list[Run], list[str]]":
        """All runs in order of their start, and a sentence for each damaged folder."""
        from trade2026.application.runs import list_runs

        return list_runs(self.services)

    def trials(self) -> "list[Trial]":
        """The trial ledger, oldest first."""
        from trade2026.application.trials import read_trials

        return read_trials(self.services)

    def verify_journal(self, text: str, *, check_head: bool = True) -> "Checked":
        """Check a journal; see `application.journals`."""
        from trade2026.application.journals import verify_journal

        return verify_journal(self.services, text, check_head=check_head)

    def show_journal(
        self, text: str, *, first: int = 1, last: int | None = None, types: tuple[str, ...] = ()
    ) -> "Iterator[Record]":
        """Records of a journal; see `application.journals`."""
        from trade2026.application.journals import show_journal

        return show_journal(self.services, text, first=first, last=last, types=types)

    def replay_journal(
        self, text: str, *, decide_again: bool = False, progress: Callable[[int], None] | None = None
    ) -> "Rebuilt":
        """Rebuild the state from a journal; see `application.journals`."""
        from trade2026.application.journals import replay_journal

        return replay_journal(self.services, text, decide_again=decide_again, progress=progress)

    def make_backup(self, path: str, progress: Callable[[str, int], None]) -> "Backup":
        """Copy the desk into one file; see `application.backups.make`."""
        from trade2026.application.backups.make import make_backup

        return make_backup(self.services, path, progress)

    def restore_backup(self, path: str, home: str, progress: Callable[[str, int], None]) -> "Restored":
        """Make a desk from such a file; see `application.backups.restore`."""
        from trade2026.application.backups.restore import restore_backup

        return restore_backup(self.services, path, home, progress)
