"""The canonical bytes of a book's state, whichever book it is."""

from collections.abc import Iterable

import msgspec

from trade2026.matching.order import BookOrder
from trade2026.matching.words import Phase, SetBands


def state_bytes(
    orders: Iterable[BookOrder],
    last_price: int | None,
    now: int,
    next_trade_id: int,
    phase: Phase,
    bands: SetBands,
) -> bytes:
    """All that later answers depend on: orders by id, last price, time, counters, phase, bands.

    Places are ranks, so a book that numbers its queue otherwise gives the same bytes.
    """
    by_place = sorted(orders, key=lambda order: order.place)
    rows = [msgspec.structs.replace(order, place=rank) for rank, order in enumerate(by_place, start=1)]
    rows.sort(key=lambda order: order.order_id)
    return msgspec.msgpack.encode((rows, last_price, now, next_trade_id, phase, bands))
