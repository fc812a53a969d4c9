"""What accounts hear: every change of their orders, of their lists, and of what they have."""

from typing import Any, Final

import msgspec

from trade2026.primitives.time import MILLISECOND_NS
from trade2026.simulation.exchange.order_records import Change, Kind, ListRecord
from trade2026.simulation.exchange.reports import Report
from trade2026.web.binance.account import balance_rows
from trade2026.web.binance.amounts import ZERO, text
from trade2026.web.binance.door import BinanceDoor
from trade2026.web.binance.order_answers import listed, working_ms
from trade2026.web.binance.sockets.line import Line
from trade2026.web.binance.symbols import Symbol

_ENCODER: Final = msgspec.json.Encoder()
_ENDED_BY_OWNER: Final = frozenset({Kind.CANCELED, Kind.EXPIRED})


class Subscription(msgspec.Struct, frozen=True, eq=False):
    """Who listens to an account: a connection, by a number of its own, with a key."""

    line: Line
    number: int
    key: str
    owner: str


class AccountEvents:
    """Tells each change once to all who listen to its account; who has lost the key is told so, once."""

    def __init__(self, door: BinanceDoor) -> None:
        self._door = door
        self._by_owner: dict[str, dict[Subscription, None]] = {}
        self._moved: dict[str, None] = {}
        door.watchers.append(self._changed)
        door.list_watchers.append(self._listed)
        door.hearers.append(self._heard)

    def listen(self, subscription: Subscription) -> None:
        """Have it told."""
        self._by_owner.setdefault(subscription.owner, {})[subscription] = None

    def leave(self, subscription: Subscription) -> None:
        """Tell it no more."""
        mine = self._by_owner.get(subscription.owner)
        if mine is not None:
            mine.pop(subscription, None)
            if not mine:
                del self._by_owner[subscription.owner]

    def tell_balance(self, owner: str, asset: str, delta: int) -> None:
        """Something came into an account, or left it, by no trade; raw, called by whoever does that."""
        now = self._door.exchange_ms()
        event = {"e": "balanceUpdate", "E": now, "a": asset, "d": text(delta), "T": now}
        self._tell(owner, event)
        self._tell_position(owner, now, (asset,))

    # ------------------------------------------------------------------------------------------ hearing

    def _changed(self, change: Change) -> None:
        owner = change.order.owner
        if owner not in self._by_owner:
            return
        self._tell(owner, execution_report(self._door.by_number[change.order.number], change))
        self._moved[owner] = None

    def _heard(self, report: Report) -> None:
        if not self._moved:
            return
        listing = self._door.exchange.listings[report.number]
        now = report.time_ns // MILLISECOND_NS
        moved = list(self._moved)
        self._moved.clear()
        for owner in moved:
            self._tell_position(owner, now, (listing.base, listing.quote))

    def _tell_position(self, owner: str, now_ms: int, assets: tuple[str, ...]) -> None:
        if owner not in self._by_owner:
            return
        rows = [
            {"a": asset, "f": text(free), "l": text(locked)}
            for asset, free, locked in balance_rows(self._door, owner)
            if asset in assets
        ]
        self._tell(owner, {"e": "outboundAccountPosition", "E": now_ms, "u": now_ms, "B": rows})

    def _listed(self, record: ListRecord) -> None:
        if record.owner not in self._by_owner:
            return
        as_listed = listed(self._door.by_number[record.number], record)
        self._tell(record.owner, {
            "e": "listStatus", "E": self._door.exchange_ms(), "s": as_listed["symbol"], "g": record.list_id,
            "c": "OCO", "l": as_listed["listStatusType"], "L": as_listed["listOrderStatus"], "r": "NONE",
            "C": record.client_list_id, "T": self._door.exchange_ms(),
            "O": [
                {"s": each["symbol"], "i": each["orderId"], "c": each["clientOrderId"]}
                for each in as_listed["orders"]
            ],
        })  # fmt: skip

    def _tell(self, owner: str, event: dict[str, Any]) -> None:
        """Tell who listens now, as it is now, once it is kept: no end of the exchange takes it back."""
        mine = self._by_owner.get(owner)
        if not mine:
            return
        listening, encoded = tuple(mine), _ENCODER.encode(event).decode()
        self._door.kept.once_kept(lambda: self._say(listening, encoded))

    def _say(self, listening: tuple[Subscription, ...], encoded: str) -> None:
        for each in listening:
            if each not in self._by_owner.get(each.owner, ()):
                continue  # It has left meanwhile.
            if self._door.keys.find(each.key) is None:
                self.leave(each)
                now = self._door.exchange_ms()
                encoded_end = _ENCODER.encode({"e": "eventStreamTerminated", "E": now}).decode()
                each.line.say(f'{{"subscriptionId":{each.number},"event":{encoded_end}}}')
                continue
            each.line.say(f'{{"subscriptionId":{each.number},"event":{encoded}}}')


def execution_report(symbol: Symbol, change: Change) -> dict[str, Any]:
    """A change of an order, as the order is after it."""
    order, fill = change.order, change.fill
    at_ms = change.time_ns // MILLISECOND_NS
    is_ended = change.kind in _ENDED_BY_OWNER and bool(order.cancel_id)
    name = order.terms.client_order_id
    found: dict[str, Any] = {
        "e": "executionReport", "E": at_ms, "s": symbol.name, "c": order.cancel_id if is_ended else name,
        "S": order.side, "o": order.terms.order_type, "f": order.terms.time_in_force,
        "q": symbol.quantity(order.lots), "p": symbol.price(order.price),
        "P": symbol.price(order.terms.stop_price), "F": symbol.quantity(order.iceberg),
        "g": order.terms.list_id, "C": name if is_ended else "", "x": change.kind.value,
        "X": order.status.value, "r": "INSUFFICIENT_BALANCES" if change.kind is Kind.REJECTED else "NONE",
        "i": order.order_id, "l": ZERO, "z": symbol.quantity(order.executed), "L": ZERO, "n": "0",
        "N": None, "T": at_ms, "t": -1, "I": change.sequence, "w": order.is_working, "m": False,
        "M": False, "O": order.time_ns // MILLISECOND_NS, "Z": text(order.quote), "Y": ZERO,
        "Q": text(order.terms.quote_qty), "V": order.prevention,
    }  # fmt: skip
    if order.working_ns >= 0:
        found["W"] = working_ms(order)
    if order.terms.strategy_id is not None:
        found["j"] = order.terms.strategy_id
    if order.terms.strategy_type is not None:
        found["J"] = order.terms.strategy_type
    if fill is not None:
        found.update({
            "l": symbol.quantity(fill.lots), "L": symbol.price(fill.price), "n": text(fill.commission),
            "N": symbol.listing.quote, "t": fill.trade_id, "m": fill.is_maker, "M": True,
            "Y": text(fill.quote),
        })  # fmt: skip
    if change.prevented is not None:
        lots, ticks, other = change.prevented
        found.update({
            "v": change.sequence, "A": symbol.quantity(order.prevented), "B": symbol.quantity(lots),
            "u": change.sequence, "U": other, "Cs": symbol.name, "pl": symbol.quantity(lots),
            "pL": symbol.price(ticks), "pY": text(lots * ticks * symbol.listing.unit),
        })  # fmt: skip
    return found
