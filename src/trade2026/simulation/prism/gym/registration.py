"""The names under which `gymnasium.make` and `gymnasium.make_vec` find the environments."""

from typing import Final

import gymnasium

EXECUTION: Final = "Trade2026/Execution-v0"
MARKET_MAKING: Final = "Trade2026/MarketMaking-v0"

_HERE: Final = "trade2026.simulation.prism.gym"


def register() -> None:
    """Enter both environments, where they are not entered yet."""
    for name, single, vector in (
        (EXECUTION, "execution:ExecutionEnv", "vector:ExecutionVector"),
        (MARKET_MAKING, "market_making:MarketMakingEnv", "vector:MarketMakingVector"),
    ):
        if name not in gymnasium.registry:
            gymnasium.register(name, entry_point=f"{_HERE}.{single}", vector_entry_point=f"{_HERE}.{vector}")
