"""The state of the core as of one moment, written down a little at a time while commands go on.

Encoding ten thousand open orders takes a tenth of a second, for which no order should wait. So a cut takes
hold of the state between two commands and writes it in steps, with other work between them. What is to change
meanwhile is written before it does: the core shows the cut each event before it applies it, and the orders
that the event names have their turn first. An event changes the orders that it names and no others
(`tests/trading/test_cut.py` holds every event to that); all the rest of the state the cut took by value, or
by references to what is replaced and never changed in place.

What is written is read as `Core.state_bytes` is. The bytes are not the same: maps have no order there.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final, get_args

from trade2026.ledger.cut import LedgerCut
from trade2026.model.events import Event, OrdersRetired
from trade2026.oms.cut import OmsCut
from trade2026.primitives.packing import array_head, bytes_head
from trade2026.risk.cut import RiskCut
from trade2026.trading.decide import Engines

AT_ONCE: Final = 100
"""Orders that are written in one step: a third of a millisecond."""


def _one(event: Any) -> Iterable[int]:
    return (event.order_id,)


def _many(event: OrdersRetired) -> Iterable[int]:
    return event.order_ids


NAMED: Final[dict[type, Callable[[Any], Iterable[int]]]] = {
    OrdersRetired: _many,
    **{kind: _one for kind in get_args(Event) if "order_id" in kind.__struct_fields__},
}
"""By the type of an event, the orders that it names, which may have left or may never have been there."""


class StateCut:
    """Of one core, which shows it every event from its beginning to its end.

    Attributes
    ----------
    is_whole : bool
        Whether everything is written.
    """

    def __init__(self, engines: Engines) -> None:
        """Take hold of the state: about a millisecond for ten thousand open orders."""
        self._oms, self._risk = OmsCut(engines.oms), RiskCut(engines.risk)
        self._ledger = LedgerCut(engines.ledger)
        self._order_ids = self._oms.order_ids
        self._reached = 0  # How many of them have had their turn.
        self._early: dict[int, None] = {}  # Written before their turn.
        self.is_whole = False

    def before(self, event: Event) -> None:
        """Write what the event is about to change."""
        if self._reached < len(self._order_ids) and (named := NAMED.get(type(event))) is not None:
            for order_id in named(event):
                self._write_early(order_id)

    def _write_early(self, order_id: int) -> None:
        order_ids = self._order_ids
        place = bisect_left(order_ids, order_id, self._reached)
        if place < len(order_ids) and order_ids[place] == order_id and order_id not in self._early:
            self._early[order_id] = None
            self._write([order_id])

    def _write(self, order_ids: list[int]) -> None:
        self._oms.write(order_ids)
        self._risk.write(order_ids)

    def steps(self, at_once: int = AT_ONCE) -> Iterator[None]:
        """Write it, so many orders at a time; events may be applied between two steps."""
        order_ids, early = self._order_ids, self._early
        while self._reached < len(order_ids):
            turn = order_ids[self._reached : self._reached + at_once]
            self._write([each for each in turn if each not in early])
            self._reached += len(turn)
            yield
        yield from self._risk.steps()
        yield from self._ledger.steps()
        self.is_whole = True

    def parts(self) -> list[bytes]:
        """What `core.restore` reads when it is joined; once it is whole, from any thread."""
        assert self.is_whole, "a cut is read when all of it is written"
        parts = [array_head(3)]
        for engine in (self._oms, self._risk, self._ledger):
            written = engine.parts()
            parts += [bytes_head(sum(map(len, written))), *written]
        return parts
