"""A WebSocket client of the door without a port: what it says, what it heard, and whether it takes what it
is sent.
"""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from tests.web.binance.house import House


class Talker:
    """One connection."""

    def __init__(self) -> None:
        self.said: asyncio.Queue[Any] = asyncio.Queue()
        self.heard: asyncio.Queue[Any] = asyncio.Queue()
        self.takes = asyncio.Event()
        self.takes.set()
        self.code: int | None = None
        self._next_id = 0

    async def say(self, message: Any) -> None:
        text = message if isinstance(message, str) else json.dumps(message)
        await self.said.put({"type": "websocket.receive", "text": text})

    async def hear(self) -> Any:
        """The next message."""
        async with asyncio.timeout(10):
            message = await self.heard.get()
        assert "text" in message, f"the connection was closed: {message}"
        return json.loads(message["text"])

    async def closed(self) -> int:
        """The code of the close that has to come, whatever was said before it."""
        async with asyncio.timeout(10):
            while True:
                message = await self.heard.get()
                if message["type"] == "websocket.close":
                    return int(message["code"])

    async def ask(self, method: str, params: Any = None) -> Any:
        """Say something with a number, and the answer to it; events before it are dropped."""
        self._next_id += 1
        asked = {"id": self._next_id, "method": method}
        await self.say(asked if params is None else {**asked, "params": params})
        while (answer := await self.hear()).get("id") != self._next_id:
            pass
        return answer

    def heard_now(self) -> list[Any]:
        """All that has come by now."""
        found = []
        while not self.heard.empty():
            found.append(json.loads(self.heard.get_nowait()["text"]))
        return found


@asynccontextmanager
async def talking(house: House, path: str, query: str = "") -> AsyncIterator[Talker]:
    """A connection, until the block ends."""
    talker = Talker()
    scope = {
        "type": "websocket", "path": path, "query_string": query.encode(), "client": ("10.0.0.2", 1),
        "headers": [], "extensions": {},
    }  # fmt: skip

    async def send(message: Any) -> None:
        if message["type"] == "websocket.send":
            await talker.takes.wait()
        await talker.heard.put(message)

    await talker.said.put({"type": "websocket.connect"})
    task = asyncio.ensure_future(house.app(scope, talker.said.get, send))
    try:
        first = await talker.heard.get()
        if first["type"] != "websocket.accept":
            talker.code = first["code"]
        yield talker
    finally:
        talker.takes.set()
        await talker.said.put({"type": "websocket.disconnect", "code": 1000})
        await task
