"""Events of the stream made reports: each execution once, and what a replace does under the replace's id."""

from typing import Final

import msgspec

from trade2026.adapters.venues.binance.incoming import InstrumentOf, stated_event
from trade2026.adapters.venues.binance.memory import Memory
from trade2026.adapters.venues.binance.names import REPLACE, execution_id, our_id
from trade2026.adapters.venues.binance.rows import ExecutionEvent
from trade2026.model.enums import ExecType
from trade2026.model.execution import ExecutionReport

_EVENT: Final = msgspec.json.Decoder(ExecutionEvent)


class Listener:
    """Reads execution reports of one account."""

    def __init__(self, account_id: str, instrument_of: InstrumentOf, memory: Memory) -> None:
        self._account_id, self._instrument_of, self._memory = account_id, instrument_of, memory

    def read(self, message: bytes) -> ExecutionReport | None:
        """The report that an event is, None where it says nothing new.

        Raises
        ------
        MsgspecError, InputError, ValueError, LookupError
            It is not as documented.
        """
        event = _EVENT.decode(message)
        order = event.symbol, event.order_id
        name = our_id(event.orig_client_order_id or event.client_order_id)
        self._memory.names.put(order, name)
        if event.kind == "NEW":
            return self._new(event, order, name)
        if event.kind == "TRADE":
            return self._fill(event, name)
        if event.kind == "CANCELED":
            return self._canceled(event, order, name)
        if event.kind == "REPLACED":  # Only by an amendment, which we never ask for.
            return self._report(event, ExecType.RESTATED, name)
        if event.kind == "TRADE_PREVENTION" and event.status in ("NEW", "PARTIALLY_FILLED"):
            return self._report(event, ExecType.RESTATED, name)
        kind = ExecType.REJECTED if event.kind == "REJECTED" else ExecType.EXPIRED
        if event.kind not in ("REJECTED", "EXPIRED", "TRADE_PREVENTION"):
            raise ValueError(f"execution type {event.kind!r} is not known")
        return self._ended(event, order, kind, name)

    def _new(self, event: ExecutionEvent, order: tuple[str, int], name: str) -> ExecutionReport | None:
        if order in self._memory.acknowledged:  # A stop that was triggered is told as new once more.
            return None
        self._memory.acknowledged.put(order, True)
        is_replace = name in self._memory.replaces
        return self._report(event, ExecType.REPLACED if is_replace else ExecType.NEW, name)

    def _fill(self, event: ExecutionEvent, name: str) -> ExecutionReport | None:
        key = event.symbol, execution_id(event.trade_id, is_buy=event.side == "BUY")
        if key in self._memory.executions:
            return None
        report = self._report(event, ExecType.TRADE, name)
        self._memory.executions.put(key, True)
        return report

    def _canceled(self, event: ExecutionEvent, order: tuple[str, int], name: str) -> ExecutionReport | None:
        by = event.client_order_id
        if by.startswith(REPLACE) and event.orig_client_order_id:
            return None  # Half of a replace: the order goes on as the new one, or the answer says otherwise.
        ours = self._memory.cancels.get(by) if event.orig_client_order_id else None
        return self._ended(event, order, ExecType.CANCELED, ours or name)

    def _ended(
        self, event: ExecutionEvent, order: tuple[str, int], kind: ExecType, name: str
    ) -> ExecutionReport | None:
        if order in self._memory.ended:
            return None
        self._memory.ended.put(order, True)
        return self._report(event, kind, name)

    def _report(self, event: ExecutionEvent, kind: ExecType, name: str) -> ExecutionReport:
        return stated_event(event, kind, name, self._account_id, self._instrument_of)
