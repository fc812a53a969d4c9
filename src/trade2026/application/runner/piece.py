"""One piece of work in a process of its own, from its start to what became of it."""

import asyncio
from collections.abc import Callable
from typing import Final, NamedTuple

from trade2026.application.runner.reports import Finished, Progress, decode_report
from trade2026.ports.children import Child, Children
from trade2026.ports.runner_link import JobState

CANCEL_S: Final = 1.5
"""How long a canceled one may take to end in good order."""

_WORDS: Final = 500


class Ending(NamedTuple):
    """What became of it: DONE, FAILED or CANCELED, a sentence, and the reason where it failed."""

    state: JobState
    text: str
    error: str = ""


class Piece:
    """Work to be done once.

    Parameters
    ----------
    arguments : str
        Of `Children.start`: which work.
    tell : callable
        Told how far it is, until it is canceled.
    has_result : callable
        Whether the work has left its result where it belongs.
    """

    def __init__(
        self,
        children: Children,
        *arguments: str,
        tell: Callable[[Progress], None],
        has_result: Callable[[], bool],
    ) -> None:
        self._children, self._arguments = children, arguments
        self._tell, self._has_result = tell, has_result
        self._child: Child | None = None
        self._is_heard = False
        self.is_canceled = False

    def cancel(self) -> None:
        """Have it end, within two seconds; at once where it has not reported yet.

        Until then its process may not know what to do with a request to end, and has nothing to put in order.
        """
        if self.is_canceled:
            return
        self.is_canceled = True
        if self._child is None:
            return  # It is killed as soon as it is there.
        if not self._is_heard:
            self._child.kill()
            return
        self._child.interrupt()
        asyncio.get_running_loop().call_later(CANCEL_S, self._child.kill)

    async def run(self) -> Ending:
        """See it through; raises OperatingError where no process can be started."""
        child = self._child = await self._children.start(*self._arguments, background=True)
        finished: Finished | None = None
        try:
            if self.is_canceled:  # While it was being started.
                child.kill()
            async for line in child.lines():
                self._is_heard = True
                report = decode_report(line)
                if isinstance(report, Progress) and not self.is_canceled:
                    self._tell(report)
                elif isinstance(report, Finished):
                    finished = report
            code = await child.wait()
        except BaseException:
            child.kill()
            raise
        if finished is not None and finished.error:
            return Ending(JobState.FAILED, finished.text, finished.error)
        if finished is not None and self._has_result():
            return Ending(JobState.DONE, finished.text)
        if self.is_canceled:
            return Ending(JobState.CANCELED, "canceled")
        words = child.last_words().strip().rpartition("\n")[2] or "it said nothing"
        error = f"its process ended with code {code}: {words[:_WORDS]}"
        return Ending(JobState.FAILED, "its process died", error)
