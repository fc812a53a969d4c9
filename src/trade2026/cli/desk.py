"""`trade2026 up`, `down`, `status`, `restart`, `logs` and `run`: the processes of the desk."""

import os
import shutil
import sys
from typing import Annotated, Any, Final

import typer
from msgspec import UNSET

from trade2026.application.desk import Desk
from trade2026.application.monitor.status import MonitorStatus, shown
from trade2026.application.prism.settings import PORT_MAX, PrismChanges, parse_speed
from trade2026.application.supervision import DeskStatus, DeskUp, RoleState
from trade2026.cli import options
from trade2026.cli.output import examples, labeled, note, say, say_json, table
from trade2026.cli.requests import whole
from trade2026.primitives.errors import InputError
from trade2026.primitives.time import SECOND_NS, format_ns

NAME: Final = "trade2026"
PRISM: Final = "prism"
SAYS_NO: Final = 1
"""Exit code of `status` where not everything runs."""

_SHOWN_ALARMS: Final = 5

_HOST = Annotated[
    str, typer.Option("--host", metavar="ADDRESS", help="Listen here; TRADE2026_HOST, else 127.0.0.1.")
]
_PORT = Annotated[
    str, typer.Option("--port", metavar="PORT", help="Listen at this port; TRADE2026_PORT, else 8026.")
]
_FOREGROUND = Annotated[
    bool, typer.Option("--foreground/--detach", help="Stay until Ctrl-C, or go to the background.")
]
_MARKET = Annotated[
    str,
    typer.Option(
        "--market", metavar="NAME",
        help="What a new desk trades on: prism, a simulated market, or sp500, a replay of daily prices; "
        "prism.",
    ),
]  # fmt: skip
_OPEN = Annotated[bool, typer.Option("--open", help="Open the page in a browser.")]
_ROLE = Annotated[
    str,
    typer.Argument(
        metavar="ROLE",
        help="core, monitor, web, runner, supervisor; strategy, job, scorecard with an id; prism by itself.",
    ),
]
_NAME = Annotated[str, typer.Argument(metavar="[ID]", help="Which one; the desk starts them.")]
_SEED = Annotated[str, typer.Option("--seed", metavar="NUMBER", help="prism: of all that is random; 0.")]
_SPEED = Annotated[
    str, typer.Option("--speed", metavar="SPEED", help="prism: max, or times the clock as 1x or 10x; 1x.")
]
_HOST_OF_PRISM = Annotated[
    str, typer.Option("--host", metavar="ADDRESS", help="prism: listen here; 127.0.0.1.")
]
_PORT_OF_PRISM = Annotated[
    str,
    typer.Option(
        "--port", metavar="PORT", help="prism: listen at this port; else the one behind the desk's, 8027."
    ),
]
_LINES = Annotated[str, typer.Option("--lines", "-n", metavar="COUNT", help="The last so many lines.")]
_FOLLOW = Annotated[bool, typer.Option("--follow", "-f", help="Go on with what comes, until Ctrl-C.")]


def add_desk(app: typer.Typer, desk: Desk) -> None:
    """Add the commands to the application."""
    _add_up(app, desk)
    _add_down(app, desk)
    _add_status(app, desk)
    _add_logs(app, desk)
    _add_run(app, desk)


_UP_EXAMPLES: Final = ("trade2026 up", "trade2026 up --port 9000 --open", "trade2026 up --market sp500")


def _add_up(app: typer.Typer, desk: Desk) -> None:
    @app.command(
        epilog=examples("trade2026 up", "trade2026 up --port 9000 --open", "trade2026 up --market sp500")
    )
    def up(
        port: _PORT = "", host: _HOST = "", market: _MARKET = "", foreground: _FOREGROUND = False,
        open_page: _OPEN = False,
    ) -> int:  # fmt: skip
        """Start the desk, wait until it answers, and say where it is; up already, only say so."""
        number = whole("--port", port) if port else None
        if foreground:
            return desk.supervision.run_in_foreground(host or None, number, note, market)
        found = desk.supervision.up(host or None, number, note, market)
        _say_up(found)
        if open_page:
            typer.launch(found.address)
        return 0


def _say_up(found: DeskUp) -> None:
    say(f"The desk is up at {found.address}")
    if found.first_login:
        say()
        say(f"First login, from {found.first_login_file}:")
        for line in found.first_login.splitlines():
            say(f"  {line}")
    trouble = [each for each in found.status.roles if each.state in (RoleState.RESTARTING, RoleState.FAILED)]
    for each in trouble:
        note(f"warning: {each.role} is {each.state.value.lower()}: {each.text}")
    say()
    command = _command()
    words = (("Stop it", "down"), ("Look at it", "status"), ("Its logs", "logs -f"))
    for line in labeled((label, f"{command} {word}") for label, word in words):
        say(line)


def _command() -> str:
    """How this command is typed: by its path where the shell would not find it by its name."""
    typed = sys.argv[0]
    return typed if shutil.which(NAME) is None and os.path.basename(typed) == NAME else NAME


def _add_down(app: typer.Typer, desk: Desk) -> None:
    @app.command(epilog=examples("trade2026 down"))
    def down() -> None:
        """Stop the desk in good order: web, runner, core."""
        say("The desk is down." if desk.supervision.down(note) else "The desk was not up.")


def _add_status(app: typer.Typer, desk: Desk) -> None:
    @app.command(epilog=examples("trade2026 status", "trade2026 status --json"))
    def status(json: options.Json = False) -> int:
        """Show the processes of the desk; exit code 1 where not all of them run."""
        found = desk.supervision.status()
        watched = None if found is None else desk.monitor()
        if json:
            say_json({**_status_json(found), "monitor": shown(watched)})
        elif found is None:
            say("The desk is not up; 'trade2026 up' starts it.")
        else:
            _say_status(found)
            _say_monitor(watched)
        fine = found is not None and all(each.state is RoleState.RUNNING for each in found.roles)
        return 0 if fine else SAYS_NO

    @app.command(epilog=examples("trade2026 restart web"))
    def restart(role: _ROLE) -> None:
        """End one process of the desk and start it again, also one that had failed."""
        desk.supervision.restart(role)
        say(f"{role} starts again; 'trade2026 status' shows how it goes.")


def _say_status(found: DeskStatus) -> None:
    say(f"The desk is up at {found.address}, supervised by process {found.pid}.")
    rows = [
        (
            each.role,
            each.state.value.lower(),
            str(each.pid or "-"),
            _when(each.started_ns),
            str(each.restarts),
        )
        for each in found.roles
    ]
    head = ("role", "state", "process", "started", "restarts")
    for line in table(head, rows, right=("process", "restarts")):
        say(line)
    for each in found.roles:
        if each.text:
            note(f"{each.role} {each.text}")


def _say_monitor(watched: MonitorStatus | None) -> None:
    if watched is None:
        return
    said = f"{watched.alarms} alarms" if watched.alarms else "no alarm"
    say(
        f"The monitor watches since {_when(watched.since_ns)}: {watched.orders_in} orders approved, "
        f"{watched.orders_out} left, {said}."
    )
    for alarm in watched.last[:_SHOWN_ALARMS]:
        did = f" ({alarm.did})" if alarm.did else ""
        say(f"  {_when(alarm.wall_ns)} {alarm.rule}: {alarm.text}{did}")


def _status_json(found: DeskStatus | None) -> dict[str, Any]:
    if found is None:
        return {"up": False, "address": None, "pid": None, "started": None, "roles": []}
    roles = [
        {
            "role": each.role, "state": each.state.value, "pid": each.pid or None,
            "started": _when(each.started_ns) if each.started_ns else None, "restarts": each.restarts,
            "text": each.text,
        }
        for each in found.roles
    ]  # fmt: skip
    return {
        "up": True,
        "address": found.address,
        "pid": found.pid,
        "started": _when(found.started_ns),
        "roles": roles,
    }


def _when(ts: int) -> str:
    return format_ns(ts - ts % SECOND_NS) if ts else "-"


def _add_logs(app: typer.Typer, desk: Desk) -> None:
    @app.command(epilog=examples("trade2026 logs", "trade2026 logs core -n 50 -f"))
    def logs(role: _ROLE = "", lines: _LINES = "100", follow: _FOLLOW = False) -> None:
        """Show what the processes of the desk said: one of them, or all by time."""
        count = whole("--lines", lines)
        if count < 0:
            raise InputError(f"--lines must be at least 0, was {count}; the default is 100")
        for line in desk.supervision.log(role, count, follow):
            say(line)
            if follow:
                sys.stdout.flush()


def _add_run(app: typer.Typer, desk: Desk) -> None:
    @app.command(epilog=examples("trade2026 run core", "trade2026 run prism --speed 10x --seed 7"))
    def run(
        role: _ROLE,
        name: _NAME = "",
        seed: _SEED = "",
        speed: _SPEED = "",
        host: _HOST_OF_PRISM = "",
        port: _PORT_OF_PRISM = "",
    ) -> int:
        """Be one process of the desk, in the foreground: for containers, and for the supervisor itself.

        PRISM, the simulated market, runs alone: its door speaks the Binance spot protocol, its keys are in
        the folder prism of the home.
        """
        if role == PRISM and not name:
            return desk.supervision.run_prism(_prism(seed, speed, host, port))
        given = {"--seed": seed, "--speed": speed, "--host": host, "--port": port}
        for option, text in given.items():
            if text:
                raise InputError(f"{option} goes with {PRISM} alone, was given with {role}; leave it out")
        return desk.supervision.run_role(role, name)


def _prism(seed: str, speed: str, host: str, port: str) -> PrismChanges:
    """What was asked for."""
    number = whole("--port", port) if port else 0
    if port and not 0 < number <= PORT_MAX:
        raise InputError(f"--port must be 1 to {PORT_MAX}, was {number}")
    return PrismChanges(
        whole("--seed", seed) if seed else UNSET,
        parse_speed(speed) if speed else UNSET,
        host or UNSET,
        number or UNSET,
    )
