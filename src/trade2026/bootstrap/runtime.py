"""How a process of the desk is set: the collector for many small messages, and the signal that halts."""

import gc
import signal
from typing import Final

HALT_SIGNAL: Final = signal.SIGUSR1
"""Halts all trading: sent to the core, or to the supervisor, which passes it on."""

_THRESHOLDS: Final = (50_000, 20, 1_000)


def calm_collector() -> None:
    """Let the garbage collector look at new objects seldom and at old ones hardly ever.

    Orders, frames and events are never in cycles, so that reference counts free them; the default
    thresholds cost a tenth of a backtest. What start-up made is not looked at again.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_THRESHOLDS)
