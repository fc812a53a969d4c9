"""Our books against a venue's: a pure comparison, which says what to do and what a person must decide.

Nothing here is sent to a venue and no order is made. What the venue knows and we do not becomes reports, fed
through the path of every other report, so that comparing twice changes nothing the second time. What we know
and the venue does not is never taken back by itself: it is a difference, and a person looks.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Final

from trade2026.model.commands.desk import Difference
from trade2026.model.enums import ExecType, OrderType, TimeInForce
from trade2026.model.execution import ExecutionReport
from trade2026.oms.correction import live_execution
from trade2026.oms.parts import booked_qty, is_of_earlier_part, part_cum_qty, part_of_id
from trade2026.oms.state import AccountOrders, Order, Working
from trade2026.oms.unknown import is_outstanding, unanswered
from trade2026.ports.venue import VenueOrder
from trade2026.primitives.fixed_point import format_raw
from trade2026.trading.venues.statements import (
    adoption,
    changed,
    ending,
    stated_execution,
    stated_terms,
)
from trade2026.trading.venues.truth import OPEN, Findings, Repair, Truth, external_id, recency

_ENDED: Final = frozenset({ExecType.CANCELED, ExecType.EXPIRED, ExecType.REJECTED})
_TOO_LATE: Final = "too late: the venue states the order as "


def compare(
    account: AccountOrders,
    orders: Mapping[int, Order],
    truth: Truth,
    outstanding: Iterable[int],
    *,
    trades: Callable[[str], bool],
    is_young: Callable[[int], bool],
) -> Findings:
    """Compare one account's orders and executions with the venue's.

    Parameters
    ----------
    orders : mapping
        Our orders by number.
    outstanding : iterable of int
        Numbers of those of the account that may still fill at the venue or wait for an answer of it.
    trades : callable
        Whether an instrument is one that this desk trades at the venue.
    is_young : callable
        Whether an order (by its number) had news so lately that the venue's answers may be older than it;
        of such an order executions are compared, its status is not.
    """
    return _Comparison(account, orders, truth, tuple(outstanding), trades, is_young).run()


class _Comparison:
    def __init__(
        self,
        account: AccountOrders,
        orders: Mapping[int, Order],
        truth: Truth,
        outstanding: tuple[int, ...],
        trades: Callable[[str], bool],
        is_young: Callable[[int], bool],
    ) -> None:
        self._account, self._orders, self._truth = account, orders, truth
        self._outstanding = outstanding
        self._trades, self._is_young = trades, is_young
        self._repairs: list[Repair] = []
        self._absent: list[str] = []
        self._unsettled: list[str] = []
        self._doubted: list[str] = []
        self._differences: list[Difference] = []
        self._by_venue_id = {
            orders[order_id].venue_order_id: orders[order_id]
            for order_id in outstanding
            if orders[order_id].venue_order_id
        }
        self._venues: dict[int, VenueOrder] = {}  # By our number.
        self._earlier: dict[tuple[int, str], VenueOrder] = {}  # Parts before the last, by the id they had.
        self._stated: set[tuple[str, str]] = set()  # Instrument and live execution id that both have.
        self._contradicted: set[int] = set()
        self._missing: dict[str, list[ExecutionReport]] = {}  # By client order id, what we have not booked.
        self._filled: dict[str, int] = {}  # By client order id, what those add.

    def run(self) -> Findings:
        foreign = self._match()
        self._find_missing()
        for venue_order in foreign:
            self._adopt(venue_order)
        for (order_id, part), venue_order in sorted(self._earlier.items()):
            self._settle_earlier(self._orders[order_id], part, venue_order)
        for order_id, venue_order in sorted(self._venues.items()):
            self._settle(self._orders[order_id], venue_order)
        self._feed_rest()
        for order_id in self._outstanding:
            if order_id not in self._venues:
                self._without_trace(self._orders[order_id])
        self._find_absent_executions()
        return Findings(
            tuple(self._repairs), tuple(self._absent), tuple(self._unsettled), tuple(self._doubted),
            tuple(self._differences),
        )  # fmt: skip

    # ------------------------------------------------------------------------------------ who is who

    def _ours(self, client_order_id: str, venue_order_id: str) -> Order | None:
        request = self._account.requests.get(client_order_id) if client_order_id else None
        if request is None and venue_order_id:
            request = self._account.requests.get(external_id(venue_order_id))
        if request is not None and request.order_id:
            return self._orders[request.order_id]
        return self._by_venue_id.get(venue_order_id) if venue_order_id else None

    def _match(self) -> list[VenueOrder]:
        """Find our order to each of the venue's; those that are not ours remain."""
        foreign = []
        for venue_order in self._truth.orders.values():
            order = self._ours(venue_order.client_order_id, venue_order.venue_order_id)
            if order is None:
                foreign.append(venue_order)
                continue
            if is_of_earlier_part(self._account, order, venue_order.client_order_id):
                part = part_of_id(self._account, order, venue_order.client_order_id)
                self._earlier[order.order_id, part] = venue_order
                continue
            known = self._venues.get(order.order_id)
            if known is None or recency(venue_order) > recency(known):
                self._venues[order.order_id] = venue_order
        return foreign

    # ---------------------------------------------------------------------------------- executions

    def _find_missing(self) -> None:
        booked = self._account.executions
        for execution in sorted(self._truth.executions, key=lambda each: (each.ts_event, each.execution_id)):
            order = self._ours(execution.client_order_id, execution.venue_order_id)
            instrument_id = execution.instrument_id or (order.instrument_id if order else "")
            if not self._trades(instrument_id):
                self._note("EXECUTION", execution.execution_id, "", stated_execution(execution), _NOT_TRADED)
                continue
            executions = booked.get(instrument_id, {})
            if execution.execution_id in executions:
                live_id, known = live_execution(executions, execution.execution_id)
                self._stated.add((instrument_id, live_id))
                if (known.last_qty, known.last_px) != (execution.last_qty, execution.last_px):
                    ours = f"{format_raw(known.last_qty)} at {format_raw(known.last_px)}"
                    self._note("EXECUTION", execution.execution_id, ours, stated_execution(execution), "")
                continue
            name = self._name(order, execution)
            report = changed(execution, client_order_id=name, instrument_id=instrument_id)
            self._missing.setdefault(name, []).append(report)
            self._filled[name] = self._filled.get(name, 0) + execution.last_qty

    def _name(self, order: Order | None, execution: ExecutionReport) -> str:
        """The client order id under which the core knows, or will know, the order of an execution."""
        if order is None:
            return execution.client_order_id or external_id(execution.venue_order_id)
        request = self._account.requests.get(execution.client_order_id)
        return execution.client_order_id if request is not None else order.client_order_id

    def _take(self, names: Iterable[str]) -> int:
        """Feed the missing fills under these names; how much they add."""
        added = 0
        for name in names:
            for report in self._missing.pop(name, ()):
                note = self._line(
                    "EXECUTION",
                    report.execution_id,
                    "",
                    stated_execution(report),
                    "booked as the venue states it",
                )
                self._repairs.append(Repair(report, note))
                added += report.last_qty
        return added

    def _feed_rest(self) -> None:
        """Fills of orders that no query told of: booked all the same, a fill is money."""
        for name in sorted(self._missing):
            request = self._account.requests.get(name)
            if request is None or not request.order_id:
                first, total = self._missing[name][0], self._filled[name]
                self._missing[name][0] = changed(
                    first, order_type=OrderType.MARKET, time_in_force=TimeInForce.GTC, order_qty=total
                )
            self._take([name])

    def _find_absent_executions(self) -> None:
        """Fills that we booked and the venue does not have: named where it told all that there ever was."""
        for order_id in sorted(self._short() | self._contradicted):
            order = self._orders[order_id]
            if self._is_young(order_id) or not self._truth.is_whole:
                self._unsettled.append(order.client_order_id)
            elif self._truth.since_ns:
                self._note("ORDER", order.client_order_id, *self._counts(order), "")
            if not self._is_young(order_id):
                self._doubted.append(order.client_order_id)
        if self._truth.since_ns == 0:
            self._name_absent_executions()

    def _counts(self, order: Order) -> tuple[str, str]:
        """What is filled of it here and there, over all of its parts that the venue told of."""
        stated = [each.cum_qty for (order_id, _), each in self._earlier.items() if order_id == order.order_id]
        ours, venues = order.cum_qty, sum(stated)
        if order.order_id in self._venues:
            venues += self._venues[order.order_id].cum_qty
        return f"{format_raw(ours)} filled", f"{format_raw(venues)} filled"

    def _name_absent_executions(self) -> None:
        for instrument_id, executions in sorted(self._account.executions.items()):
            if not self._trades(instrument_id):
                continue
            for execution_id, booked in sorted(executions.items()):
                is_live = not booked.is_busted and not booked.superseded_by
                if not is_live or (instrument_id, execution_id) in self._stated:
                    continue
                if self._is_young(booked.order_id):
                    self._unsettled.append(execution_id)
                    continue
                ours = f"{format_raw(booked.last_qty)} at {format_raw(booked.last_px)}"
                self._note("EXECUTION", execution_id, ours, "", "")

    def _short(self) -> frozenset[int]:
        """Our orders of which the venue has filled less than we have booked."""
        return frozenset(
            order_id
            for order_id, venue_order in self._venues.items()
            if venue_order.cum_qty < part_cum_qty(self._orders[order_id])
        )

    # -------------------------------------------------------------------------------------- orders

    def _settle_earlier(self, order: Order, part: str, venue_order: VenueOrder) -> None:
        """A part before the last: its fills count. It is over; should it work again a person must end it."""
        names = self._names(order, part)
        booked = booked_qty(self._account, order, part)
        whole = booked + sum(self._filled[name] for name in names)
        if whole > venue_order.cum_qty and names:
            self._contradict(order, names)
        elif booked > venue_order.cum_qty:
            self._contradicted.add(order.order_id)
        self._take(names)
        if not venue_order.is_open:
            return
        if self._is_young(order.order_id):
            self._unsettled.append(venue_order.client_order_id)
        else:
            ours = f"an earlier part of order {order.order_id}, over"
            self._note("ORDER", venue_order.client_order_id, ours, OPEN, "")

    def _settle(self, order: Order, venue_order: VenueOrder) -> None:
        """One order of ours that the venue knows: fills, then status."""
        names = self._names(order, part_of_id(self._account, order, order.client_order_id))
        is_whole = part_cum_qty(order) + sum(self._filled[name] for name in names) <= venue_order.cum_qty
        if names and not is_whole:
            self._contradict(order, names)
            return
        cum_qty = part_cum_qty(order) + self._take(names)
        if self._is_young(order.order_id):
            if is_outstanding(order):
                self._unsettled.append(order.client_order_id)
            return
        if cum_qty < venue_order.cum_qty:  # Its fills are on their way to the list of executions.
            self._unsettled.append(order.client_order_id)
            return
        if order.working is Working.SENT and venue_order.exec_type is not ExecType.REJECTED:
            self._report(order, venue_order, ExecType.NEW)
        if venue_order.is_open:
            self._settle_open(order, venue_order, cum_qty)
        else:
            self._settle_ended(order, venue_order, cum_qty)

    def _contradict(self, order: Order, names: list[str]) -> None:
        """Fills that we lack, though we have as many as the venue counts: some that we have do not stand."""
        for name in names:
            for report in self._missing.pop(name):
                if self._is_young(order.order_id):
                    self._unsettled.append(report.execution_id)
                else:
                    self._note("EXECUTION", report.execution_id, "", stated_execution(report), "")
        self._contradicted.add(order.order_id)

    def _names(self, order: Order, part: str) -> list[str]:
        """Ids under which fills are missing that are of this part of the order."""
        requests = self._account.requests
        found = [each for each in sorted(self._missing) if each in requests]
        own = [each for each in found if requests[each].order_id == order.order_id]
        return [each for each in own if part_of_id(self._account, order, each) == part]

    def _settle_open(self, order: Order, venue_order: VenueOrder, cum_qty: int) -> None:
        if order.working is Working.DONE and not order.pending_replaces:
            if cum_qty < venue_order.order_qty:
                self._note("ORDER", order.client_order_id, f"{order.done_reason}", OPEN, "")
            return
        stated = (venue_order.order_qty, venue_order.limit_price)
        terms = (order.leg_qty if order.is_managed else order.order_qty, order.limit_price)
        is_replaced = False
        for pending in order.pending_replaces:
            wanted = (max(pending.order_qty, part_cum_qty(order)), pending.limit_price)
            is_asked = venue_order.client_order_id == pending.client_order_id
            if is_asked or (stated == wanted != terms and not is_replaced):
                self._report(order, venue_order, ExecType.REPLACED, pending.client_order_id)
                is_replaced = True
            else:
                self._absent.append(pending.client_order_id)
        if not order.pending_replaces and stated != terms:
            note = self._line(
                "ORDER", order.client_order_id, stated_terms(*terms), stated_terms(*stated), "taken over"
            )
            self._report(order, venue_order, ExecType.RESTATED, note=note)
        if order.pending_cancel_id:
            self._absent.append(order.pending_cancel_id)

    def _settle_ended(self, order: Order, venue_order: VenueOrder, cum_qty: int) -> None:
        ended = venue_order.exec_type
        if ended in _ENDED:
            if is_outstanding(order):
                self._report(order, venue_order, ended)
            return
        was_replaced = False
        for name in unanswered(order):
            if name != order.client_order_id:  # Filled: it came too late, or before the last fill.
                was_replaced = self._answer(order, venue_order, name) or was_replaced
        if order.working is Working.DONE or was_replaced:
            return
        left = order.leg_qty if order.is_managed else order.order_qty - order.prevented_qty
        if cum_qty < left:
            # Filled by a smaller total than ours, which a replace brought whose answer we never had.
            is_smaller = venue_order.order_qty <= cum_qty
            self._report(order, venue_order, ExecType.RESTATED if is_smaller else ExecType.CANCELED)

    def _answer(self, order: Order, venue_order: VenueOrder, name: str) -> bool:
        """Answer a request about an order that was filled since; whether a replace was done."""
        if name != order.pending_cancel_id and venue_order.client_order_id == name:
            self._report(order, venue_order, ExecType.REPLACED, name)
            return True
        text = f"{_TOO_LATE}{venue_order.exec_type}"
        self._report(order, venue_order, ExecType.CANCEL_REJECTED, name, text)
        return False

    def _without_trace(self, order: Order) -> None:
        """One that the venue does not show: nothing of it was ever seen, or it was there and is gone."""
        if order.working is Working.SENT:
            self._absent.append(order.client_order_id)
        elif self._is_young(order.order_id) or not self._truth.is_whole:
            self._unsettled.append(order.client_order_id)
        else:
            ours = "FILLED" if order.working is Working.DONE else OPEN
            self._note("ORDER", order.client_order_id, ours, "", "")

    def _adopt(self, venue_order: VenueOrder) -> None:
        """An order that somebody placed elsewhere: taken up while it is open or has fills we lack."""
        name = venue_order.client_order_id or external_id(venue_order.venue_order_id)
        if not venue_order.is_open and name not in self._missing:
            return
        stated = f"{venue_order.side} {stated_terms(venue_order.order_qty, venue_order.limit_price)}"
        if not self._trades(venue_order.instrument_id):
            self._note("ORDER", name, "", f"{stated} {venue_order.instrument_id}", _NOT_TRADED)
            return
        note = self._line("ORDER", name, "", stated, "adopted as EXTERNAL")
        self._repairs.append(Repair(adoption(venue_order, name), note))
        self._take([name])
        if not venue_order.is_open and venue_order.exec_type in _ENDED:
            self._repairs.append(Repair(ending(venue_order, name), None))

    # ---------------------------------------------------------------------------------- what is said

    def _report(
        self,
        order: Order,
        venue_order: VenueOrder,
        kind: ExecType,
        name: str = "",
        text: str = "",
        note: Difference | None = None,
    ) -> None:
        report = ExecutionReport(
            order.account_id, name or order.client_order_id, kind, venue_order.ts_event,
            venue_order.venue_order_id, order_qty=venue_order.order_qty,
            limit_price=venue_order.limit_price or 0, text=text or venue_order.text,
        )  # fmt: skip
        self._repairs.append(Repair(report, note))

    def _note(self, kind: str, name: str, ours: str, venues: str, action: str) -> None:
        self._differences.append(self._line(kind, name, ours, venues, action))

    def _line(self, kind: str, name: str, ours: str, venues: str, action: str) -> Difference:
        return Difference(kind, self._truth.account_id, name, ours, venues, action)


_NOT_TRADED: Final = "left alone: this desk does not trade the instrument"
