"""When a book is in which phase, and how far its price may run: a timetable, and an answer to halts.

Pure: it is asked for the next command and told the events, and does neither. Before a session a book is
HALTED. It opens and closes by auction where the rules give these some time. A trade beyond the bounds
begins an auction by itself (see `words.SetBands`), which is ended here when its time has come. Bounds are
set around the price of the last auction, and anew every so often around the last price.
"""

from collections import deque
from collections.abc import Callable, Iterable
from typing import Final

import msgspec

from trade2026.matching.words import (
    BookCommand,
    BookEvent,
    EndSession,
    Phase,
    PhaseSet,
    SetBands,
    SetPhase,
    Traded,
    Uncross,
)
from trade2026.primitives.errors import InputError
from trade2026.primitives.fixed_point import INT64_MAX

_MILLION: Final = 1_000_000


class SessionRules(msgspec.Struct, frozen=True):
    """What an exchange has decided for all its sessions.

    Attributes
    ----------
    opening_auction_ns, closing_auction_ns : int
        How long orders are collected after the opening and before the close; 0 for no auction.
    volatility_auction_ns : int
        How long an auction lasts that a price out of bounds began; positive.
    limit_band_ppm, trade_band_ppm : int
        How far from the reference a limit price, and a trade, may be, millionths; 0 for no bound.
    reference_every_ns : int
        After how long without an auction the last price becomes the reference; 0 for never.
    """

    opening_auction_ns: int = 0
    closing_auction_ns: int = 0
    volatility_auction_ns: int = 120_000_000_000
    limit_band_ppm: int = 0
    trade_band_ppm: int = 0
    reference_every_ns: int = 0

    def __post_init__(self) -> None:
        """Refuse what cannot be, naming the field."""
        for name in self.__struct_fields__:
            value = getattr(self, name)
            if value < 0 or (name == "volatility_auction_ns" and value == 0):
                raise InputError(f"{name} must not be negative, nor a volatility auction 0, was {value}")
        for name in ("limit_band_ppm", "trade_band_ppm"):
            if getattr(self, name) >= _MILLION:
                raise InputError(f"{name} must be below {_MILLION}, was {getattr(self, name)}")


class BookSession:
    """One session of one book. Ask `command` at every time of `due`, until it says None; tell it all events.

    Parameters
    ----------
    open_ns, close_ns : int
        UTC nanoseconds; `close_ns` 0 for a market that never closes.
    reference_price : int or None
        What bounds are measured from at first: the close of the day before; None for no bounds until there is
        a price.
    phase : Phase
        In which the book is now: CONTINUOUS of a new one, HALTED after a session before.
    """

    def __init__(
        self,
        rules: SessionRules,
        open_ns: int,
        close_ns: int = 0,
        reference_price: int | None = None,
        *,
        phase: Phase = Phase.CONTINUOUS,
    ) -> None:
        opening, closing = rules.opening_auction_ns, rules.closing_auction_ns
        if close_ns and close_ns - closing <= open_ns + opening:
            raise InputError(f"close_ns must leave room for both auctions, was {close_ns} after {open_ns}")
        self._rules = rules
        self._last_price = reference_price
        self._close_ns = close_ns
        self._phase = phase
        self._steps: deque[Callable[[], BookCommand | None]] = deque([lambda: self._enter(Phase.HALTED)])
        self._timetable: dict[int, Callable[[], None]] = {}
        if opening:
            self._timetable[open_ns] = self._begin_auction
        self._timetable[open_ns + opening] = self._open
        if close_ns and closing:
            self._timetable[close_ns - closing] = self._begin_auction
        if close_ns:
            self._timetable[close_ns] = self._close
        self._end_halt_ns = 0
        self._renew_ns = 0

    @property
    def phase(self) -> Phase:
        """The book's, as far as it was told."""
        return self._phase

    def due(self) -> int | None:
        """When there is something to do next, UTC nanoseconds, 0 for at once; None for never again."""
        if self._steps:
            return 0
        times = [*self._timetable, *filter(None, (self._end_halt_ns, self._renew_ns))]
        return min(times, default=None)

    def is_due(self, now: int) -> bool:
        """Whether there is something to do at `now`: for who asks often, and mostly for nothing."""
        if self._steps:
            return True
        is_ended = 0 < self._end_halt_ns <= now or 0 < self._renew_ns <= now
        return is_ended or any(at <= now for at in self._timetable)

    def command(self, now: int) -> BookCommand | None:
        """What is to be done to the book at `now`; None for nothing more."""
        while True:
            while self._steps:
                command = self._steps.popleft()()
                if command is not None:
                    return command
            due = self.due()
            if due is None or due > now:
                return None
            self._plan(due, now)

    def hear(self, events: Iterable[BookEvent], now: int) -> None:
        """What happened in the book at `now`."""
        for event in events:
            if isinstance(event, Traded):
                self._last_price = event.price
            elif isinstance(event, PhaseSet):
                self._phase_became(event.phase, now, is_by_price=event.halting_price is not None)

    def see(self, phase: Phase, last_price: int | None, now: int, *, is_by_price: bool) -> None:
        """As `hear`, for who looks at the book: a phase that is another one came by price, or by a word."""
        if last_price is not None:
            self._last_price = last_price
        if phase is not self._phase:
            self._phase_became(phase, now, is_by_price=is_by_price)

    def _phase_became(self, phase: Phase, now: int, *, is_by_price: bool) -> None:
        """An auction by price ends in its time; what somebody said stands."""
        self._phase = phase
        self._end_halt_ns = now + self._rules.volatility_auction_ns if is_by_price else 0
        if is_by_price:
            self._renew_ns = 0

    # ---------------------------------------------------------------------------------------- what is due

    def _plan(self, due: int, now: int) -> None:
        """Take the steps of what is due; the timetable goes before what halts and bounds ask for."""
        action = self._timetable.pop(due, None)
        if action is not None:
            self._end_halt_ns = self._renew_ns = 0
            action()
        elif due == self._end_halt_ns:
            self._end_halt_ns = 0
            self._open()
        else:
            self._renew_ns = 0
            self._steps.append(self._bounds)
        rules = self._rules
        has_bounds = rules.limit_band_ppm or rules.trade_band_ppm
        if (
            rules.reference_every_ns
            and has_bounds
            and due != self._close_ns
            and action != self._begin_auction
        ):
            self._renew_ns = max(due, now) + rules.reference_every_ns

    def _begin_auction(self) -> None:
        self._steps.extend((self._bounds, lambda: self._enter(Phase.AUCTION)))

    def _open(self) -> None:
        """Trade at the auction's price before bounds are set around it: stops may run from there at once."""
        self._steps.extend((self._uncross, self._bounds, lambda: self._enter(Phase.CONTINUOUS)))

    def _close(self) -> None:
        self._steps.extend((self._uncross, lambda: self._enter(Phase.HALTED), EndSession))

    def _enter(self, phase: Phase) -> BookCommand | None:
        return None if self._phase is phase else SetPhase(phase)

    def _uncross(self) -> BookCommand | None:
        return Uncross() if self._phase is Phase.AUCTION else None

    def _bounds(self) -> BookCommand | None:
        """Around the last price."""
        rules, price = self._rules, self._last_price
        if price is None or not (rules.limit_band_ppm or rules.trade_band_ppm):
            return None
        return SetBands(*_around(price, rules.limit_band_ppm), *_around(price, rules.trade_band_ppm))


def _around(price: int, ppm: int) -> tuple[int | None, int | None]:
    if ppm == 0:
        return None, None
    away = price * ppm // _MILLION
    return max(price - away, 1), min(price + away, INT64_MAX)
