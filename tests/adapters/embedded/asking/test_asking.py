"""A line of questions and answers, whatever they are about; the runner's is tested beside its adapter."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from trade2026.adapters.embedded.asking import AskingConnection, AskingServer, Line, serve
from trade2026.adapters.embedded.asking.messages import FromServer, Told, packed
from trade2026.ports.asking import KeyReused, TooManyJobs, UnknownId
from trade2026.primitives.errors import InputError, OperatingError
from trade2026.primitives.time import MILLISECOND_NS, SECOND_NS


class Double(msgspec.Struct, frozen=True, tag="double"):
    """Asks for twice a number."""

    number: int


class Refuse(msgspec.Struct, frozen=True, tag="refuse"):
    """Asks for an error."""

    name: str


class News(msgspec.Struct, frozen=True):
    """Something told."""

    text: str


LINE = Line("the doubler", Double | Refuse, {"news": News})
ERRORS = {
    "unknown": UnknownId("none of them"),
    "key": KeyReused("used before"),
    "many": TooManyJobs("too many", retryable=True, retry_after_ns=5),
    "input": InputError("cannot be"),
    "other": OperatingError("away"),
}


class Doubler:
    """Answers, and keeps who listens."""

    def __init__(self) -> None:
        self.listeners: list[Callable[[Any], None]] = []

    async def answer(self, question: Double | Refuse) -> int:
        if isinstance(question, Refuse):
            raise ERRORS[question.name]
        return 2 * question.number

    def listen(self, listener: Callable[[Any], None]) -> Callable[[], None]:
        self.listeners.append(listener)
        return lambda: self.listeners.remove(listener)


Played = Callable[[Doubler, AskingConnection, AskingServer], Awaitable[None]]


def played(tmp_path: Path, test: Played, line: Line = LINE) -> None:
    async def main() -> None:
        path, doubler = str(tmp_path / "d.sock"), Doubler()
        server = await serve(path, LINE, doubler)
        client = AskingConnection(path, line, first_pause_ns=MILLISECOND_NS)
        await client.start()
        assert await client.wait_connected(5 * SECOND_NS)
        try:
            await asyncio.wait_for(test(doubler, client, server), 20)
        finally:
            await client.aclose()
            await server.aclose()
        assert doubler.listeners == []

    asyncio.run(main())


def test_questions_are_answered_in_their_own_types(tmp_path: Path) -> None:
    async def test(doubler: Doubler, client: AskingConnection, server: AskingServer) -> None:
        assert await asyncio.gather(*(client.ask(Double(n), int) for n in range(200))) == list(
            range(0, 400, 2)
        )
        with pytest.raises(InputError, match="64-bit numbers"):
            await client.ask(Double(2**70), int)
        with pytest.raises(InputError, match="64-bit numbers"):
            await client.ask(Double(2**63), int)  # Twice of it has no room in the answer.

    played(tmp_path, test)


@pytest.mark.parametrize("name", sorted(ERRORS))
def test_errors_are_raised_as_they_were(tmp_path: Path, name: str) -> None:
    async def test(doubler: Doubler, client: AskingConnection, server: AskingServer) -> None:
        raised = ERRORS[name]
        with pytest.raises(type(raised)) as caught:
            await client.ask(Refuse(name), int)
        assert type(caught.value) is type(raised)
        assert str(caught.value) == str(raised)
        if isinstance(raised, TooManyJobs):
            assert isinstance(caught.value, TooManyJobs)
            assert caught.value.retry_after_ns == 5

    played(tmp_path, test)


def test_what_is_told_comes_in_its_type(tmp_path: Path) -> None:
    async def test(doubler: Doubler, client: AskingConnection, server: AskingServer) -> None:
        told = client.told()
        waiting = asyncio.ensure_future(anext(told))
        await client.ask(Double(1), int)
        doubler.listeners[0](News("é"))
        assert await waiting == News("é")
        await told.aclose()  # type: ignore[attr-defined]

    played(tmp_path, test)


def test_a_side_that_tells_what_is_not_known_is_of_another_version(tmp_path: Path) -> None:
    """The client hangs up, and tries again as with every other version."""

    async def test(doubler: Doubler, client: AskingConnection, server: AskingServer) -> None:
        assert await client.ask(Double(1), int) == 2
        doubler.listeners[0](News("new"))
        while client.is_connected:
            await asyncio.sleep(0)
        assert await client.wait_connected(5 * SECOND_NS)

    played(tmp_path, test, Line("the doubler", Double | Refuse))


def test_a_question_of_another_line_is_none(tmp_path: Path) -> None:
    class Halve(msgspec.Struct, frozen=True, tag="halve"):
        number: int

    async def test(doubler: Doubler, client: AskingConnection, server: AskingServer) -> None:
        with pytest.raises(OperatingError, match="was lost"):
            await client.ask(Halve(4), int)

    played(tmp_path, test)


def test_messages_are_told_apart_by_their_tags() -> None:
    decoder = msgspec.msgpack.Decoder(FromServer)
    assert decoder.decode(packed(Told("news", packed(News("x"))))) == Told("news", packed(News("x")))
