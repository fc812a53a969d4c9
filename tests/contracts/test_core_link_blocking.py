"""What the blocking client of the core's line must do, against a core in another thread."""

import socket
import struct
import threading

import pytest

from tests.contracts.core_link_given import DEAF, FEED, WEB, CoreThread, approved, market, submit
from trade2026.adapters.embedded.core_link import BlockingCoreConnection
from trade2026.adapters.embedded.core_link.framing import GREETING as SPOKEN
from trade2026.adapters.embedded.line.framing import encode_message
from trade2026.model.enums import Scope, TradingState
from trade2026.ports.core_link import Advanced, Answer, BlockingCoreClient, WatchingCoreClient
from trade2026.primitives.errors import InputError, OperatingError, OutcomeUnknown
from trade2026.primitives.time import MILLISECOND_NS, SECOND_NS

GREETING = SPOKEN.data


@pytest.fixture
def path(tmp_path):
    return str(tmp_path / "core.sock")


@pytest.fixture
def thread(path):
    served = CoreThread(path)
    yield served
    served.stop()


def test_it_asks_and_is_answered(path, thread):
    client: BlockingCoreClient = BlockingCoreConnection(path, DEAF)
    answer = client.ask(submit("a"), submit("b"))
    assert answer.seq == 1
    assert [d.events for d in answer.decisions] == [(approved("a"),), (approved("b"),)]
    assert client.ask(submit("c")).seq == 2
    client.close()


def test_it_asks_how_the_core_is_and_what_works(path, thread):
    client: WatchingCoreClient = BlockingCoreConnection(path, WEB)
    assert client.status().pid == 4711
    found = client.working(Scope.VENUE, "XNYS")
    assert (found.count, found.canceling, found.state) == (1, 1, TradingState.HALTED)
    assert found.orders[0].instrument_id == "XNYS"
    assert client.next_told(SECOND_NS) == FEED, "what was told meanwhile is kept"
    client.close()
    with pytest.raises(OperatingError, match="nothing was sent"):
        client.working(Scope.GLOBAL, "")


def test_what_is_told_while_it_asks_is_kept_in_order(path, thread):
    client = BlockingCoreConnection(path, WEB)
    assert client.next_told(SECOND_NS) == FEED
    assert client.next_told(SECOND_NS) == Advanced(0)
    thread.call(thread.server.tell, market(1))
    thread.call(thread.server.tell, market(2))
    client.ask(submit())
    thread.call(thread.server.tell, market(3))
    assert [client.next_told(SECOND_NS) for _ in range(3)] == [market(1), market(2), market(3)]
    assert client.next_told(0) is None
    assert client.next_told(MILLISECOND_NS) is None
    client.close()


def test_what_came_before_the_line_was_lost_is_still_given(path):
    thread = CoreThread(path)
    client = BlockingCoreConnection(path, WEB)
    thread.call(thread.server.tell, market(1))
    thread.stop()
    assert [client.next_told(SECOND_NS) for _ in range(3)] == [FEED, Advanced(0), market(1)]
    for _ in range(2):
        with pytest.raises(OperatingError, match=r"away \(the trading core hung up\)"):
            client.next_told(SECOND_NS)
    with pytest.raises(OperatingError, match="nothing was sent"):
        client.ask(submit())


@pytest.fixture
def stranger(path):
    """Takes one connection, answers each thing it reads with the next of the parts, and hangs up."""
    listening = socket.socket(socket.AF_UNIX)
    listening.bind(path)
    listening.listen()
    parts: list[bytes] = []

    def play():
        sock, _ = listening.accept()
        with sock:
            for part in parts:
                sock.recv(100_000)
                sock.sendall(part)

    thread = threading.Thread(target=play)
    yield parts, thread.start
    thread.join(10)
    listening.close()


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        (b"", "hung up"),
        (encode_message(Answer(1, 1, ()))[:-1], "hung up"),
        (struct.pack("<I", 2) + b"\xc1\xc1", "no message"),
        (b"\xff\xff\xff\xff", "at most"),
    ],
    ids=["silence", "half an answer", "garbage", "a frame without end"],
)
def test_a_core_gone_mid_answer_leaves_the_outcome_unknown(path, stranger, reply, reason):
    parts, start = stranger
    parts += [GREETING, reply]
    start()
    client = BlockingCoreConnection(path, DEAF)
    with pytest.raises(OutcomeUnknown, match=reason) as caught:
        client.ask(submit())
    assert caught.value.retryable
    with pytest.raises(OperatingError, match=reason):
        client.ask(submit())


def test_an_answer_that_does_not_come_in_time_is_given_up(path, thread):
    thread.core.holds = True
    client = BlockingCoreConnection(path, DEAF, answer_within_ns=20 * MILLISECOND_NS)
    with pytest.raises(OutcomeUnknown, match=r"within 0\.02 s"):
        client.ask(submit())
    with pytest.raises(OperatingError, match="nothing was sent"):
        client.ask(submit())


def test_it_waits_for_a_core_that_comes_later(path):
    found: list[BlockingCoreConnection] = []
    waiting = threading.Thread(target=lambda: found.append(BlockingCoreConnection(path, DEAF)))
    waiting.start()
    served = CoreThread(path)
    waiting.join(10)
    assert found[0].ask(submit()).seq == 1
    found[0].close()
    served.stop()


def test_a_core_that_does_not_come_is_an_error_that_names_its_place(path):
    with pytest.raises(OperatingError, match=rf"cannot connect to {path}: No such file") as caught:
        BlockingCoreConnection(path, DEAF, connect_within_ns=30 * MILLISECOND_NS)
    assert caught.value.retryable


def test_another_version_is_told(path, stranger):
    parts, start = stranger
    parts.append(b"trade2026-core 0000\n")
    start()
    with pytest.raises(OperatingError, match="speaks version 0000"):
        BlockingCoreConnection(path, DEAF)


def test_what_does_not_fit_the_line_is_bad_input_and_the_line_stays(path, thread):
    client = BlockingCoreConnection(path, DEAF)
    with pytest.raises(InputError, match="64-bit"):
        client.ask(submit(qty=2**64))
    assert client.ask(submit()).seq == 1
    client.close()
    with pytest.raises(OperatingError, match="this process hung up"):
        client.ask(submit())
