"""What a story has met: cells of the order state machine and races, read off the journal frame by frame.

The names of cells and races are those of the order state machine's table; a long run must have met all of
`NEEDED`, because a promise about what never happened is worth nothing. On the way every frame is held to one
rule: an order leaves UNKNOWN on a report or on a proof, and on nothing else.
"""

from collections import Counter
from collections.abc import Callable, Iterator

from trade2026.model.commands import Command, ReportExecution, ResolveNotReceived
from trade2026.model.enums import ExecType
from trade2026.model.events import (
    CancelRejected,
    Event,
    FillBusted,
    InvalidTransition,
    OrderAcknowledged,
    OrderAdopted,
    OrderCanceled,
    OrderExpired,
    OrderFilled,
    OrderNotReceived,
    OrderPendingCancel,
    OrderReplaced,
    ParkedReportTaken,
    ReportParked,
)
from trade2026.oms.state import DoneReason, Order
from trade2026.oms.status import order_status
from trade2026.trading.codec import decode_record
from trade2026.trading.core import Core

_EVIDENCE = (ReportExecution, ResolveNotReceived)


class Coverage:
    """Follows a journal from its start; `counts` says what it met."""

    def __init__(self) -> None:
        self.core = Core()
        self.counts: Counter[str] = Counter()

    def follow(self, payloads: list[bytes]) -> None:
        """Every frame, in its order."""
        for seq, payload in enumerate(payloads, start=1):
            command, events = decode_record(payload, seq)
            for event in events:
                self._event(command, event)

    def _event(self, command: Command, event: Event) -> None:
        orders = self.core.engines.oms.orders
        order_id = getattr(event, "order_id", 0)
        order = orders.get(order_id)
        before = None if order is None else order_status(order)
        unknown = () if order is None else order.unknown_ids
        if order is not None:
            for race in _races(order, event):
                self.counts[f"race {race}"] += 1
        self.core.evolve(event)
        self._note(event)
        order = orders.get(order_id)
        after = None if order is None else order_status(order)
        if order is not None and set(unknown) - set(order.unknown_ids):
            assert isinstance(command, _EVIDENCE), f"order {order_id} left UNKNOWN on {command}"
        if after is not None and after is not before:
            self.counts[f"cell {before or 'NONE'} > {after}"] += 1

    def _note(self, event: Event) -> None:
        if isinstance(event, InvalidTransition):
            self.counts["cell INVALID_TRANSITION"] += 1
            if event.exec_type is ExecType.REJECTED and "works at the venue" in event.text:
                self.counts["race 14 duplicate id rejected, the first order works on"] += 1
        elif isinstance(event, OrderAdopted):
            self.counts["cell EXTERNAL taken up"] += 1
        elif isinstance(event, ReportParked):
            self.counts["race 13 correction or bust before its trade"] += 1
        elif isinstance(event, ParkedReportTaken):
            self.counts["race 13 parked report taken"] += 1


def _races(order: Order, event: Event) -> Iterator[str]:
    """The races that an event shows, on the order as it was before it."""
    find = _RACES.get(type(event))
    return iter(()) if find is None else find(order, event)


def _on_fill(order: Order, event: OrderFilled) -> Iterator[str]:
    if order.done_reason in (DoneReason.CANCELED, DoneReason.EXPIRED):
        yield "3 late fill of an ended order"
    if order.done_reason in (DoneReason.REJECTED, DoneReason.NOT_RECEIVED):
        yield "fill of an order that was refused"
    if order.pending_cancel_id:
        yield "1 fill crosses cancel" if event.leaves_qty else "2 filled while a cancel is on its way"
    if order.pending_replaces:
        yield "11 fill while a replace is on its way"
    if not order.venue_order_id and not order.is_managed:
        yield "10 fill before its acknowledgement"


def _on_acknowledged(order: Order, event: OrderAcknowledged) -> Iterator[str]:
    if order.cum_qty:
        yield "10 acknowledgement after a fill"


def _on_replaced(order: Order, event: OrderReplaced) -> Iterator[str]:
    asked = next(
        (each for each in order.pending_replaces if each.client_order_id == event.client_order_id), None
    )
    if event.order_qty > order.cum_qty > 0 and event.order_qty < order.order_qty:
        yield "4 replaced down above what is filled"
    if asked is not None and order.cum_qty and asked.order_qty == order.cum_qty:
        yield "5 replaced to what is filled"
    if asked is not None and asked.order_qty < order.cum_qty:
        yield "6 replaced below what is filled"
    if len(order.pending_replaces) > 1:
        yield "8 two replaces on their way, one accepted"


def _on_cancel_rejected(order: Order, event: CancelRejected) -> Iterator[str]:
    if order.done_reason is DoneReason.FILLED:
        yield "7 replace refused after a fill" if event.was_replace else "2 cancel refused after a fill"
    if event.was_replace and len(order.pending_replaces) > 1:
        yield "8 two replaces on their way, one refused"


def _on_canceled(order: Order, event: OrderCanceled) -> Iterator[str]:
    if "dead-man" in event.text or "disconnect" in event.text:
        yield "16 canceled because the line was lost"
    if order.pending_cancel_id and order.cum_qty:
        yield "1 rest canceled after a fill"


def _on_expired(order: Order, event: OrderExpired) -> Iterator[str]:
    if event.prevented_qty:
        yield "15 expired by self-trade prevention"


def _on_busted(order: Order, event: FillBusted) -> Iterator[str]:
    if event.correction is not None:
        yield "13 corrected"
        if "." in event.ref_execution_id.rpartition("-x")[2]:
            yield "13 corrected again"
        return
    if event.is_reopened:
        yield "12 bust of a filled order, which works again"
    elif order.done_reason in (DoneReason.CANCELED, DoneReason.EXPIRED):
        yield "12 bust of an ended order"
    else:
        yield "12 bust of an open order"


def _on_pending_cancel(order: Order, event: OrderPendingCancel) -> Iterator[str]:
    if order.pending_replaces:
        yield "9 cancel while a replace is on its way"


def _on_not_received(order: Order, event: OrderNotReceived) -> Iterator[str]:
    yield "18 never received, proved"


_RACES: dict[type, Callable[..., Iterator[str]]] = {
    OrderFilled: _on_fill,
    OrderAcknowledged: _on_acknowledged,
    OrderReplaced: _on_replaced,
    CancelRejected: _on_cancel_rejected,
    OrderCanceled: _on_canceled,
    OrderExpired: _on_expired,
    FillBusted: _on_busted,
    OrderPendingCancel: _on_pending_cancel,
    OrderNotReceived: _on_not_received,
}


_CELLS = """
    NONE > PENDING_NEW, NONE > HELD, HELD > PENDING_NEW, HELD > CANCELED,
    PENDING_NEW > NEW, PENDING_NEW > PARTIALLY_FILLED, PENDING_NEW > FILLED, PENDING_NEW > EXPIRED,
    PENDING_NEW > REJECTED, PENDING_NEW > UNKNOWN, PENDING_NEW > PENDING_CANCEL,
    PENDING_NEW > PENDING_REPLACE,
    UNKNOWN > NEW, UNKNOWN > PARTIALLY_FILLED, UNKNOWN > REJECTED, UNKNOWN > NOT_RECEIVED,
    UNKNOWN > PENDING_CANCEL,
    NEW > PARTIALLY_FILLED, NEW > FILLED, NEW > CANCELED, NEW > EXPIRED, NEW > PENDING_CANCEL,
    NEW > PENDING_REPLACE, NEW > SUSPENDED, NEW > STOPPED, NEW > DONE_FOR_DAY,
    PARTIALLY_FILLED > FILLED, PARTIALLY_FILLED > CANCELED, PARTIALLY_FILLED > EXPIRED,
    PARTIALLY_FILLED > NEW, PARTIALLY_FILLED > PENDING_CANCEL, PARTIALLY_FILLED > PENDING_REPLACE,
    PENDING_CANCEL > CANCELED, PENDING_CANCEL > FILLED, PENDING_CANCEL > NEW,
    PENDING_CANCEL > PARTIALLY_FILLED, PENDING_CANCEL > UNKNOWN,
    PENDING_REPLACE > NEW, PENDING_REPLACE > PARTIALLY_FILLED, PENDING_REPLACE > FILLED,
    PENDING_REPLACE > PENDING_CANCEL,
    SUSPENDED > NEW, STOPPED > NEW, DONE_FOR_DAY > NEW, FILLED > NEW, FILLED > PARTIALLY_FILLED,
    INVALID_TRANSITION, EXTERNAL taken up
"""
_RACES_NEEDED = """
    1 fill crosses cancel; 1 rest canceled after a fill; 2 filled while a cancel is on its way;
    2 cancel refused after a fill; 3 late fill of an ended order; 4 replaced down above what is filled;
    5 replaced to what is filled; 6 replaced below what is filled; 7 replace refused after a fill;
    8 two replaces on their way, one accepted; 8 two replaces on their way, one refused;
    9 cancel while a replace is on its way; 10 fill before its acknowledgement;
    10 acknowledgement after a fill; 11 fill while a replace is on its way;
    12 bust of a filled order, which works again; 12 bust of an ended order; 12 bust of an open order;
    13 corrected; 13 corrected again; 13 correction or bust before its trade; 13 parked report taken;
    14 duplicate id rejected, the first order works on; 15 expired by self-trade prevention;
    16 canceled because the line was lost; 18 crash between journal and send;
    18 crash between send and acknowledgement; 18 never received, proved
"""
_FAULTS = """
    power loss; power loss at a disk operation; power loss during recovery; process killed; sync error;
    write error; short write; disk full; sync stall; damage inside the log; snapshot before its frames;
    clock set; answer not awaited; second desk refused;
    request slow; request lost; request late; late request refused by its window; response lost;
    error although placed; id that works rejected; report dropped; fill dropped; gap told; report repeated;
    report delayed behind others; report into a dead stream; stream lost; stream half open; maintenance;
    request during maintenance; query during maintenance; orders canceled on disconnect; partial page;
    item not visible yet; query rate limited; query not answered; rate limit met; dead-man switch fired;
    bust; correction; order by hand; request failed; operator accepted an execution
"""


def listed(text: str, separator: str, prefix: str = "") -> set[str]:
    """Names that a text has, without its line breaks."""
    return {prefix + " ".join(each.split()) for each in text.split(separator)}


NEEDED = frozenset(listed(_CELLS, ",", "cell ") | listed(_RACES_NEEDED, ";", "race ") | listed(_FAULTS, ";"))
"""What a long run must have met. A commission that comes after its fill (race 17) is a correction here."""
