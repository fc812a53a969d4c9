"""The simulated market as environments of Gymnasium: one agent among the traders, on the same exchange.

Importing this package registers `Trade2026/Execution-v0` and `Trade2026/MarketMaking-v0`, so that
`gymnasium.make` and `gymnasium.make_vec` know them. It needs gymnasium; nothing else here does. Begin with
`execution` or `market_making` for what actions, observations and rewards are, `policies` for what to beat.
"""

from trade2026.simulation.prism.gym.execution import ExecutionEnv
from trade2026.simulation.prism.gym.market_making import MarketMakingEnv
from trade2026.simulation.prism.gym.registration import EXECUTION, MARKET_MAKING, register
from trade2026.simulation.prism.gym.vector import ExecutionVector, MarketMakingVector

__all__ = [
    "EXECUTION",
    "MARKET_MAKING",
    "ExecutionEnv",
    "ExecutionVector",
    "MarketMakingEnv",
    "MarketMakingVector",
    "register",
]

register()
