"""What every line to the core must do, run with the asyncio client on both event loops, and as bytes."""

import asyncio
import os
import re
import socket
import stat
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import msgspec
import pytest

from tests.contracts.core_link_given import (
    DEAF,
    FEED,
    LOOPS,
    QUICK,
    WEB,
    FakeCore,
    approved,
    connected,
    market,
    running,
    serving,
    submit,
    until,
)
from trade2026.adapters.embedded.core_link import CoreConnection, serve
from trade2026.adapters.embedded.core_link.framing import GREETING as SPOKEN
from trade2026.adapters.embedded.line.client import MAX_TOLD
from trade2026.adapters.embedded.line.framing import MAX_FRAME_BYTES, FrameReader, encode_message
from trade2026.ports.core_link import (
    Advanced,
    Ask,
    CancelIntent,
    FeedAction,
    FeedState,
    FeedStatus,
    Hello,
    Market,
    SubmitIntent,
)
from trade2026.ports.quick_core import QuickCoreClient
from trade2026.primitives.errors import InputError, OperatingError, OutcomeUnknown
from trade2026.primitives.time import MILLISECOND_NS, SECOND_NS

GREETING = SPOKEN.data


@pytest.fixture(params=LOOPS)
def run(request):
    """Runs a coroutine in a loop of that kind; nothing takes longer than the patience."""
    with running(request.param) as run:
        yield run


@pytest.fixture
def path(tmp_path):
    return str(tmp_path / "run" / "core.sock")


async def exhaust(told) -> None:
    async for _ in told:
        pass


async def raw(path: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    return await asyncio.open_unix_connection(path)


def test_the_client_is_what_the_port_says():
    client: QuickCoreClient = CoreConnection("nowhere", WEB)
    assert not client.is_connected


# --------------------------------------------------------------------------------- questions and answers


def test_intents_are_answered_in_order_with_the_journals_number(run, path):
    async def main():
        async with serving(path) as (_, core), connected(path) as client:
            answer = await client.ask(submit("a"), submit("b"), CancelIntent("main", "c", "ann", 1))
            assert core.asked == [(submit("a"), submit("b"), CancelIntent("main", "c", "ann", 1))]
            assert answer.seq == 1
            assert [d.events for d in answer.decisions] == [(approved("a"),), (approved("b"),), ()]
            assert answer.decisions[2].error == "not a submit"

    run(main())


def test_who_asks_to_be_told_is_told_in_the_turn_of_the_answer_after_all_told_before(run, path):
    async def main():
        async with serving(path) as (server, core), connected(path) as client:
            core.holds = True
            heard: list[Any] = []
            told = client.told()
            client.ask_then((submit("a"), CancelIntent("main", "c", "ann", 1)), heard.append)
            await until(lambda: core.held)
            server.tell(market(7))
            core.answer_all()
            await until(lambda: heard)
            assert [len(answer.decisions) for answer in heard] == [2]
            while await anext(told) != market(7):
                pass
            with pytest.raises(InputError, match="64-bit"):
                client.ask_then((submit(qty=2**64),), heard.append)
            client.ask_then((submit("b"),), heard.append)
            await until(lambda: core.held)
            await server.aclose()
            await until(lambda: len(heard) == 2)
            assert isinstance(heard[1], OutcomeUnknown)
            with pytest.raises(OperatingError, match="is away"):
                client.ask_then((submit("c"),), heard.append)
            assert len(heard) == 2

    run(main())


def test_many_asks_at_once_get_their_own_answers(run, path):
    async def main():
        async with serving(path) as (_, _core), connected(path) as client:
            answers = await asyncio.gather(*(client.ask(submit(f"c-{i}")) for i in range(3_000)))
            assert [a.decisions[0].events[0].client_order_id for a in answers] == [
                f"c-{i}" for i in range(3_000)
            ]

    run(main())


def test_answers_may_come_in_another_order(run, path):
    async def main():
        async with serving(path) as (_, core), connected(path) as client:
            core.holds = True
            first = asyncio.ensure_future(client.ask(submit("1")))
            await until(lambda: core.held)
            second = asyncio.ensure_future(client.ask(submit("2")))
            await until(lambda: len(core.held) == 2)
            core.held.reverse()
            core.answer_all()
            assert (await second).seq == 1
            assert (await first).seq == 2

    run(main())


def test_the_feed_is_steered_and_the_status_asked(run, path):
    async def main():
        async with serving(path), connected(path, DEAF) as client:
            paused = await client.control_feed(FeedAction.PAUSE)
            assert (paused.state, paused.request_id > 0) == (FeedState.PAUSED, True)
            assert (await client.control_feed(FeedAction.SPEED, 4.5)).speed == 4.5
            status = await client.status()
            assert (status.pid, status.feed) == (4711, FEED)

    run(main())


def test_what_does_not_fit_the_line_is_bad_input_and_sends_nothing(run, path):
    async def main():
        async with serving(path) as (_, core), connected(path) as client:
            with pytest.raises(InputError, match="Ask must hold 64-bit numbers"):
                await client.ask(submit(qty=2**64))
            with pytest.raises(InputError, match="UTF-8"):
                await client.ask(submit("\ud800"))
            with pytest.raises(InputError, match="must be at most 67,108,864 bytes"):
                await client.ask(submit("x" * MAX_FRAME_BYTES))
            await client.ask(submit())
            assert len(core.asked) == 1

    run(main())


def test_a_huge_answer_arrives(run, path):
    async def main():
        async with serving(path) as (_, core), connected(path) as client:
            core.padding = "x" * 20_000_000
            answer = await client.ask(submit())
            assert answer.decisions[0].events[0].strategy_id == core.padding

    run(main())


# ---------------------------------------------------------------------------------------- what is told


def test_a_client_is_told_what_it_asked_to_hear(run, path):
    async def main():
        async with serving(path) as (server, _), connected(path) as web, connected(path, DEAF) as deaf:
            heard, silence = web.told(), deaf.told()
            await until(lambda: len(server.clients) == 2 and all(c._hello for c in server.clients.values()))
            server.tell(market(1))
            server.tell(Advanced(1))
            server.tell(FEED)
            got = [await anext(heard) for _ in range(3)]
            assert got[-3:] in ([market(1), Advanced(1), FEED], [FEED, Advanced(0), market(1)])
            assert await anext(silence) == FEED

    run(main())


def test_a_new_client_is_told_how_the_feed_is_and_where_the_journal_ends(run, path):
    async def main():
        async with serving(path) as (_, core):
            core.seq = 9
            client = CoreConnection(path, WEB, **QUICK)
            told = client.told()
            await client.start()
            assert [await anext(told), await anext(told)] == [FEED, Advanced(9)]
            await client.aclose()

    run(main())


def test_ends_of_the_journal_that_nobody_read_become_one(run, path):
    async def main():
        async with serving(path) as (server, _), connected(path, Hello("w", False, True)) as client:
            told = client.told()
            await until(lambda: all(c._hello for c in server.clients.values()))
            for seq in range(1, 1_000):
                server.tell(Advanced(seq))
            await client.status()  # What was told before the answer has arrived with it.
            seen: list[Any] = []
            while not seen or seen[-1] != Advanced(999):
                seen.append(await anext(told))
            assert len(seen) < 5

    run(main())


def test_a_listener_that_leaves_too_much_lying_is_told_so(run, path):
    async def main():
        async with serving(path) as (server, _), connected(path) as client:
            told = client.told()
            await until(lambda: all(c._hello for c in server.clients.values()))
            for seq in range(MAX_TOLD + 10):
                server.tell(Market(seq, seq, ()))
            await client.status()
            with pytest.raises(OperatingError, match="left lying"):
                await exhaust(told)

    run(main())


# ------------------------------------------------------------------------------------- when it is away


def test_nothing_is_sent_while_the_core_is_away(run, path):
    async def main():
        client = CoreConnection(path, WEB, **QUICK)
        await client.start()
        with pytest.raises(OperatingError, match="nothing was sent") as caught:
            await client.ask(submit())
        assert caught.value.retryable
        assert not isinstance(caught.value, OutcomeUnknown)
        assert not await client.wait_connected(5 * MILLISECOND_NS)
        with pytest.raises(OperatingError, match="No such file"):
            await client.status()
        await client.aclose()

    run(main())


def test_a_core_that_goes_away_leaves_the_outcome_unknown_and_is_found_again(run, path):
    async def main():
        changes: list[bool] = []
        async with connected_later(path, changes) as client:
            async with serving(path) as (server, core):
                assert await client.wait_connected(5 * SECOND_NS)
                core.holds = True
                asks = [asyncio.ensure_future(client.ask(submit(f"c-{i}"))) for i in range(3)]
                await until(lambda: len(core.held) == 3)
                for each in server.clients.values():
                    each.cut_off()
                for outcome in await asyncio.gather(*asks, return_exceptions=True):
                    assert isinstance(outcome, OutcomeUnknown)
                    assert outcome.retryable
                core.holds = False
                core.answer_all()  # Whom it was for is gone.
                await until(lambda: client.is_connected)
                assert (await client.ask(submit())).seq == 4
            await until(lambda: not client.is_connected)
            told = client.told()
            async with serving(path):
                assert await client.wait_connected(5 * SECOND_NS)
                assert await anext(told) == FEED
                await client.ask(submit())
        assert changes == [True, False, True, False, True, False]

    run(main())


@asynccontextmanager
async def connected_later(path: str, changes: list[bool]) -> AsyncIterator[Any]:
    client = CoreConnection(path, WEB, changed=changes.append, **QUICK)
    await client.start()
    try:
        yield client
    finally:
        await client.aclose()


def test_an_answer_that_does_not_come_in_time_is_given_up(run, path):
    async def main():
        async with (
            serving(path) as (_, core),
            connected(path, answer_within_ns=30 * MILLISECOND_NS) as client,
        ):
            core.holds = True
            with pytest.raises(OutcomeUnknown, match=r"within 0\.03 s"):
                await client.ask(submit("late"))
            core.answer_all()
            core.holds = False
            assert (await client.ask(submit("next"))).decisions[0].events == (approved("next", 2),)

    run(main())


def test_hanging_up_ends_what_is_under_way(run, path):
    async def main():
        async with serving(path) as (server, core), connected(path) as client:
            core.holds = True
            ask = asyncio.ensure_future(client.ask(submit()))
            await until(lambda: core.held)
            await client.aclose()
            with pytest.raises(OutcomeUnknown, match="this process hung up"):
                await ask
            await until(lambda: not server.clients)

    run(main())


def test_attempts_to_connect_become_seldom_and_quick_again_after_success(run, path, monkeypatch):
    pauses: list[float] = []
    real = asyncio.sleep

    async def noted(span):
        pauses.append(span)
        await real(0)

    async def main():
        client = CoreConnection(path, WEB, first_pause_ns=SECOND_NS, longest_pause_ns=4 * SECOND_NS)
        monkeypatch.setattr("trade2026.adapters.embedded.line.client.asyncio.sleep", noted)
        await client.start()
        while len(pauses) < 5:
            await real(0)
        assert pauses[:5] == [1, 2, 4, 4, 4]
        async with serving(path):
            assert await client.wait_connected(5 * SECOND_NS)
            pauses.clear()
        while len(pauses) < 2:
            await real(0)
        assert pauses[:2] == [1, 2]
        await client.aclose()

    run(main())


# ------------------------------------------------------------------------------------------- strangers


def test_a_frame_may_arrive_in_any_pieces(run, path):
    async def main():
        async with serving(path) as (_, core):
            reader, writer = await raw(path)
            frames = GREETING + encode_message(DEAF) + encode_message(Ask(1, (submit("slow"),)))
            for at in range(len(frames)):
                writer.write(frames[at : at + 1])
                await asyncio.sleep(0)
            await until(lambda: core.asked)
            assert core.asked == [(submit("slow"),)]
            assert await reader.readexactly(len(GREETING)) == GREETING
            writer.close()

    run(main())


STRANGERS = {
    "http": (b"GET / HTTP/1.1\r\n\r\n", "does not speak the core's line"),
    "another version": (b"trade2026-core 0000\n", "speaks version 0000 .* restart the desk"),
    "garbage after the greeting": (GREETING + struct.pack("<I", 3) + b"\xc1\xc1\xc1", "no message"),
    "another struct": (GREETING + encode_message(market(1)), "no message"),
    "a frame without end": (GREETING + b"\xff\xff\xff\xff", "at most 67,108,864 bytes, was 4,294,967,295"),
    "an ask before hello": (GREETING + encode_message(Ask(1, (submit(),))), "before it said hello"),
    "hello twice": (GREETING + 2 * encode_message(DEAF), "hello twice"),
    "bytes that are no text": (
        GREETING + encode_message(DEAF).replace(b"runner", b"\xff\xff\xff\xff\xff\xff"), "no message",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", STRANGERS)
def test_whoever_speaks_something_else_is_dropped_with_a_reason_and_nobody_else(run, path, name):
    data, reason = STRANGERS[name]

    async def main():
        notes: list[str] = []
        async with serving(path, notes) as (server, core), connected(path) as client:
            reader, writer = await raw(path)
            writer.write(data)
            try:
                while await reader.read(1_000):
                    pass
            except ConnectionResetError:
                pass
            assert len(notes) == 1
            assert re.search(reason, notes[0]), notes
            writer.close()
            assert (await client.ask(submit())).seq == 1
            assert len(core.asked) == 1
            assert len(server.clients) == 1

    run(main())


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"trade2026-core 0000\n", "speaks version 0000"),
        (b"SSH-2.0-OpenSSH\r\n-----", "does not speak"),
        (GREETING + struct.pack("<I", 2) + b"\xc1\xc1", "no message"),
        (GREETING + b"\xff\xff\xff\xff", "at most"),
        (GREETING[:5], "hung up|lost"),
    ],
)
def test_a_core_that_speaks_something_else_is_told_in_the_next_error(run, path, data, reason):
    async def main():
        async def answer(reader, writer):
            await reader.read(1_000)
            writer.write(data)
            writer.close()
            await writer.wait_closed()

        os.makedirs(os.path.dirname(path))
        stranger = await asyncio.start_unix_server(answer, path)
        client = CoreConnection(path, WEB, **QUICK)
        await client.start()
        await until(lambda: "attempt" not in client._why)
        if not client.is_connected:
            with pytest.raises(OperatingError, match=reason):
                await client.ask(submit())
        await client.aclose()
        stranger.close()
        await asyncio.sleep(0.01)  # Handlers of its last connections end.

    run(main())


def test_a_client_that_does_not_read_is_dropped_and_the_others_are_not(run, path):
    async def main():
        notes: list[str] = []
        async with serving(path, notes, buffer_bytes=200_000) as (server, _), connected(path) as client:
            told = client.told()
            sock = socket.socket(socket.AF_UNIX)
            sock.connect(path)
            sock.sendall(GREETING + encode_message(Hello("sleeper", True, True)))
            await until(lambda: len(server.clients) == 2 and all(c._hello for c in server.clients.values()))
            sleeper = max(server.clients.values(), key=lambda each: each._number)
            worst = 0
            for seq in range(1, 100_000):
                server.tell(market(seq))
                if seq % 50 == 0:
                    await asyncio.sleep(0)
                    if sleeper._transport is not None:
                        worst = max(worst, sleeper._transport.get_write_buffer_size())
                if len(server.clients) == 1:
                    break
            assert notes == [note for note in notes if "'sleeper'" in note and "does not read" in note]
            assert len(notes) == 1
            assert worst < 220_000
            sock.close()
            assert (await client.status()).pid == 4711
            assert await anext(told) == FEED

    run(main())


def test_a_client_with_very_many_asks_open_is_read_later(run, path, monkeypatch):
    monkeypatch.setattr("trade2026.adapters.embedded.core_link.server.MAX_UNANSWERED", 100)

    async def main():
        async with serving(path) as (server, core), connected(path) as client:
            core.holds = True
            asks = asyncio.gather(*(client.ask(submit(f"{i}" + "x" * 3_000)) for i in range(5_000)))
            await until(lambda: core.held)
            await asyncio.sleep(0.02)
            assert len(core.held) < 1_000
            assert len(server.clients) == 1
            core.holds = False
            core.answer_all()
            assert len(await asks) == 5_000

    run(main())


# -------------------------------------------------------------------------------------------- the socket


def test_only_the_owner_may_use_the_socket_and_it_goes_with_the_core(run, path):
    async def main():
        async with serving(path):
            assert stat.S_IMODE(os.stat(path).st_mode) == 0o600
            assert stat.S_IMODE(os.stat(os.path.dirname(path)).st_mode) == 0o700
            assert os.listdir(os.path.dirname(path)) == ["core.sock"]
        assert not os.path.exists(path)

    run(main())


def test_a_dead_socket_is_replaced_and_a_live_one_is_not(run, path):
    async def main():
        os.makedirs(os.path.dirname(path))
        with socket.socket(socket.AF_UNIX) as dead:
            dead.bind(path)
        async with serving(path), connected(path) as client:
            with pytest.raises(OperatingError, match="another process listens"):
                await serve(path, FakeCore())
            await client.ask(submit())

    run(main())


def test_a_path_longer_than_an_address_works(run, tmp_path):
    deep = str(tmp_path / ("a" * 100) / ("b" * 100) / "core.sock")

    async def main():
        async with serving(deep), connected(deep) as client:
            await client.ask(submit())

    run(main())


def test_a_folder_that_cannot_be_made_is_named(run, tmp_path):
    (tmp_path / "file").write_text("")

    async def main():
        with pytest.raises(OperatingError, match=r"cannot listen at .*File exists"):
            await serve(str(tmp_path / "file" / "core.sock"), FakeCore())

    run(main())


# --------------------------------------------------------------------------------------------- framing


def test_frames_are_cut_the_same_whatever_the_pieces():
    messages = [Ask(i, (submit("x" * i),)) for i in range(40)]
    line = GREETING + b"".join(encode_message(each) for each in messages)
    wanted = [msgspec.msgpack.encode(each) for each in messages]
    for size in (1, 2, 3, 5, 7, 19, 64, 1_000, len(line)):
        reader = FrameReader(SPOKEN)
        got = [bytes(f) for at in range(0, len(line), size) for f in reader.feed(line[at : at + size])]
        assert got == wanted


def test_every_intent_and_told_message_survives_the_line():
    for message in (
        market(3),
        Advanced(2**63 - 1),
        FEED,
        FeedStatus(1, "", "", FeedState.ENDED, 0, 0, 0, 0.0, "e"),
    ):
        frame = encode_message(message)
        assert msgspec.msgpack.decode(frame[4:], type=type(message)) == message
    assert isinstance(submit(), SubmitIntent)
