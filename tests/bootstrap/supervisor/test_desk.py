"""The desk's processes, real ones: up, watched, down, killed, and never left behind."""

import asyncio
import fcntl
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.bootstrap.supervisor.given import ROOT, SERVE, Home, is_alive, processes, until
from trade2026.application.supervision import DeskUp
from trade2026.bootstrap.config import Config
from trade2026.bootstrap.local_halt import signal_supervisor
from trade2026.bootstrap.supervisor.control import SupervisorClient
from trade2026.bootstrap.supervisor.supervisor import CONTROL, lock_holder
from trade2026.primitives.errors import InputError, OperatingError

pytestmark = pytest.mark.process

ALL_RUN = dict.fromkeys(("prism", "core", "monitor", "runner", "web"), "RUNNING")


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    made = Home(tmp_path / "home")
    yield made
    pid = lock_holder(made.places)
    if pid is not None:
        os.kill(pid, signal.SIGKILL)
    for each in made.alive():
        os.kill(each, signal.SIGKILL)
    until(lambda: not made.is_up())


def up(home: Home) -> DeskUp:
    return home.desk.up(None, None, lambda text: None)


def all_run(home: Home) -> None:
    until(lambda: home.states() == ALL_RUN, "all processes run")


def kill(home: Home, role: str, number: signal.Signals = signal.SIGKILL) -> int:
    pid: int = home.status()[role].pid
    os.kill(pid, number)
    until(lambda: not is_alive(pid))
    return pid


def test_up_starts_all_in_order_waits_and_says_where_it_is(home: Home) -> None:
    told: list[str] = []
    found = home.desk.up(None, None, told.append)
    assert found.address == f"http://127.0.0.1:{home.config.port}"
    assert found.first_login == "name: admin\npassword: made-up"
    assert found.first_login_file == f"{home.path}/desk/state/first-login.txt"
    assert not found.was_up
    all_run(home)
    assert {role for role, _, _ in home.events("started")[:2]} == {"prism", "core"}
    assert "core: running" in told
    others = [index for index, text in enumerate(told) if text.startswith(("web:", "runner:"))]
    assert told.index("core: running") < min(others)


def test_a_desk_that_trades_on_recorded_data_has_no_simulated_market(home: Home) -> None:
    home.desk.up(None, None, lambda text: None, "sp500")
    until(lambda: home.states() == {role: "RUNNING" for role in ALL_RUN if role != "prism"})
    home.desk.down(lambda text: None)
    with pytest.raises(InputError, match="--market goes with a new desk"):
        home.desk.up(None, None, lambda text: None, "prism")


def test_up_again_says_the_same_at_once_and_starts_nothing(home: Home) -> None:
    first = up(home)
    began = time.monotonic()
    again = up(home)
    assert time.monotonic() - began < 1
    assert again.was_up
    assert (again.address, again.first_login) == (first.address, first.first_login)
    all_run(home)
    assert len(home.events("started")) == 5
    told: list[str] = []
    assert home.desk.up("127.0.0.1", home.config.port, told.append).was_up
    assert told == []
    assert home.desk.up(None, 1, told.append).address == first.address
    assert told == ["note: the desk is up already; for another address stop it first: trade2026 down"]


def test_down_stops_in_the_opposite_order_and_leaves_nothing(home: Home) -> None:
    up(home)
    all_run(home)
    assert home.desk.down(lambda text: None)
    assert [role for role, _, _ in home.events("stopped")] == ["web", "runner", "monitor", "core", "prism"]
    assert home.alive() == []
    assert home.desk.status() is None
    assert not home.desk.down(lambda text: None)
    assert sorted(os.listdir(home.places.run)) == ["supervisor.lock"]


def test_two_up_at_once_give_one_desk(home: Home) -> None:
    script = f"""
import sys
sys.path[:0] = {[str(ROOT), str(ROOT / "src")]!r}
from tests.bootstrap.supervisor.given import processes
from trade2026.bootstrap.config import Config
from trade2026.bootstrap.local_halt import signal_supervisor
print(processes(Config({home.path!r}, port={home.config.port})).up(None, None, lambda text: None).address)
"""
    both = [
        subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True) for _ in range(2)
    ]
    assert {each.communicate(timeout=30)[0].strip() for each in both} == {
        f"http://127.0.0.1:{home.config.port}"
    }
    all_run(home)
    assert len(home.events("started")) == 5


def test_a_killed_process_is_started_again_and_counted(home: Home) -> None:
    up(home)
    all_run(home)
    pid = kill(home, "core")
    until(lambda: home.states()["core"] == "RESTARTING")
    assert "was killed by SIGKILL; starts again in 0.5 s" in home.status()["core"].text
    until(lambda: home.states() == ALL_RUN)
    status = home.status()["core"]
    assert status.pid != pid
    assert (status.restarts, status.text) == (1, "")
    assert home.status()["web"].restarts == 0


HEARS = """
signal.signal(signal.SIGUSR1, lambda number, frame: note("halted"))
"""


def test_the_signal_to_halt_is_passed_to_the_core(home: Home) -> None:
    home.script("core", HEARS + SERVE)
    up(home)
    all_run(home)
    signal_supervisor(home.places)
    until(lambda: len(home.events("halted")) == 1)
    assert home.states() == ALL_RUN


def test_a_core_that_is_away_is_told_to_halt_when_it_is_back(home: Home) -> None:
    home.script("core", HEARS + SERVE)
    up(home)
    all_run(home)
    kill(home, "core")
    until(lambda: home.states()["core"] == "RESTARTING")
    signal_supervisor(home.places)
    until(lambda: len(home.events("halted")) == 1)
    all_run(home)
    assert len(home.events("halted")) == 1


DIES_WHEN_TOLD = """
def hear(number, frame):
    note("halted")
    if len(open(f"{home}/events").read().split("halted")) == 2:
        os.kill(os.getpid(), signal.SIGKILL)
signal.signal(signal.SIGUSR1, hear)
"""


def test_a_core_that_dies_of_the_halt_is_told_again(home: Home) -> None:
    home.script("core", DIES_WHEN_TOLD + SERVE)
    up(home)
    all_run(home)
    signal_supervisor(home.places)
    until(lambda: len(home.events("halted")) == 2)
    all_run(home)
    assert len({pid for _, _, pid in home.events("halted")}) == 2
    assert home.status()["core"].restarts == 1


def test_a_core_that_died_unheard_is_told_to_halt_when_it_is_back(home: Home) -> None:
    home.script("core", HEARS + SERVE)
    up(home)
    all_run(home)
    supervisor, core = lock_holder(home.places), home.status()["core"].pid
    assert supervisor is not None
    os.kill(supervisor, signal.SIGSTOP)  # So it hears of the death and of the halt at once.
    os.kill(core, signal.SIGKILL)
    until(lambda: not is_alive(core))
    signal_supervisor(home.places)
    os.kill(supervisor, signal.SIGCONT)
    until(lambda: len(home.events("halted")) == 1)


def test_where_no_desk_is_up_the_signal_says_so(home: Home) -> None:
    with pytest.raises(OperatingError, match="is not up"):
        signal_supervisor(home.places)


def test_what_a_process_left_running_goes_with_it(home: Home) -> None:
    home.script(
        "runner",
        """
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
with open(f"{home}/grandchild", "w") as file:
    file.write(str(child.pid))
tell_ready()
time.sleep(600)
""",
    )
    up(home)
    all_run(home)
    grandchild = int((home.folder / "grandchild").read_text())
    kill(home, "runner")
    until(lambda: not is_alive(grandchild))


def test_all_end_when_the_supervisor_is_killed_and_up_starts_anew(home: Home) -> None:
    up(home)
    all_run(home)
    before = home.alive()
    pid = lock_holder(home.places)
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    until(lambda: home.alive() == [])
    assert len(home.events("stopped")) == 5  # Each was asked before it would have been killed.
    assert not up(home).was_up
    all_run(home)
    assert set(before).isdisjoint(home.alive())


def test_a_process_that_ignores_the_end_of_its_supervisor_is_killed(home: Home) -> None:
    home.script("core", "signal.signal(signal.SIGTERM, signal.SIG_IGN)" + IGNORES)
    up(home)
    all_run(home)
    pid = home.status()["core"].pid
    supervisor = lock_holder(home.places)
    assert supervisor is not None
    os.kill(supervisor, signal.SIGKILL)
    until(lambda: not is_alive(pid))


IGNORES = """
tell_ready()
while True:
    time.sleep(60)
"""


def test_a_process_that_does_not_stop_is_killed_after_the_grace(home: Home) -> None:
    home.script("core", "signal.signal(signal.SIGTERM, signal.SIG_IGN)" + IGNORES)
    in_foreground = f"""
import asyncio, os, sys
sys.path[:0] = {[str(ROOT), str(ROOT / "src")]!r}
from trade2026.bootstrap.clock import SystemClock
from trade2026.bootstrap.places import Places
from trade2026.bootstrap.supervisor.role import RoleSpec
from trade2026.bootstrap.supervisor.supervisor import Supervisor
places = Places({home.path!r})
places.make()
spec = RoleSpec("core", (sys.executable, {home.path + "/core.py"!r}, "core", {home.path!r}))
async def main():
    await Supervisor(places, [spec], "x", os.environ, SystemClock(), print, grace_s=0.2).run()
asyncio.run(main())
"""
    process = subprocess.Popen([sys.executable, "-c", in_foreground], stdout=subprocess.PIPE, text=True)
    until(lambda: home.states() == {"core": "RUNNING"})
    process.send_signal(signal.SIGTERM)
    out, _ = process.communicate(timeout=20)
    assert process.returncode == 0
    assert home.alive() == []
    assert "core: stopped" in out
    assert "did not stop within 0.2 s and is killed" in (home.folder / "desk/log/core.log").read_text()


@pytest.mark.parametrize("code", [2, 4])
def test_a_process_that_cannot_start_is_given_up_with_its_last_words(
    home: Home, code: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    home.script("core", f"print('the journal is broken at frame 7')\nsys.exit({code})\n")
    (home.folder / "supervisor.py").write_text(
        (home.folder / "supervisor.py")
        .read_text()
        .replace(
            "sys.exit(processes",
            "import trade2026.bootstrap.supervisor.policy as p; p.FIRST_PAUSE_NS = 1_000_000\n"
            "sys.exit(processes",
        )
    )
    found = up(home)  # The web service serves, and says that the core is away.
    assert found.address
    until(lambda: home.states()["core"] == "FAILED")
    status = home.status()["core"]
    assert f"ended with exit code {code} each time" in status.text
    assert "the journal is broken at frame 7" in status.text
    assert status.pid == 0
    assert len(home.events("started", "core")) == 5
    home.script("core", "tell_ready()\ntime.sleep(600)\n")
    home.desk.restart("core")
    until(lambda: home.states() == ALL_RUN)


def test_restart_takes_one_process_and_no_pause(home: Home) -> None:
    up(home)
    all_run(home)
    before = {role: each.pid for role, each in home.status().items()}
    home.desk.restart("web")
    until(lambda: home.status()["web"].pid not in (0, before["web"]))
    all_run(home)
    after = {role: each.pid for role, each in home.status().items()}
    assert {role for role in before if before[role] != after[role]} == {"web"}
    assert not any("web: restarting" in line for line in home.desk.log("supervisor", 100, follow=False))
    with pytest.raises(
        InputError, match="role must be one of prism, core, monitor, runner, web, was 'market'"
    ):
        home.desk.restart("market")


def test_a_port_in_use_is_told_before_anything_starts(home: Home) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", home.config.port))
        other.listen()
        with pytest.raises(OperatingError, match=f"port {home.config.port} of 127.0.0.1 is in use .* --port"):
            up(home)
    assert home.events() == []
    assert os.listdir(home.places.logs) == []  # Not even the supervisor.


@pytest.mark.parametrize(
    ("host", "port", "message"),
    [
        ("example", None, "--host must be an address of this machine such as 127.0.0.1.*was 'example'"),
        (None, 0, "--port must be a port from 1 to 65,535, was '0'"),
        (None, 65_536, "was '65536'"),
    ],
)
def test_an_address_that_is_none_is_bad_input(home: Home, host: str, port: int, message: str) -> None:
    with pytest.raises(InputError, match=message):
        home.desk.up(host, port, lambda text: None)


def test_an_address_of_another_machine_is_told(home: Home) -> None:
    with pytest.raises(OperatingError, match=r"192\.0\.2\.1 cannot be used"):
        home.desk.up("192.0.2.1", None, lambda text: None)


def test_a_supervisor_that_cannot_start_is_told_with_its_words(home: Home) -> None:
    (home.folder / "supervisor.py").write_text("import sys; sys.exit('no room on this disk')")
    with pytest.raises(OperatingError, match="ended at once: no room on this disk"):
        up(home)


def test_a_web_service_that_never_answers_is_told(home: Home) -> None:
    home.script("web", "time.sleep(600)\n")
    desk = processes(home.config, up_within_s=2)
    with pytest.raises(OperatingError, match="did not answer within 2 s; 'trade2026 status'"):
        desk.up(None, None, lambda text: None)
    assert home.states()["web"] == "STARTING"


def test_a_second_supervisor_is_refused(home: Home) -> None:
    up(home)
    all_run(home)
    with pytest.raises(OperatingError, match=r"is up already \(process \d+\)"):
        home.desk.run_in_foreground(None, None, lambda text: None)
    assert home.states() == ALL_RUN


def test_a_lock_of_a_dead_supervisor_does_not_hold(home: Home) -> None:
    home.places.make()
    lock = Path(home.places.run) / "supervisor.lock"
    lock.write_text("1\n")
    assert lock_holder(home.places) is None
    with lock.open("r+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        assert lock_holder(home.places) == 1


def test_logs_hold_what_was_said_with_times_and_follow(home: Home) -> None:
    home.script("core", "print('no end of line', end='', flush=True)\ntime.sleep(0.05)\nprint()" + IGNORES)
    with pytest.raises(OperatingError, match="no log"):
        list(home.desk.log("", 10, follow=False))
    up(home)
    all_run(home)
    (line,) = home.desk.log("core", 10, follow=False)
    assert line[:4].isdigit()
    assert line.endswith("Z no end of line")
    merged = list(home.desk.log("", 100, follow=False))
    assert [each for each in merged if each.startswith("core       | ")] == [f"core       | {line}"]
    times = [each.partition(" | ")[2][:24] for each in merged]
    assert times == sorted(times)
    assert any("web: running" in each for each in merged)
    following = home.desk.log("core", 1, follow=True)
    assert next(following) == line
    kill(home, "core")
    assert next(following).endswith("no end of line")
    with pytest.raises(InputError, match="role must be one of"):
        list(home.desk.log("../../etc/passwd", 1, follow=False))


def test_strangers_on_the_control_line_change_nothing(home: Home) -> None:
    up(home)
    all_run(home)
    path = home.places.socket(CONTROL)
    assert os.stat(path).st_mode & 0o777 == 0o600
    for data in (b"", b"hello\n", b'{"op":"format the disk"}\n', b"x" * 200_000 + b"\n", b"\xff\xff\n"):
        with socket.socket(socket.AF_UNIX) as stranger:
            stranger.settimeout(5)
            stranger.connect(path)
            try:
                stranger.sendall(data)
                stranger.shutdown(socket.SHUT_WR)
                assert stranger.recv(100) == b""
            except (BrokenPipeError, ConnectionResetError):
                pass
    assert home.states() == ALL_RUN


def test_the_web_process_may_ask_too(home: Home) -> None:
    client = SupervisorClient(home.places.socket(CONTROL))
    with pytest.raises(OperatingError, match="'trade2026 up' starts one"):
        asyncio.run(client.services())
    up(home)
    all_run(home)
    rows = asyncio.run(client.services())
    assert [row["role"] for row in rows] == ["prism", "core", "monitor", "runner", "web"]
    assert rows[0].keys() == {"role", "state", "pid", "started", "restarts", "text"}
    assert rows[0]["state"] == "RUNNING"
    assert rows[0]["started"].endswith("Z")
    before = home.status()["web"].pid
    asyncio.run(client.restart("web"))
    until(lambda: home.status()["web"].pid not in (0, before))
    all_run(home)
    with pytest.raises(InputError, match="role must be one of"):
        asyncio.run(client.restart("nobody"))


def test_other_addresses_are_written_so_that_a_browser_takes_them() -> None:
    from trade2026.bootstrap.supervisor.address import address

    given = {"127.0.0.1": "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "[::1]", "10.0.0.5": "10.0.0.5"}
    for host, shown in given.items():
        assert address(Config("/nowhere", host, 9_000)) == f"http://{shown}:9000"
