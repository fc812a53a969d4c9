"""The simulated market as a venue, over a line of its own to the market's process.

It may import `ports`, `model`, `primitives`; the line is handed in. `venue` is the port, `outgoing` says
orders in the line's words, `reading` reads long answers. Start at `venue`.
"""

from trade2026.adapters.venues.prism.venue import PrismVenue

__all__ = ["PrismVenue"]
