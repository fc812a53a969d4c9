"""Processes in the background: their claim, that they stand still for a busy desk, and that none is lost."""

import asyncio
import os
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from trade2026.adapters.embedded import background
from trade2026.adapters.embedded.background import Background, Usage
from trade2026.adapters.embedded.children import ProcessChild, ProcessChildren

pytestmark = [
    pytest.mark.process,
    pytest.mark.skipif(sys.platform != "linux", reason="only Linux's processes are stopped"),
]

COUNTS = "n = 0\nwhile True:\n    n += 1\n    n % 200_000 or print(n, flush=True)"
ONE_LINE = "import sys; print('up', flush=True); sys.stdin.read()"


class Told(Usage):
    """The desk uses as much of each second as the test says."""

    def __init__(self, cpu_share: float) -> None:
        super().__init__(())
        self.cpu_share = cpu_share

    def since(self) -> float:
        return self.cpu_share * background.LOOK_S


async def started(keeper: Background, script: str) -> ProcessChild:
    command = (sys.executable, "-S", "-c", script)
    child = await ProcessChildren(command, dict(os.environ), keeper).start("x", background=True)
    await anext(child.lines())
    return child


def state(child: ProcessChild) -> str:
    return Path(f"/proc/{child.pid}/stat").read_text().rpartition(")")[2].split()[0]


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not condition():
            await asyncio.sleep(0.005)


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr(background, "LOOK_S", 0.02)


def test_it_stands_still_while_the_desk_is_busy_and_goes_on_after():
    async def test() -> None:
        usage = Told(0.0)
        child = await started(Background(usage, 2), COUNTS)
        lines = child.lines()
        for _ in range(3):
            await anext(lines)
        usage.cpu_share = 1.0
        await until(lambda: state(child) == "T")
        usage.cpu_share = 0.0
        await until(lambda: state(child) != "T")
        assert await anext(lines)
        child.kill()
        await child.wait()

    asyncio.run(test())


def test_it_is_busy_above_a_quarter_and_until_three_fifths_of_it():
    async def test() -> None:
        usage = Told(0.45)
        keeper = Background(usage, 2)
        told: list[bool] = []
        keeper.watch(told.append)
        child = await started(keeper, ONE_LINE)
        for share, is_busy in ((0.7, True), (0.45, True), (0.2, False), (0.45, False)):
            usage.cpu_share = share
            await until(lambda: keeper.is_busy is is_busy)  # noqa: B023  # It is awaited here.
        assert told == [True, False]
        usage.cpu_share = 2.0
        await until(lambda: keeper.is_busy)
        child.kill()
        await child.wait()
        await until(lambda: not keeper.is_busy)  # Nobody stands still any more.
        assert told == [True, False, True, False]

    asyncio.run(test())


def test_each_has_turns_while_the_desk_is_busy():
    async def test() -> None:
        usage = Told(2.0)
        keeper = Background(usage, 2)
        children = [await started(keeper, COUNTS) for _ in range(3)]
        await until(lambda: all(state(each) == "T" for each in children))
        seen: set[int] = set()

        def have_all_had_one() -> bool:
            seen.update(each.pid for each in children if state(each) != "T")
            return len(seen) == len(children)

        await until(have_all_had_one)
        await until(lambda: all(state(each) == "T" for each in children))
        for child in children:
            child.kill()
            await child.wait()

    asyncio.run(test())


@pytest.mark.parametrize("how", ["interrupt", "terminate", "kill"])
def test_a_signal_reaches_one_that_was_stopped(how):
    async def test() -> None:
        child = await started(
            Background(Told(2.0), 2), "import signal; signal.signal(2, signal.SIG_DFL)\n" + ONE_LINE
        )
        await until(lambda: state(child) == "T")
        getattr(child, how)()
        async with asyncio.timeout(20):
            assert await child.wait() < 0

    asyncio.run(test())


def test_one_that_was_stopped_ends_with_whoever_started_it(tmp_path):
    inner = (
        "import os, sys\n"
        "from trade2026.bootstrap.runtime import go_on_without_parent\n"
        "go_on_without_parent(); print('up', flush=True); sys.stdin.read()\n"
        "open(sys.argv[1], 'w').write('gone')\n"
    )
    outer = (
        "import asyncio, os, sys\n"
        "from tests.adapters.embedded.test_background import Background, Told, started, state, until\n"
        "async def main():\n"
        "    script = sys.argv[1].replace('sys.argv[1]', repr(sys.argv[2]))\n"
        "    child = await started(Background(Told(2.0), 2), script)\n"
        "    await until(lambda: state(child) == 'T')\n"
        "    os._exit(0)\n"
        "asyncio.run(main())\n"
    )

    async def test() -> None:
        mark = tmp_path / "mark"
        root = Path(__file__).resolve().parents[3]
        environment = {**os.environ, "PYTHONPATH": f"{root / 'src'}:{root}"}
        command = (sys.executable, "-c", outer, inner, str(mark))
        process = await asyncio.create_subprocess_exec(*command, env=environment)
        assert await process.wait() == 0
        await until(lambda: mark.exists() and mark.read_text() == "gone")

    asyncio.run(test())


def test_its_session_has_a_small_claim():
    if not Path("/proc/self/autogroup").exists():
        pytest.skip("this kernel has no groups of sessions")

    async def test() -> None:
        child = await started(Background(None, 1), ONE_LINE)
        assert Path(f"/proc/{child.pid}/autogroup").read_text().split()[-1] == "10"
        child.kill()
        await child.wait()

    asyncio.run(test())


def test_a_claim_that_could_not_be_lowered_at_once_is_lowered_later(monkeypatch):
    asked: Counter[int] = Counter()

    def lower_group(pid: int) -> bool:
        asked[pid] += 1
        return asked[pid] > 3

    monkeypatch.setattr(background, "lower_group", lower_group)

    async def test() -> None:
        keeper = Background(Told(0.0), 2)
        first, second = await started(keeper, ONE_LINE), await started(keeper, ONE_LINE)
        await until(lambda: asked[first.pid] == asked[second.pid] == 4)
        await asyncio.sleep(3 * background.LOOK_S)
        assert asked == {first.pid: 4, second.pid: 4}, "it is not asked for again"
        for child in (first, second):
            child.kill()
            await child.wait()

    asyncio.run(test())


def test_usage_is_of_siblings_with_these_roles(tmp_path):
    def process(pid: int, parent: int, cpu_ticks: int, *words: str) -> None:
        folder = tmp_path / str(pid)
        folder.mkdir(exist_ok=True)
        fields = ["S", str(parent), *["0"] * 9, str(cpu_ticks), "50", "0"]
        (folder / "stat").write_text(f"{pid} (a (b) c) {' '.join(fields)}\n")
        (folder / "cmdline").write_bytes(b"".join(word.encode() + b"\0" for word in words))

    ticks = os.sysconf("SC_CLK_TCK")
    (tmp_path / "sys").mkdir()
    process(10, 7, 100, "python", "-m", "main", "run", "core")
    process(11, 7, 100, "python", "-m", "main", "run", "monitor")
    process(12, 8, 100, "python", "-m", "main", "run", "core")
    process(13, 7, 100, "python", "-m", "main", "run", "core", "web")
    usage = Usage(("core", "web"), tmp_path, 7)
    usage.find()
    assert usage.since() == 0.0
    for pid, parent in ((10, 7), (12, 8)):
        process(pid, parent, 100 + 3 * ticks, "python", "-m", "main", "run", "core")
    assert usage.since() == 3.0
    assert usage.since() == 0.0
    process(14, 7, 0, "python", "-m", "main", "run", "web")
    usage.find()
    process(14, 7, 2 * ticks, "python", "-m", "main", "run", "web")
    (tmp_path / "10" / "stat").unlink()
    assert usage.since() == 2.0, "one has ended, another one is new"
