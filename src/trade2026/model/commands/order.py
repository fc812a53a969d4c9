"""Commands about orders. Tags are part of the journal's format: never renumber one."""

import msgspec

from trade2026.model.enums import Environment, OrderType, Side, TimeInForce
from trade2026.model.execution import ExecutionReport


class SubmitOrder(msgspec.Struct, frozen=True, array_like=True, tag=1, gc=False):
    """Ask for a new order.

    Attributes
    ----------
    now : int
        Trading time of the decision, UTC nanoseconds.
    client_order_id : str
        Chosen by the sender, unique for ever within the account (FIX ClOrdID 11).
    trader_id : str
        Who sends: a person or a strategy; must be entitled to the account.
    strategy_id : str
        The strategy it belongs to, "" for none; a trading state may stop it.
    order_qty, limit_price : int
        Raw, units of 1e-9; `limit_price` is None on market orders.
    reference_price, reference_ts : int or None
        Last known price of the instrument and when it was made, on the feed's clock; None when unknown.
    session_open, session_close : int
        The session that contains `now`, or the next one: [open, close), UTC nanoseconds; both 0 when
        the calendar knows none.
    """

    now: int
    account_id: str
    client_order_id: str
    trader_id: str
    strategy_id: str
    environment: Environment
    instrument_id: str
    side: Side
    order_type: OrderType
    time_in_force: TimeInForce
    order_qty: int
    limit_price: int | None
    reference_price: int | None
    reference_ts: int
    session_open: int
    session_close: int


class CancelOrder(msgspec.Struct, frozen=True, array_like=True, tag=2, gc=False):
    """Ask to cancel what is left of an order; `client_order_id` names this request, not the order."""

    now: int
    account_id: str
    client_order_id: str
    trader_id: str
    order_id: int


class ReplaceOrder(msgspec.Struct, frozen=True, array_like=True, tag=3, gc=False):
    """Ask for other terms: `order_qty` is the new total (FIX OrderQty 38), filled part included.

    The platform's `order_id` survives; the request brings a client id of its own. Reference and
    session as in `SubmitOrder`.
    """

    now: int
    account_id: str
    client_order_id: str
    trader_id: str
    order_id: int
    order_qty: int
    limit_price: int | None
    reference_price: int | None
    reference_ts: int
    session_open: int
    session_close: int


class ReportExecution(msgspec.Struct, frozen=True, array_like=True, tag=4, gc=False):
    """Hand a venue's report to the core, `now` being when it reached us."""

    now: int
    report: ExecutionReport
