"""Asks the Binance door what is nearly right, on every entrance, and holds it to an oracle and a twin.

`python -m tests.fuzz.door --messages 1000000 --seed 1` sends as many requests and messages, in this process
and without a network: to REST, the WebSocket API and the streams, and by new connections, in batches that
each have a new market and a new door. `tests.fuzz.door_oracle` says of each what has to come of it. What is
an order, or takes orders back, is done as well on a twin of the market without a door in front of it. Then:

- Every answer is one that the protocol knows: a result, or an error with a documented code and a text.
- What must be refused is refused, and the market hears nothing of it.
- What is right is taken, with the number the twin gave it, or refused as the twin's market refuses it.
- After each batch market, accounts and records are those of the twin, to the hash: nothing else has happened.
- Nothing is raised, and nothing goes to the log.

It prints one line of JSON; exit code 1 where something was found. A batch is drawn from seed and number
alone: `--first N --messages 1` repeats number N.
"""

import argparse
import asyncio
import json
import logging
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager
from typing import Any

from bench.harness import commit, machine
from tests.fuzz.door_messages import Connection, api_message, connection, stream_message
from tests.fuzz.door_oracle import judge_message, judge_rest
from tests.fuzz.door_orders import Kind, Verdict
from tests.fuzz.door_twin import Twin, state_of
from tests.fuzz.door_words import Chance, Request, rest_request
from tests.web.binance.house import WIDE, House, StillClock, call_raw
from tests.web.binance.talker import Talker, talking
from trade2026.primitives.seeds import derive_seed
from trade2026.simulation.exchange.instant import InstantExchange

BATCH = 2_000
FOUND_MAX = 20
STEP_NS = 3_000_000
CODES = frozenset((
    -1000, -1003, -1008, -1013, -1015, -1020, -1021, -1022, -1034, -1100, -1101, -1102, -1104, -1105, -1106,
    -1111, -1115, -1116, -1117, -1120, -1121, -1127, -1128, -1130, -1131, -1134, -1135, -1145, -1158, -2010,
    -2011, -2013, -2014, -2015, -2018, -2021, -2022, -4056,
))  # fmt: skip
"""Of the protocol's documentation of errors, those that a door like this one may have a reason for."""
STREAM_CODES = frozenset(range(4))
ENTRANCES = ("rest", "ws_api", "streams", "connections")
_SHARES = (0.5, 0.8, 0.99)
"""Up to where a draw is for each of the entrances; the rest is for the last."""


class Wrong(Exception):
    """What was found."""


class Batch:
    """Some messages to one door.

    Attributes
    ----------
    counts : Counter
        Of what was sent, and what came of it.
    """

    def __init__(
        self, seed: int, number: int, exchange_kind: type[InstantExchange] = InstantExchange
    ) -> None:
        self.chance = Chance(derive_seed(seed, "door", number))
        self.clock = StillClock()
        self.house = House(self.clock, WIDE, exchange_kind)
        self.house.book()
        self.twin = Twin(self.clock)
        self.counts: Counter[str] = Counter()
        self.refusals: Counter[str] = Counter()
        self._heard = 0
        self.house.exchange.subscribe(self._hear)

    def _hear(self, _: Any) -> None:
        self._heard += 1

    async def run(self, messages: int) -> None:
        """Send them; raises Wrong with what was sent last where something is wrong."""
        said: Any = None
        async with AsyncExitStack() as lines:
            self._api = await lines.enter_async_context(talking(self.house, "/ws-api/v3"))
            self._streams = await lines.enter_async_context(talking(self.house, "/ws"))
            for index in range(messages):
                self.clock.ns += STEP_NS
                draw = self.chance.share()
                try:
                    if draw < _SHARES[0]:
                        said = rest_request(self.chance, self.clock.ns)
                        await self._rest(said)
                    elif draw < _SHARES[1]:
                        said = api_message(self.chance, self.clock.ns)
                        await self._message(said)
                    elif draw < _SHARES[2]:
                        said = stream_message(self.chance)
                        await self._stream(said)
                    else:
                        said = connection(self.chance)
                        await self._connect(said)
                except Exception as error:
                    raise Wrong(f"message {index}: {type(error).__name__}: {error}; sent {said!r}") from error
        ours, theirs = state_of(self.house), self.twin.state()
        if ours != theirs:
            at = next(at for at, (a, b) in enumerate(zip(ours, theirs, strict=False)) if a != b)
            part = slice(max(0, at - 300), at + 60)
            raise Wrong(
                f"after {messages} messages the market is not the twin's: {ours[part]!r}, {theirs[part]!r}"
            )

    # ------------------------------------------------------------------------------------- by the entrance

    async def _rest(self, said: Request) -> None:
        verdict = judge_rest(said.method, said.path, said.query, said.body, said.key, self.clock.ns)
        headers = [(b"x-mbx-apikey", said.key)] if said.key else []
        self._heard = 0
        answer = await call_raw(self.house.app, said.method, said.path, said.query, said.body, headers)
        self.counts["rest"] += 1
        is_done = answer.status == 200
        if not is_done:
            assert 400 <= answer.status < 500, f"status {answer.status}: {answer.raw!r}"
            self._refused("rest", answer.json, CODES)
        await self._hold(verdict, answer.json if is_done else None)

    async def _message(self, said: str) -> None:
        verdict = judge_message(said, self.clock.ns)
        self._heard = 0
        await self._api.say(said)
        answer = await heard(self._api, "status")
        self.counts["ws_api"] += 1
        is_done = answer["status"] == 200
        if not is_done:
            assert 400 <= answer["status"] < 500, f"answer {answer}"
            self._refused("ws_api", answer["error"], CODES)
        await self._hold(verdict, answer["result"] if is_done else None)

    async def _stream(self, said: str) -> None:
        self._heard = 0
        await self._streams.say(said)
        answer = await heard(self._streams, "result", "error")
        self.counts["streams"] += 1
        if "error" in answer:
            self._refused("streams", answer["error"], STREAM_CODES)
        assert self._heard == 0, "a stream changed the market"

    async def _connect(self, said: Connection) -> None:
        """Another connection: let in where its path is known, at an end when it says what is too much."""
        self._heard = 0
        self.counts["connections"] += 1
        is_known = said.path in ("/ws-api/v3", "/ws-api/v3/") or said.path.startswith(("/ws/", "/stream/"))
        is_known = is_known or said.path in ("/ws", "/stream")
        async with talking(self.house, said.path, said.query) as talker:
            assert (talker.code is None) == is_known, f"the connection was answered {talker.code}"
            code = talker.code
            if is_known and said.frame is not None:
                await talker.said.put({"type": "websocket.receive", **said.frame})
                code = await talker.closed()
            assert code in (None, 1008), f"the connection was closed with {code}"
        if code is not None:
            self.refusals[f"connections {code}"] += 1
        assert self._heard == 0, "a connection changed the market"

    def _refused(self, entrance: str, body: Any, codes: frozenset[int]) -> None:
        code, text = body["code"], body["msg"]
        assert code in codes, f"no documented code: {body}"
        assert isinstance(text, str), f"no text: {body}"
        assert text, f"no text: {body}"
        self.refusals[f"{entrance} {code}"] += 1

    async def _hold(self, verdict: Verdict, done: Any) -> None:
        """Hold an answer to the oracle's verdict; `done` is the result, None for a refusal."""
        self.counts[f"{verdict.kind.value}"] += 1
        if verdict.kind in (Kind.REFUSE, Kind.READ):
            assert verdict.kind is Kind.READ or done is None, f"must be refused, was answered {done}"
            assert self._heard == 0, "the market heard of it"
            return
        expected = await self.twin.do(verdict)
        if not expected.is_taken:
            assert done is None, f"the twin refuses, the door answered {done}"
            return
        assert done is not None, "the twin takes it, the door refused"
        self.counts["taken"] += 1
        if expected.list_id:
            assert done["orderListId"] == expected.list_id, f"must be list {expected.list_id}, was {done}"
        if expected.order_id:
            placed = done["newOrderResponse"] if verdict.kind is Kind.REPLACE else done
            assert placed["orderId"] == expected.order_id, f"must be order {expected.order_id}, was {placed}"


async def heard(talker: Talker, *marks: str) -> Any:
    """The next answer; events before it are passed over."""
    while True:
        found = await talker.hear()
        if any(mark in found for mark in marks):
            return found


class _Log(logging.Handler):
    """Keeps what is worth a warning."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record)[:2_000])


@contextmanager
def listening() -> Iterator[list[str]]:
    """What any part of the program logs meanwhile."""
    handler, root = _Log(), logging.getLogger()
    root.addHandler(handler)
    try:
        yield handler.lines
    finally:
        root.removeHandler(handler)


def run_batch(
    seed: int, number: int, messages: int, exchange_kind: type[InstantExchange] = InstantExchange
) -> tuple[Batch, str]:
    """One batch and what was found, "" where nothing was."""
    batch = Batch(seed, number, exchange_kind)
    found: list[str] = []

    async def main() -> None:
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(lambda _, context: found.append(f"raised in a task: {context}"))
        try:
            await batch.run(messages)
        except Wrong as wrong:
            found.append(str(wrong))
        finally:
            await batch.house.app.close()

    with listening() as logged:
        asyncio.run(main())
    found += [f"logged: {line}" for line in logged]
    return batch, "; ".join(found)


def fuzz(messages: int, seed: int, first: int = 0, batch: int = BATCH) -> dict[str, Any]:
    """Send so many messages, in whole batches: the result."""
    started = time.perf_counter()
    counts: Counter[str] = Counter()
    refusals: Counter[str] = Counter()
    failures: list[str] = []
    sent = number = 0
    while sent < messages and len(failures) < FOUND_MAX:
        done, found = run_batch(seed, first + number, batch)
        if found:
            failures.append(f"batch {first + number}: {found}")
        counts += done.counts
        refusals += done.refusals
        sent += batch
        number += 1
        if number % 25 == 0:
            seconds = time.perf_counter() - started
            print(f"{sent:,} of {messages:,} messages, {seconds:.0f} s", file=sys.stderr, flush=True)
    entrances = {name: counts.pop(name, 0) for name in ENTRANCES}
    return {
        "messages": sum(entrances.values()), "seconds": round(time.perf_counter() - started, 1),
        "failures": failures, "batches": number, "entrances": entrances,
        "verdicts": dict(sorted(counts.items())), "refused": sum(refusals.values()),
        "refusals": dict(sorted(refusals.items())),
    }  # fmt: skip


def main(arguments: list[str] | None = None) -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--messages", type=int, default=100_000, help=f"at least, in batches of {BATCH:,}")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--first", type=int, default=0, help="number of the first batch")
    given = parser.parse_args(arguments)
    result = fuzz(given.messages, given.seed, given.first)
    for failure in result["failures"]:
        print(failure, file=sys.stderr)
    print(json.dumps({"seed": given.seed, **result, "commit": commit(), "machine": machine()}))
    return 1 if result["failures"] else 0


if __name__ == "__main__":
    sys.exit(main())
