"""Child processes: lines they report, how they end, what they said last, and that they end with us."""

import asyncio
import os
import sys
from pathlib import Path

import pytest

from trade2026.adapters.embedded.background import Background
from trade2026.adapters.embedded.children import ProcessChild, ProcessChildren
from trade2026.primitives.errors import OperatingError

pytestmark = pytest.mark.process

PYTHON = (sys.executable, "-S", "-c")


async def started(script: str, *arguments: str, background: bool = False) -> ProcessChild:
    children = ProcessChildren((*PYTHON, script), dict(os.environ), Background(None, 1))
    return await children.start(*arguments, background=background)


def test_lines_arguments_exit_code_and_last_words() -> None:
    script = "import sys; print(*sys.argv[1:]); sys.stderr.write('x' * 9000 + 'end'); sys.exit(7)"

    async def test() -> None:
        child = await started(script, "strategy", "m-1", background=True)
        lines = [line async for line in child.lines()]
        assert await child.wait() == 7
        assert lines == [b"strategy m-1"]
        assert child.last_words().endswith("xend")
        assert len(child.last_words()) == 4_096
        child.terminate()  # It has ended: nothing happens.

    asyncio.run(test())


def test_a_line_too_long_is_no_end() -> None:
    script = "print('y' * 3_000_000); print('after', flush=True)"

    async def test() -> None:
        child = await started(script)
        lines = [line async for line in child.lines()]
        assert lines[-1] == b"after"
        assert await child.wait() == 0

    asyncio.run(test())


@pytest.mark.parametrize(("how", "code"), [("interrupt", -2), ("terminate", -15), ("kill", -9)])
def test_signals(how: str, code: int) -> None:
    script = "import signal; signal.signal(2, signal.SIG_DFL); print('up', flush=True); signal.pause()"

    async def test() -> None:
        child = await started(script)
        assert await anext(child.lines()) == b"up"
        getattr(child, how)()
        assert [line async for line in child.lines()] == []
        assert await child.wait() == code

    asyncio.run(test())


def test_its_standard_input_ends_with_us(tmp_path: Path) -> None:
    """A child reads to the end of its input: that is how it learns that whoever started it is gone."""
    inner = "import sys; sys.stdin.read(); open(sys.argv[1], 'w').write('gone')"
    outer = (
        "import asyncio, os, sys\n"
        "from trade2026.adapters.embedded.background import Background\n"
        "from trade2026.adapters.embedded.children import ProcessChildren\n"
        "async def main():\n"
        "    command = (sys.executable, '-S', '-c', sys.argv[1])\n"
        "    children = ProcessChildren(command, dict(os.environ), Background(None, 1))\n"
        "    await children.start(sys.argv[2])\n"
        "    os._exit(0)\n"
        "asyncio.run(main())\n"
    )

    async def test() -> None:
        mark = tmp_path / "mark"
        source = str(Path(__file__).resolve().parents[3] / "src")
        environment = {**os.environ, "PYTHONPATH": source}
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", outer, inner, str(mark), env=environment
        )
        assert await process.wait() == 0
        async with asyncio.timeout(10):
            while not mark.exists() or mark.read_text() != "gone":
                await asyncio.sleep(0.01)

    asyncio.run(test())


def test_in_the_background_it_gets_only_what_nobody_wants() -> None:
    script = "import sys; sys.stdin.read()"

    async def test() -> None:
        child = await started(script, background=True)
        assert os.getpriority(os.PRIO_PROCESS, child.pid) == 19
        assert os.sched_getscheduler(child.pid) == os.SCHED_IDLE
        child.kill()
        assert await child.wait() == -9

    asyncio.run(test())


def test_a_program_that_is_not_there_is_an_operating_error() -> None:
    async def test() -> None:
        with pytest.raises(OperatingError, match="cannot start a process"):
            await ProcessChildren(("/nowhere/program",), {}, Background(None, 1)).start("x")

    asyncio.run(test())
