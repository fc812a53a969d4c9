"""What one seed does to the desk: a random subset of the faults, each with a random intensity.

A subset and not all of them, because faults hide one another: a desk that loses power every millisecond never
gets far enough to fill its disk.
"""

import random
from dataclasses import dataclass, field
from enum import StrEnum

from tests.simulation.edge_plan import Edge, draw_edge
from tests.simulation.faults import LineFaults
from tests.simulation.simvenue import Habits
from trade2026.trading.journal import JournalConfig


class Fault(StrEnum):
    """What may go wrong; the names stand in the results."""

    POWER_LOSS = "power loss"
    POWER_LOSS_AT_OPERATION = "power loss at a disk operation"
    KILL = "process killed"
    SYNC_ERROR = "sync error"
    WRITE_ERROR = "write error"
    SHORT_WRITE = "short write"
    DISK_FULL = "disk full"
    SYNC_STALL = "sync stall"
    DAMAGE = "damage inside the log"
    EARLY_SNAPSHOT = "snapshot before its frames"
    REPEATED_REPORTS = "reports repeated"
    REORDERED_REPORTS = "reports reordered"
    CLOCK_STEP = "clock set"
    IMPATIENCE = "answer not awaited"


EDGE_SHARE = 0.5
"""Of seeds with venue sessions in front of a line that fails; the rest hammer the journal at full speed."""
ENDS = (Fault.POWER_LOSS, Fault.POWER_LOSS_AT_OPERATION, Fault.KILL)


@dataclass(slots=True)
class Plan:
    """Drawn once per seed."""

    chance: random.Random
    faults: tuple[Fault, ...]
    config: JournalConfig
    habits: Habits
    line: LineFaults
    batch_max: int
    lives: int
    clients: int
    life_s: float
    pause_s: float  # Mean time between the commands of one client.
    snapshot_s: float
    latency_s: tuple[float, float]
    ends: list[Fault | None] = field(default_factory=list)
    edge: Edge | None = None

    def has(self, fault: Fault) -> bool:
        """Whether this seed has it."""
        return fault in self.faults


def draw_plan(chance: random.Random) -> Plan:
    """The plan of one seed."""
    faults = tuple(fault for fault in Fault if chance.random() < 0.5)
    if not any(fault in ENDS for fault in faults):
        faults = (chance.choice(ENDS), *faults)
    is_edge = chance.random() < EDGE_SHARE
    size = (64 if is_edge else chance.choice((8, 16, 48))) * 1024  # A reconciliation may fill a long frame.
    config = JournalConfig(
        segment_bytes=size,
        preallocate=chance.random() < 0.8,
        reserve_bytes=size // 4,
        head_every_frames=chance.choice((1, 8, 40, 4096)),
        signed=len(faults) % 2 == 0,  # Not drawn, so that every seed is the story it was.
    )
    habits = Habits(
        delay_s=chance.choice((2e-4, 2e-3, 2e-2)),
        silent=chance.choice((0.2, 0.6)),
    )
    line = LineFaults(
        duplicate=chance.choice((0.05, 0.4)) if Fault.REPEATED_REPORTS in faults else 0.0,
        duplicate_s=habits.delay_s * 10,
        reordered=0.5 if Fault.REORDERED_REPORTS in faults else 0.0,
        reordered_s=habits.delay_s * 10,
    )
    edge = None
    if is_edge:
        edge, habits, line = draw_edge(chance)
    low = chance.choice((5e-5, 2e-4))
    ends = [fault for fault in faults if fault in ENDS]
    lives = chance.randint(1, 3)
    return Plan(
        chance,
        faults,
        config,
        habits,
        line,
        batch_max=chance.choice((1, 3, 512)),
        lives=lives,
        clients=chance.randint(1, 4),
        life_s=chance.choice((5.0, 20.0) if is_edge else (0.05, 0.2, 0.4)),
        pause_s=chance.choice((0.1, 0.4) if is_edge else (0.001, 0.004)),
        snapshot_s=chance.choice((1.0, 5.0) if is_edge else (0.01, 0.05)),
        latency_s=(low, low * chance.choice((4, 20))),
        ends=[
            chance.choice([*ends, None]) if chance.random() < 0.3 else chance.choice(ends)
            for _ in range(lives)
        ],
        edge=edge,
    )
