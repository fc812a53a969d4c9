"""What the simulated market's line begins with."""

from typing import Final

from trade2026.adapters.embedded.line.framing import Greeting

VERSION: Final = 1
"""Changes with every change of a message in `ports.prism` or `ports.prism_trading`."""

GREETING: Final = Greeting(
    "trade2026-prism", VERSION, "the simulated market's line",
    "restart the simulated market and the desk so that both run the same code",
)  # fmt: skip
