"""What a venue says about an order, before we interpret it."""

import msgspec

from trade2026.model.enums import ExecType, LiquiditySide, OrderType, Side, TimeInForce


class ExecutionReport(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """FIX ExecutionReport (8) or OrderCancelReject (9), as translated by a venue adapter.

    Prices, quantities and commission are raw integers in units of 1e-9.

    Attributes
    ----------
    account_id, client_order_id : str
        Our id of the request the report answers (ClOrdID 11).
    exec_type : ExecType
        Why the report was sent; the status of the order is ours to derive.
    ts_event : int
        When it happened by the venue's clock, UTC nanoseconds.
    execution_id : str
        Unique per account and instrument; a second report with the same id is not booked again.
    last_qty, last_px : int
        This execution, for TRADE; 0 otherwise.
    commission : int
        Positive when we pay, negative for a rebate, in `commission_currency`; may have any currency.
    order_qty, limit_price : int
        The accepted terms, for REPLACED; `limit_price` 0 on market orders.
    text : str
        The venue's words, for REJECTED, CANCELED, EXPIRED and CANCEL_REJECTED.
    ref_execution_id : str
        FIX ExecRefID (19): the execution that TRADE_CORRECT or TRADE_CANCEL changes.
    prevented_qty : int
        What self-trade prevention took off the order, for EXPIRED and CANCELED.
    instrument_id, side, order_type, time_in_force
        What order this is, where the venue says: without them a report under an id that is not ours cannot
        be taken up as an external order.
    """

    account_id: str
    client_order_id: str
    exec_type: ExecType
    ts_event: int
    venue_order_id: str = ""
    execution_id: str = ""
    last_qty: int = 0
    last_px: int = 0
    commission: int = 0
    commission_currency: str = ""
    liquidity_side: LiquiditySide | None = None
    order_qty: int = 0
    limit_price: int = 0
    text: str = ""
    ref_execution_id: str = ""
    prevented_qty: int = 0
    instrument_id: str = ""
    side: Side | None = None
    order_type: OrderType | None = None
    time_in_force: TimeInForce | None = None
