"""One desk for each module, and a loop it lives in."""

import asyncio
from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest

from tests.web.desk import WebDesk


class Running(NamedTuple):
    """A desk and the way into its loop."""

    runner: asyncio.Runner
    desk: WebDesk

    def __call__(self, coroutine: Any) -> Any:
        return self.runner.run(coroutine)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with asyncio.Runner() as runner:
        desk = runner.run(WebDesk().open(tmp_path_factory.mktemp("desk")))
        yield Running(runner, desk)
        runner.run(desk.close())
