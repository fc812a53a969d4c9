"""The simulated market's line: a real socket, the real client and server, and a market that does as told."""

import asyncio
import struct
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest

from trade2026.adapters.embedded.line import sockets
from trade2026.adapters.embedded.line.client import MAX_TOLD
from trade2026.adapters.embedded.line.framing import Greeting, encode_message
from trade2026.adapters.embedded.prism_line import PrismConnection, PrismServer, framing, serve
from trade2026.adapters.embedded.prism_line import server as server_module
from trade2026.model.enums import ExecType, OrderType, Side, TimeInForce
from trade2026.model.execution import ExecutionReport
from trade2026.model.instrument import crypto_spot
from trade2026.model.market_data import Bar, Quote, Trade
from trade2026.ports.prism import PrismHello, PrismLine, PrismWelcome, Tick
from trade2026.ports.prism_trading import (
    AccountReport,
    Answered,
    Asked,
    AskHoldings,
    AskTime,
    Beat,
    Cancel,
    Done,
    FromPrism,
    Holdings,
    News,
    Place,
    PrismService,
    PrismTradingLine,
    Question,
    Refused,
    Reply,
    TimeIs,
    ToPrism,
)
from trade2026.primitives.errors import InputError, OperatingError, OutcomeUnknown
from trade2026.primitives.fixed_point import UNIT
from trade2026.primitives.time import MILLISECOND_NS, SECOND_NS

QUICK: dict[str, Any] = {"first_pause_ns": MILLISECOND_NS, "longest_pause_ns": 20 * MILLISECOND_NS}
LISTENER = PrismHello("web", "", market_data=True)
TRADER = PrismHello("core", "a", market_data=False)
BAR = Bar("BTCUSDT.PRISM", 60 * SECOND_NS, 60 * SECOND_NS, 1, 2, 1, 2, 5)
REPORT = ExecutionReport("a", "o", ExecType.NEW, 5, "v-1", order_qty=UNIT)
PLACE = Place(1, 2, "o", "BTCUSDT.PRISM", Side.BUY, OrderType.LIMIT, TimeInForce.GTC, UNIT, UNIT)


class Market:
    """A `PrismService` with one account "a"; questions wait while it `holds`."""

    def __init__(self) -> None:
        self.run = "1"
        self.listeners: dict[int, Callable[[Tick], None]] = {}
        self.attending: dict[int, Callable[[News], None]] = {}
        self.asked: list[tuple[str, Question]] = []
        self.holds: list[asyncio.Event] | None = None
        self.number = 7
        self.next_key = 0

    def welcome(self) -> PrismWelcome:
        return PrismWelcome(self.run, 5, 3, 1.0, (crypto_spot("BTCUSDT"),))

    def listen(self, told: Callable[[Tick], None]) -> Callable[[], None]:
        key = self.next_key = self.next_key + 1
        self.listeners[key] = told
        return lambda: self.listeners.pop(key, None) and None

    def attend(self, account_id: str, told: Callable[[News], None]) -> Callable[[], None]:
        if account_id != "a":
            raise InputError(f"account_id must be a, was {account_id!r}")
        key = self.next_key = self.next_key + 1
        self.attending[key] = told
        told(Beat(5, self.number))
        return lambda: self.attending.pop(key, None) and None

    async def answer(self, account_id: str, question: Question) -> Reply:
        self.asked.append((account_id, question))
        if self.holds is not None:
            event = asyncio.Event()
            self.holds.append(event)
            await event.wait()
        if isinstance(question, AskHoldings):
            return Holdings(()) if account_id else Refused("whose")
        if isinstance(question, Place):
            self.number += 1
            self.tell(AccountReport(self.number, REPORT))
        return Done() if not isinstance(question, AskTime) else TimeIs(5)

    def tell(self, news: News) -> None:
        for told in list(self.attending.values()):
            told(news)

    def tick(self, tick: Tick) -> None:
        for told in list(self.listeners.values()):
            told(tick)


@pytest.fixture
def path(tmp_path: Path) -> str:
    return str(tmp_path / "run" / "prism.sock")


def run(main: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(main, 20))


@asynccontextmanager
async def serving(
    path: str, notes: list[str] | None = None, **options: Any
) -> AsyncIterator[tuple[PrismServer, Market]]:
    market = Market()
    service: PrismService = market
    server = await serve(path, service, (notes if notes is not None else []).append, **options)
    try:
        yield server, market
    finally:
        await server.aclose()


@asynccontextmanager
async def connected(path: str, hello: PrismHello, **options: Any) -> AsyncIterator[PrismConnection]:
    client = PrismConnection(path, hello, **{**QUICK, **options})
    await client.start()
    try:
        assert await client.wait_connected(5 * SECOND_NS)
        yield client
    finally:
        await client.aclose()


async def ended(told: AsyncIterator[Any]) -> None:
    async for _ in told:
        pass


async def until(is_so: Callable[[], Any]) -> None:
    while not is_so():
        await asyncio.sleep(0.001)


def test_who_listens_is_welcomed_and_told_prices(path: str) -> None:
    async def main() -> None:
        async with serving(path) as (_, market), connected(path, LISTENER) as client:
            line: PrismLine = client
            told = line.told()
            assert await anext(told) == market.welcome()
            tick = Tick(6, (Quote("x", 5, 5, 1, 2, 3, 4), Trade("x", 6, 6, 1, 2, Side.BUY, "1-1")))
            await until(lambda: market.listeners)
            market.tick(tick)
            assert await anext(told) == tick
            assert await client.ask(AskHoldings()) == Refused("whose")
        await until(lambda: not market.listeners)

    run(main())


def test_a_line_that_was_lost_begins_with_a_welcome(path: str) -> None:
    async def main() -> None:
        changes: list[bool] = []
        client = PrismConnection(path, LISTENER, **QUICK)
        client.watch(lambda _: None, lambda is_connected, _: changes.append(is_connected))
        await client.start()
        told = client.told()
        for name in ("1", "2"):
            async with serving(path) as (_, market):
                market.run = name
                welcome = await anext(told)
                assert isinstance(welcome, PrismWelcome)
                assert client.is_connected
            await until(lambda: not client.is_connected)
            with pytest.raises(OperatingError, match=r"the simulated market is away .*; nothing was sent"):
                await client.ask(AskTime())
        assert changes == [True, False, True, False]
        await client.aclose()

    run(main())


def test_only_the_newest_of_empty_ticks_waits(path: str) -> None:
    async def main() -> None:
        async with serving(path) as (_, market), connected(path, LISTENER) as client:
            told = client.told()
            await until(lambda: market.listeners)
            for now in range(10):
                market.tick(Tick(now, ()))
            market.tick(Tick(10, (BAR,)))
            assert isinstance(await client.ask(AskTime()), TimeIs)
            assert isinstance(await anext(told), PrismWelcome)
            assert await anext(told) == Tick(9, ())
            assert await anext(told) == Tick(10, (BAR,))

    run(main())


def test_who_falls_behind_is_told_so(path: str) -> None:
    async def main() -> None:
        async with serving(path) as (_, market), connected(path, LISTENER) as client:
            told = client.told()
            await until(lambda: market.listeners)
            for now in range(MAX_TOLD + 1):
                market.tick(Tick(now, (BAR,)))
            await client.ask(AskTime())
            with pytest.raises(OperatingError, match="were left lying"):
                await ended(told)

    run(main())


def test_who_trades_hears_its_reports_before_the_answer(path: str) -> None:
    async def main() -> None:
        async with serving(path) as (_, market):
            news: list[News] = []
            client = PrismConnection(path, TRADER, **QUICK)
            client.watch(news.append, lambda *_: None)
            line: PrismTradingLine = client
            await line.start()
            assert await line.wait_connected(SECOND_NS)
            assert await line.ask(PLACE) == Done()
            assert news == [Beat(5, 7), AccountReport(8, REPORT)]
            assert market.asked == [("a", PLACE)]
            assert not market.listeners
            await line.aclose()
            await until(lambda: not market.attending)

    run(main())


def test_answers_come_as_they_are_ready(path: str) -> None:
    async def main() -> None:
        async with serving(path) as (_, market), connected(path, TRADER) as client:
            market.holds = []
            first = asyncio.ensure_future(client.ask(AskTime()))
            second = asyncio.ensure_future(client.ask(AskHoldings()))
            await until(lambda: len(market.holds or ()) == 2)
            market.holds[1].set()
            assert await second == Holdings(())
            assert not first.done()
            market.holds[0].set()
            assert await first == TimeIs(5)

    run(main())


def test_what_was_sent_and_not_answered_is_unknown(path: str) -> None:
    async def main() -> None:
        async with serving(path) as (server, market), connected(path, TRADER) as client:
            market.holds = []
            asked = asyncio.ensure_future(client.ask(PLACE))
            await until(lambda: market.holds)
            for each in list(server.clients.values()):
                each.cut_off()
            with pytest.raises(OutcomeUnknown, match="not known"):
                await asked
            late = PrismConnection(path, TRADER, **QUICK, answer_within_ns=20 * MILLISECOND_NS)
            await late.start()
            assert await late.wait_connected(SECOND_NS)
            with pytest.raises(OutcomeUnknown, match=r"no answer came within 0\.02 s"):
                await late.ask(PLACE)
            await late.aclose()
            for event in market.holds:
                event.set()

    run(main())


def test_an_account_that_is_not_there_is_told_why(path: str) -> None:
    async def main() -> None:
        notes: list[str] = []
        async with serving(path, notes):
            client = PrismConnection(path, PrismHello("core", "z", market_data=False), **QUICK)
            await client.start()
            await until(lambda: client.refusal)
            assert not await client.wait_connected(MILLISECOND_NS)
            assert client.why == "account_id must be a, was 'z'"
            assert not client.is_connected
            await client.aclose()
        assert "'core z'" in notes[0]

    run(main())


STRANGERS = {
    "another protocol": (b"GET / HTTP/1.1\r\n", "does not speak the simulated market's line"),
    "another version": (b"trade2026-prism 9999\n", "speaks version 9999 of the simulated market's line"),
    "the core's line": (b"trade2026-core 0002\n", "does not speak"),
    "no message": (framing.GREETING.data + struct.pack("<I", 2) + b"\xc1\xc1", "no message"),
    "another message": (framing.GREETING.data + encode_message(Answered(1, Done())), "no message"),
    "a question before hello": (
        framing.GREETING.data + encode_message(Asked(1, AskTime())), "before it said hello",
    ),
    "hello twice": (framing.GREETING.data + 2 * encode_message(LISTENER), "hello twice"),
    "no end": (framing.GREETING.data + b"\xff\xff\xff\xff", "at most"),
}  # fmt: skip


@pytest.mark.parametrize(("said", "why"), STRANGERS.values(), ids=STRANGERS)
def test_a_stranger_is_dropped_and_others_are_not(path: str, said: bytes, why: str) -> None:
    async def main() -> None:
        notes: list[str] = []
        async with serving(path, notes) as (_, market), connected(path, TRADER) as client:
            reader, writer = await asyncio.open_unix_connection(path)
            writer.write(said)
            greeting = framing.GREETING.data
            assert (await reader.read()).startswith(greeting)
            writer.close()
            assert why in notes[0]
            assert await client.ask(AskTime()) == TimeIs(5)
            assert len(market.asked) == 1

    run(main())


def test_a_market_of_another_version_is_named(path: str) -> None:
    async def main() -> None:
        async def greet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(b"trade2026-prism 0099\n")
            await reader.read()
            writer.close()

        server = await asyncio.start_unix_server(greet, sock=sockets.listen(path))
        client = PrismConnection(path, LISTENER, **QUICK)
        await client.start()
        await until(lambda: "version 0099" in client.why)
        assert "restart" in client.why
        await client.aclose()
        server.close()
        await server.wait_closed()

    run(main())


def test_who_does_not_read_is_dropped(path: str) -> None:
    async def main() -> None:
        notes: list[str] = []
        async with serving(path, notes, buffer_bytes=10_000) as (_, market):
            sock = sockets.connect(path)
            sock.sendall(framing.GREETING.data + encode_message(LISTENER))
            await until(lambda: market.listeners)
            while not notes:
                market.tick(Tick(1, (BAR,) * 100))
                await asyncio.sleep(0)
            assert "does not read" in notes[0]
            assert not market.listeners
            sock.close()

    run(main())


def test_who_asks_very_much_is_read_later(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server_module, "MAX_UNANSWERED", 10)

    async def main() -> None:
        async with serving(path) as (_, market), connected(path, TRADER) as client:
            market.holds = []
            cancel = Cancel(1, 2, "c" * 100, "o" * 5_000)
            asks = [asyncio.ensure_future(client.ask(cancel)) for _ in range(2_000)]
            await until(lambda: market.holds)
            await asyncio.sleep(0.02)
            assert len(market.asked) < 1_000
            held, market.holds = market.holds, None
            for event in held:
                event.set()
            assert set(await asyncio.gather(*asks)) == {Done()}
            assert len(market.asked) == 2_000

    run(main())


def test_greetings_name_their_protocol() -> None:
    greeting = Greeting("trade2026-test", 12, "the line of tests", "restart it")
    assert greeting.data == b"trade2026-test 0012\n"
    assert "version 0011 of the line of tests" in greeting.stranger(b"trade2026-test 0011\n")


def test_every_message_has_a_tag_of_its_own() -> None:
    """A union that cannot be decoded would show as soon as it is made; so would two messages of one tag."""
    for union in (ToPrism, FromPrism, Question, Reply):
        tags = [each.__struct_config__.tag for each in get_args(union)]
        assert len(set(tags)) == len(tags)
        msgspec.msgpack.Decoder(union)
