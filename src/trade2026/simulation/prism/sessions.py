"""Auctions and bounds of prices in a simulated market: `matching.session` at work on its books."""

from typing import Final

from trade2026.matching.session import BookSession
from trade2026.matching.words import Phase, SetPhase
from trade2026.simulation.prism.timeline import Timeline

LOOK_EVERY_NS: Final = 100_000_000
"""How soon an auction is noticed that a price out of bounds began, and how exactly it ends."""

OPERATOR: Final = "OPERATOR"
"""Whose the exchange's own commands are."""


def run_sessions(timeline: Timeline, open_ns: int) -> list[BookSession]:
    """Have the exchange's rules applied to every book from `open_ns` on, by looking every LOOK_EVERY_NS."""
    market = timeline.market
    config = market.config
    sessions = [
        BookSession(config.session, open_ns, reference_price=book.price_ticks) for book in config.books
    ]

    def see(number: int, now_ns: int, said: Phase | None) -> None:
        """Tell a session how its book is; `said` is the phase that it has just asked for."""
        book = market.exchange.books[number]
        phase = book.phase
        is_by_price = phase is Phase.AUCTION and said is not phase
        sessions[number].see(phase, book.last_price, now_ns, is_by_price=is_by_price)

    def look(now_ns: int) -> int:
        for number, session in enumerate(sessions):
            if market.exchange.books[number].phase is session.phase and not session.is_due(now_ns):
                continue
            see(number, now_ns, None)
            while (command := session.command(now_ns)) is not None:
                market.submit(OPERATOR, number, command)
                see(number, now_ns, command.phase if isinstance(command, SetPhase) else None)
        return now_ns + LOOK_EVERY_NS

    timeline.call_at(market.now_ns, look)
    return sessions
