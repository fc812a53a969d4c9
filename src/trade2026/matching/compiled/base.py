"""What all parts of the kernel stand on: memory by its address, events, what is left of an order."""

from collections.abc import Callable
from typing import Any, cast

from numba import types  # dst-ok: compiles integer arithmetic
from numba.extending import intrinsic  # dst-ok: compiles integer arithmetic

from trade2026.matching.compiled.keeping import part
from trade2026.matching.compiled.layout import (
    COMMAND,
    CUM,
    EVENT_WIDTH,
    EVENTS,
    N_EVENTS,
    PREVENTED,
    QTY,
    Memory,
)


def pointer_to(kind: Any) -> Any:
    """A function of compiled code that takes an address for a bare pointer to numbers of this numba type.

    An index below 0 need not be thought of, and a number is the cheapest thing to hand over.
    """
    pointer = types.CPointer(kind)

    @intrinsic
    def at(_context: Any, address: Any) -> Any:
        def generate(context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
            return builder.inttoptr(arguments[0], context.get_value_type(pointer))

        return pointer(address), generate

    return at


memory_at = cast(Callable[[int], Memory], pointer_to(types.int64))
"""The memory at this address, as compiled code sees it."""


@part
def tell(m: Memory, kind: int, a: int, b: int, c: int, d: int, e: int, f: int, g: int, h: int) -> None:
    """Write an event; the room for it was looked at before."""
    at = m[EVENTS] + m[N_EVENTS] * EVENT_WIDTH
    m[at] = kind
    m[at + 1] = m[COMMAND]
    m[at + 2] = a
    m[at + 3] = b
    m[at + 4] = c
    m[at + 5] = d
    m[at + 6] = e
    m[at + 7] = f
    m[at + 8] = g
    m[at + 9] = h
    m[N_EVENTS] += 1


@part
def leaves(m: Memory, row: int) -> int:
    """What may still trade."""
    return m[row + QTY] - m[row + CUM] - m[row + PREVENTED]
