"""Halts by the journal's number, so that what left can be compared with what was halted in that moment."""

from typing import Final

from trade2026.model.enums import Scope, TradingState
from trade2026.model.events import TradingStateSet

_HALTED: Final = TradingState.HALTED


class Halts:
    """What each scope was set to, and from which number on."""

    def __init__(self) -> None:
        self._set: dict[tuple[Scope, str], list[tuple[int, bool]]] = {}

    def note(self, seq: int, event: TradingStateSet) -> None:
        """A scope was halted, or is no longer."""
        steps = self._set.setdefault((event.scope, event.target), [])
        steps.append((seq, event.state is _HALTED))

    def halted_at(self, seq: int, instrument_id: str, account_id: str, strategy_id: str) -> str:
        """The scope that was halted at this number and covers the order; "" for none."""
        if not self._set:
            return ""
        venue = instrument_id.rpartition(".")[2]
        for scope, target in (
            (Scope.GLOBAL, ""),
            (Scope.VENUE, venue),
            (Scope.ACCOUNT, account_id),
            (Scope.STRATEGY, strategy_id),
            (Scope.INSTRUMENT, instrument_id),
        ):
            for since, is_halted in reversed(self._set.get((scope, target), ())):
                if since <= seq:
                    if is_halted:
                        return f"{scope} {target}".rstrip() + f", halted at {since}"
                    break
        return ""

    def forget_before(self, seq: int) -> None:
        """Nothing will be asked for a number below this; the last step before it stays."""
        for key, steps in list(self._set.items()):
            while len(steps) > 1 and steps[1][0] <= seq:
                del steps[0]
            if len(steps) == 1 and not steps[0][1] and steps[0][0] <= seq:
                del self._set[key]
