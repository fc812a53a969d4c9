"""What an unexecuted order reserves; by itself, because the compiled modules define no structs."""

from typing import Final

import msgspec

from trade2026.model.enums import Side

NOTHING_PENDING: Final[dict[str, tuple[int, int]]] = {}
"""Of most orders; never changed in place."""


class OpenOrder(msgspec.Struct, eq=False, gc=False):
    """What an unexecuted order reserves.

    Attributes
    ----------
    leaves : int
        Quantity that may still fill, the larger of both terms while a replace is unanswered.
    price : int
        What a fill is assumed to cost (see `check.risk_price`).
    worth : int
        Price times quantity of what may still fill; with a replace unanswered the worst of both terms.
    order_qty, cum_qty : int
        Accepted total and what was filled of it.
    pending : dict
        Total and price of each replace that is not answered, by its client id; replaced whole, never changed.
    is_child : bool
        Whether it holds back only what its entry has filled: `order_qty` is that, not what was asked for.
    """

    account_id: str
    instrument_id: str
    side: Side
    order_qty: int
    price: int
    pending: dict[str, tuple[int, int]]
    cum_qty: int = 0
    leaves: int = 0
    worth: int = 0
    is_child: bool = False
