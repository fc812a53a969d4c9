"""`trade2026 up`, `down`, `status`, `restart`, `logs` and `run`, over a supervision that is played."""

import contextlib
import io
import json
from collections.abc import Iterator
from typing import Any

import pytest

from trade2026.application.desk import Desk
from trade2026.application.monitor.status import Alarm, MonitorStatus
from trade2026.application.prism.settings import PrismChanges, PrismSettings
from trade2026.application.services import Services
from trade2026.application.supervision import DeskStatus, DeskUp, RoleState, RoleStatus, Supervision, Tell
from trade2026.cli.app import run
from trade2026.primitives.errors import InputError, OperatingError

STARTED_NS = 1_700_000_000_500_000_000
ADDRESS = "http://127.0.0.1:8026"


def role(name: str, state: RoleState = RoleState.RUNNING, text: str = "") -> RoleStatus:
    is_there = state in (RoleState.RUNNING, RoleState.STARTING)
    return RoleStatus(name, state, 12 if is_there else 0, STARTED_NS if is_there else 0, 3, text)


def desk_of(*roles: RoleStatus) -> DeskStatus:
    return DeskStatus(11, STARTED_NS, ADDRESS, roles)


FINE = desk_of(role("core"), role("monitor"), role("runner"), role("web"))
LAME = desk_of(role("core", RoleState.FAILED, "ended with exit code 4 each time"), role("web"))


class Played:
    """`application.supervision.Supervision`: notes what it is asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[Any, ...]] = []
        self.found: DeskStatus | None = FINE
        self.login = ""

    def up(self, host: str | None, port: int | None, tell: Tell, market: str = "") -> DeskUp:
        self.asked.append(("up", host, port, market))
        if self.found is None:
            raise OperatingError("port 8026 is in use")
        tell("core: starting")
        return DeskUp(ADDRESS, False, self.login, "/data/desk/state/first-login.txt", self.found)

    def run_in_foreground(self, host: str | None, port: int | None, tell: Tell, market: str = "") -> int:
        self.asked.append(("foreground", host, port, market))
        return 0

    def down(self, tell: Tell) -> bool:
        return self.found is not None

    def status(self) -> DeskStatus | None:
        return self.found

    def restart(self, role: str) -> None:
        self.asked.append(("restart", role))

    def log(self, role: str, lines: int, follow: bool) -> Iterator[str]:
        self.asked.append(("log", role, lines, follow))
        yield "a line \x1b[2J of a log"

    def run_role(self, role: str, name: str = "") -> int:
        self.asked.append(("run", role, name))
        if role == "core":
            raise InputError("the journal must be there")
        return 3

    def run_prism(self, changes: PrismChanges) -> int:
        self.asked.append(("prism", changes))
        return 0

    def roles(self) -> tuple[str, ...]:
        return ("core", "monitor", "runner", "web")


@pytest.fixture
def played() -> Played:
    return Played()


def call(
    played: Supervision | None, *arguments: str, watched: MonitorStatus | None = None
) -> tuple[int, str, str]:
    def no_services() -> Services:
        raise AssertionError("the desk's processes need no services here")

    out, err = io.StringIO(), io.StringIO()
    make = None if played is None else (lambda: played)
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = run(Desk(no_services, make, read_monitor=lambda: watched), arguments)
    return code, out.getvalue(), err.getvalue()


def test_up_says_where_how_to_log_in_and_how_to_stop(played: Played) -> None:
    played.login = "name: admin\npassword: made-up"
    code, out, err = call(played, "up")
    assert code == 0
    assert out.splitlines()[0] == f"The desk is up at {ADDRESS}"
    assert "First login, from /data/desk/state/first-login.txt:\n  name: admin\n  password: made-up\n" in out
    assert "trade2026 down" in out
    assert err == "core: starting\n"
    assert played.asked == [("up", None, None, "")]


def test_up_without_a_first_login_says_nothing_of_one(played: Played) -> None:
    assert "login" not in call(played, "up")[1]


def test_up_takes_an_address_and_warns_of_what_does_not_run(played: Played) -> None:
    played.found = LAME
    code, _, err = call(played, "up", "--port", "9000", "--host", "0.0.0.0")
    assert code == 0
    assert "warning: core is failed: ended with exit code 4 each time" in err
    assert played.asked == [("up", "0.0.0.0", 9000, "")]


def test_up_that_fails_ends_with_3_and_a_port_that_is_none_with_2(played: Played) -> None:
    played.found = None
    assert call(played, "up") == (3, "", "error: port 8026 is in use\n")
    code, _, err = call(played, "up", "--port", "http")
    assert (code, err) == (2, "error: --port must be a whole number, was 'http'\n")


def test_up_in_the_foreground(played: Played) -> None:
    assert call(played, "up", "--foreground")[0] == 0
    assert played.asked == [("foreground", None, None, "")]


def test_down_says_whether_there_was_anything(played: Played) -> None:
    assert call(played, "down")[:2] == (0, "The desk is down.\n")
    played.found = None
    assert call(played, "down")[:2] == (0, "The desk was not up.\n")


def test_status_shows_every_process(played: Played) -> None:
    code, out, _ = call(played, "status")
    assert code == 0
    lines = [line.split() for line in out.splitlines()[1:]]
    assert lines[0] == ["role", "state", "process", "started", "restarts"]
    assert lines[1] == ["core", "running", "12", "2023-11-14T22:13:20Z", "3"]


def test_status_says_no_where_not_all_run(played: Played) -> None:
    played.found = LAME
    code, out, err = call(played, "status")
    assert code == 1
    assert out.splitlines()[2].split() == ["core", "failed", "-", "-", "3"]
    assert "core ended with exit code 4 each time" in err
    played.found = None
    assert call(played, "status")[:2] == (1, "The desk is not up; 'trade2026 up' starts it.\n")


def test_status_for_programs(played: Played) -> None:
    code, out, err = call(played, "status", "--json")
    assert (code, err) == (0, "")
    value = json.loads(out)
    assert (value["up"], value["address"], value["pid"]) == (True, ADDRESS, 11)
    assert value["roles"][0] == {
        "role": "core", "state": "RUNNING", "pid": 12, "started": "2023-11-14T22:13:20Z", "restarts": 3,
        "text": "",
    }  # fmt: skip
    played.found = None
    code, out, _ = call(played, "status", "--json")
    assert (code, json.loads(out)["up"]) == (1, False)


def test_status_shows_what_the_monitor_saw(played: Played) -> None:
    fine = MonitorStatus(STARTED_NS, STARTED_NS, 9, 12, 12, 3, True, 0, ())
    words = "The monitor watches since 2023-11-14T22:13:20Z: 12 orders approved, 12 left, "
    assert f"{words}no alarm.\n" in call(played, "status", watched=fine)[1]
    alarm = Alarm(STARTED_NS, "NOT_APPROVED", "order 7 left", "halted at 170; cancels sent: 2")
    bad = MonitorStatus(STARTED_NS, STARTED_NS, 9, 12, 13, 3, True, 1, (alarm,))
    out = call(played, "status", watched=bad)[1].splitlines()
    assert out[-2] == "The monitor watches since 2023-11-14T22:13:20Z: 12 orders approved, 13 left, 1 alarms."
    assert out[-1] == "  2023-11-14T22:13:20Z NOT_APPROVED: order 7 left (halted at 170; cancels sent: 2)"
    shown = json.loads(call(played, "status", "--json", watched=bad)[1])["monitor"]
    assert (shown["orders_in"], shown["orders_out"], shown["alarms"]) == (12, 13, 1)
    assert shown["last"][0]["did"] == "halted at 170; cancels sent: 2"
    assert json.loads(call(played, "status", "--json")[1])["monitor"] == {}


def test_logs_pass_on_what_was_asked_and_let_nothing_move_the_cursor(played: Played) -> None:
    assert call(played, "logs")[:2] == (0, "a line \\x1b[2J of a log\n")
    call(played, "logs", "core", "-n", "5", "-f")
    assert played.asked == [("log", "", 100, False), ("log", "core", 5, True)]
    code, _, err = call(played, "logs", "-n", "-1")
    assert (code, err) == (2, "error: --lines must be at least 0, was -1; the default is 100\n")


def test_restart_and_run_pass_on_the_role_and_its_exit_code(played: Played) -> None:
    assert call(played, "restart", "web")[0] == 0
    assert call(played, "run", "web")[0] == 3
    assert call(played, "run", "core") == (2, "", "error: the journal must be there\n")
    assert played.asked == [("restart", "web"), ("run", "web", ""), ("run", "core", "")]


def test_a_desk_without_processes_says_so() -> None:
    code, _, err = call(None, "status")
    assert (code, err) == (2, "error: the desk cannot be started from here; use the trade2026 command\n")


def test_run_prism_passes_on_what_was_asked(played: Played) -> None:
    assert call(played, "run", "prism")[0] == 0
    assert call(played, "run", "prism", "--seed", "7", "--speed", "max", "--port", "9000")[0] == 0
    assert call(played, "run", "prism", "--speed", "2.5x", "--host", "::1")[0] == 0
    written = PrismSettings(3, 1.0, "127.0.0.2", 7_000)
    assert [changes.of(written) for _, changes in played.asked] == [
        written, PrismSettings(7, None, "127.0.0.2", 9_000), PrismSettings(3, 2.5, "::1", 7_000),
    ]  # fmt: skip
    code, _, err = call(played, "run", "web", "--seed", "7")
    assert (code, err) == (2, "error: --seed goes with prism alone, was given with web; leave it out\n")
