"""When what is sent over the core's line leaves: together, at once where asked, later for the patient."""

import asyncio

import pytest

from tests.contracts.core_link_given import LOOPS, PATIENT, connected, market, running, serving, submit, until


@pytest.fixture(params=LOOPS)
def run(request):
    """Runs a coroutine in a loop of that kind."""
    with running(request.param) as run:
        yield run


@pytest.fixture
def path(tmp_path):
    return str(tmp_path / "run" / "core.sock")


class Counting:
    """A transport that counts what is written."""

    def __init__(self, inner, counts, name):
        self._inner, self._counts, self._name = inner, counts, name

    def write(self, data):
        self._counts[self._name] += 1
        self._inner.write(data)

    def __getattr__(self, name):
        return getattr(self._inner, name)


def count_writes(protocol, counts, name):
    protocol._transport = Counting(protocol._transport, counts, name)


def test_asks_of_one_turn_leave_in_one_write_and_so_do_their_answers(run, path):
    async def main():
        async with serving(path) as (server, core), connected(path) as client:
            await client.status()  # Its greetings have been exchanged.
            core.holds = True
            writes = {"asks": 0, "answers": 0}
            count_writes(client._line, writes, "asks")
            count_writes(next(iter(server.clients.values())), writes, "answers")
            asks = asyncio.gather(*(client.ask(submit(f"c-{i}")) for i in range(100)))
            await until(lambda: len(core.held) == 100)
            core.answer_all()
            await asks
            assert writes == {"asks": 1, "answers": 1}

    run(main())


def test_what_waits_leaves_at_once_where_the_core_says_so_and_only_once(run, path):
    async def main():
        async with serving(path) as (server, core), connected(path) as client:
            await client.status()
            core.holds = True
            writes = {"answers": 0}
            count_writes(next(iter(server.clients.values())), writes, "answers")
            ask = asyncio.ensure_future(client.ask(submit()))
            await until(lambda: core.held)
            core.answer_all()
            assert writes == {"answers": 0}
            server.flush()
            assert writes == {"answers": 1}
            await ask
            await client.status()
            assert writes == {"answers": 2}

    run(main())


def test_prices_for_a_patient_client_wait_for_an_answer(run, path, monkeypatch):
    monkeypatch.setattr("trade2026.adapters.embedded.core_link.server._PATIENCE_S", 3_600.0)

    async def main():
        async with serving(path) as (server, core), connected(path, PATIENT) as client:
            await client.status()
            told = client.told()
            core.holds = True
            writes = {"all": 0}
            count_writes(next(iter(server.clients.values())), writes, "all")
            server.tell(market(1))
            assert await anext(told) == market(1)  # Nothing was sent before it.
            assert writes == {"all": 1}
            for seq in range(2, 6):
                server.tell(market(seq))
                await asyncio.sleep(0)
            heard: list[int] = []
            client.ask_then((submit(),), lambda answer: heard.append(0))
            await until(lambda: core.held)
            assert writes == {"all": 1}
            core.answer_all()
            await until(lambda: heard)
            assert writes == {"all": 2}
            assert [await anext(told) for _ in range(4)] == [market(seq) for seq in range(2, 6)]

    run(main())


def test_prices_for_a_patient_client_come_by_themselves_soon(run, path):
    async def main():
        async with serving(path) as (server, _), connected(path, PATIENT) as client:
            await client.status()
            told = client.told()
            for seq in range(1, 4):  # Each time anew.
                server.tell(market(seq))
                server.tell(market(seq + 10))
                while await anext(told) != market(seq + 10):
                    pass

    run(main())
