"""Brings back what a command names and memory has no more, before the command is decided."""

from collections.abc import Callable, Iterable
from typing import Any, Final, get_args

import msgspec

from trade2026.model.commands import Command, RecallOrders, ReportExecution, RetireOrders, SubmitOrder
from trade2026.model.events import Event, OrdersRetired
from trade2026.oms.retire import (
    OrderFacts,
    decode_facts,
    execution_key,
    facts_of,
    join_facts,
    list_key,
    request_key,
)
from trade2026.oms.state import OmsState
from trade2026.ports.retired import IndexCursor, RetiredIndex
from trade2026.primitives.errors import InputError, IntegrityError
from trade2026.trading.codec import encode_record
from trade2026.trading.core import Core
from trade2026.trading.journal import Journal

RETIRES: Final = RetireOrders
"""What makes orders leave, and so needs an index."""


class Retired:
    """The index as the sequencer uses it, for the same core and journal.

    Raises
    ------
    InputError
        The index is not as far as the state: it has to be brought there by `replay.recover`.
    """

    __slots__ = ("_core", "_index", "_journal", "_oms")

    def __init__(self, core: Core, journal: Journal, index: RetiredIndex) -> None:
        oms = core.engines.oms
        if index.cursor.batches != oms.retirements:
            raise InputError(
                f"the index of retired orders must have {oms.retirements} batches as the state has, has "
                f"{index.cursor.batches}; recover the state with this index"
            )
        self._core, self._journal = core, journal
        self._oms = oms
        self._index = index

    def recall(self, command: Command, *, reserve: bool) -> None:
        """Bring back what the command names, in frames of their own; `reserve` as in `Journal.append`."""
        if not self._oms.retirements or (look := _LOOKS.get(type(command))) is None:
            return
        while (facts := look(self, command)) is not None:
            recall = RecallOrders(command.now, join_facts(self._with_family(facts)))
            events = self._core.decide(recall)
            self._journal.append(encode_record(recall, events), reserve=reserve)
            for event in events:
                self._core.evolve(event)

    def _with_family(self, facts: bytes) -> list[bytes]:
        """The facts of an order, and of all that left with it."""
        found = self._decoded(facts)
        if not found.family:
            return [facts]
        joined = []
        for order_id in found.family:
            each = self._index.get(order_id)
            if each is None:
                raise self._damaged(f"order {order_id} is neither in it nor in memory")
            joined.append(each)
        return joined

    def keep(self, events: Iterable[Event]) -> None:
        """Write down what is about to leave with the last frame; before its events are applied."""
        journal = self._journal
        for event in events:
            if type(event) is OrdersRetired:
                keep(self._index, self._oms, event, journal.last_seq, journal.last_hash)

    # What commands name: the facts of it where memory lacks it and the index has it.

    def _request(self, account_id: str, client_order_id: str) -> bytes | None:
        account = self._oms.accounts.get(account_id)
        if account is None or client_order_id in account.requests:
            return None
        found = self._index.find(request_key(account_id, client_order_id))
        if found is not None and client_order_id not in self._decoded(found).requests:
            raise self._damaged(f"it has other facts under client_order_id {client_order_id!r}")
        return found

    def _list(self, account_id: str, list_id: str) -> bytes | None:
        account = self._oms.accounts.get(account_id)
        if account is None or list_id in account.lists:
            return None
        return self._index.find(list_key(account_id, list_id))

    def _order(self, account_id: str | None, order_id: int) -> bytes | None:
        """Only of the account that asks (None for any): a foreign order is not even looked at."""
        oms = self._oms
        if not 0 < order_id < oms.next_order_id or order_id in oms.orders:
            return None
        found = self._index.get(order_id)
        if found is None:
            raise self._damaged(f"order {order_id} is neither in it nor in memory")
        facts = self._decoded(found)
        if facts.order is None or facts.order.order_id != order_id:
            raise self._damaged(f"it has other facts under order {order_id}")
        return found if account_id in (None, facts.account_id) else None

    def _execution(self, account_id: str, client_order_id: str, execution_id: str) -> bytes | None:
        """By the instrument of the order that the report is about, which is in memory by now."""
        oms = self._oms
        account = oms.accounts.get(account_id)
        request = None if account is None else account.requests.get(client_order_id)
        if account is None or request is None or request.order_id == 0:
            return None
        instrument_id = oms.orders[request.order_id].instrument_id
        executions = account.executions.get(instrument_id)
        if executions is not None and execution_id in executions:
            return None
        found = self._index.find(execution_key(account_id, instrument_id, execution_id))
        if found is not None and execution_id not in self._decoded(found).executions:
            raise self._damaged(f"it has other facts under execution_id {execution_id!r}")
        return found

    def _decoded(self, facts: bytes) -> OrderFacts:
        try:
            return decode_facts(facts)
        except msgspec.MsgspecError as error:
            raise self._damaged(f"its facts do not decode: {error}") from error

    def _damaged(self, what: str) -> IntegrityError:
        """It cannot be trusted with anything any more: empty, the next start fills it from the journal."""
        self._index.clear()
        return IntegrityError(
            f"the index of retired orders is damaged, {what}. It was emptied; start the desk again, which "
            f"fills it from the journal"
        )


def keep(index: RetiredIndex, oms: OmsState, event: OrdersRetired, seq: int, digest: bytes) -> None:
    """Write down what the event of frame `seq` is about to take out of memory."""
    index.put(IndexCursor(seq, digest, oms.retirements + 1), facts_of(oms, event))


# ---------------------------------------------------------------------------------------- by command


def _of_submit(retired: Retired, command: SubmitOrder) -> bytes | None:
    account_id, instructions = command.account_id, command.instructions
    found = retired._request(account_id, command.client_order_id)
    if found is None and instructions is not None:
        if instructions.parent_client_order_id:
            found = retired._request(account_id, instructions.parent_client_order_id)
        if found is None and instructions.list_id:
            found = retired._list(account_id, instructions.list_id)
    return found


def _of_request(retired: Retired, command: Any) -> bytes | None:
    return retired._request(command.account_id, command.client_order_id)


def _of_change(retired: Retired, command: Any) -> bytes | None:
    found = retired._request(command.account_id, command.client_order_id)
    return found if found is not None else retired._order(command.account_id, command.order_id)


def _of_order(retired: Retired, command: Any) -> bytes | None:
    """Of the core itself, which asks for no account."""
    return retired._order(None, command.order_id)


def _of_report(retired: Retired, command: ReportExecution) -> bytes | None:
    report = command.report
    account_id, client_order_id = report.account_id, report.client_order_id
    found = retired._request(account_id, client_order_id)
    if found is None and report.execution_id:
        found = retired._execution(account_id, client_order_id, report.execution_id)
    if found is None and report.ref_execution_id:
        found = retired._execution(account_id, client_order_id, report.ref_execution_id)
    return found


def _look_of(kind: Any) -> Callable[[Retired, Any], bytes | None] | None:
    """By the names of its fields, so that a new command about an order is covered as it is made."""
    if kind is ReportExecution:
        return _of_report
    if kind is SubmitOrder:
        return _of_submit
    fields = kind.__struct_fields__
    if "order_id" in fields:
        return _of_change if "client_order_id" in fields else _of_order
    return _of_request if "client_order_id" in fields else None


_LOOKS: Final = {kind: look for kind in get_args(Command) if (look := _look_of(kind)) is not None}
