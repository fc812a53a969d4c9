"""The line to the simulated market's process: the market's side, and the client of who listens or trades.

It carries the messages of `ports.prism` and `ports.prism_trading`. It may import `ports`, `model`,
`primitives`; what every line does is in `line`. Start at `server`.
"""

from trade2026.adapters.embedded.prism_line.connection import PrismConnection
from trade2026.adapters.embedded.prism_line.server import PrismServer, serve

__all__ = ["PrismConnection", "PrismServer", "serve"]
