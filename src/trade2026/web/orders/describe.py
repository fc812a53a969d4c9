"""The fast routes as OpenAPI shows them; their schemas come from the types that decode and encode."""

from dataclasses import dataclass
from typing import Any, Final

from trade2026.web.api import Said
from trade2026.web.orders.answers import BatchAnswer, ChangeAnswer, OrderAnswer, PreviewAnswer
from trade2026.web.orders.bodies import (
    BatchRequest,
    BracketRequest,
    CancelRequest,
    OrderRequest,
    ReplaceRequest,
)
from trade2026.web.orders.handlers import BATCH, BRACKET, CANCEL, PREVIEW, REPLACE, SUBMIT
from trade2026.web.orders.requests import BATCH_KEY_MAX
from trade2026.web.routes.examples import BRACKET_BODY, HELD_ORDER, ORDER, ORDER_BODY, WORKING_ORDER

_CORE: Final = ("core-away", "journal-full", "outcome-unknown", "command-denied")


@dataclass(frozen=True, slots=True)
class FastRoute:
    """A fast route in words."""

    path: str
    operation_id: str
    summary: str
    description: str
    body: Any
    body_example: Any
    said: Said
    problems: tuple[str, ...]
    takes_key: bool = True
    key_length_max: int = 64
    needs_body: bool = True


FAST_ROUTES: Final = (
    FastRoute(
        SUBMIT, "submit_order", "Send an order",
        "Send an order. The answer comes once it is on disk. Without an Idempotency-Key or a client_order_id "
        "the server makes an id, and a repeated request makes another order.",
        OrderRequest, ORDER_BODY,
        Said("The order is on disk and on its way.", OrderAnswer,
             {"order": ORDER, "seq": 131, "repeated": False}, 201),
        ("order-refused", "order-denied", "idempotency-conflict", "not-found", "conflict", *_CORE),
    ),
    FastRoute(
        BATCH, "submit_orders", "Send many orders",
        "Send up to 500 orders in one go, decided in this order. A field that cannot be used refuses the "
        "whole batch; a no of the desk is a result of its own. Ids of orders without one are the "
        "Idempotency-Key with `.0`, `.1` and so on behind it.",
        BatchRequest, {"orders": [ORDER_BODY]},
        Said("A result for each order.", BatchAnswer, {"results": [{"order": ORDER}], "seq": 131}),
        ("not-found", *_CORE), key_length_max=BATCH_KEY_MAX,
    ),
    FastRoute(
        BRACKET, "submit_bracket", "Send an entry with its exits",
        "Send an entry with a take profit, a stop loss or both, decided in one go. Fills of the entry arm "
        "the exits, which are on the other side; a fill of one exit reduces the other by as much. The core "
        "holds exits until then: at the venue nothing protects the position while the core is down. Ids are "
        "as in a batch, and the entry's is the list's.",
        BracketRequest, BRACKET_BODY,
        Said("A result for the entry and for each exit, in this order.", BatchAnswer,
             {"results": [{"order": ORDER}, {"order": HELD_ORDER}], "seq": 131}),
        ("not-found", *_CORE), key_length_max=BATCH_KEY_MAX,
    ),
    FastRoute(
        PREVIEW, "preview_order", "See what an order would do",
        "Ask how an order would be answered now, and what it would cost. Nothing is sent or journaled. "
        "`held` says that the core would keep it until its trigger, its parent or its turn.",
        OrderRequest, ORDER_BODY,
        Said("The verdict.", PreviewAnswer, {
            "accepted": True, "verdict": "APPROVED", "failures": [], "largest_qty": None,
            "notional": "10125", "reference_price": "102", "fee_estimate": "1.0125",
            "text": "the order would be sent", "held": False,
        }),
        ("not-found", *_CORE), takes_key=False,
    ),
    FastRoute(
        CANCEL, "cancel_order", "Cancel an order",
        "Ask to cancel what is left of an order; a request to cancel is not a cancel yet. What the core "
        "holds is canceled at once.",
        CancelRequest, {},
        Said("The cancel is on its way.", ChangeAnswer,
             {"order": {**WORKING_ORDER, "status": "PENDING_CANCEL"}, "seq": 141}, 202),
        ("not-found", "conflict", "order-denied", "idempotency-conflict", *_CORE), needs_body=False,
    ),
    FastRoute(
        REPLACE, "replace_order", "Replace an order's terms",
        "Ask for another total quantity, limit price or trigger price; the order works on with its old terms "
        "until the venue says otherwise. What the core holds is changed at once.",
        ReplaceRequest, {"order_qty": "50", "limit_price": "101.5"},
        Said("The replace is on its way.", ChangeAnswer, {
            "order": {**WORKING_ORDER, "status": "PENDING_REPLACE", "pending_order_qty": "50",
                      "pending_limit_price": "101.5"},
            "seq": 142,
        }, 202),
        ("not-found", "conflict", "order-refused", "order-denied", "idempotency-conflict", *_CORE),
    ),
)  # fmt: skip
"""All of them."""
