"""An order as it is shown, and as it was in one frame for those who are told of it."""

import msgspec

from trade2026.application.read_models.columns import WallClock
from trade2026.application.read_models.order_terms import Terms, with_terms
from trade2026.application.read_models.views import OrderView, format_optional, format_time, format_ts
from trade2026.oms.state import Order
from trade2026.oms.status import order_status
from trade2026.primitives.fixed_point import div_half_even, format_raw


class OrderRow(msgspec.Struct, gc=False):
    """`topics.Row` of an order as it was in frame `seq`.

    Every frame that changes an order makes one, and most are never looked at: it is one object that the
    garbage collector need not follow, and its view is made when it is first asked for.

    Attributes
    ----------
    order : Order or None
        A copy; None once there is a view.
    created_seq, updated : int
        The frame it began with; trading time of this one.
    worth : int
        Sum of price times quantity over its executions.
    """

    seq: int
    account_id: str
    order: Order | None
    created_seq: int
    updated: int
    worth: int
    text: str
    terms: Terms | None
    wall: WallClock
    shown: OrderView | None = None

    @property
    def view(self) -> OrderView:
        """What is shown."""
        if self.shown is None:
            assert self.order is not None
            self.shown = order_view(
                self.order, self.seq, self.created_seq, self.updated, self.worth, self.text, self.terms,
                self.wall,
            )  # fmt: skip
            self.order = None
        return self.shown


def order_view(
    order: Order,
    seq: int,
    created_seq: int,
    updated: int,
    worth: int,
    text: str,
    terms: Terms | None,
    wall: WallClock,
) -> OrderView:
    """The order as it is shown; the numbers are those of `OrderRow`."""
    pending = bool(order.pending_replace_id)
    view = OrderView(
        order.order_id, seq, created_seq, order.account_id, order.client_order_id, order.trader_id,
        order.strategy_id, order.instrument_id, order.side, order.order_type, order.time_in_force,
        format_raw(order.order_qty), format_optional(order.limit_price), order_status(order),
        format_raw(order.cum_qty), format_raw(order.leaves_qty),
        format_raw(div_half_even(worth, order.cum_qty)) if order.cum_qty else None, order.venue_order_id,
        format_raw(order.pending_order_qty) if pending else None,
        format_optional(order.pending_limit_price) if pending else None, text, (), None,
        format_ts(order.ts_approved), format_time(wall.at(created_seq)), format_ts(updated),
        format_time(wall.at(seq)),
    )  # fmt: skip
    if order.unknown_ids:
        view = msgspec.structs.replace(view, unknown_requests=order.unknown_ids)
    return view if terms is None else with_terms(view, terms)
