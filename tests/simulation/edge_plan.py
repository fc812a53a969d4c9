"""What one seed's venue is like and what its line does: some of the faults, each as strong as drawn."""

import random
from dataclasses import dataclass

from tests.simulation.faults import LineFaults
from tests.simulation.simvenue import Habits
from trade2026.matching.words import SelfTradePrevention
from trade2026.ports.venue import IdRule, VenueTerms

SECOND = 1_000_000_000
PREVENTIONS = tuple(SelfTradePrevention)


@dataclass(slots=True)
class Edge:
    """A desk behind venue sessions; `prices_s` is the mean time between trades that the emulator sees."""

    terms: VenueTerms
    prices_s: float
    has_window: bool


def draw_edge(chance: random.Random) -> tuple[Edge, Habits, LineFaults]:
    """The venue, its market and its line."""
    has_window = chance.random() < 0.85
    terms = VenueTerms(
        request_window_ns=chance.choice((1, 5)) * SECOND if has_window else 0,
        id_rule=chance.choice(list(IdRule)),
        dead_man_ns=chance.choice((0, 0, 10 * SECOND)),
        heartbeat_ns=SECOND,
        requests_per_window=chance.choice((0, 0, 10, 40)),
        cancel_reserve=2,
    )
    edge = Edge(terms, prices_s=chance.choice((0.1, 0.5)), has_window=has_window)
    return edge, _habits(chance), _line(chance, has_window=has_window)


def _some(chance: random.Random, *shares: float) -> float:
    """0 in most seeds, else one of these."""
    return chance.choice(shares) if chance.random() < 0.35 else 0.0


def _habits(chance: random.Random) -> Habits:
    return Habits(
        delay_s=chance.choice((5e-4, 5e-3, 2e-2)),
        tail=0.0,
        silent=chance.choice((0.2, 0.6)),
        rejects=_some(chance, 0.05, 0.2),
        unsolicited=_some(chance, 0.05, 0.2),
        suspensions=_some(chance, 0.1, 0.3),
        busts=_some(chance, 0.1, 0.3),
        corrections=_some(chance, 0.1, 0.3),
        by_hand=_some(chance, 0.05, 0.2),
        prevention=chance.choice(PREVENTIONS),
    )


def _line(chance: random.Random, *, has_window: bool) -> LineFaults:
    return LineFaults(
        slow=_some(chance, 0.1, 0.3),
        slow_s=chance.choice((0.5, 4.0)),
        lost_request=_some(chance, 0.05, 0.2) if has_window else 0.0,
        lost_response=_some(chance, 0.05, 0.2),
        late=_some(chance, 0.02, 0.1),
        late_s=chance.choice((2.0, 10.0)),
        timeout_s=chance.choice((0.5, 1.5)),
        error_though_placed=_some(chance, 0.05, 0.2),
        stray_reject=_some(chance, 0.05, 0.2),
        dropped_report=_some(chance, 0.05, 0.2),
        dropped_fill=_some(chance, 0.2, 0.8),
        gap_told=chance.choice((0.0, 0.5, 1.0)),
        duplicate=_some(chance, 0.05, 0.4),
        duplicate_s=chance.choice((0.1, 10.0)),
        reordered=_some(chance, 0.1, 0.5),
        reordered_s=chance.choice((0.05, 1.0, 30.0)),
        partial_page=_some(chance, 0.3, 0.9),
        hidden_s=_some(chance, 0.5, 3.0),
        rate_limited=_some(chance, 0.05, 0.2),
        unanswered_query=_some(chance, 0.05, 0.2),
        skew_s=_some(chance, 0.3, -0.3, 5.0),
        episode_s=_some(chance, 3.0, 10.0),
        episode_length_s=chance.choice((0.5, 5.0)),
        disconnects=chance.random() < 0.5,
        half_open=chance.random() < 0.5,
        maintenance=chance.random() < 0.5 and has_window,
        cancel_on_disconnect=chance.random() < 0.5,
    )
