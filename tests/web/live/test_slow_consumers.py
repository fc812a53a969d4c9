"""A client that takes nothing ends with 4408, in bounded memory, and nobody else notices."""

import asyncio
import socket

import pytest
import websockets.asyncio.client as ws_client

from tests.web.live.harness import QUIET, Client, Desk, connected, in_loop, serving
from trade2026.web.live.limits import LiveLimits

ROW = {"text": "x" * 1_000}


def small_socket(port: int) -> socket.socket:
    line = socket.socket()
    line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2_048)
    line.connect(("127.0.0.1", port))
    line.setblocking(False)
    return line


async def stalled(desk: Desk, *topics: str) -> Client:
    """A client that subscribes and then leaves what comes in the smallest buffers there are."""
    line = await ws_client.connect(
        desk.url, sock=small_socket(desk.port), compression=None, max_queue=1, close_timeout=1
    )
    client = Client(line)
    await client.say(op="auth", token="all")
    await client.until_op("hello")
    for number, topic in enumerate(topics):
        await client.say(op="sub", id=number, topic=topic)
        await client.until_op("subbed")
    return client


async def block(desk: Desk, healthy: Client) -> int:
    """Publish until the stalled client takes no more; the healthy one reads on. The last number used."""
    seq = desk.models.seq
    while not desk.hub.figures().blocked:
        for _ in range(20):
            seq += 1
            desk.lossless("orders", seq, ("A", {"n": seq, **ROW}))
        await healthy.until_q(seq)
    return seq


@in_loop
async def test_ten_seconds_of_taking_nothing_end_in_4408_and_the_rest_can_be_resumed():
    async with serving(Desk(), ws_ping_interval=None) as desk, connected(desk) as healthy:
        await healthy.say(op="sub", id=0, topic="orders")
        await healthy.until_op("subbed")
        slow = await stalled(desk, "orders")
        await block(desk, healthy)
        desk.clock.advance(9.9)
        desk.hub.check()
        assert desk.hub.connections == 2
        desk.clock.advance(0.1)
        desk.hub.check()
        while desk.hub.connections > 1:
            await (await healthy.line.ping())
        desk.lossless("orders", desk.models.seq + 1, ("A", {"n": desk.models.seq + 1}))
        await healthy.until(lambda: healthy.rows(0)[-1]["n"] == desk.models.seq)
        assert [row["n"] for row in healthy.rows(0)] == list(range(1, desk.models.seq + 1))

        code, reason = await slow.until_closed()  # It reads again: what was under way, then why.
        assert (code, reason.split(":")[0]) == (4408, "slow consumer")
        assert slow.control[-1] == {"op": "bye", "code": 4408, "reason": reason}
        last = slow.frames[-1]["q"]
        assert last < desk.models.seq
        async with connected(desk) as resumed:
            await resumed.say(op="sub", id=0, topic="orders", from_seq=last + 1)
            await resumed.until(lambda: bool(resumed.frames) and resumed.frames[-1]["q"] == desk.models.seq)
            rows = slow.rows(0) + resumed.rows(0)
            assert [row["n"] for row in rows] == list(range(1, desk.models.seq + 1))


@pytest.mark.parametrize("bound", [{"queue_rows": 200}, {"queue_bytes": 200_000}], ids=str)
@in_loop
async def test_too_far_behind_ends_at_once(bound):
    limits = LiveLimits(check_ns=QUIET.check_ns, **bound)
    async with serving(Desk(limits), ws_ping_interval=None) as desk, connected(desk) as healthy:
        await healthy.say(op="sub", id=0, topic="orders")
        await healthy.until_op("subbed")
        slow = await stalled(desk, "orders")
        seq = await block(desk, healthy)
        while desk.hub.connections > 1:
            seq += 1
            desk.lossless("orders", seq, ("A", {"n": seq, **ROW}))
            await healthy.until_q(seq)
        assert desk.hub.figures().closed == {4408: 1}
        assert [row["n"] for row in healthy.rows(0)] == list(range(1, seq + 1))
        code, reason = await slow.until_closed()
        assert code == 4408
        assert "too far behind on orders; resume from the last q + 1" in reason
        behind = seq - slow.frames[-1]["q"]
        assert behind < 250 + 300  # The queue, and what the sockets and one frame hold.


@in_loop
async def test_a_blocked_client_is_given_the_latest_numbers_when_it_reads_again():
    async with serving(Desk(), ws_ping_interval=None) as desk, connected(desk) as healthy:
        slow = await stalled(desk, "quotes")
        names = [f"K{number}" for number in range(4_000)]
        turn = 0.0
        while not desk.hub.figures().blocked:
            turn += 1
            desk.quotes(**dict.fromkeys(names, turn))
            await (await healthy.line.ping())
        blocked_at = turn
        for _ in range(50):
            turn += 1
            desk.quotes(**dict.fromkeys(names, turn))
            await (await healthy.line.ping())
        await slow.until(lambda: slow.shown(0, "last").get("K0") == turn)
        assert set(slow.shown(0, "last").values()) == {turn}
        assert [frame["q"] for frame in slow.frames] == list(range(1, len(slow.frames) + 1))
        assert len(slow.frames) < blocked_at + 10  # Those of the fifty in between were never made.
        await slow.line.close()


@in_loop
async def test_no_answer_to_a_ping_is_a_slow_consumer_even_when_little_is_sent():
    """At a trickle the buffers on the way would hide for minutes that nobody reads."""
    desk = Desk()
    async with serving(desk, ws_ping_interval=0.05, ws_ping_timeout=0.2), connected(desk) as healthy:
        slow = await stalled(desk, "orders")
        seq, sent = 0, -1
        while desk.hub.connections > 1:
            if desk.hub.figures().frames_sent > sent:  # One row a frame, or the buffers would be full soon.
                seq, sent = seq + 1, desk.hub.figures().frames_sent
                desk.lossless("orders", seq, ("A", {"n": seq}))
            await (await healthy.line.ping())
            assert desk.hub.figures().blocked == 0
        code, reason = await slow.until_closed()
        assert (code, "no answer to a ping" in reason) == (4408, True)
        assert desk.hub.figures().closed == {4408: 1}


@in_loop
async def test_a_client_that_never_reads_again_is_hung_up_on(monkeypatch):
    monkeypatch.setattr("trade2026.web.live.transport._LINGER_S", 0.1)
    async with serving(Desk(), ws_ping_interval=None) as desk, connected(desk) as healthy:
        await healthy.say(op="sub", id=0, topic="orders")
        await healthy.until_op("subbed")
        slow = await stalled(desk, "orders")
        await block(desk, healthy)
        desk.clock.advance(10)
        desk.hub.check()
        loop = asyncio.get_running_loop()
        sent = await loop.run_in_executor(None, _wait_for_reset, slow)
        assert sent is True
        await slow.until_closed()


def _wait_for_reset(client: Client) -> bool:
    """Whether the kernel says that the other side is gone, without a byte being read."""
    import select

    poll = select.poll()
    poll.register(client.line.transport.get_extra_info("socket").fileno(), select.POLLHUP | select.POLLRDHUP)
    return bool(poll.poll(10_000))
