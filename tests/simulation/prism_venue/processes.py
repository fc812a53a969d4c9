"""Several processes on one loop of virtual time, and the Unix sockets between them.

Everything that a process starts (tasks, timers, callbacks) belongs to it, because it runs in a context that
names it; when it is killed all of that is dropped at once, as a loop of its own would be. Sockets carry bytes
in order, with latency. What may befall them is what may befall real ones: bytes that come in pieces, a peer
that stands still, a line that is cut with whatever was on its way, nobody who listens.
"""

import asyncio
import contextvars
import errno
import random
from collections import Counter, deque
from collections.abc import Callable, Coroutine, Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, Final
from unittest.mock import patch

from tests.simulation.simloop import SimLoop
from trade2026.adapters.embedded.line import sockets

_OWNER: Final[contextvars.ContextVar["Process | None"]] = contextvars.ContextVar("process", default=None)


class Process:
    """One process. `spawn` begins something in it, `kill` ends it where it stands."""

    def __init__(self, loop: "ProcessLoop", name: str) -> None:
        self.loop, self.name = loop, name
        self.is_dead = False
        self.context = contextvars.copy_context()
        self.context.run(_OWNER.set, self)
        self.sockets: list[Socket] = []

    def __repr__(self) -> str:
        return f"Process({self.name})"

    def spawn(self, coroutine: Coroutine[Any, Any, Any], name: str) -> "asyncio.Task[Any]":
        """A task of it."""
        return self.loop.create_task(coroutine, name=name, context=self.context)

    def tasks(self) -> "list[asyncio.Task[Any]]":
        """Its tasks that are not done, in the order in which they were made."""
        return [task for task, owner in self.loop.owners.items() if owner is self and not task.done()]

    def kill(self) -> None:
        """Nothing of it runs any more; what it had written into sockets is still delivered."""
        self.is_dead = True
        for each in self.sockets:
            each.end(is_cut=False)
        self.loop.drop(self)


class OwnedFuture(asyncio.Future[Any]):
    """A future of a process."""

    owner: Process | None = None


class ProcessLoop(SimLoop):
    """The loop that they share."""

    def __init__(self, seed: int, chance: random.Random) -> None:
        super().__init__(seed)
        self.owners: dict[asyncio.Task[Any], Process | None] = {}
        self.net = Net(self, chance)

    def create_task(self, coro: Any, **options: Any) -> "asyncio.Task[Any]":
        """As ever, and noted whose it is."""
        task = super().create_task(coro, **options)
        context = options.get("context")
        self.owners[task] = _OWNER.get() if context is None else context.get(_OWNER)
        task.add_done_callback(self.owners.pop)
        return task

    def create_future(self) -> "OwnedFuture":
        """As ever, and noted whose it is."""
        future = OwnedFuture(loop=self)
        future.owner = _OWNER.get()
        return future

    def call_exception_handler(self, context: dict[str, Any]) -> None:
        """As ever, but for what nobody looks at because its process is dead."""
        owner = getattr(context.get("future"), "owner", None)
        if owner is None or not owner.is_dead:
            super().call_exception_handler(context)

    def drop(self, process: Process) -> None:
        """Let go of all that a process has under way."""
        for task in process.tasks():
            del self.owners[task]
            task._log_destroy_pending = False  # type: ignore[attr-defined]  # It is meant to be dropped.
            coroutine = task.get_coro()
            if isinstance(coroutine, Coroutine):
                # What a `finally` does reaches nobody; the process's storage and sockets are dead.
                with suppress(Exception):
                    process.context.copy().run(coroutine.close)
        for handle in [*self._ready, *self._scheduled]:
            if _is_of(handle, process):
                handle.cancel()

    async def create_unix_server(  # type: ignore[override]
        self, factory: Any, *_: Any, sock: Any = None, **__: Any
    ) -> Any:
        """Whoever connects is served."""
        assert isinstance(sock, Listening)
        sock.factory = factory
        return sock

    async def create_unix_connection(  # type: ignore[override]
        self, factory: Any, *_: Any, sock: Any = None, **__: Any
    ) -> Any:
        """A socket that is connected already."""
        assert isinstance(sock, Socket)
        protocol = factory()
        sock.begin(protocol)
        return sock, protocol


def _is_of(handle: Any, process: Process) -> bool:
    owner: Process | None = handle._context.get(_OWNER)
    return owner is process


class Net:
    """Who listens, and every pair of sockets. `latency_s` is the mean of one way."""

    def __init__(self, loop: ProcessLoop, chance: random.Random) -> None:
        self.loop, self.chance = loop, chance
        self.latency_s = 1e-4
        self.pieces = 0.0  # Share of writes that arrive in two pieces.
        self.cut_there = self.cut_back = 0.0  # Share of what comes to who listens, and back, that a cut ends.
        self.counts: Counter[str] = Counter()
        self.pairs: list[tuple[Socket, Socket]] = []
        self._listening: dict[str, Listening] = {}

    @contextmanager
    def in_place(self) -> Iterator[None]:
        """Lines between processes use these sockets while the block runs."""
        with (
            patch.object(sockets, "listen", self.listen),
            patch.object(sockets, "connect", self.connect),
            patch.object(sockets, "inode", lambda path: None),
        ):
            yield

    def listen(self, path: str) -> "Listening":
        """A process listens."""
        owner = _OWNER.get()
        assert owner is not None, "a process listens"
        found = self._listening[path] = Listening(owner)
        return found

    def connect(self, path: str) -> "Socket":
        """A process connects; refused where nobody listens."""
        there, owner = self._listening.get(path), _OWNER.get()
        assert owner is not None, "a process connects"
        if there is None or there.is_closed or there.owner.is_dead or there.factory is None:
            self.counts["connection refused"] += 1
            raise ConnectionRefusedError(errno.ECONNREFUSED, "Connection refused")
        ours, theirs = Socket(self, owner), Socket(self, there.owner)
        ours.peer, theirs.peer = theirs, ours
        self.pairs = [pair for pair in self.pairs if pair[0].is_open or pair[1].is_open]
        self.pairs.append((ours, theirs))
        self.loop.call_soon(theirs.accept, there.factory, context=there.owner.context)
        return ours

    def open_pairs(self) -> "list[tuple[Socket, Socket]]":
        """Lines that are whole."""
        return [pair for pair in self.pairs if pair[0].is_open and pair[1].is_open]

    def cut(self, pair: "tuple[Socket, Socket]") -> None:
        """A line ends, and what is on its way on it is lost."""
        for each in pair:
            self.counts["messages lost with a line"] += each.under_way
            each.end(is_cut=True)

    def stall(self, ends: "Iterable[Socket]", until_s: float) -> None:
        """Nothing arrives at these ends before then."""
        for each in ends:
            each.not_before = max(each.not_before, until_s)


class Listening:
    """A listening socket, and the server on it."""

    def __init__(self, owner: Process) -> None:
        self.owner = owner
        self.factory: Callable[[], asyncio.Protocol] | None = None
        self.is_closed = False

    def close(self) -> None:
        """Take nobody any more."""
        self.is_closed = True

    async def wait_closed(self) -> None:
        """It is closed at once."""


class Socket(asyncio.Transport):
    """One end of a line, as the transport that asyncio would make of it."""

    peer: "Socket"

    def __init__(self, net: Net, owner: Process) -> None:
        super().__init__()
        self._net, self.owner = net, owner
        self._protocol: asyncio.Protocol | None = None
        self.is_open = True
        self.is_served = False
        self.not_before = 0.0  # When what this end was sent may arrive.
        self._last = 0.0
        self._under_way: deque[bytes | None] = deque()  # To this end.
        self._epoch = 0
        owner.sockets.append(self)

    def accept(self, factory: Callable[[], asyncio.Protocol]) -> None:
        """The server takes it."""
        self.is_served = True
        if self.is_open:
            self.begin(factory())

    def begin(self, protocol: asyncio.Protocol) -> None:
        """Somebody uses it from now on."""
        self._protocol = protocol
        protocol.connection_made(self)

    # ---------------------------------------------------------------------------------- the transport

    @property
    def under_way(self) -> int:
        """Writes to this end that have not arrived."""
        return sum(data is not None for data in self._under_way)

    def setblocking(self, flag: bool) -> None:  # As a socket's.
        pass

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        pass

    def get_write_buffer_size(self) -> int:
        return 0

    def pause_reading(self) -> None:
        pass

    def resume_reading(self) -> None:
        pass

    def is_closing(self) -> bool:
        return not self.is_open

    def write(self, data: Any) -> None:
        if not self.is_open or self.owner.is_dead or not data:
            return
        net = self._net
        if net.pieces and len(data) > 1 and net.chance.random() < net.pieces:
            at = net.chance.randrange(1, len(data))
            self.peer.send(bytes(data[:at]))
            data = data[at:]
        self.peer.send(bytes(data))

    def close(self) -> None:
        self.abort()

    def abort(self) -> None:
        """Hang up; what was written arrives, and the end of it after that."""
        if self.is_open:
            self.end(is_cut=False)
            self._lost(None)

    # ----------------------------------------------------------------------------------- what happens

    def send(self, data: bytes | None) -> None:
        """Have bytes, or the end (None), arrive at this end, behind what was sent before."""
        net, loop = self._net, self._net.loop
        if self.owner.is_dead or not self.is_open:
            return
        delay = min(net.chance.expovariate(1 / net.latency_s), 20 * net.latency_s)
        self._last = max(loop.time() + delay, self._last + 1e-9)
        self._under_way.append(data)
        loop.call_at(self._last, self._arrive, self._epoch, context=self.owner.context)

    def _arrive(self, epoch: int) -> None:
        """Something is due: the oldest that is under way."""
        if epoch != self._epoch:
            return
        if self.not_before > self._net.loop.time():  # Nothing comes through.
            self._net.loop.call_at(self.not_before, self._arrive, epoch, context=self.owner.context)
            return
        net, share = self._net, self._net.cut_there if self.is_served else self._net.cut_back
        if share and net.chance.random() < share:
            net.counts["line cut before a request" if self.is_served else "line cut before an answer"] += 1
            net.cut((self, self.peer))
            return
        data = self._under_way.popleft()
        if data is None:
            self.is_open = False
            self._epoch += 1
            self._lost(None)
        elif self._protocol is not None:
            self._protocol.data_received(data)

    def end(self, *, is_cut: bool) -> None:
        """This end is gone: the other hears of it behind what was sent before, or, when cut, at once."""
        if not self.is_open:
            return
        self.is_open = False
        self._epoch += 1
        self._under_way.clear()
        if is_cut:
            self._net.loop.call_soon(self._lost, ConnectionResetError(errno.ECONNRESET, "reset"),
                                     context=self.owner.context)  # fmt: skip
        else:
            self.peer.send(None)

    def _lost(self, error: Exception | None) -> None:
        protocol, self._protocol = self._protocol, None
        if protocol is not None and not self.owner.is_dead:
            self._net.loop.call_soon(protocol.connection_lost, error, context=self.owner.context)
