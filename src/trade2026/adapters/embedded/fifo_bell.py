"""Wake-ups between processes of one machine: a FIFO per listener, registered in a folder."""

import asyncio
import itertools
import os
import select
import time
from contextlib import suppress
from pathlib import Path
from typing import Final

_SUFFIX: Final = ".fifo"
# A folder that changed more recently than this may change again within one tick of its time stamp.
_STILL_NS: Final = 100_000_000
_counter = itertools.count()


class FifoBell:
    """A listener's end. The FIFO's buffer keeps a ring until it is waited for."""

    def __init__(self, folder: Path) -> None:
        """Register in `folder`, which is made if needed. Raises OSError."""
        os.makedirs(folder, exist_ok=True)
        stem = f"{os.getpid()}-{time.monotonic_ns()}-{next(_counter)}"
        unfinished = folder / f"{stem}.new"
        os.mkfifo(unfinished, 0o600)
        # For writing as well: with no other end the FIFO would report a hang-up for ever.
        self._descriptor = os.open(unfinished, os.O_RDWR | os.O_NONBLOCK)
        self._path = folder / f"{stem}{_SUFFIX}"
        os.rename(unfinished, self._path)  # Seen by ringers only now that it is open.

    def wait(self, timeout_ns: int) -> bool:
        """Block in poll until a byte is there."""
        poll = select.poll()
        poll.register(self._descriptor, select.POLLIN)
        if not poll.poll(max(timeout_ns, 0) / 1e6):
            return False
        self._drain()
        return True

    async def wait_async(self, timeout_ns: int) -> bool:
        """The same through the event loop's own selector."""
        if self.wait(0):
            return True
        loop = asyncio.get_running_loop()
        rung: asyncio.Future[None] = loop.create_future()

        def hear() -> None:
            if not rung.done():
                rung.set_result(None)

        loop.add_reader(self._descriptor, hear)
        try:
            await asyncio.wait_for(rung, max(timeout_ns, 0) / 1e9)
        except TimeoutError:
            return False
        finally:
            loop.remove_reader(self._descriptor)
        self._drain()
        return True

    def close(self) -> None:
        """Take the FIFO away."""
        if self._descriptor >= 0:
            self._path.unlink(missing_ok=True)
            os.close(self._descriptor)
            self._descriptor = -1

    def _drain(self) -> None:
        try:
            while len(os.read(self._descriptor, 65536)) == 65536:
                pass
        except BlockingIOError:
            pass


class BellRope:
    """The ringer's end: knows the FIFOs of a folder, and looks again only when the folder has changed."""

    def __init__(self, folder: Path) -> None:
        """`folder` need not exist yet."""
        self._folder = str(folder)
        self._open: dict[str, int] = {}
        self._listed_ns = -1  # Time stamp of the folder when it was listed; -1 to list in any case.

    def ring(self) -> None:
        """Wake every listener. A listener that died is taken off; one that is gone or busy is no error."""
        try:
            changed_ns = os.stat(self._folder).st_mtime_ns
        except FileNotFoundError:
            return
        if changed_ns != self._listed_ns:
            self._list()
            self._listed_ns = changed_ns if time.time_ns() - changed_ns > _STILL_NS else -1
        for name, descriptor in list(self._open.items()):
            try:
                os.write(descriptor, b"\1")
            except BlockingIOError:
                pass  # Full of rings it has not heard yet.
            except BrokenPipeError:
                os.close(self._open.pop(name))
                self._forget(name)

    def close(self) -> None:
        """Let go of the FIFOs."""
        for descriptor in self._open.values():
            os.close(descriptor)
        self._open.clear()
        self._listed_ns = -1

    def _list(self) -> None:
        present = sorted(name for name in os.listdir(self._folder) if name.endswith(_SUFFIX))
        for name in present:
            if name not in self._open:
                try:
                    self._open[name] = os.open(f"{self._folder}/{name}", os.O_WRONLY | os.O_NONBLOCK)
                except FileNotFoundError:
                    pass
                except OSError:  # No listener holds it open: it died.
                    self._forget(name)
        for name in [name for name in self._open if name not in present]:
            os.close(self._open.pop(name))

    def _forget(self, name: str) -> None:
        with suppress(FileNotFoundError):
            os.unlink(f"{self._folder}/{name}")
