"""Whose turn it is: a tree of due times, each node above sixteen, that compiled code compares in one go.

A processor that has to guess the outcome of a comparison guesses wrong every other time here, and each wrong
guess costs as much as all sixteen comparisons. So there is none: sixteen times are loaded as one vector. And
what was stored a moment ago is put into the vector where it belongs, not loaded again: a load of many words
waits for the store of one of them to reach the cache.
"""

from collections.abc import Callable
from typing import Any, cast

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic, overload

from trade2026.matching.compiled.keeping import part, piece
from trade2026.matching.compiled.layout import Memory
from trade2026.simulation.prism.compiled import layout as at

WAYS = 16
"""Nodes below a node."""
_WORDS = types.CPointer(types.int64)
_VECTOR = ir.VectorType(ir.IntType(64), WAYS)


# ------------------------------------------------------------------------------------- sixteen in one go


def least_with(w: Memory, first: int, lane: int, time: int) -> int:
    """The smallest of the sixteen from `first` on, were the one at `lane` this time."""
    return min(time, *(int(w[first + other]) for other in range(WAYS) if other != lane))


def lane_of(w: Memory, first: int, time: int) -> int:
    """The first lane of the sixteen from `first` on that has this time, which one of them has."""
    return next(lane for lane in range(WAYS) if w[first + lane] == time)


def lane_with(w: Memory, first: int, lane: int, time: int, least: int) -> int:
    """As `lane_of` for `least`, were the one at `lane` this time."""
    return next(n for n in range(WAYS) if (time if n == lane else w[first + n]) == least)


def _sixteen(builder: Any, memory: Any, first: Any) -> Any:
    begin = builder.bitcast(builder.gep(memory, [first]), _VECTOR.as_pointer())
    return builder.load(begin, align=8)


def _all(builder: Any, number: Any) -> Any:
    """A vector of this number."""
    one = builder.insert_element(ir.Constant(_VECTOR, ir.Undefined), number, ir.IntType(32)(0))
    return builder.shuffle_vector(
        one, ir.Constant(_VECTOR, ir.Undefined), ir.Constant(ir.VectorType(ir.IntType(32), WAYS), [0] * WAYS)
    )


def _put(builder: Any, vector: Any, lane: Any, time: Any) -> Any:
    lanes = ir.Constant(_VECTOR, list(range(WAYS)))
    is_it = builder.icmp_unsigned("==", lanes, _all(builder, lane))
    return builder.select(is_it, _all(builder, time), vector)


def _first_lane(builder: Any, vector: Any, time: Any) -> Any:
    found = builder.icmp_unsigned("==", vector, _all(builder, time))
    bits = builder.zext(builder.bitcast(found, ir.IntType(WAYS)), ir.IntType(64))
    return builder.cttz(bits, ir.IntType(1)(1))


@intrinsic
def _least_with(_context: Any, memory: Any, first: Any, lane: Any, time: Any) -> Any:
    def generate(_code: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        memory, first, lane, time = arguments
        vector = _put(builder, _sixteen(builder, memory, first), lane, time)
        kind = ir.FunctionType(ir.IntType(64), [_VECTOR])
        smallest = cgutils.get_or_insert_function(builder.module, kind, "llvm.vector.reduce.smin.v16i64")
        return builder.call(smallest, [vector])

    return types.int64(_WORDS, types.int64, types.int64, types.int64), generate


@intrinsic
def _lane_of(_context: Any, memory: Any, first: Any, time: Any) -> Any:
    def generate(_code: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        memory, first, time = arguments
        return _first_lane(builder, _sixteen(builder, memory, first), time)

    return types.int64(_WORDS, types.int64, types.int64), generate


@intrinsic
def _lane_with(_context: Any, memory: Any, first: Any, lane: Any, time: Any, least: Any) -> Any:
    def generate(_code: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        memory, first, lane, time, least = arguments
        vector = _put(builder, _sixteen(builder, memory, first), lane, time)
        return _first_lane(builder, vector, least)

    return types.int64(_WORDS, types.int64, types.int64, types.int64, types.int64), generate


_least_with_in_code = cast(Callable[..., int], _least_with)
_lane_of_in_code = cast(Callable[..., int], _lane_of)
_lane_with_in_code = cast(Callable[..., int], _lane_with)


@overload(least_with)
def _least_with_compiled(w: Any, first: Any, lane: Any, time: Any) -> Any:
    def way(w: Any, first: Any, lane: Any, time: Any) -> Any:
        return _least_with_in_code(w, first, lane, time)

    return way


@overload(lane_of)
def _lane_of_compiled(w: Any, first: Any, time: Any) -> Any:
    def way(w: Any, first: Any, time: Any) -> Any:
        return _lane_of_in_code(w, first, time)

    return way


@overload(lane_with)
def _lane_with_compiled(w: Any, first: Any, lane: Any, time: Any, least: Any) -> Any:
    def way(w: Any, first: Any, lane: Any, time: Any, least: Any) -> Any:
        return _lane_with_in_code(w, first, lane, time, least)

    return way


# ---------------------------------------------------------------------------------------------- the tree


@part
def take_out(w: Memory, slot: int) -> None:
    """Make a slot due never, and say anew what is the earliest of each sixteen above it, and who is next."""
    tree = w[at.TREE]
    node = w[at.FIRST_LEAF] + slot
    before, time = w[tree + node], at.NEVER
    least = lane = 0
    while node:
        above, lane = (node - 1) >> 4, (node - 1) & (WAYS - 1)
        if w[tree + above] != before:  # It was not the first of its sixteen.
            w[tree + node] = time
            return
        first = tree + WAYS * above + 1
        least = least_with(w, first, lane, time)
        if above == 0:
            lane = lane_with(w, first, lane, time, least)
        w[tree + node] = time
        node, time = above, least
    w[tree] = w[at.NEXT_DUE] = least
    w[at.NEXT_SLOT] = _first_below(w, tree, 1 + lane, least) - w[at.FIRST_LEAF]


@part
def _first_below(w: Memory, tree: int, node: int, time: int) -> int:
    """The first leaf below a node, or it, that has this time: looked for ahead, while its forerunner acts."""
    while node < w[at.FIRST_LEAF]:
        first = WAYS * node + 1
        node = first + lane_of(w, tree + first, time)
    return node


@piece
def put_in(w: Memory, slot: int, time: int) -> None:
    """Make a slot that is due never due at a time."""
    tree = w[at.TREE]
    node = w[at.FIRST_LEAF] + slot
    w[tree + node] = time
    while node:
        node = (node - 1) >> 4
        if time > w[tree + node]:
            return
        w[tree + node] = time
    if time < w[at.NEXT_DUE] or slot < w[at.NEXT_SLOT]:
        w[at.NEXT_SLOT] = slot
    w[at.NEXT_DUE] = time


@part
def set_due(w: Memory, slot: int, time: int) -> None:
    """Say when a slot is due."""
    take_out(w, slot)
    put_in(w, slot, time)


@part
def take_next(w: Memory) -> int:
    """Who is due first, and is due never now; of two that are due at once the one with the lower number."""
    slot = w[at.NEXT_SLOT]
    take_out(w, slot)
    return slot
