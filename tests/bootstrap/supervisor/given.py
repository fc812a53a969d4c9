"""Children of the supervisor for tests: small scripts, and a home to run them in."""

import socket
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from trade2026.bootstrap.config import Config
from trade2026.bootstrap.places import Places
from trade2026.bootstrap.supervisor.control import Request, ask
from trade2026.bootstrap.supervisor.desk import DeskProcesses
from trade2026.bootstrap.supervisor.supervisor import CONTROL, lock_holder

ROOT = Path(__file__).resolve().parents[3]
PATIENCE_S = 20.0

HEAD = """
import http.server, os, signal, socket, subprocess, sys, time
sys.path.insert(0, {src!r})
from trade2026.bootstrap.readiness import tell_ready
from trade2026.bootstrap.supervisor.lifeline import hold_lifeline
role, home = sys.argv[1], sys.argv[2]
hold_lifeline(0.2)
def note(what):
    with open(f"{{home}}/events", "a") as file:
        file.write(f"{{role}} {{what}} {{os.getpid()}}\\n")
def end(number, frame):
    note("stopped")
    sys.exit(0)
signal.signal(signal.SIGTERM, end)
heard, hears = socket.socketpair()
hears.setblocking(False)
signal.set_wakeup_fd(hears.fileno())  # One that comes just before the wait ends it, too.
def serve():
    tell_ready()
    while True:
        heard.recv(64)
note("started")
"""

SERVE = """
print(f"{role} says hello", flush=True)
serve()
"""

WEB = """
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200 if self.path == "/api/v1/health" else 404)
        self.end_headers()
        self.wfile.write(b'{"status":"ok"}')
    def log_message(self, *arguments):
        pass
server = http.server.HTTPServer((os.environ["TRADE2026_HOST"], int(os.environ["TRADE2026_PORT"])), Handler)
os.makedirs(f"{home}/desk/state", exist_ok=True)
with open(f"{home}/desk/state/first-login.txt", "w") as file:
    file.write("name: admin\\npassword: made-up\\n")
tell_ready()
server.serve_forever()
"""

SUPERVISE = """
import os, sys
sys.path[:0] = [{root!r}, {root!r} + "/src"]
from tests.bootstrap.supervisor.given import processes
from trade2026.bootstrap.config import load_config
sys.exit(processes(load_config(os.environ)).run_in_foreground(None, None, print))
"""


def processes(config: Config, up_within_s: float = PATIENCE_S) -> DeskProcesses:
    """The desk of that configuration, its processes the scripts of its home."""

    def make_services(config: Config) -> Any:
        raise AssertionError("no script needs services")

    def command(role: str) -> tuple[str, ...]:
        return (sys.executable, f"{config.home}/{role}.py", role, config.home)

    return DeskProcesses(lambda: config, make_services, command, up_within_s)


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port: int = sock.getsockname()[1]
        return port


class Home:
    """A home whose processes are scripts that a test wrote."""

    def __init__(self, folder: Path) -> None:
        self.path = str(folder)
        self.folder = folder
        folder.mkdir()
        self.places = Places(self.path)
        self.config = Config(self.path, port=free_port())
        self.desk = processes(self.config)
        for role in ("prism", "core", "monitor", "runner"):
            self.script(role, SERVE)
        self.script("web", WEB)
        (folder / "supervisor.py").write_text(SUPERVISE.format(root=str(ROOT)))

    def script(self, role: str, body: str) -> None:
        """What a role does from its next start."""
        (self.folder / f"{role}.py").write_text(HEAD.format(src=str(ROOT / "src")) + body)

    def events(self, what: str = "", role: str = "") -> list[tuple[str, str, int]]:
        """What children noted: role, what, process."""
        try:
            lines = (self.folder / "events").read_text().splitlines()
        except FileNotFoundError:
            return []
        found = [(a, b, int(c)) for a, b, c in (line.split() for line in lines)]
        return [each for each in found if what in ("", each[1]) and role in ("", each[0])]

    def status(self) -> dict[str, Any]:
        """Role to status, as told on the control line; empty while nobody answers."""
        try:
            status = ask(self.places.socket(CONTROL), Request("status")).status
        except OSError:
            return {}
        return {each.role: each for each in status.roles}

    def states(self) -> dict[str, str]:
        return {role: each.state.value for role, each in self.status().items()}

    def alive(self) -> list[int]:
        """Children that still run."""
        return [pid for _, _, pid in self.events("started") if is_alive(pid)]

    def is_up(self) -> bool:
        return lock_holder(self.places) is not None


def is_alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2][0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


def until(condition: Callable[[], Any], what: str = "") -> Any:
    """Wait until it holds; what it gave."""
    deadline = time.monotonic() + PATIENCE_S
    while not (found := condition()):
        assert time.monotonic() < deadline, f"it never held: {what or condition}"
        time.sleep(0.01)
    return found
