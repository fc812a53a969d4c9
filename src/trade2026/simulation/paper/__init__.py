"""The paper venue: our orders against recorded or live market data that does not know of them.

It fills nothing that the data does not prove, delays every request, charges every fill, and gives the same
reports for the same inputs and seed. Every rule, and where it is unrealistic, is in `docs/fills.md`. It may
import `ports`, `model`, `primitives`, the standard library and msgspec. Start at `venue`, then `rules`: the
prices are decided there.
"""

from trade2026.simulation.paper.config import (
    BpsFees,
    FeeCurrency,
    Fees,
    FixedLatency,
    Latency,
    LognormalLatency,
    NoFees,
    NormalLatency,
    PaperConfig,
    PerShareFees,
)
from trade2026.simulation.paper.latency import RandomSource
from trade2026.simulation.paper.venue import PaperVenue

__all__ = [
    "BpsFees",
    "FeeCurrency",
    "Fees",
    "FixedLatency",
    "Latency",
    "LognormalLatency",
    "NoFees",
    "NormalLatency",
    "PaperConfig",
    "PaperVenue",
    "PerShareFees",
    "RandomSource",
]
