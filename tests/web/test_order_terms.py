"""What an order asks for beyond side, price and quantity: which fields go together, and what is said."""

from typing import Any

import msgspec
import pytest

from tests.docs.markdown import ROOT, blocks
from tests.web.test_orders import order
from trade2026.model.enums import ContingencyType, OrderType, Side, TrailingOffsetType, TriggerSource
from trade2026.model.instructions import OrderInstructions
from trade2026.primitives.fixed_point import UNIT
from trade2026.web.errors import ProblemRaised
from trade2026.web.orders.bodies import BatchRequest, BracketRequest, OrderRequest, ReplaceRequest
from trade2026.web.orders.requests import bracket_orders, decode, replace_intent, submit_intent

ORDER = msgspec.json.Decoder(OrderRequest)
BRACKET = msgspec.json.Decoder(BracketRequest)
STOP = {"order_type": "STOP", "limit_price": None, "trigger_price": "1.9", "side": "SELL"}
TRAIL = {"order_type": "TRAILING_STOP", "limit_price": None, "trailing_offset": "0.5"}
EXPIRE = "2026-11-30T16:00:00Z"


def intent_of(body: dict[str, Any]) -> Any:
    return submit_intent(decode(ORDER, msgspec.json.encode(body)), "c-1", "ann")


def asked(**changes: Any) -> OrderInstructions | None:
    found: OrderInstructions | None = intent_of(order("c-1", **changes)).instructions
    return found


def test_a_plain_order_has_none() -> None:
    assert asked() is None
    assert asked(order_type="MARKET", limit_price=None) is None
    assert asked(time_in_force="IOC") is None


@pytest.mark.parametrize(
    ("changes", "wanted"),
    [
        (STOP, {"trigger_price": 1_900_000_000}),
        ({**STOP, "trigger_source": "MID"}, {"trigger_price": 1_900_000_000, "trigger_source": "MID"}),
        ({**STOP, "order_type": "STOP_LIMIT", "limit_price": "1.8"}, {"trigger_price": 1_900_000_000}),
        (TRAIL, {"trailing_offset": 500_000_000}),
        (
            {**TRAIL, "trailing_offset": "50", "trailing_offset_type": "BASIS_POINTS"},
            {"trailing_offset": 50 * UNIT, "trailing_offset_type": "BASIS_POINTS"},
        ),
        ({**TRAIL, "trigger_price": "3"}, {"trailing_offset": 500_000_000, "trigger_price": 3 * UNIT}),
        ({"display_qty": "5"}, {"display_qty": 5 * UNIT}),
        ({"time_in_force": "GTD", "expire_time": EXPIRE}, {"expire_time": 1_796_054_400 * UNIT}),
        (
            {"time_in_force": "GTD", "expire_time": "2026-11-30T17:00:00+01:00"},
            {"expire_time": 1_796_054_400 * UNIT},
        ),
        ({"post_only": True}, {"post_only": True}),
        ({"reduce_only": True}, {"reduce_only": True}),
        (
            {"contingency_type": "OCO", "list_id": "l"},
            {"contingency_type": "OCO", "list_id": "l"},
        ),
        (
            {"contingency_type": "OTO", "parent_client_order_id": "p"},
            {"contingency_type": "OTO", "parent_client_order_id": "p"},
        ),
    ],
)
def test_each_field_goes_its_way(changes: dict[str, Any], wanted: dict[str, Any]) -> None:
    assert asked(**changes) == OrderInstructions(**wanted)


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({**STOP, "trigger_price": None}, "trigger_price", "must be given for STOP"),
        ({**STOP, "limit_price": "1.8"}, "limit_price", "must not be given for STOP"),
        ({**STOP, "order_type": "STOP_LIMIT"}, "limit_price", "must be given for STOP_LIMIT"),
        ({**STOP, "trailing_offset": "1"}, "trailing_offset", "TRAILING_STOP orders only"),
        ({**STOP, "trailing_offset_type": "PRICE"}, "trailing_offset_type", "TRAILING_STOP orders only"),
        ({**STOP, "display_qty": "1"}, "display_qty", "LIMIT and STOP_LIMIT orders only"),
        ({**STOP, "post_only": True}, "post_only", "LIMIT orders only"),
        ({**STOP, "trigger_price": "x"}, "trigger_price", ""),
        ({**TRAIL, "trailing_offset": None}, "trailing_offset", "must be given for TRAILING_STOP"),
        ({**TRAIL, "trailing_offset": "0"}, "trailing_offset", "must be positive"),
        ({"trigger_price": "1"}, "trigger_price", "STOP, STOP_LIMIT and TRAILING_STOP orders only"),
        ({"trigger_source": "MID"}, "trigger_source", "orders only"),
        ({"time_in_force": "GTD"}, "expire_time", "must be given for GTD"),
        ({"expire_time": EXPIRE}, "expire_time", "GTD orders only"),
        ({"time_in_force": "GTD", "expire_time": "tomorrow"}, "expire_time", "must be an instant"),
        ({"time_in_force": "GTD", "expire_time": "2026-11-30T16:00:00"}, "expire_time", "time zone"),
        ({"time_in_force": "GTD", "expire_time": "9999-01-01T00:00:00Z"}, "expire_time", "before 2262"),
        ({"time_in_force": "GTD", "expire_time": "1960-01-01T00:00:00Z"}, "expire_time", "after 1970"),
        ({"display_qty": "11"}, "display_qty", "at most order_qty 10"),
        ({"display_qty": "-1"}, "display_qty", "must be positive"),
        ({"display_qty": "1", "time_in_force": "FOK"}, "display_qty", "DAY, GTC and GTD orders only"),
        ({"post_only": True, "time_in_force": "IOC"}, "post_only", "DAY, GTC and GTD orders only"),
        ({"contingency_type": "OCO"}, "list_id", "must be given for OCO"),
        ({"contingency_type": "OTO"}, "parent_client_order_id", "must be given for OTO"),
        ({"list_id": "l"}, "list_id", "orders with a contingency_type only"),
        ({"parent_client_order_id": "p"}, "parent_client_order_id", "orders with a contingency_type only"),
        ({"trigger_source": "BID"}, "trigger_source", ""),
        ({"post_only": 1}, "post_only", ""),
    ],
)
def test_what_does_not_go_together_is_named(changes: dict[str, Any], field: str, words: str) -> None:
    with pytest.raises(ProblemRaised) as raised:
        asked(**changes)
    assert raised.value.field == field
    assert words in raised.value.detail
    assert raised.value.slug == "invalid-input"


ENTRY = order("e-1")


def bracket(**exits: Any) -> list[Any]:
    body = decode(BRACKET, msgspec.json.encode({"entry": ENTRY, **exits}))
    return [
        submit_intent(each, each.client_order_id or f"e-1.{place}", "ann", at)
        for place, (at, each) in enumerate(bracket_orders(body, "e-1"))
    ]


def test_a_bracket_is_three_orders() -> None:
    entry, profit, loss = bracket(
        take_profit={"limit_price": "2.4"}, stop_loss={"trigger_price": "1.9", "trigger_source": "MID"}
    )
    assert entry == msgspec.structs.replace(intent_of(ENTRY), client_order_id="e-1")
    assert entry.instructions is None
    assert (profit.side, profit.order_type, profit.limit_price) == (Side.SELL, OrderType.LIMIT, 2_400_000_000)
    assert (loss.side, loss.order_type, loss.limit_price) == (Side.SELL, OrderType.STOP, None)
    assert {each.order_qty for each in (entry, profit, loss)} == {10 * UNIT}
    both = {"contingency_type": ContingencyType.OCO, "list_id": "e-1", "parent_client_order_id": "e-1"}
    assert profit.instructions == OrderInstructions(**both)  # type: ignore[arg-type]
    assert loss.instructions == OrderInstructions(
        trigger_price=1_900_000_000, trigger_source=TriggerSource.MID, **both  # type: ignore[arg-type]
    )  # fmt: skip


def test_one_exit_follows_its_entry_alone() -> None:
    _, loss = bracket(stop_loss={"trailing_offset": "50", "trailing_offset_type": "BASIS_POINTS"})
    assert loss.order_type is OrderType.TRAILING_STOP
    assert loss.instructions == OrderInstructions(
        trailing_offset=50 * UNIT, trailing_offset_type=TrailingOffsetType.BASIS_POINTS,
        contingency_type=ContingencyType.OTO, parent_client_order_id="e-1",
    )  # fmt: skip
    _, limited = bracket(stop_loss={"trigger_price": "1.9", "limit_price": "1.8"})
    assert limited.order_type is OrderType.STOP_LIMIT


@pytest.mark.parametrize(
    ("exits", "field"),
    [
        ({}, "take_profit"),
        ({"stop_loss": {}}, "stop_loss.trigger_price"),
        ({"stop_loss": {"trigger_price": "0x"}}, "stop_loss.trigger_price"),
        ({"take_profit": {}}, "take_profit.limit_price"),
        ({"take_profit": {"limit_price": "2", "time_in_force": "GTD"}}, "take_profit.expire_time"),
        ({"stop_loss": {"trigger_price": "1", "side": "BUY"}}, "stop_loss.side"),
    ],
)
def test_what_is_wrong_with_a_bracket_is_named(exits: dict[str, Any], field: str) -> None:
    with pytest.raises(ProblemRaised) as raised:
        bracket(**exits)
    assert raised.value.field == field


def test_a_replace_can_move_the_trigger() -> None:
    body = msgspec.convert({"order_qty": "5", "trigger_price": "1.8"}, ReplaceRequest)
    assert replace_intent(body, "PAPER", "r-1", "ann", 7).trigger_price == 1_800_000_000
    body = msgspec.convert({"order_qty": "5"}, ReplaceRequest)
    assert replace_intent(body, "PAPER", "r-1", "ann", 7).trigger_price is None


def test_the_examples_of_the_guide_are_taken() -> None:
    """Each body in docs/order-types.md passes every check of the interface."""
    found = [
        each.text
        for each in blocks((ROOT / "docs" / "order-types.md").read_text())
        if each.language == "json"
    ]
    taken = 0
    for text in found:
        fields = msgspec.json.decode(text)
        data = text.encode()
        if "entry" in fields:
            orders = bracket_orders(decode(BRACKET, data), "e-1")
        elif "orders" in fields:
            orders = [("", each) for each in msgspec.json.decode(data, type=BatchRequest).orders]
        else:
            orders = [("", decode(ORDER, data))]
        for at, each in orders:
            submit_intent(each, "c-1", "ann", at)
            taken += 1
    assert (len(found), taken) == (4, 7)
