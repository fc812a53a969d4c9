"""The boundary to a strategy's code: the only place that has to survive whatever it raises."""

import traceback
from collections.abc import Callable
from typing import Any

from trade2026.primitives.errors import IntegrityError, OperatingError
from trade2026.simulation.backtest.context import RunContext
from trade2026.simulation.backtest.result import StrategyError


def call(context: RunContext, callback: Callable[..., None], *arguments: Any) -> StrategyError | None:
    """Run one callback of a strategy; None when it returned, else what it raised.

    A fault of the platform is not the strategy's: an OperatingError, an IntegrityError, and anything
    raised while a request of the strategy was inside the trading core, pass through.
    """
    try:
        callback(context, *arguments)
    except (OperatingError, IntegrityError):
        raise
    except Exception as error:
        if context.inside_core:
            raise
        message = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
        return StrategyError(context.now, callback.__name__, message, traceback.format_exc())
    return None
