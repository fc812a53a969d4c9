"""Many independent markets, stepped one after the other in one process.

Seeds, and what becomes of an episode that is over, are as the library's own `SyncVectorEnv` has them: a seed
n gives the markets n, n + 1, ...; by default the step after an episode's last one is the reset. Unlike
`make_vec` with `vectorization_mode="sync"` the environments have no wrappers that check every call.
"""

from functools import partial
from typing import Any

from gymnasium.vector import AutoresetMode, SyncVectorEnv

from trade2026.simulation.prism.gym.base import Numbers
from trade2026.simulation.prism.gym.execution import ExecutionEnv
from trade2026.simulation.prism.gym.market_making import MarketMakingEnv


class ExecutionVector(SyncVectorEnv[Numbers, Numbers]):
    """`num_envs` of `ExecutionEnv`, all with the same terms."""

    def __init__(
        self, num_envs: int = 1, autoreset_mode: str | AutoresetMode = AutoresetMode.NEXT_STEP, **terms: Any
    ) -> None:
        super().__init__([partial(ExecutionEnv, **terms)] * num_envs, autoreset_mode=autoreset_mode)


class MarketMakingVector(SyncVectorEnv[Numbers, Numbers]):
    """`num_envs` of `MarketMakingEnv`, all with the same terms."""

    def __init__(
        self, num_envs: int = 1, autoreset_mode: str | AutoresetMode = AutoresetMode.NEXT_STEP, **terms: Any
    ) -> None:
        super().__init__([partial(MarketMakingEnv, **terms)] * num_envs, autoreset_mode=autoreset_mode)
