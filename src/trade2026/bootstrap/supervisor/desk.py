"""What the command line asks of the supervisor: up, down, status, logs; and the processes themselves."""

import asyncio
import importlib
import os
import sys
import time
from collections.abc import Callable, Iterator
from heapq import merge
from pathlib import Path
from typing import Final

import msgspec

from trade2026.application.prism.settings import PrismChanges
from trade2026.application.services import Services
from trade2026.application.supervision import DeskStatus, DeskUp, RoleState, Tell
from trade2026.bootstrap.clock import SystemClock
from trade2026.bootstrap.config import (
    HOME_VARIABLE,
    HOST_VARIABLE,
    PORT_VARIABLE,
    Config,
    check_host,
    check_port,
)
from trade2026.bootstrap.places import Places
from trade2026.bootstrap.supervisor import log as logs
from trade2026.bootstrap.supervisor.address import address, answers, check_free
from trade2026.bootstrap.supervisor.control import Request, ask
from trade2026.bootstrap.supervisor.lifeline import hold_lifeline
from trade2026.bootstrap.supervisor.market import PRISM, ROLES, begin, roles_of
from trade2026.bootstrap.supervisor.role import RoleSpec
from trade2026.bootstrap.supervisor.supervisor import CONTROL, Supervisor, lock_holder
from trade2026.primitives.errors import InputError, OperatingError

SUPERVISOR: Final = "supervisor"
CHILDREN: Final = ("strategy", "job", "worker", "scorecard")
"""What the runner and the simulated market start, each with an id."""
FIRST_LOGIN: Final = "first-login.txt"
_UP_WITHIN_S: Final = 120.0
_DOWN_WITHIN_S: Final = 45.0
_POLL_S: Final = 0.05
_FOLLOW_S: Final = 0.2
_SHOWN_LINES: Final = 15


def role_command(role: str) -> tuple[str, ...]:
    """The command that is one process of the desk."""
    return (sys.executable, "-m", "trade2026.bootstrap.main", "run", role)


class DeskProcesses:
    """`application.supervision.Supervision` for the desk at one home.

    Parameters
    ----------
    load : callable
        Gives the configuration; raises InputError where it cannot be used.
    make_services : callable
        Makes what a process needs.
    commands : callable
        From the name of a process to its command.
    """

    def __init__(
        self,
        load: Callable[[], Config],
        make_services: Callable[[Config], Services],
        commands: Callable[[str], tuple[str, ...]] = role_command,
        up_within_s: float = _UP_WITHIN_S,
    ) -> None:
        self._load = load
        self._make_services = make_services
        self._commands = commands
        self._up_within_s = up_within_s
        self._clock = SystemClock()

    def roles(self) -> tuple[str, ...]:
        """Names of the processes."""
        return ROLES

    def up(self, host: str | None, port: int | None, tell: Tell, market: str = "") -> DeskUp:
        """Start the desk in the background; see the port."""
        config = self._config(host, port)
        places = Places(config.home)
        if (status := self._status(places)) is not None:
            if (host is not None or port is not None) and status.address != address(config):
                tell("note: the desk is up already; for another address stop it first: trade2026 down")
            found = self._await_up(places, None, tell, status)
            if found is not None:
                return found  # Else it went down meanwhile.
        places.make()
        begin(places, market)
        check_free(config)
        found = self._await_up(places, self._spawn(config, places), tell, None)
        return found if found is not None else self.up(host, port, tell)

    def run_in_foreground(self, host: str | None, port: int | None, tell: Tell, market: str = "") -> int:
        """Be the supervisor; see the port."""
        config = self._config(host, port)
        places = Places(config.home)
        places.make()
        begin(places, market)
        if lock_holder(places) is None:
            check_free(config)
        specs = [RoleSpec(name, self._commands(name)) for name in roles_of(places)]

        def told(text: str) -> None:
            tell(text)
            if text == f"web: {RoleState.RUNNING.value.lower()}":
                up = f"the desk is up at {address(config)}; Ctrl-C stops it"
                tell(f"{up}\n{_first_login(places)[1]}".strip())

        async def main() -> None:
            await Supervisor(places, specs, address(config), _environment(config), self._clock, told).run()

        asyncio.run(main())
        return 0

    def down(self, tell: Tell) -> bool:
        """Stop everything; see the port."""
        places = Places(self._load().home)
        pid = lock_holder(places)
        if pid is None:
            return False
        try:
            ask(places.socket(CONTROL), Request("stop"))
        except (FileNotFoundError, ConnectionRefusedError):
            if lock_holder(places) is None:
                return True
            raise OperatingError(
                f"the supervisor (process {pid}) is just starting or ending; try again", retryable=True
            ) from None
        deadline = time.monotonic() + _DOWN_WITHIN_S
        seen: dict[str, RoleState] = {}
        while lock_holder(places) is not None:
            try:
                status = self._status(places)
            except OperatingError:
                status = None  # It hung up as it ended; its lock tells when it is gone.
            if status is not None:
                _tell_changes(status, seen, tell)
            if time.monotonic() > deadline:
                raise OperatingError(
                    f"the supervisor (process {pid}) did not stop within {_DOWN_WITHIN_S:g} s; "
                    f"'kill -9 {pid}' ends it and every process it started"
                )
            time.sleep(_POLL_S)
        return True

    def status(self) -> DeskStatus | None:
        """How the processes are; None where the desk is not up."""
        return self._status(Places(self._load().home))

    def restart(self, role: str) -> None:
        """Have one process started again; see the port."""
        places = Places(self._load().home)
        try:
            ask(places.socket(CONTROL), Request("restart", role))
        except (FileNotFoundError, ConnectionRefusedError):
            raise OperatingError("the desk is not up; 'trade2026 up' starts it") from None

    def log(self, role: str, lines: int, follow: bool) -> Iterator[str]:
        """Lines of logs; see the port."""
        known = (*ROLES, SUPERVISOR)
        if role and role not in known:
            raise InputError(f"role must be one of {', '.join(known)}, was {role!r}")
        folder = Places(self._load().home).logs
        names = [role] if role else list(known)
        paths = {name: f"{folder}/{name}.log" for name in names}
        if not follow and not any(os.path.exists(path) for path in paths.values()):
            raise OperatingError(f"there is no log in {folder} yet; 'trade2026 up' starts the desk")
        followers = {name: logs.Follower(path) for name, path in paths.items()} if follow else {}
        yield from _merged({name: logs.last_lines(path, lines) for name, path in paths.items()}, lines)
        while follow:
            yield from _merged({name: list(each.new_lines()) for name, each in followers.items()}, None)
            time.sleep(_FOLLOW_S)

    def run_role(self, role: str, name: str = "") -> int:
        """Be one of the processes; see the port."""
        if role == SUPERVISOR:
            return self.run_in_foreground(None, None, lambda _: None)
        if role in CHILDREN:
            return self._run_child(role, name)
        if role == PRISM and not name:
            return self.run_prism(PrismChanges())
        if role not in ROLES:
            known = ", ".join((*ROLES, SUPERVISOR, *CHILDREN))
            raise InputError(f"role must be one of {known}, was {role!r}")
        if name:
            raise InputError(
                f"an id goes with {' and '.join(CHILDREN)}, was {name!r} with {role}; leave it out"
            )
        hold_lifeline()
        config = self._load()
        module = importlib.import_module(f"trade2026.bootstrap.roles.{role}")
        code: int = module.main(self._make_services(config), config)
        return code

    def run_prism(self, changes: PrismChanges) -> int:
        """Be the simulated market; see the port."""
        from trade2026.bootstrap.roles import prism

        if isinstance(changes.host, str):
            check_host(changes.host, "--host")
        hold_lifeline()
        config = self._load()
        return prism.main(self._make_services(config), config, changes)

    def _run_child(self, role: str, name: str) -> int:
        """Be what another process starts: one strategy, one job, a worker for several, or one scorecard."""
        if not name:
            raise InputError(f"{role} needs the id of one; the desk starts them by itself")
        config = self._load()
        if role == "scorecard":
            from trade2026.bootstrap.roles import sim

            return sim.main_scorecard(self._make_services(config), config, name)
        from trade2026.bootstrap.roles import runner

        mains = {"strategy": runner.main_strategy, "job": runner.main_job, "worker": runner.main_worker}
        return mains[role](self._make_services(config), config, name)

    # -------------------------------------------------------------------------------------- coming up

    def _config(self, host: str | None, port: int | None) -> Config:
        config = self._load()
        if host is not None:
            config = msgspec.structs.replace(config, host=check_host(host, "--host"))
        if port is not None:
            config = msgspec.structs.replace(config, port=check_port(str(port), "--port"))
        return config

    def _status(self, places: Places) -> DeskStatus | None:
        try:
            return ask(places.socket(CONTROL), Request("status")).status
        except (FileNotFoundError, ConnectionRefusedError):
            return None

    def _spawn(self, config: Config, places: Places) -> int:
        """Start the supervisor in a session of its own; what it cannot log goes to a file. Its process."""
        command = self._commands(SUPERVISOR)
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
        actions = [
            (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
            (os.POSIX_SPAWN_OPEN, 1, _stray(places), flags, 0o600),
            (os.POSIX_SPAWN_DUP2, 1, 2),
        ]
        try:
            return os.posix_spawn(
                command[0], command, _environment(config), file_actions=actions, setsid=True
            )
        except OSError as error:
            raise OperatingError(f"the supervisor cannot be started: {error}") from error

    def _await_up(
        self,
        places: Places,
        process: int | None,
        tell: Tell,
        status: DeskStatus | None,
    ) -> DeskUp | None:
        """Wait until the desk answers; None where the supervisor that was waited for went away.

        `process` is the supervisor that was just started, None for one that was there.
        """
        was_up = process is None
        deadline = time.monotonic() + self._up_within_s
        seen = {} if status is None else {each.role: each.state for each in status.roles}
        while True:
            if status is not None:
                _tell_changes(status, seen, tell)
                if answers(status.address):
                    return _up(places, status, was_up)
                _check_alive(status, places)
            if process is not None and _has_ended(process):
                if lock_holder(places) is None:
                    raise OperatingError(f"the supervisor ended at once: {_end_of(places)}")
                process = None  # Another one was quicker.
            if process is None and lock_holder(places) is None:
                return None
            if time.monotonic() > deadline:
                raise OperatingError(
                    f"the desk did not answer within {self._up_within_s:g} s; 'trade2026 status' and "
                    f"'trade2026 logs' say more, 'trade2026 down' stops it"
                )
            time.sleep(_POLL_S)
            status = self._status(places)


def _environment(config: Config) -> dict[str, str]:
    return {
        **os.environ,
        HOME_VARIABLE: config.home,
        HOST_VARIABLE: config.host,
        PORT_VARIABLE: str(config.port),
    }


def _has_ended(process: int) -> bool:
    return os.waitpid(process, os.WNOHANG)[0] == process


def _stray(places: Places) -> str:
    return f"{places.logs}/supervisor.err"


def _check_alive(status: DeskStatus, places: Places) -> None:
    for each in status.roles:
        if each.role == "web" and each.state is RoleState.FAILED:
            raise OperatingError(
                f"the web service cannot be started: {each.text}. Its log is {places.logs}/web.log; "
                f"'trade2026 down' stops the rest"
            )


def _tell_changes(status: DeskStatus, seen: dict[str, RoleState], tell: Tell) -> None:
    for each in status.roles:
        if seen.get(each.role) is not each.state:
            seen[each.role] = each.state
            if each.state is not RoleState.WAITING:
                tell(f"{each.role}: {each.state.value.lower()}" + (f" ({each.text})" if each.text else ""))


def _up(places: Places, status: DeskStatus, was_up: bool) -> DeskUp:
    file, text = _first_login(places)
    return DeskUp(status.address, was_up, text, file, status)


def _first_login(places: Places) -> tuple[str, str]:
    """Path of its file, and what that says; "" where there is none."""
    file = f"{places.state}/{FIRST_LOGIN}"
    try:
        return file, Path(file).read_text(encoding="utf-8", errors="replace").strip()
    except FileNotFoundError:
        return file, ""


def _end_of(places: Places) -> str:
    lines = Path(_stray(places)).read_text(errors="replace").splitlines()
    lines = lines or logs.last_lines(f"{places.logs}/{SUPERVISOR}.log", _SHOWN_LINES)
    return " | ".join(lines[-_SHOWN_LINES:]) or "it said nothing"


def _merged(found: dict[str, list[str]], limit: int | None) -> Iterator[str]:
    """Lines of several logs in the order of their times; of one log as they are."""
    if len(found) == 1:
        yield from next(iter(found.values()))
        return
    width = max(len(name) for name in found)
    marked = [[(line[:24], f"{name:<{width}} | {line}") for line in lines] for name, lines in found.items()]
    ordered = [line for _, line in merge(*marked, key=lambda pair: pair[0])]
    yield from ordered if limit is None else ordered[-limit:] if limit else []
