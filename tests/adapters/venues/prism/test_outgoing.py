"""Orders in the words of the market's line."""

import msgspec
import pytest

from trade2026.adapters.venues.prism.outgoing import place
from trade2026.model.enums import OrderType, Side, TimeInForce
from trade2026.model.events import OrderApproved
from trade2026.model.instructions import OrderInstructions
from trade2026.primitives.errors import InputError
from trade2026.primitives.fixed_point import UNIT

CLOSE = 1_700_006_400 * 10**9
ORDER = OrderApproved(
    1, 5, "A", "c1", "ann", "manual", "BTCUSDT.PRISM", Side.BUY, OrderType.LIMIT, TimeInForce.GTC, UNIT,
    60_000 * UNIT, 60_000 * UNIT, 4, 1, CLOSE - 86_400 * 10**9, CLOSE,
)  # fmt: skip
DAY = msgspec.structs.replace(ORDER, time_in_force=TimeInForce.DAY)


def test_an_order_goes_as_it_is() -> None:
    sent = place(ORDER, 7, 9)
    assert (sent.stamp, sent.window_ns, sent.client_order_id) == (7, 9, "c1")
    assert (sent.time_in_force, sent.expire_time, sent.order_qty) == (TimeInForce.GTC, 0, UNIT)


@pytest.mark.parametrize("order_type", [OrderType.LIMIT, OrderType.STOP, OrderType.STOP_LIMIT])
def test_one_for_the_day_ends_with_the_day(order_type: OrderType) -> None:
    sent = place(msgspec.structs.replace(DAY, order_type=order_type), 7, 9)
    assert (sent.time_in_force, sent.expire_time) == (TimeInForce.GTD, CLOSE)


def test_one_that_trades_at_once_needs_no_day() -> None:
    sent = place(msgspec.structs.replace(DAY, order_type=OrderType.MARKET, limit_price=None), 7, 9)
    assert (sent.time_in_force, sent.expire_time) == (TimeInForce.IOC, 0)


def test_what_the_market_cannot_do_is_not_sent() -> None:
    with pytest.raises(InputError, match="reduce_only is not sent to this venue"):
        place(msgspec.structs.replace(ORDER, instructions=OrderInstructions(reduce_only=True)), 7, 9)
