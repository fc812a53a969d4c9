"""What must hold in the end between the journal and the market, whatever the line has done in between."""

from collections import Counter

from tests.simulation.simvenue import SimVenue
from trade2026.model.events import Event, OrderApproved, OrderNotReceived, OrderPendingReplace, OrderReleased
from trade2026.oms.state import Working
from trade2026.trading.core import Core


def check_truth(market: SimVenue, core: Core, events: list[Event]) -> None:
    """No ghost, no duplicate, no stranger, and no proof that was wrong."""
    exchange = market.exchange
    _check_ids(market, events)
    for order in exchange.open_orders():
        request = core.engines.oms.accounts[order.account_id].requests[order.ids[0]]
        own = core.engines.oms.orders[request.order_id]
        assert own.working is not Working.DONE, (
            f"{order.ids} live at the market, and the order is {own.done_reason} here"
        )
    known = {(order.account_id, name) for order in exchange.orders.values() for name in order.ids}
    for event in events:
        if type(event) is OrderNotReceived:
            account_id = core.engines.oms.orders[event.order_id].account_id
            key = account_id, event.client_order_id
            assert key not in known, f"{key} was called not received, and the market has it"


def _check_ids(market: SimVenue, events: list[Event]) -> None:
    """Every order of the market is one that the journal sent, once, or one that somebody placed by hand."""
    sent = {
        (order.account_id, order.client_order_id)
        for order in (event.order if type(event) is OrderReleased else event for event in events)
        if isinstance(order, OrderApproved | OrderPendingReplace)
    }
    placed: Counter[tuple[str, str]] = Counter()
    for order in market.exchange.orders.values():
        if not order.is_external:
            placed[order.account_id, order.ids[0]] += 1
            for name in order.ids:
                assert (order.account_id, name) in sent, f"the journal never sent {name}, the market has it"
    twice = sorted(key for key, count in placed.items() if count > 1)
    assert not twice, f"placed twice at the market: {twice}"
