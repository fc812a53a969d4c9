"""A real desk for tests: all its processes, in a home of its own, at a free port.

from tests.desk_process import start_desk

@pytest.fixture(scope="module")
def desk():
    with start_desk(replay={"is_paused": True}) as desk:
        yield desk
"""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
START_S = 60.0
STOP_S = 40.0


class RealDesk:
    """One desk, up or down.

    Attributes
    ----------
    home : Path
        Its folder; `config` and `web` are written to `desk/config.json` and `desk/web.json` in it.
    url : str
        Where it is.
    """

    def __init__(
        self, home: Path, *, config: dict[str, Any] | None = None, web: dict[str, Any] | None = None
    ) -> None:
        self.home = home
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        (home / "desk").mkdir(mode=0o700, parents=True)
        for name, value in (("config.json", config), ("web.json", web)):
            if value is not None:
                (home / "desk" / name).write_text(json.dumps(value))
        self._password = ""

    @property
    def environment(self) -> dict[str, str]:
        """What the command needs to find this desk."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("TRADE2026_")}
        path = os.pathsep.join([str(ROOT / "src"), *filter(None, [kept.get("PYTHONPATH")])])
        return {
            **kept, "TRADE2026_HOME": str(self.home), "TRADE2026_PORT": str(self.port), "PYTHONPATH": path,
        }  # fmt: skip

    @property
    def password(self) -> str:
        """Of the user `admin`, made on the first start."""
        if not self._password:
            text = (self.home / "desk" / "state" / "first-login.txt").read_text()
            found = re.search(r"^password: (\S+)$", text, re.MULTILINE)
            assert found is not None, text
            self._password = found[1]
        return self._password

    def command(
        self, *arguments: str, timeout: float = 60.0, check: bool = True, text: str | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run `trade2026` for this desk."""
        done = subprocess.run(
            [sys.executable, "-m", "trade2026.bootstrap.main", *arguments],
            env=self.environment, capture_output=True, text=True, timeout=timeout, input=text, check=False,
        )  # fmt: skip
        if check:
            assert done.returncode == 0, f"{arguments}: {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done

    def start(self) -> None:
        """Start all processes and wait until they answer."""
        try:
            self.command("up", timeout=START_S)
        except (AssertionError, subprocess.TimeoutExpired) as error:
            raise AssertionError(f"the desk did not start: {error}\n{self.logs()}") from error

    def stop(self) -> None:
        """Stop all of them, whatever state they are in; nothing of this desk runs afterwards."""
        pids = self.pids()
        with suppress(subprocess.TimeoutExpired):
            self.command("down", timeout=STOP_S, check=False)
        for pid in pids:
            end(pid)

    def restart(self, role: str) -> None:
        """Have one process ended and started again, and wait until it runs."""
        before = self.pid(role)
        self.command("restart", role)
        self.wait_for(lambda: self.pid(role) not in (None, before), f"{role} to start again")

    def kill(self, role: str) -> int:
        """Kill one process as a crash would; the supervisor starts it again. Gives its old id."""
        pid = self.pid(role)
        assert pid is not None, f"{role} does not run: {self.status()}"
        os.kill(pid, signal.SIGKILL)
        return pid

    def status(self) -> dict[str, Any]:
        """As `trade2026 status --json` has it."""
        found: dict[str, Any] = json.loads(self.command("status", "--json", check=False).stdout or "{}")
        return found

    def pid(self, role: str) -> int | None:
        """The process of a role that runs."""
        for each in self.status().get("roles", ()):
            if each["role"] == role and each["state"] == "RUNNING":
                found: int | None = each["pid"]
                return found
        return None

    def pids(self) -> list[int]:
        """The supervisor's and its processes', the supervisor first: it would start the others again."""
        try:
            found = self.status()
        except (subprocess.TimeoutExpired, ValueError):
            return []
        return [pid for pid in (found.get("pid"), *(e["pid"] for e in found.get("roles", ()))) if pid]

    def wait_for(self, condition: Callable[[], Any], what: str, timeout: float = 20.0) -> Any:
        """What a condition gives once it is true; AssertionError with the logs when it stays false."""
        ends = time.monotonic() + timeout
        while not (found := condition()):
            assert time.monotonic() < ends, f"waited {timeout} s for {what}\n{self.logs()}"
            time.sleep(0.05)
        return found

    def logs(self, lines: int = 40) -> str:
        """The last lines of every process."""
        parts = []
        for path in sorted((self.home / "desk" / "log").glob("*.log")):
            last = path.read_text(errors="replace").splitlines()[-lines:]
            parts.append(f"--- {path.name}\n" + "\n".join(last))
        return "\n".join(parts)


def free_port() -> int:
    """A port that nobody listens at now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def end(pid: int) -> None:
    """Kill a process of ours that is still there, and wait until it is gone."""
    ends = time.monotonic() + 5
    while time.monotonic() < ends and _is_ours(pid):
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            return
        time.sleep(0.02)


def _is_ours(pid: int) -> bool:
    """Whether the id still is a process of a desk, and not one that took the number over."""
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False
    return b"trade2026" in words


@contextmanager
def start_desk(
    *,
    data: str = "sp500",
    replay: dict[str, Any] | None = None,
    config: dict[str, Any] | None = None,
    web: dict[str, Any] | None = None,
) -> Iterator[RealDesk]:
    """A desk that is up, and is down afterwards whatever happens between; its folder goes with it.

    Parameters
    ----------
    replay : dict, optional
        Of its configuration, such as {"is_paused": True} or {"speed": 20}.
    config, web : dict, optional
        The rest of its configuration, and settings of its web service.
    """
    # A short path: sockets have room for about a hundred bytes.
    home = Path(tempfile.mkdtemp(prefix="t26-"))
    whole = {"data": {"names": [data]}, **(config or {})}
    if replay is not None:
        whole["replay"] = replay
    desk = RealDesk(home / "h", config=whole, web=web)
    try:
        desk.start()
        yield desk
    finally:
        desk.stop()
        shutil.rmtree(home, ignore_errors=True)
