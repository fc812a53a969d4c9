"""The order state as of one moment, written down a few orders at a time while it goes on changing.

An order with its requests and executions is written when its turn comes, or before the first event that names
it, whichever is earlier: what is written is what it was at the moment of the cut. Everything else is either
replaced and never changed in place, so that a reference keeps it, or small enough to be copied.
"""

from collections.abc import Iterable

from trade2026.model.execution import ExecutionReport
from trade2026.oms.retire import request_ids
from trade2026.oms.snapshot import ENCODER
from trade2026.oms.state import AccountOrders, Booked, OmsState, Order, Request
from trade2026.primitives.packing import array_head, map_head, without_head


class Table:
    """A map that is written piece by piece."""

    __slots__ = ("count", "pieces")

    def __init__(self) -> None:
        self.count = 0
        self.pieces: list[bytes] = []

    def add(self, some: dict[str, Request] | dict[str, Booked]) -> None:
        """Write these entries."""
        self.count += len(some)
        self.pieces.append(without_head(ENCODER.encode(some), len(some)))

    def parts(self) -> list[bytes]:
        """The whole map."""
        return [map_head(self.count), *self.pieces]


class _AccountCut:
    """What an account was; `requests` and `executions` fill as its orders are written."""

    def __init__(self, kept: AccountOrders) -> None:
        self.account = kept.account
        self.counts = len(kept.requests), len(kept.open_orders), sum(map(len, kept.executions.values()))
        self.refused = {name: kept.requests[name] for name in kept.refused}
        self.parked: dict[str, dict[str, ExecutionReport]] = {
            name: dict(reports) for name, reports in kept.parked.items()
        }
        self.lists = dict(kept.lists)
        self.children = dict(kept.children)
        self.open_orders: list[int] = []
        self.requests = Table()
        self.executions = {instrument_id: Table() for instrument_id in kept.executions}

    def parts(self) -> list[bytes]:
        """As `_StoredAccount` has it."""
        self.requests.add(self.refused)
        written = (
            self.requests.count,
            len(self.open_orders),
            sum(table.count for table in self.executions.values()),
        )
        assert written == self.counts, f"requests, open orders, executions: {written} of {self.counts}"
        parts = [array_head(7), ENCODER.encode(self.account), *self.requests.parts()]
        parts.append(map_head(len(self.executions)))
        for instrument_id, table in self.executions.items():
            parts += [ENCODER.encode(instrument_id), *table.parts()]
        rest = sorted(self.open_orders), self.parked, self.lists, sorted(self.children.items())
        return parts + [ENCODER.encode(each) for each in rest]


class OmsCut:
    """Of one state; not for two threads.

    Attributes
    ----------
    order_ids : list of int
        The orders to be written, ascending.
    """

    def __init__(self, state: OmsState) -> None:
        """Costs some forty nanoseconds an order; nothing is written yet."""
        self._state = state
        self.order_ids = sorted(state.orders)
        self._accounts = {name: _AccountCut(kept) for name, kept in state.accounts.items()}
        self._rest = state.next_order_id, list(state.ripe), state.retirements
        self._orders: list[bytes] = []

    def write(self, order_ids: Iterable[int]) -> None:
        """Write these orders as they are now, which must be as they were; each of them once."""
        accounts = self._state.accounts
        orders: list[Order] = []
        requests: dict[str, dict[str, Request]] = {}
        executions: dict[tuple[str, str], dict[str, Booked]] = {}
        for order_id in order_ids:
            order = self._state.orders[order_id]
            orders.append(order)
            account_id, instrument_id = order.account_id, order.instrument_id
            account = accounts[account_id]
            if order_id in account.open_orders:
                self._accounts[account_id].open_orders.append(order_id)
            known = account.requests
            into = requests.setdefault(account_id, {})
            for name in request_ids(order):
                into[name] = known[name]
            if order.execution_ids:
                booked = account.executions[instrument_id]
                found = executions.setdefault((account_id, instrument_id), {})
                for name in order.execution_ids:
                    found[name] = booked[name]
        self._orders.append(without_head(ENCODER.encode(orders), len(orders)))
        for account_id, some in requests.items():
            self._accounts[account_id].requests.add(some)
        for (account_id, instrument_id), few in executions.items():
            self._accounts[account_id].executions[instrument_id].add(few)

    def parts(self) -> list[bytes]:
        """Once all orders are written: what `snapshot.decode_state` reads when it is joined."""
        parts = [array_head(5), map_head(len(self._accounts))]
        for account_id, account in self._accounts.items():
            parts += [ENCODER.encode(account_id), *account.parts()]
        parts += [array_head(len(self.order_ids)), *self._orders]
        return parts + [ENCODER.encode(each) for each in self._rest]
