"""Halting from the desk's own machine when nothing else works: over the core's line, or by a signal.

Who may open the socket, or signal the process, is the user the desk runs as; that is all the login there is.
The web process, its users and its read models are not needed.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from trade2026.model.enums import Scope, TradingState
from trade2026.model.events import CommandDenied, OrderPendingCancel
from trade2026.ports.clock import Clock
from trade2026.ports.core_link import (
    DESK_TRADER,
    Answer,
    CancelAllIntent,
    Decision,
    SetTradingStateIntent,
    WatchingCoreClient,
)
from trade2026.ports.working_orders import WorkingOrders
from trade2026.primitives.errors import InputError, OperatingError
from trade2026.primitives.time import MILLISECOND_NS

_POLL_NS: Final = 20 * MILLISECOND_NS


@dataclass(frozen=True, slots=True)
class Halted:
    """A halt that the core has taken, or that a signal was sent for.

    Attributes
    ----------
    seq : int or None
        The journal's number that covers halt and cancels; None where a signal was sent, which answers
        nothing.
    canceled : tuple of int
        Orders whose cancel is on its way.
    denied : tuple of str
        What was said to cancels that were not.
    """

    seq: int | None
    canceled: tuple[int, ...] = ()
    denied: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Confirmation:
    """Whether nothing of the scope works any more.

    Attributes
    ----------
    working : WorkingOrders or None
        What is left; None where the core did not say.
    waited_ns : int
        How long it was waited for.
    why : str
        Why it is not known, where it is not.
    """

    working: WorkingOrders | None
    waited_ns: int
    why: str = ""

    @property
    def is_done(self) -> bool:
        """The halt is in force, and the venue has confirmed every cancel."""
        found = self.working
        return found is not None and found.state is TradingState.HALTED and found.count == 0


class LocalHalt:
    """Halts the desk of this machine.

    Parameters
    ----------
    connect : callable
        Opens a line to the core; raises OperatingError when it is away.
    signal : callable
        Has everything halted by a signal; raises OperatingError where there is nobody to be signaled.
    who : str
        Name of the system's user, for the journal.
    pause : callable
        Block for so many nanoseconds.
    """

    def __init__(
        self,
        connect: Callable[[], WatchingCoreClient],
        signal: Callable[[], None],
        who: str,
        clock: Clock,
        pause: Callable[[int], None],
    ) -> None:
        self._connect = connect
        self._signal = signal
        self._who = who
        self._clock = clock
        self._pause = pause

    def halt(self, scope: Scope, target: str, reason: str) -> Halted:
        """Halt and cancel; everything by a signal, where the core does not answer and all is to be halted.

        Raises
        ------
        InputError
            There is no such target.
        OperatingError
            The core is away. No order can leave then either.
        """
        try:
            line = self._connect()
            try:
                return self._over(line, scope, target, reason)
            finally:
                line.close()
        except OperatingError:
            if scope is not Scope.GLOBAL:
                raise
            self._signal()
            return Halted(None)

    def _over(self, line: WatchingCoreClient, scope: Scope, target: str, reason: str) -> Halted:
        text = f"{self._who}, at the command line: {reason}"
        state = SetTradingStateIntent(scope, target, TradingState.HALTED, DESK_TRADER, text)
        answer = line.ask(state, cancels_of(scope, target, f"halt-{self._clock.now_ns()}"))
        return _halted(answer)

    def confirm(self, scope: Scope, target: str, timeout_ns: int) -> Confirmation:
        """Wait until nothing of the scope works any more, or the time is over."""
        began = self._clock.monotonic_ns()
        line: WatchingCoreClient | None = None
        found: WorkingOrders | None = None
        why = ""
        try:
            while True:
                try:
                    line = line or self._connect()
                    found, why = line.working(scope, target), ""
                except OperatingError as error:
                    line, found, why = None, None, str(error)
                said = Confirmation(found, self._clock.monotonic_ns() - began, why)
                if said.is_done or said.waited_ns >= timeout_ns:
                    return said
                self._pause(_POLL_NS)
        finally:
            if line is not None:
                line.close()


def cancels_of(scope: Scope, target: str, prefix: str) -> CancelAllIntent:
    """The cancels of a scope, by the desk itself: a halt reaches the orders of everyone."""
    account, strategy, instrument, venue = (
        target if scope is each else ""
        for each in (Scope.ACCOUNT, Scope.STRATEGY, Scope.INSTRUMENT, Scope.VENUE)
    )
    return CancelAllIntent(prefix, DESK_TRADER, account, instrument, strategy, venue)


def _halted(answer: Answer) -> Halted:
    state, cancels = answer.decisions
    _check(state)
    denied = [cancels.error] if cancels.error else []
    canceled = []
    for event in cancels.events:
        if isinstance(event, OrderPendingCancel):
            canceled.append(event.order_id)
        else:
            denied.append(getattr(event, "text", type(event).__name__))
    return Halted(answer.seq, tuple(canceled), tuple(denied))


def _check(state: Decision) -> None:
    if state.error:
        raise OperatingError(f"the halt was not taken: {state.error}", retryable=state.retryable)
    if isinstance(state.events[0], CommandDenied):
        raise InputError(state.events[0].text)
