"""Gives the paper venue its orders back after a restart: the venue is ours, so the journal knows them all."""

from collections.abc import Collection

from trade2026.model.events import OrderApproved, OrderPendingCancel, OrderPendingReplace
from trade2026.oms.contingency import leg_of
from trade2026.oms.state import Order, PendingReplace, Working
from trade2026.ports.venue import Venue
from trade2026.primitives.errors import InputError
from trade2026.simulation.paper import PaperVenue
from trade2026.trading.core import Core


def restore_orders(
    core: Core, inner: PaperVenue, venue: Venue, now: int, elsewhere: Collection[str] = ()
) -> int:
    """Give the venue what it had: every open order, and every request that it had not answered.

    An order it had taken goes back on its book; one that was sent and never acknowledged is sent again, as is
    a cancel or a replace without an answer, also one of an order that has filled since, which still holds
    back what it asked for. Orders keep their order among each other. Gives the number of open orders.

    Parameters
    ----------
    inner : PaperVenue
        Takes the orders it had.
    venue : Venue
        The same venue, as requests reach it.
    now : int
        Trading time.
    elsewhere : collection of str
        Instruments that another venue trades: their orders are asked after, not given back.

    Raises
    ------
    InputError
        The configured data has no longer what an open order trades.
    """
    restored = 0
    for _, order in sorted(core.engines.oms.orders.items()):
        if order.instrument_id in elsewhere:
            continue
        if order.leaves_qty > 0 and order.working is not Working.HELD:
            restored += 1
            if order.working is Working.SENT:
                venue.submit(_request(order))
            elif not order.is_managed or order.leg_cum < order.leg_qty:  # Else only a replace is awaited.
                _put_back(core, inner, order, now)
        for pending in order.pending_replaces:
            venue.replace(_pending_replace(order, pending, now))
        if order.pending_cancel_id:
            venue.cancel(_pending_cancel(order, now))
    return restored


def _put_back(core: Core, inner: PaperVenue, order: Order, now: int) -> None:
    account = core.engines.oms.accounts[order.account_id]
    booked = []
    if order.cum_qty:
        executions = account.executions.get(order.instrument_id, {})
        booked = [each for each in executions.values() if each.order_id == order.order_id]
    is_as_sent = order.is_managed or account.requests[order.client_order_id].submit is not None
    try:
        inner.restore(
            _request(order),
            now=now,
            cum_qty=order.leg_cum if order.is_managed else order.cum_qty,
            venue_order_id=order.venue_order_id,
            # With other terms since, it counts as new: when it got them is not kept.
            is_resting=is_as_sent and _last_price_ts(core, order) > order.ts_approved,
            charged=sum(each.commission for each in booked),
            fills=[(each.last_qty, each.last_px) for each in booked],
        )
    except InputError as error:
        raise InputError(
            f"order {order.order_id} of {order.account_id} is open and cannot go back to the venue: {error}. "
            f"Start with the data and accounts of before, cancel it, and change them then"
        ) from None


def _last_price_ts(core: Core, order: Order) -> int:
    return core.engines.ledger.marks.get(order.instrument_id, (0, 0))[1]


def _request(order: Order) -> OrderApproved:
    """The order as the venue took it. Its reference price has done its work and is not needed again."""
    if order.is_managed:
        return leg_of(
            order,
            order.client_order_id,
            order.leg_qty,
            order.ts_approved,
            is_triggered=True,
            reference=(0, order.ts_approved),
        )
    return OrderApproved(
        order.order_id, order.ts_approved, order.account_id, order.client_order_id, order.trader_id,
        order.strategy_id, order.instrument_id, order.side, order.order_type, order.time_in_force,
        order.order_qty, order.limit_price, 0, order.ts_approved, 0, order.session_open, order.session_close,
        order.instructions,
    )  # fmt: skip


def _pending_cancel(order: Order, now: int) -> OrderPendingCancel:
    return OrderPendingCancel(
        order.order_id, now, order.account_id, order.pending_cancel_id, order.client_order_id,
        order.instrument_id,
    )  # fmt: skip


def _pending_replace(order: Order, pending: PendingReplace, now: int) -> OrderPendingReplace:
    return OrderPendingReplace(
        order.order_id, now, order.account_id, pending.client_order_id, order.client_order_id,
        order.instrument_id, pending.order_qty, pending.limit_price, 0, 0,
    )  # fmt: skip
