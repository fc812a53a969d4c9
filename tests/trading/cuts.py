"""What cuts of the state are held to."""

from typing import Any

import msgspec

from trade2026.model.events import Event
from trade2026.oms.retire import request_ids
from trade2026.risk.snapshot import store_order
from trade2026.trading.core import Core, restore
from trade2026.trading.cut import NAMED


class CutWitness:
    """A cut that is written a step at a time; at its end it must be the state that was at its beginning."""

    def __init__(self, core: Core, at_once: int = 1) -> None:
        self._core = core
        self._was = core.state_bytes()
        self._cut = core.begin_cut()
        self._steps = self._cut.steps(at_once)

    def step(self) -> bool:
        """Write some more; whether that was all."""
        if next(self._steps, self) is not self:
            return False
        self._core.end_cut()
        written = restore(b"".join(self._cut.parts()))
        assert written.state_bytes() == self._was, "the cut is not the state that was"
        assert list(written.engines.oms.orders) == sorted(written.engines.oms.orders)
        return True


def facts_by_order(core: Core) -> dict[int, bytes]:
    """All that the state has of each order."""
    oms, risk = core.engines.oms, core.engines.risk
    found: dict[int, bytes] = {}
    for order_id, order in oms.orders.items():
        account = oms.accounts[order.account_id]
        booked = account.executions.get(order.instrument_id, {})
        reserved = risk.open_orders.get(order_id)
        facts: tuple[Any, ...] = (
            order,
            order_id in account.open_orders,
            [account.requests.get(name) for name in request_ids(order)],
            [booked.get(name) for name in order.execution_ids or ()],
            None if reserved is None else store_order(order_id, reserved),
        )
        found[order_id] = msgspec.msgpack.encode(facts)
    return found


def check_named(event: Event, before: dict[int, bytes], after: dict[int, bytes]) -> None:
    """An event changes those of the orders that were there that it names, and no others."""
    changed = {order_id for order_id, facts in before.items() if after.get(order_id) != facts}
    named = set(NAMED[type(event)](event)) if type(event) in NAMED else set()
    assert changed <= named, f"{type(event).__name__} changed orders {changed - named} without naming them"
