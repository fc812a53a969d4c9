"""The head of an answer leaves with its body, and never later than the next turn of the event loop."""

import asyncio
from typing import Any, cast

import pytest

from trade2026.web.joining import JoiningTransport

HEAD, BODY = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n", b"{}"
FRAME = b"\x81\x02{}"


class Sent:
    """Writes down what reaches the system, and how."""

    def __init__(self) -> None:
        self.calls: list[object] = []
        self.limits: tuple[int, ...] = ()

    def write(self, data: bytes) -> None:
        """One call."""
        self.calls.append(data)

    def writelines(self, data: tuple[bytes, ...]) -> None:
        """One call for all of it."""
        self.calls.append(b"".join(data))

    def close(self) -> None:
        """Noted."""
        self.calls.append("close")

    def abort(self) -> None:
        """Noted."""
        self.calls.append("abort")

    def is_closing(self) -> bool:
        """Whether it was closed."""
        return "close" in self.calls

    def pause_reading(self) -> None:
        """Noted: one of those that only pass through."""
        self.calls.append("pause")


def run(use: Any) -> list[object]:
    """What was sent by `use(transport, sent)`, inside a loop."""
    sent = Sent()

    async def inside() -> None:
        joining = JoiningTransport(cast(asyncio.Transport, sent), asyncio.get_running_loop())
        await use(joining, sent)

    asyncio.run(inside())
    return sent.calls


def test_head_and_body_leave_at_once() -> None:
    async def use(joining: JoiningTransport, sent: Sent) -> None:
        joining.write(HEAD)
        assert sent.calls == []
        joining.write(BODY)
        assert sent.calls == [HEAD + BODY]
        joining.write(HEAD)
        joining.write(b"")

    assert run(use) == [HEAD + BODY, HEAD]


def test_a_head_without_a_body_leaves_in_the_next_turn() -> None:
    async def use(joining: JoiningTransport, sent: Sent) -> None:
        joining.write(HEAD)
        await asyncio.sleep(0)
        assert sent.calls == [HEAD]
        joining.write(BODY)

    assert run(use) == [HEAD, BODY]


def test_what_begins_no_answer_leaves_with_all_else_of_its_turn() -> None:
    async def use(joining: JoiningTransport, sent: Sent) -> None:
        joining.write(FRAME)
        joining.write(FRAME)
        assert sent.calls == []
        await asyncio.sleep(0)
        assert sent.calls == [2 * FRAME]
        joining.write(FRAME)
        joining.write(HEAD)
        assert sent.calls == [2 * FRAME, FRAME], "what was written first leaves first"

    assert run(use) == [2 * FRAME, FRAME, HEAD]


def test_so_much_that_somebody_may_have_to_wait_does_not_wait_itself() -> None:
    async def use(joining: JoiningTransport, sent: Sent) -> None:
        joining.write(FRAME)
        joining.write(bytes(2**16))
        assert sent.calls == [FRAME + bytes(2**16)]

    assert run(use) == [FRAME + bytes(2**16)]


@pytest.mark.parametrize("data", [HEAD, FRAME])
@pytest.mark.parametrize(("end", "left"), [("close", ["data", "close"]), ("abort", ["abort"])])
def test_closing_sends_what_waits_and_aborting_does_not(data: bytes, end: str, left: list[object]) -> None:
    async def use(joining: JoiningTransport, sent: Sent) -> None:
        joining.write(data)
        getattr(joining, end)()
        await asyncio.sleep(0)
        assert joining.is_closing() is (end == "close")

    assert run(use) == [data if each == "data" else each for each in left]


def test_the_rest_is_the_other_transports() -> None:
    async def use(joining: JoiningTransport, sent: Sent) -> None:
        joining.pause_reading()

    assert run(use) == ["pause"]
