"""What is kept beside the orders so that nobody searches them: who waits for a price, and who for a time."""

from trade2026.oms.state import OmsState, Order, Working


def index_order(state: OmsState, order: Order) -> None:
    """Enter the order where its facts say it belongs now, and take it out where they no longer do."""
    if not order.is_managed:
        return
    waiting = state.triggers.get(order.instrument_id)
    waits = order.working is Working.HELD and order.trigger_price is not None
    if waits and (not order.parent_id or order.armed_qty > 0):
        if waiting is None:
            waiting = state.triggers[order.instrument_id] = {}
        waiting[order.order_id] = None
    elif waiting is not None and waiting.pop(order.order_id, 0) is None and not waiting:
        del state.triggers[order.instrument_id]
    ends_at = 0 if order.working is Working.DONE else order.ends_at
    if ends_at:
        state.timed[order.order_id] = ends_at
    else:
        state.timed.pop(order.order_id, None)


def note_request(order: Order, client_order_id: str) -> None:
    """One more client id for the order, before it is the order's own: all of them leave memory together."""
    if order.request_ids is None:
        order.request_ids = [order.client_order_id]
    order.request_ids.append(client_order_id)
