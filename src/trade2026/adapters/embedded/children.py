"""`ports.children` with processes of this machine: each is started by a command line of its own."""

import asyncio
import contextlib
import signal
from collections import deque
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from typing import Final

from trade2026.adapters.embedded.background import Background
from trade2026.primitives.errors import OperatingError

_LINE_BYTES: Final = 1 << 20
"""Longest line of a report; a longer one ends the listening."""

_WORDS_BYTES: Final = 4_096
_WORDS_S: Final = 0.5


class ProcessChild:
    """`ports.children.Child`: reports on its standard output, last words on its standard error."""

    def __init__(self, process: asyncio.subprocess.Process, background: Background | None) -> None:
        """For ProcessChildren."""
        self._process = process
        self._background = background
        self._is_heard = False
        self._words: deque[bytes] = deque()
        self._listening = asyncio.get_running_loop().create_task(self._listen())

    @property
    def pid(self) -> int:
        """Its number."""
        return self._process.pid

    async def lines(self) -> AsyncIterator[bytes]:
        """Lines it reports."""
        stream = self._process.stdout
        assert stream is not None, "it was started with a pipe"
        while True:
            try:
                line = await stream.readline()
            except ValueError:  # A line beyond the limit: it is no report.
                continue
            if not line:
                return
            if self._background is not None and not self._is_heard:
                self._background.add(self._process)
            self._is_heard = True
            yield line.rstrip(b"\n")

    async def wait(self) -> int:
        """Its exit code; its last words are complete then, unless a process of its own still holds them."""
        code = await self._process.wait()
        await asyncio.wait({self._listening}, timeout=_WORDS_S)
        if self._process.stdin is not None:
            self._process.stdin.close()
        return code

    def write(self, line: bytes) -> None:
        """Write a line to its standard input."""
        stream = self._process.stdin
        assert stream is not None, "it was started with a pipe"
        if not stream.is_closing():
            stream.write(line + b"\n")

    def interrupt(self) -> None:
        """SIGINT."""
        self._signal(signal.SIGINT)

    def terminate(self) -> None:
        """SIGTERM."""
        self._signal(signal.SIGTERM)

    def kill(self) -> None:
        """SIGKILL."""
        self._signal(signal.SIGKILL)

    def last_words(self) -> str:
        """The end of its standard error."""
        return b"".join(self._words)[-_WORDS_BYTES:].decode("utf-8", "replace")

    def _signal(self, number: int) -> None:
        if self._process.returncode is None:
            if self._background is not None:
                self._background.remove(self._process)
            with contextlib.suppress(ProcessLookupError):
                self._process.send_signal(number)

    async def _listen(self) -> None:
        stream = self._process.stderr
        assert stream is not None, "it was started with a pipe"
        size = 0
        while data := await stream.read(_WORDS_BYTES):
            self._words.append(data)
            size += len(data)
            while size - len(self._words[0]) >= _WORDS_BYTES:
                size -= len(self._words.popleft())


class ProcessChildren:
    """`ports.children.HeldChildren`.

    A child holds the reading end of a pipe as its standard input: its end tells the child that this process
    is gone. Only a child that takes one piece of work after another is written to.

    Parameters
    ----------
    command : sequence of str
        Program and first arguments; what is to be done follows them.
    environment : mapping of str to str
        All of the child's environment.
    background : Background
        For those that are started in the background.
    """

    def __init__(
        self, command: Sequence[str], environment: Mapping[str, str], background: Background
    ) -> None:
        self._command = tuple(command)
        self._environment = dict(environment)
        self._background = background

    def watch(self, told: Callable[[bool], None]) -> None:
        """Have it told when those in the background begin to stand still, and when they go on."""
        self._background.watch(told)

    async def start(self, *arguments: str, background: bool = False) -> ProcessChild:
        """Start a process."""
        try:
            process = await asyncio.create_subprocess_exec(
                *self._command, *arguments,
                stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE, env=self._environment, limit=_LINE_BYTES,
                start_new_session=True,  # Ctrl-C in a terminal is for the supervisor alone.
            )  # fmt: skip
        except OSError as error:
            raise OperatingError(
                f"cannot start a process: {error.strerror}; look at the machine's memory and limits",
                retryable=True,
            ) from error
        if background:
            self._background.lower(process)
        return ProcessChild(process, self._background if background else None)
