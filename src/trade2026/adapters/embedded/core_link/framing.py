"""What the core's line begins with."""

from typing import Final

from trade2026.adapters.embedded.line.framing import Greeting

VERSION: Final = 3
"""Changes with every change of a message in `ports.core_link`."""

GREETING: Final = Greeting(
    "trade2026-core", VERSION, "the core's line", "restart the desk so that all of it runs the same code"
)
