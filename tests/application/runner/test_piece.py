"""A piece of work in a real process that is canceled before it has said anything."""

import asyncio
import os
import sys
import time

import pytest

from trade2026.adapters.embedded.background import Background
from trade2026.adapters.embedded.children import ProcessChildren
from trade2026.application.runner.piece import CANCEL_S, Piece
from trade2026.ports.runner_link import JobState

pytestmark = pytest.mark.process

DEAF = "import signal, time\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\nopen({!r}, 'w')\ntime.sleep(600)"


def test_one_that_ignores_a_request_to_end_is_ended_at_once_before_its_first_line(tmp_path):
    async def test() -> None:
        mark = tmp_path / "up"
        command = (sys.executable, "-S", "-c", DEAF.format(str(mark)))
        children = ProcessChildren(command, dict(os.environ), Background(None, 1))
        piece = Piece(children, "x", tell=lambda _: None, has_result=lambda: False)
        running = asyncio.ensure_future(piece.run())
        async with asyncio.timeout(20):
            while not mark.exists():
                await asyncio.sleep(0.005)
        canceled_s = time.monotonic()
        piece.cancel()
        assert (await running).state is JobState.CANCELED
        assert time.monotonic() - canceled_s < CANCEL_S

    asyncio.run(test())
