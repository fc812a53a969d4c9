"""Lists of orders: how a bracket's exits and a pair of which one cancels the other name each other."""

import msgspec

from trade2026.model.enums import ContingencyType, Side
from trade2026.model.instructions import OrderInstructions


def opposite(side: Side) -> Side:
    """The side that closes what this one opens."""
    return Side.SELL if side is Side.BUY else Side.BUY


def as_pair(instructions: OrderInstructions | None, list_id: str) -> OrderInstructions:
    """The instructions of one of a pair: a fill of one reduces the other by as much."""
    return msgspec.structs.replace(
        instructions or OrderInstructions(), contingency_type=ContingencyType.OCO, list_id=list_id
    )


def as_child(
    instructions: OrderInstructions | None, parent_client_order_id: str, list_id: str
) -> OrderInstructions:
    """The instructions of an exit that its parent's fills arm: of a pair, or alone where `list_id` is ""."""
    return msgspec.structs.replace(
        instructions or OrderInstructions(),
        contingency_type=ContingencyType.OCO if list_id else ContingencyType.OTO,
        list_id=list_id,
        parent_client_order_id=parent_client_order_id,
    )
