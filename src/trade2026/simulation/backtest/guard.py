"""The boundary to a strategy's code: the only place that has to survive whatever it raises."""

import traceback
from collections.abc import Callable
from typing import Any, Concatenate

from trade2026.ports.strategy import StrategyContext
from trade2026.primitives.errors import InputError, IntegrityError, OperatingError
from trade2026.primitives.time import format_ns
from trade2026.simulation.backtest.context import RunContext
from trade2026.simulation.backtest.requests import writable
from trade2026.simulation.backtest.result import StrategyError


def call(
    context: RunContext, callback: Callable[Concatenate[StrategyContext, ...], None], *arguments: Any
) -> StrategyError | None:
    """Run one callback of a strategy; None when it returned, else what it raised.

    A fault of the platform is not the strategy's: an OperatingError, an IntegrityError, and anything
    raised while a request of the strategy was inside the trading core, pass through. So does the user's
    KeyboardInterrupt.
    """
    try:
        callback(context, *arguments)
    except (OperatingError, IntegrityError, KeyboardInterrupt):
        raise
    except BaseException as error:  # Also SystemExit: a strategy ends itself, not the run.
        name = getattr(callback, "__name__", type(callback).__name__)
        if context.inside_core:
            if isinstance(error, RecursionError):
                # The depth is the strategy's, but the state may be half changed.
                raise InputError(
                    f"the strategy must not call itself without end: the stack ran out in {name} at "
                    f"{format_ns(context.now)}, inside a request, so that the run cannot go on"
                ) from error
            raise
        return StrategyError(context.now, name, _message(error), writable(traceback.format_exc()))
    return None


def _message(error: BaseException) -> str:
    """Its name and words; `TracebackException` survives an exception whose own words raise."""
    name = type(error).__name__
    text = writable(str(traceback.TracebackException(type(error), error, None)))
    return f"{name}: {text}" if text else name
