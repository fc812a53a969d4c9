"""The ways into the simulated market, each by the address of its memory."""

import sys
from collections.abc import Callable
from typing import Final, ParamSpec, TypeVar

from trade2026.matching.compiled import calls
from trade2026.matching.compiled import layout as book_at
from trade2026.matching.compiled.base import memory_at
from trade2026.matching.compiled.keeping import kept, part, piece, rare, sha256_of, sources_of
from trade2026.matching.compiled.layout import Memory
from trade2026.simulation.prism.compiled import (
    base,
    elementary,
    exchange,
    layout,
    maker,
    noise,
    queue,
    takers,
    values,
)
from trade2026.simulation.prism.compiled import layout as at
from trade2026.simulation.prism.compiled.base import (
    book_of,
    exponential,
    floats_at,
    normal,
    uniform,
)
from trade2026.simulation.prism.compiled.elementary import exp
from trade2026.simulation.prism.compiled.exchange import (
    cancel_in,
    deliver,
    finish,
    is_time_due,
    place_in,
    rule_in,
    tell_time,
    why_not,
)
from trade2026.simulation.prism.compiled.layout import Floats
from trade2026.simulation.prism.compiled.maker import make_market
from trade2026.simulation.prism.compiled.noise import next_arrival, trade_noise
from trade2026.simulation.prism.compiled.queue import put_in, set_due, take_next
from trade2026.simulation.prism.compiled.takers import trade_on_signal, trade_on_trend
from trade2026.simulation.prism.compiled.values import step_values, tell_news

P = ParamSpec("P")
R = TypeVar("R")


def kernel_sources() -> str:
    """All that goes into compiled code."""
    modules = (layout, elementary, base, queue, exchange, values, noise, maker, takers, sys.modules[__name__])
    return calls.kernel_sources() + sources_of(modules)


_SOURCES: Final = sha256_of(kernel_sources())


def _kept(function: Callable[P, R]) -> Callable[P, R]:
    return kept(_SOURCES, function)


@piece
def _send(w: Memory, x: Floats, s: int, f: int) -> int:
    """What the slot decided is under way; when that arrives or, with nothing decided, when it looks again."""
    if w[s + at.N_PENDING] == 0:
        return w[s + at.NEXT_WAKE]
    w[s + at.IS_SENDING] = 1
    takes = x[f + at.LATENCY_NS] + x[f + at.LATENCY_MORE_NS] * exponential(w, s + at.RANDOM)
    return w[at.NOW] + int(takes)


@part
def _bring_noise(w: Memory, x: Floats, s: int) -> int:
    """Noise comes to a book: one of those traders acts who have nothing under way; when more comes."""
    number, count = w[s + at.BOOK], w[at.NOISE_COUNT]
    first = w[at.NOISE_BEGIN] + number * count
    m = book_of(w, number)
    drawn = int(uniform(w, s + at.RANDOM) * count)
    for step in range(count if m[book_at.PHASE] != book_at.HALTED else 0):
        chosen = drawn + step
        trader = first + (chosen if chosen < count else chosen - count)
        t = w[at.SLOTS] + trader * at.SLOT
        if w[t + at.IS_SENDING]:
            continue
        f = at.FLOAT_HEADER + trader * at.SLOT_FLOATS
        trade_noise(w, x, t, f, m)
        put_in(w, trader, _send(w, x, t, f))
        break
    return next_arrival(w, x, s, number, True)


@piece
def _wake(w: Memory, x: Floats, slot: int, s: int) -> int:
    """The slot looks and decides; when it is due next."""
    kind = w[s + at.KIND]
    f = at.FLOAT_HEADER + slot * at.SLOT_FLOATS
    w[s + at.WAKES] += 1
    if kind == at.NOISE_SOURCE:
        return _bring_noise(w, x, s)
    if kind == at.FUNDAMENTAL:
        step_values(w, x)
        return w[at.NOW] + int(x[at.STEP_NS])
    w[s + at.NEXT_WAKE] = w[at.NOW] + 1 + int(x[f + at.EVERY_NS] * exponential(w, s + at.RANDOM))
    m = book_of(w, w[s + at.BOOK])
    if m[book_at.PHASE] != book_at.HALTED:
        if kind == at.MAKER:
            make_market(w, x, s, f, m)
        elif kind == at.INFORMED:
            trade_on_signal(w, x, s, f, m)
        else:
            trade_on_trend(w, x, s, f, m)
    return _send(w, x, s, f)


@rare
def _end_begun(w: Memory) -> bool:
    """Whether no command is under way any more."""
    if not w[at.BUSY_BOOK]:
        return True
    number = w[at.BUSY_BOOK] - 1
    return finish(w, number, book_of(w, number)) == at.DONE


@part
def _advance(w: Memory, x: Floats, until: int) -> int:
    """Let everything happen that is due up to `until`: DONE, or what is missing before it can go on."""
    if not _end_begun(w):
        return at.NEEDS_ROOM
    while True:
        time = w[at.NEXT_DUE]
        if time > until:
            w[at.NOW] = max(w[at.NOW], until)
            return at.DONE
        slot = take_next(w)
        w[at.NOW] = time
        s = w[at.SLOTS] + slot * at.SLOT
        if not w[s + at.IS_SENDING]:
            due = _wake(w, x, slot, s)
            if not w[s + at.IS_SENDING] or due >= w[at.NEXT_DUE] or due > until:
                put_in(w, slot, due)
                continue
            w[at.NOW] = due  # Nothing happens before what it sent arrives.
        status = deliver(w, s)
        if status:
            put_in(w, slot, w[at.NOW])
            return at.NEEDS_ROOM if status == at.BEGUN else status
        w[s + at.IS_SENDING] = 0
        if w[s + at.KIND] != at.NOISE:  # Which is called by its source, not by the clock.
            put_in(w, slot, max(w[s + at.NEXT_WAKE], w[at.NOW]))


@part
def _bring(
    w: Memory, time: int, number: int, op: int, order: int, owner: int, side: int, kind: int, tif: int,
    qty: int, limit: int, trigger: int, display: int, expire: int, post: int, prevention: int,
) -> int:  # fmt: skip
    """See `bring`: apart from it, as whatever a way in calls is compiled for it once more."""
    if op == at.GO_ON:
        return at.DONE if _end_begun(w) else at.BEGUN
    status = _advance(w, floats_at(w[at.FLOATS]), time)
    if status or op == at.NOTHING:
        return status
    m = book_of(w, number)
    status = why_not(w, m, op)
    if status:
        return status
    is_timed = op == book_at.PLACE_ORDER and tif == book_at.GTD
    if is_time_due(w, m) or (is_timed and m[book_at.NOW] != w[at.NOW]):
        status = tell_time(w, number, m) or why_not(w, m, op)
        if status:
            return at.NEEDS_ROOM if status == at.BEGUN else status
    if op == book_at.PLACE_ORDER:
        return place_in(
            w, number, m, order, owner, side, kind, tif, qty, limit, trigger, display, expire, post,
            prevention,
        )  # fmt: skip
    if op == book_at.CANCEL_OPEN:
        return cancel_in(w, number, m, order, 0)
    return rule_in(w, number, m, op, order, qty, limit, trigger, display, expire)


@_kept
def bring(
    address: int, time: int, number: int, op: int, order: int, owner: int, side: int, kind: int, tif: int,
    qty: int, limit: int, trigger: int, display: int, expire: int, post: int, prevention: int,
) -> int:  # fmt: skip
    """Let everything happen that is due up to a time, then do a command of somebody else, by its columns.

    DONE; what is missing before it is called again; or BEGUN, and it has to be called with GO_ON. For `op`
    NOTHING there is no command. One way in for all, because each takes the compiler as long as all of it.
    """
    return _bring(
        memory_at(address), time, number, op, order, owner, side, kind, tif, qty, limit, trigger, display,
        expire, post, prevention,
    )  # fmt: skip


@_kept
def call_at(address: int, slot: int, time: int) -> None:
    """Make a slot due at a time."""
    set_due(memory_at(address), slot, time)


@_kept
def first_arrival(address: int, slot: int) -> None:
    """Begin the arrivals of noise."""
    w = memory_at(address)
    s = w[at.SLOTS] + slot * at.SLOT
    set_due(w, slot, next_arrival(w, floats_at(w[at.FLOATS]), s, w[s + at.BOOK], False))


@_kept
def lognormal(address: int, sigma: float) -> float:
    """A number with median 1 whose logarithm is normal, from the stream at an address."""
    return exp(sigma * normal(memory_at(address), 0))


@_kept
def jump(address: int, number: int, size: float) -> None:
    """The value of a book's asset jumps by `size` of its logarithm, and that is news."""
    w = memory_at(address)
    tell_news(w, floats_at(w[at.FLOATS]), number, size)
