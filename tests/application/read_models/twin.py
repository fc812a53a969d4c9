"""The read models once more, the slow and plain way: from the whole list of frames, without the engines."""

from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Any

from trade2026.model import events as e
from trade2026.model.commands import CancelOrder, Command, SubmitOrder
from trade2026.model.enums import Side, TradingState

UNIT = 10**9
Frames = list[tuple[int, Command, tuple[Any, ...]]]


def plain(raw: int) -> str:
    """A raw integer as the shortest decimal."""
    text = format(Decimal(raw) / UNIT if abs(raw) < 10**27 else Decimal(raw).scaleb(-9), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def money(data: bytes) -> int:
    return int.from_bytes(data, "big", signed=True)


@dataclass
class TwinOrder:
    """One order, refused or denied request, as rows of a table would have it."""

    created_seq: int
    seq: int
    account_id: str
    client_order_id: str
    strategy_id: str
    instrument_id: str
    side: Side
    order_qty: int
    limit_price: int | None
    order_id: int | None = None
    status: str = ""
    cum_qty: int = 0
    worth: int = 0
    working: str = "SENT"
    done: str = ""
    hold: str = ""
    venue_order_id: str = ""
    pending_cancel: str = ""
    pending_replaces: list[str] = field(default_factory=list)
    replaces: list[str] = field(default_factory=list)  # All that were ever asked for, in their order.
    ts_terms: int = 0
    unknown: list[str] = field(default_factory=list)
    text: str = ""
    doubted: bool = False
    managed: bool = False
    part: list[str] = field(default_factory=list)  # Ids of the part sent last, and of requests about it.
    leg_qty: int = 0
    leg_cum: int = 0
    trigger: int | None = None
    armed: int | None = None
    prevented: int = 0
    prevented_said: int = 0
    history: list[tuple[int, tuple[Any, ...]]] = field(default_factory=list)

    def word(self) -> str:
        if self.status:
            return self.status
        if self.pending_cancel:
            return "PENDING_CANCEL"
        if self.pending_replaces:
            return "PENDING_REPLACE"
        if self.done or self.hold:
            return self.done or self.hold
        if self.unknown:
            return "UNKNOWN"
        if self.cum_qty:
            return "PARTIALLY_FILLED"
        return {"SENT": "PENDING_NEW", "WORKING": "NEW", "HELD": "HELD"}[self.working]

    @property
    def is_open(self) -> bool:
        return not self.status and not self.done

    def row(self) -> tuple[Any, ...]:
        leaves = 0 if not self.is_open else max(self.order_qty - self.cum_qty - self.prevented, 0)
        average = None if not self.cum_qty else plain(round(Fraction(self.worth, self.cum_qty)))
        return (
            self.order_id, self.seq, self.created_seq, self.account_id, self.client_order_id,
            self.strategy_id, self.instrument_id, self.side, plain(self.order_qty),
            None if self.limit_price is None else plain(self.limit_price), self.word(), plain(self.cum_qty),
            plain(leaves), average, self.venue_order_id, self.text,
            None if self.trigger is None else plain(self.trigger),
            None if self.armed is None else plain(self.armed),
            plain(self.prevented_said) if self.prevented_said else None, tuple(self.unknown),
        )  # fmt: skip

    def has_later(self, name: str, ts_event: int) -> bool:
        """Whether the venue took another replace after this one."""
        if ts_event != self.ts_terms:
            return ts_event < self.ts_terms
        at = self.replaces.index
        return self.client_order_id in self.replaces and at(self.client_order_id) > at(name)

    def sign_of_it(self) -> None:
        """The venue knows the order; whether it knows requests to change it is another matter."""
        asked = {self.pending_cancel, *self.pending_replaces}
        self.unknown = [each for each in self.unknown if each in asked]

    def settle(self) -> None:
        """After another total."""
        if self.cum_qty + self.prevented >= self.order_qty:
            self.done = self.done or "FILLED"
        elif self.done == "FILLED":
            self.done, self.working = "", "WORKING"

    def finish(self, word: str) -> None:
        self.done = word
        self.pending_cancel, self.hold = "", ""
        self.pending_replaces, self.unknown = [], []


def shown(view: Any) -> tuple[Any, ...]:
    """The same of an OrderView."""
    return (
        view.order_id, view.seq, view.created_seq, view.account_id, view.client_order_id, view.strategy_id,
        view.instrument_id, view.side, view.order_qty, view.limit_price, view.status.value, view.cum_qty,
        view.leaves_qty, view.average_price, view.venue_order_id, view.text, view.trigger_price,
        view.armed_qty, view.prevented_qty, view.unknown_requests,
    )  # fmt: skip


def _of_state(event: Any) -> tuple[str, str, str | None]:
    if isinstance(event, e.VenueSessionSet):
        severity = {"DOWN": "WARNING", "PAUSED": "CRITICAL"}.get(event.state.value, "INFO")
        return severity, f"Venue {event.state.value.lower()}", None
    severity = {TradingState.ACTIVE: "INFO", TradingState.REDUCING: "WARNING"}.get(event.state, "CRITICAL")
    word = {TradingState.ACTIVE: "resumed", TradingState.REDUCING: "reduced"}.get(event.state, "halted")
    whose = {"ACCOUNT": event.target, "STRATEGY": "MARGIN"}.get(event.scope)
    return severity, f"Trading {word}", whose


_NO_CHANGE = (e.OrderRepeated, e.ReplaceRefused, e.OrderDenied, e.AlarmRaised, e.TradeBooked)
_TITLES = {
    e.OrderRejected: "Order rejected", e.OrderUnknown: "Outcome unknown",
    e.OrderNotReceived: "Order not received", e.OrderSuspended: "Order not matched",
}  # fmt: skip
_ALARMS = {
    "OVERFILL": "More filled than was ordered", "DOUBLE_FILL": "Both orders of a pair filled",
    "FILL_AFTER_NO": "Fill of an order that was over", "INVALID_TRANSITION": "Report makes no sense",
    "EXECUTION_CHANGED": "The venue changed an execution", "OUTCOME_UNKNOWN": "Outcome unknown",
    "EXTERNAL_ORDER": "Order at the venue that we did not send",
}  # fmt: skip
_WORDS = (
    e.OrderRejected, e.OrderCanceled, e.OrderExpired, e.OrderNotReceived, e.CancelRejected, e.OrderReleased,
    e.OrderRestated, e.OrderSuspended,
)  # fmt: skip


def _undecided(event: e.ReconciliationRecorded) -> list[tuple[str, str, str | None]]:
    """An alert for each account in which a person must decide, or one where it just did not end."""
    if event.is_converged:
        return []
    whose = sorted({each.account_id for each in event.differences if each.action == ""})
    if not whose:
        return [("CRITICAL", "Books not squared", None)]
    return [("CRITICAL", "Books differ from the venue's", each) for each in whose]


class Twin:
    """All orders in the order they came, and the change of each at each frame."""

    def __init__(self, frames: Frames) -> None:
        self.frames = frames
        self.orders: list[TwinOrder] = []
        self.by_id: dict[int, TwinOrder] = {}
        self.changes: list[tuple[int, str, tuple[Any, ...]]] = []
        self.refused: dict[tuple[str, str], None] = {}
        for seq, command, events in frames:
            for event in events:
                order = self._apply(seq, command, event)
                if order is not None:
                    order.seq = seq
                    order.history.append((seq, order.row()))
                    self.changes.append((seq, order.account_id, order.row()))

    def _apply(self, seq: int, command: Command, event: Any) -> TwinOrder | None:
        if isinstance(event, e.OrderApproved | e.OrderRefused | e.OrderAdopted):
            return self._new(seq, event, event)
        if isinstance(event, e.OrderHeld):
            return self._new(seq, event.order, event)
        if isinstance(event, e.OrderDenied):
            return self._new(seq, command, event) if isinstance(command, SubmitOrder) else None
        order = self.by_id.get(getattr(event, "order_id", 0))
        if order is None or isinstance(event, _NO_CHANGE):
            return None
        self._change(order, event)
        if order.doubted and not isinstance(event, e.OrderUnknown) and not order.unknown:
            order.doubted = False
            if not isinstance(event, _WORDS):
                order.text = ""
        return order

    def _new(self, seq: int, asked: Any, event: Any) -> TwinOrder | None:
        order = TwinOrder(
            seq, seq, asked.account_id, asked.client_order_id, getattr(asked, "strategy_id", "EXTERNAL"),
            asked.instrument_id, asked.side, asked.order_qty, asked.limit_price,
        )  # fmt: skip
        instructions = getattr(asked, "instructions", None)
        order.trigger = None if instructions is None else instructions.trigger_price
        if isinstance(event, e.OrderRefused):
            key = event.account_id, event.client_order_id
            if key in self.refused:
                return None
            self.refused[key] = None
            order.status, order.text = "REFUSED", event.failures[0].text
        elif isinstance(event, e.OrderDenied):
            order.status, order.text = "DENIED", f"{event.reason}: {event.text}"
        else:
            order.order_id = asked.order_id
            self.by_id[asked.order_id] = order
        if isinstance(event, e.OrderAdopted):
            order.working, order.venue_order_id = "WORKING", event.venue_order_id
        if isinstance(event, e.OrderHeld):
            order.working, order.managed = "HELD", True
            order.trigger, order.armed = event.trigger_price, event.armed_qty
        self.orders.append(order)
        return order

    def _change(self, order: TwinOrder, event: Any) -> None:
        match event:
            case e.OrderAcknowledged():
                order.venue_order_id = event.venue_order_id or order.venue_order_id
                order.working = "WORKING" if order.working == "SENT" else order.working
                order.sign_of_it()
            case e.OrderFilled() | e.FillBusted():
                self._execute(order, event)
            case e.OrderRejected() | e.OrderCanceled() | e.OrderExpired() | e.OrderNotReceived():
                word = type(event).__name__.removeprefix("Order").upper()
                order.finish({"NOTRECEIVED": "NOT_RECEIVED"}.get(word, word))
                order.text = event.evidence if isinstance(event, e.OrderNotReceived) else event.text
                prevented = getattr(event, "prevented_qty", 0)
                order.prevented += prevented
                order.prevented_said = prevented or order.prevented_said
            case e.OrderPendingCancel():
                order.pending_cancel = event.client_order_id
                order.part.append(event.client_order_id)
            case e.OrderPendingReplace():
                order.pending_replaces.append(event.client_order_id)
                order.part.append(event.client_order_id)
                order.replaces.append(event.client_order_id)
            case e.OrderReplaced():
                self._replace(order, event)
            case e.CancelRejected():
                if not event.was_replace:  # A cancel before it, of unknown outcome, is settled with it.
                    own = (order.client_order_id, *order.pending_replaces)
                    order.unknown = [each for each in order.unknown if each in own]
                self._answer(order, event.client_order_id)
                order.text = event.text
            case _:
                self._keep(order, event)

    def _answer(self, order: TwinOrder, name: str) -> None:
        if order.pending_cancel == name:
            order.pending_cancel = ""
        order.pending_replaces = [each for each in order.pending_replaces if each != name]
        order.unknown = [each for each in order.unknown if each != name]

    def _execute(self, order: TwinOrder, event: Any) -> None:
        order.cum_qty = event.cum_qty
        if isinstance(event, e.FillBusted):
            order.worth -= event.last_px * event.last_qty
            if not event.is_earlier_part:
                order.leg_cum = max(order.leg_cum - event.last_qty, 0)
                if order.working == "HELD" and order.leg_cum < order.leg_qty:
                    order.working = "WORKING"
            if event.is_reopened:
                order.done, order.working = "", "WORKING"
            return
        order.worth += event.last_px * event.last_qty
        is_earlier = event.part_id not in ("", *order.part)
        order.leg_cum += 0 if is_earlier else event.last_qty
        order.sign_of_it()
        if not order.done and event.leaves_qty == 0:
            order.done = "FILLED"
        elif not order.done and not is_earlier:
            order.working = "HELD" if order.managed and order.leg_cum >= order.leg_qty else "WORKING"

    def _replace(self, order: TwinOrder, event: Any) -> None:
        self._answer(order, event.client_order_id)
        if event.trigger_price is not None:
            order.trigger = event.trigger_price
        order.order_qty, order.limit_price = event.order_qty, event.limit_price
        order.sign_of_it()
        if order.working == "HELD" and not order.done:
            return
        if not order.has_later(event.client_order_id, event.ts_event):
            order.client_order_id, order.ts_terms = event.client_order_id, event.ts_event
        order.leg_qty = event.leg_qty if order.managed else order.leg_qty
        order.settle()

    def _keep(self, order: TwinOrder, event: Any) -> None:
        """What the core, or the venue, does with an order that is not at work."""
        match event:
            case e.OrderReleased():
                order.working, order.venue_order_id = "SENT", ""
                order.part = [event.order.client_order_id]
                order.client_order_id = event.order.client_order_id
                order.leg_qty, order.leg_cum, order.text = event.order.order_qty, 0, event.text
            case e.TriggerMoved():
                order.trigger = event.trigger_price
            case e.OrderArmed():
                order.armed = event.armed_qty
            case e.OrderRestated() | e.OrderSuspended():
                order.text = event.text
                if isinstance(event, e.OrderRestated):
                    order.order_qty, order.limit_price = event.order_qty, event.limit_price
                    if order.working == "HELD" and not order.done:
                        return
                order.hold = event.exec_type if isinstance(event, e.OrderSuspended) else ""
                order.sign_of_it()
                order.working = "WORKING" if order.working == "SENT" else order.working
                if isinstance(event, e.OrderRestated):
                    order.leg_qty = event.leg_qty or order.leg_qty
                    order.settle()
            case e.OrderUnknown():
                order.unknown.append(event.client_order_id)
                order.text, order.doubted = event.text, True

    # -------------------------------------------------------------------------------------- everything else

    def of_type(self, *kinds: type) -> list[tuple[int, Any]]:
        return [
            (seq, event) for seq, _, events in self.frames for event in events if isinstance(event, kinds)
        ]

    def wall(self, seq: int) -> int | None:
        walls = [event.wall_ns for at, event in self.of_type(e.ClockRecorded) if at <= seq]
        return walls[-1] if walls else None

    def cash(self, account_id: str, upto: int) -> dict[str, int]:
        balances: dict[str, int] = defaultdict(int)
        for seq, event in self.of_type(e.CashTransferred, e.TradeBooked, e.PositionAdjusted):
            if event.account_id != account_id or seq > upto:
                continue
            if isinstance(event, e.PositionAdjusted):
                balances[event.currency] += 0 if event.quantity else money(event.cash)
                continue
            if isinstance(event, e.CashTransferred):
                balances[event.currency] += money(event.amount)
                continue
            balances[event.currency] += money(event.cash)
            if event.commission_currency != "BTC":
                balances[event.commission_currency] -= money(event.commission)
        return {currency: amount for currency, amount in balances.items() if currency}

    def holdings(self, account_id: str, upto: int) -> dict[str, tuple[int, int, int]]:
        """Quantity, cost and profit by instrument."""
        held: dict[str, tuple[int, int, int]] = defaultdict(lambda: (0, 0, 0))
        for seq, event in self.of_type(e.TradeBooked, e.PositionAdjusted):
            if event.account_id == account_id and seq <= upto and event.quantity:
                instrument_id = getattr(event, "instrument_id", "") or event.commodity
                quantity, cost, realized = held[instrument_id]
                held[instrument_id] = (
                    quantity + event.quantity,
                    cost + money(event.opened_cost) - money(event.closed_cost),
                    realized + money(event.realized),
                )
        return dict(held)

    def lots(self, account_id: str, instrument_id: str) -> list[int]:
        """Quantities of the open lots, first in, first out."""
        lots: list[int] = []
        for _, event in self.of_type(e.TradeBooked, e.PositionAdjusted):
            named = getattr(event, "instrument_id", "") or getattr(event, "commodity", "")
            if (event.account_id, named) != (account_id, instrument_id):
                continue
            left = event.closed_qty
            while left:
                part = min(left, abs(lots[0]))
                left -= part
                lots[0] -= part if lots[0] > 0 else -part
                if not lots[0]:
                    lots.pop(0)
            opened = abs(event.quantity) - event.closed_qty
            if opened:
                lots.append(opened if event.quantity > 0 else -opened)
        return lots

    def worth(self, account_id: str, upto: int, currencies: dict[str, str]) -> tuple[int, int, int] | None:
        """Equity, net and gross at the marks and rates of frame `upto`; None where one is missing."""
        marks = {
            mark.instrument_id: mark.price
            for seq, event in self.of_type(e.MarksRecorded)
            if seq <= upto
            for mark in event.marks
        }
        rates = {event.currency: event.rate for seq, event in self.of_type(e.RateSet) if seq <= upto}
        rates["USD"] = UNIT
        totals: dict[str, int] = defaultdict(int, self.cash(account_id, upto))
        net = gross = 0
        for instrument_id, (quantity, _, _) in self.holdings(account_id, upto).items():
            if not quantity:
                continue
            if instrument_id not in marks:
                return None
            currency = currencies[instrument_id]
            value = round(Fraction(marks[instrument_id] * quantity, UNIT))
            totals[currency] += value
            converted = round(Fraction(value * rates[currency], UNIT))
            net += converted
            gross += abs(converted)
        equity = sum(round(Fraction(amount * rates[currency], UNIT)) for currency, amount in totals.items())
        return equity, net, gross

    def alerts(self) -> list[tuple[int, str, str, str | None]]:
        """Number, severity, title and account of each."""
        found: list[tuple[int, str, str, str | None]] = []
        told: set[tuple[str, str]] = set()
        inactive: set[tuple[str, str]] = set()
        sessions: dict[str, tuple[str, str]] = {}
        for seq, command, events in self.frames:
            for event in events:
                if isinstance(event, e.TradingStateSet):
                    key, was_inactive = (event.scope, event.target), (event.scope, event.target) in inactive
                    inactive.discard(key)
                    if event.state is not TradingState.ACTIVE:
                        inactive.add(key)
                    elif not was_inactive:
                        continue
                if isinstance(event, e.ReconciliationRecorded):
                    found += [(seq, *each) for each in _undecided(event)]
                alert = self._alert(command, event, told)
                if isinstance(event, e.VenueSessionSet):
                    said = event.state, event.text
                    alert = None if sessions.get(event.venue) == said else alert
                    sessions[event.venue] = said
                if alert is not None:
                    found.append((seq, *alert))
        return found

    def _alert(
        self, command: Command, event: Any, told: set[tuple[str, str]]
    ) -> tuple[str, str, str | None] | None:
        match event:
            case e.OrderRefused() | e.ReplaceRefused():
                key = event.account_id, event.client_order_id
                if key in told:
                    return None
                told.add(key)
                kind = "Order" if isinstance(event, e.OrderRefused) else "Replace"
                return "WARNING", f"{kind} refused", event.account_id
            case e.OrderDenied():
                kind = "Cancel" if isinstance(command, CancelOrder) else "Replace"
                kind = "Order" if isinstance(command, SubmitOrder) else kind
                return "WARNING", f"{kind} denied", event.account_id
            case e.OrderRejected() | e.OrderUnknown() | e.OrderNotReceived() | e.OrderSuspended():
                return "WARNING", _TITLES[type(event)], self.by_id[event.order_id].account_id
            case e.CancelRejected():
                kind = "Replace" if event.was_replace else "Cancel"
                return "WARNING", f"{kind} rejected", self.by_id[event.order_id].account_id
            case e.InvalidTransition():
                return "CRITICAL", "Report makes no sense", event.account_id
            case e.AlarmRaised():
                return "CRITICAL", _ALARMS[event.kind.value], event.account_id
            case e.PositionAdjusted():
                return "WARNING", "Position adjusted", event.account_id
            case e.TradingStateSet() | e.VenueSessionSet():
                return _of_state(event)
            case e.RunStopped() if event.text.startswith("failed: "):
                return "CRITICAL", "Strategy failed", "MARGIN"
            case e.CommandDenied():
                return "WARNING", f"{type(command).__name__} denied", getattr(command, "account_id", None)
        return None
