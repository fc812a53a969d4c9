"""A whole desk behind a real port, in a thread with a loop of its own; an application behind our own line."""

import asyncio
import socket
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import uvicorn

from tests.web.desk import WebDesk
from trade2026.web.line import BoundedHttpProtocol


class Served:
    """The address of a served desk, and the way into its loop."""

    def __init__(self, desk: WebDesk, loop: asyncio.AbstractEventLoop, port: int) -> None:
        self.desk = desk
        self.url = f"http://127.0.0.1:{port}"
        self._loop = loop

    def __call__(self, coroutine: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(30)


@contextmanager
def serve(folder: Path, **settings: Any) -> Iterator[Served]:
    """Serve a desk on a free port until the block ends."""
    ready: list[Any] = []
    is_up, is_over = threading.Event(), threading.Event()

    async def run() -> None:
        desk = await WebDesk().open(folder, is_still=False, **settings)
        listener = socket.create_server(("127.0.0.1", 0))
        config = uvicorn.Config(desk.app, log_level="error", access_log=False, server_header=False)
        server = uvicorn.Server(config)
        serving = asyncio.create_task(server.serve([listener]))
        while not server.started:
            await asyncio.sleep(0.005)
        ready.append(Served(desk, asyncio.get_running_loop(), listener.getsockname()[1]))
        is_up.set()
        while not is_over.is_set():
            await asyncio.sleep(0.01)
        server.should_exit = True
        await serving
        await desk.close()

    thread = threading.Thread(target=asyncio.run, args=(run(),), name="served desk")
    thread.start()
    try:
        assert is_up.wait(30), "the desk did not come up"
        yield ready[0]
    finally:
        is_over.set()
        thread.join(30)


class _Server(uvicorn.Server):
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@asynccontextmanager
async def listening(app: Any, **options: Any) -> AsyncIterator[int]:
    """The port of an application behind the desk's own side of a connection, in this loop."""
    config = uvicorn.Config(
        app, http=BoundedHttpProtocol, port=0, log_level="error", access_log=False, server_header=False,
        lifespan="off", proxy_headers=False, **options,
    )  # fmt: skip
    server = _Server(config)
    serving = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.001)
    try:
        yield server.servers[0].sockets[0].getsockname()[1]
    finally:
        server.should_exit = True
        await serving
