"""What one seed does to a desk in front of the simulated market: some faults, each as strong as drawn."""

import random
from dataclasses import dataclass, fields

from tests.simulation.edge_plan import Edge
from tests.simulation.faults import LineFaults
from tests.simulation.plan import ENDS, Fault, Plan
from tests.simulation.simvenue import Habits
from trade2026.ports.venue import IdRule, VenueTerms
from trade2026.trading.journal import JournalConfig

SECOND = 1_000_000_000
_ELSEWHERE = (Fault.DAMAGE, Fault.REPEATED_REPORTS, Fault.REORDERED_REPORTS)
"""Damage is the journal's alone, and no line of bytes in order repeats or reorders what it carries."""


@dataclass(slots=True)
class PrismFaults:
    """What befalls the market's process and the sockets to it.

    `..._every` are mean times between, in seconds, 0 for never. `with_desk` is the share of the desk's ends
    that the market shares; it comes back after up to `away_s`. A stall is up to `stall_s` long. Shares:
    `pieces` of writes that come in two pieces, `cut_there` and `cut_back` of what arrives at the market and
    at the desk that a cut ends, `killed_at_entry` of the log's entries behind which the market's process
    ends, `power_lost` of its ends in which its disk loses what was not synced. Every `disk_every` the
    market's disk fails: a sync, a write, a short write, or no room for up to `full_s`.
    """

    kill_every: float = 0.0
    away_s: float = 0.0
    with_desk: float = 0.0
    cut_every: float = 0.0
    stall_every: float = 0.0
    stall_s: float = 0.0
    hand_every: float = 0.0
    pieces: float = 0.0
    cut_there: float = 0.0
    cut_back: float = 0.0
    killed_at_entry: float = 0.0
    power_lost: float = 0.0
    disk_every: float = 0.0
    full_s: float = 0.0

    def heal(self) -> None:
        """A market that goes on, and good lines."""
        for each in fields(self):
            setattr(self, each.name, 0.0)


@dataclass(slots=True, kw_only=True)
class PrismPlan(Plan):
    """A plan with the simulated market in it.

    `step_s` is how often the market's time moves, `socket_s` the mean latency of a socket one way, `page_max`
    how much of its history an answer of the market has. A day of trading is `day_ns` long: orders for the day
    end with it.
    """

    prism: PrismFaults
    step_s: float
    socket_s: float
    answer_within_ns: int
    shorten_bytes: int
    page_max: int
    day_ns: int


def draw_prism_plan(chance: random.Random) -> PrismPlan:
    """The plan of one seed."""
    faults: tuple[Fault, ...] = tuple(
        fault for fault in Fault if fault not in _ELSEWHERE and chance.random() < 0.4
    )
    if not any(fault in ENDS for fault in faults):
        faults = (chance.choice(ENDS), *faults)
    low = chance.choice((5e-5, 2e-4))
    ends = [fault for fault in faults if fault in ENDS]
    lives = chance.randint(1, 3)
    size = 64 * 1024
    return PrismPlan(
        chance=chance,
        faults=faults,
        config=JournalConfig(
            segment_bytes=size, preallocate=chance.random() < 0.8, reserve_bytes=size // 4,
            head_every_frames=chance.choice((1, 8, 40, 4096)), signed=chance.random() < 0.5,
        ),
        habits=Habits(),
        line=_line(chance) if chance.random() < 0.6 else LineFaults(),
        batch_max=chance.choice((1, 3, 512)),
        lives=lives,
        clients=chance.randint(1, 4),
        life_s=chance.choice((8.0, 25.0)),
        pause_s=chance.choice((0.05, 0.2)),
        snapshot_s=chance.choice((1.0, 5.0)),
        latency_s=(low, low * chance.choice((4, 20))),
        ends=[
            chance.choice([*ends, None]) if chance.random() < 0.3 else chance.choice(ends)
            for _ in range(lives)
        ],
        edge=Edge(
            VenueTerms(
                request_window_ns=chance.choice((1, 2)) * SECOND, id_rule=IdRule.FOREVER,
                dead_man_ns=chance.choice((0, 10, 30)) * SECOND, heartbeat_ns=chance.choice((1, 2)) * SECOND,
            ),
            prices_s=chance.choice((0.2, 0.5)), has_window=True,
        ),
        prism=_prism(chance),
        step_s=chance.choice((0.005, 0.02)),
        socket_s=chance.choice((5e-5, 1e-3, 1e-2)),
        answer_within_ns=chance.choice((1, 3, 30)) * SECOND,
        shorten_bytes=chance.choice((2_000, 10**9)),
        page_max=chance.choice((3, 5_000)),
        day_ns=chance.choice((4, 10, 86_400)) * SECOND,
    )  # fmt: skip


def _some(chance: random.Random, *values: float) -> float:
    """0 in most seeds, else one of these."""
    return chance.choice(values) if chance.random() < 0.4 else 0.0


def _prism(chance: random.Random) -> PrismFaults:
    return PrismFaults(
        kill_every=_some(chance, 3.0, 10.0),
        away_s=chance.choice((0.0, 0.5, 3.0, 12.0)),
        with_desk=_some(chance, 0.3, 1.0),
        cut_every=_some(chance, 1.0, 5.0),
        stall_every=_some(chance, 2.0, 6.0),
        stall_s=chance.choice((0.3, 2.0, 6.0)),
        hand_every=_some(chance, 1.0, 4.0),
        pieces=_some(chance, 0.2, 0.9),
        cut_there=_some(chance, 0.02, 0.1),
        cut_back=_some(chance, 0.01, 0.03),
        killed_at_entry=_some(chance, 0.02, 0.1),
        power_lost=_some(chance, 0.5, 1.0),
        disk_every=_some(chance, 2.0, 8.0),
        full_s=chance.choice((0.5, 4.0)),
    )


def _line(chance: random.Random) -> LineFaults:
    """Single messages of the adapter that are lost: no socket does that, a peer that is broken does."""
    return LineFaults(
        slow=_some(chance, 0.1, 0.3),
        slow_s=chance.choice((0.5, 1.5)),
        lost_request=_some(chance, 0.05, 0.2),
        lost_response=_some(chance, 0.05, 0.2),
        late=_some(chance, 0.02, 0.1),
        timeout_s=chance.choice((0.5, 1.5)),
        error_though_placed=_some(chance, 0.05, 0.2),
        dropped_report=_some(chance, 0.05, 0.2),
        dropped_fill=_some(chance, 0.2, 0.8),
        gap_told=chance.choice((0.0, 0.5, 1.0)),
        rate_limited=_some(chance, 0.05, 0.2),
        unanswered_query=_some(chance, 0.05, 0.2),
        skew_s=_some(chance, 0.3, -0.3, 5.0),
        episode_s=_some(chance, 3.0, 10.0),
        episode_length_s=chance.choice((0.5, 5.0)),
        disconnects=chance.random() < 0.5,
        half_open=chance.random() < 0.5,
        maintenance=chance.random() < 0.5,
    )
