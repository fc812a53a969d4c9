"""Stopping and resuming trading, and what is allowed where."""

from typing import Final

from trade2026.client.call import decoder, get, post, rows_decoder
from trade2026.client.results.orders import Canceled, Resumed
from trade2026.client.results.trading_state import HaltTarget, Rung, TradingStates
from trade2026.client.rows import Rows
from trade2026.client.synchronous.line import Line
from trade2026.model.enums import Scope

_STATES: Final = decoder(TradingStates)
_LADDER: Final = rows_decoder(Rung)
_TARGETS: Final = rows_decoder(HaltTarget)
_HALTED: Final = decoder(Canceled)
_RESUMED: Final = decoder(Resumed)


class Control(Line):
    """Requests about what may be traded."""

    def trading_state(self) -> TradingStates:
        """Where trading is halted or reduced, since when, by whom and why."""
        return self._send(get(_STATES, "/trading-state"))

    def halt_ladder(self) -> Rows[Rung]:
        """Scopes, the widest first: what is halted in each, and which orders of it are still open."""
        return self._send(get(_LADDER, "/trading-state/ladder"))

    def halt_targets(self) -> Rows[HaltTarget]:
        """What can be halted by itself: venues, accounts, strategies that run, instruments."""
        return self._send(get(_TARGETS, "/trading-state/targets"))

    def halt(
        self, reason: str, *, scope: Scope | str = Scope.GLOBAL, target: str = "", key: str | None = None
    ) -> Canceled:
        """Halt trading in a scope and cancel its open orders; halting twice does no harm."""
        body = {"scope": str(scope), "target": target, "reason": reason}
        return self._send(post(_HALTED, "/halt", body, key=key or self._make_key()))

    def resume(self, reason: str, *, scope: Scope | str = Scope.GLOBAL, target: str = "") -> Resumed:
        """Allow trading again: needs a login of the last minutes, a reason, and time since the halt.

        Raises
        ------
        NotAllowed
            The login is too old: `login()` first, or the role is too low.
        Conflict
            Nothing is halted there, or the cool-down is not over; `retry_after_s` says when it is.
        """
        body = {"scope": str(scope), "target": target, "reason": reason}
        return self._send(post(_RESUMED, "/resume", body))
