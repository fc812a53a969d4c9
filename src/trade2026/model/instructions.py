"""What an order asks for beyond side, price and quantity: triggers, display, lists, and when it ends."""

from typing import Final

import msgspec

from trade2026.model.enums import ContingencyType, OrderType, TrailingOffsetType, TriggerSource

SENT_AS: Final = {
    OrderType.STOP: OrderType.MARKET,
    OrderType.TRAILING_STOP: OrderType.MARKET,
    OrderType.STOP_LIMIT: OrderType.LIMIT,
}
"""What a stop becomes at a venue once its trigger is met."""


class OrderInstructions(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """Terms that most orders lack; an order without any carries None instead of this.

    Prices and quantities are raw integers in units of 1e-9, times UTC nanoseconds.

    Attributes
    ----------
    trigger_price : int or None
        FIX StopPx (99): a buy is triggered at or above it, a sell at or below. None for a trailing stop that
        begins at the reference price.
    trigger_source : TriggerSource
        The price that is compared with it.
    trailing_offset, trailing_offset_type : int
        Distance of a trailing stop's trigger from the best price since: a raw price, or raw basis points
        ("50" is 50_000_000_000). 0 for other orders.
    display_qty : int
        FIX DisplayQty (1138): the largest part of the order that is shown at a time; 0 shows all.
    expire_time : int
        FIX ExpireTime (126): when a GTD order ends; 0 for others.
    post_only, reduce_only : bool
        Never take liquidity; never open or turn a position.
    contingency_type : ContingencyType or None
        OCO: one of a pair under `list_id`. OTO: a child, triggered by the fills of
        `parent_client_order_id`.
    list_id : str
        FIX ListID (66): orders of one list share it within the account.
    parent_client_order_id : str
        The order whose fills arm this one; "" for none.
    """

    trigger_price: int | None = None
    trigger_source: TriggerSource = TriggerSource.LAST
    trailing_offset: int = 0
    trailing_offset_type: TrailingOffsetType = TrailingOffsetType.PRICE
    display_qty: int = 0
    expire_time: int = 0
    post_only: bool = False
    reduce_only: bool = False
    contingency_type: ContingencyType | None = None
    list_id: str = ""
    parent_client_order_id: str = ""
