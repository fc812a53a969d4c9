"""Processes on one loop, and the sockets between them, as real ones would be seen."""

import asyncio
import random

from tests.simulation.prism_venue.processes import Process, ProcessLoop
from tests.simulation.simloop import abandon
from trade2026.adapters.embedded.line import sockets


class Ear(asyncio.Protocol):
    """What came, and how it ended."""

    def __init__(self):
        self.data, self.ends = b"", []

    def connection_made(self, transport):
        self.transport = transport

    def data_received(self, data):
        self.data += data

    def connection_lost(self, error):
        self.ends.append(error)


def played(test):
    def run():
        loop = ProcessLoop(1, random.Random(1))
        asyncio.set_event_loop(loop)
        try:
            with loop.net.in_place():
                loop.run_until_complete(test(loop, Process(loop, "here"), Process(loop, "there")))
        finally:
            abandon(loop)

    run.__name__ = test.__name__
    return run


async def connected(loop, here, there):
    ears = [Ear(), Ear()]

    async def listen():
        await loop.create_unix_server(lambda: ears[1], sock=sockets.listen("there"))

    async def connect():
        await loop.create_unix_connection(lambda: ears[0], sock=sockets.connect("there"))

    await there.spawn(listen(), "listen")
    await here.spawn(connect(), "connect")
    await asyncio.sleep(0.1)
    return ears


@played
async def test_bytes_come_in_their_order_whatever_stands_still(loop, here, there):
    loop.net.pieces = 0.5
    ours, theirs = await connected(loop, here, there)
    sent = b""
    for number in range(50):
        if number % 10 == 0:
            loop.net.stall(loop.net.pairs[0], loop.time() + 0.5)
        ours.transport.write(bytes([number]) * 3)
        sent += bytes([number]) * 3
        await asyncio.sleep(0.01)
    await asyncio.sleep(1)
    assert theirs.data == sent


@played
async def test_a_cut_loses_what_is_on_its_way_and_both_ends_hear_of_it(loop, here, there):
    ours, theirs = await connected(loop, here, there)
    ours.transport.write(b"came")
    await asyncio.sleep(0.1)
    ours.transport.write(b"lost")
    loop.net.cut(loop.net.pairs[0])
    await asyncio.sleep(0.1)
    assert theirs.data == b"came"
    assert [type(error) for ear in (ours, theirs) for error in ear.ends] == [ConnectionResetError] * 2


@played
async def test_what_a_killed_process_had_written_arrives_before_its_end(loop, here, there):
    ours, theirs = await connected(loop, here, there)
    here.context.run(ours.transport.write, b"last words")
    here.kill()
    await asyncio.sleep(0.1)
    assert (theirs.data, theirs.ends, ours.ends) == (b"last words", [None], [])


@played
async def test_nothing_of_a_killed_process_runs_on(loop, here, there):
    ran = []

    async def child():
        while True:
            await asyncio.sleep(0.1)
            ran.append("child")

    async def parent():
        loop.call_later(0.25, ran.append, "timer")
        await asyncio.gather(child(), asyncio.sleep(100))

    task = here.spawn(parent(), "parent")
    there.spawn(asyncio.sleep(0.3), "other")
    await asyncio.sleep(0.15)
    here.kill()
    await asyncio.sleep(5)
    assert ran == ["child"]
    assert here.tasks() == []
    assert not task.done()


@played
async def test_nobody_who_listens_refuses(loop, here, there):
    refused = []

    async def connect():
        try:
            sockets.connect("there")
        except ConnectionRefusedError:
            refused.append(loop.time())

    await here.spawn(connect(), "connect")
    await connected(loop, here, there)
    there.kill()
    await here.spawn(connect(), "connect")
    assert len(refused) == 2
