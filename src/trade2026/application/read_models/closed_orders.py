"""What is shown of orders and refusals beside what the core knows, in memory and as a history keeps it."""

from typing import Final

import msgspec

from trade2026.application.read_models.columns import WallClock
from trade2026.application.read_models.order_terms import Terms, terms_fields
from trade2026.application.read_models.views import (
    OrderView,
    failure_views,
    format_optional,
    format_time,
    format_ts,
)
from trade2026.model.commands import SubmitOrder
from trade2026.model.enums import OrderStatus
from trade2026.model.events import OrderDenied, OrderRefused
from trade2026.oms.state import Order
from trade2026.primitives.fixed_point import format_raw


class OrderEntry(msgspec.Struct):
    """What is shown of an order in memory and does not stand in the order itself.

    Attributes
    ----------
    created, changed : int
        The frame it began with, and the last that changed it.
    updated : int
        Trading time of that one.
    worth : int
        Sum of price times quantity over its executions.
    is_doubted : bool
        Whether `text` says why an outcome is not known.
    """

    order_id: int
    created: int
    changed: int
    updated: int
    worth: int = 0
    text: str = ""
    terms: Terms | None = None
    is_doubted: bool = False


class Refusal(msgspec.Struct, array_like=True, tag=1, gc=False):
    """A request that never became an order: what was asked, where the frame had it, the answer, and when."""

    command: SubmitOrder | None
    event: OrderRefused | OrderDenied
    updated: int


class ClosedOrder(msgspec.Struct, array_like=True, tag=2, gc=False):
    """An order that has left memory, with what is shown beside it; `worth` in as many bytes as it needs."""

    order: Order
    changed: int
    updated: int
    worth_bytes: bytes
    text: str
    terms: Terms | None

    @classmethod
    def of(cls, entry: OrderEntry, order: Order) -> "ClosedOrder":
        """The order with what is shown beside it."""
        worth = entry.worth.to_bytes(entry.worth.bit_length() // 8 + 1, "big", signed=True)
        return cls(order, entry.changed, entry.updated, worth, entry.text, entry.terms)

    def entry(self, created: int) -> OrderEntry:
        """What is shown beside it, in memory again."""
        return OrderEntry(
            self.order.order_id, created, self.changed, self.updated, self.worth(), self.text, self.terms
        )

    def worth(self) -> int:
        """Sum of price times quantity over its executions."""
        return int.from_bytes(self.worth_bytes, "big", signed=True)


_ENCODER: Final = msgspec.msgpack.Encoder()
_DECODER: Final = msgspec.msgpack.Decoder(ClosedOrder | Refusal)


def encode_closed(row: ClosedOrder | Refusal) -> bytes:
    """What `decode_closed` gives back."""
    return _ENCODER.encode(row)


def decode_closed(body: bytes) -> ClosedOrder | Refusal:
    """An order or a refusal."""
    found: ClosedOrder | Refusal = _DECODER.decode(body)
    return found


def refusal_view(seq: int, refusal: Refusal, wall_clock: WallClock) -> OrderView:
    """What is shown of a request that never became an order and came with this frame."""
    event = refusal.event
    ts, wall = format_ts(refusal.updated), format_time(wall_clock.at(seq))
    if isinstance(event, OrderRefused):
        asked: OrderRefused | SubmitOrder = event
        status = OrderStatus.REFUSED
        trader_id = "" if refusal.command is None else refusal.command.trader_id
        text = event.failures[0].text if event.failures else ""
        failures, largest = failure_views(event.failures), format_raw(event.largest_qty)
    else:
        assert refusal.command is not None
        asked, status, trader_id = refusal.command, OrderStatus.DENIED, refusal.command.trader_id
        text, failures, largest = f"{event.reason}: {event.text}", (), None
    view = OrderView(
        None, seq, seq, event.account_id, event.client_order_id, trader_id, asked.strategy_id,
        asked.instrument_id, asked.side, asked.order_type, asked.time_in_force,
        format_raw(asked.order_qty), format_optional(asked.limit_price), status, "0", "0", None, "", None,
        None, text, failures, largest, ts, wall, ts, wall,
    )  # fmt: skip
    instructions = asked.instructions
    return view if instructions is None else msgspec.structs.replace(view, **terms_fields(instructions))
