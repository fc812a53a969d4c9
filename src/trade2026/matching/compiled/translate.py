"""Commands as rows of numbers, rows of numbers as events, and rows of memory as orders."""

from collections.abc import Iterable, Sequence
from typing import Final

import numpy as np  # dst-ok: arrays of int64

from trade2026.matching.compiled import layout as at
from trade2026.matching.compiled.layout import Memory
from trade2026.matching.order import (
    BookOrder,
    malformed,
    malformed_bands,
    malformed_change,
    too_late,
    unsuited,
)
from trade2026.matching.words import (
    Accepted,
    AdvanceTime,
    BandsSet,
    BookCommand,
    BookEvent,
    CancelOpen,
    Ended,
    EndReason,
    EndSession,
    NoReason,
    Phase,
    PhaseSet,
    PlaceOrder,
    Prevented,
    Refused,
    ReplaceOpen,
    Replenished,
    SelfTradePrevention,
    SetBands,
    SetPhase,
    TermsReplaced,
    Traded,
    Triggered,
    Uncross,
    Uncrossed,
)
from trade2026.model.enums import OrderType, Side, TimeInForce
from trade2026.primitives.fixed_point import INT64_MAX

SIDES: Final = tuple(Side)
TYPES: Final = tuple(OrderType)
TIMES: Final = tuple(TimeInForce)
PREVENTIONS: Final = tuple(SelfTradePrevention)
PHASES: Final = tuple(Phase)
NO_REASONS: Final = tuple(NoReason)
END_REASONS: Final = tuple(EndReason)
CODES: Final[dict[str, int]] = {
    word: code for words in (SIDES, TYPES, TIMES, PREVENTIONS, PHASES) for code, word in enumerate(words)
}
"""The number of each word in the kernel: its position in its enum."""

_TEXTS: Final = {
    NoReason.DUPLICATE_ORDER: "an open order has this id",
    NoReason.UNKNOWN_ORDER: "no open order has this id",
    NoReason.WOULD_TAKE: "it is post-only and would trade at once",
}


class Owners:
    """Names of owners and their numbers in the kernel; "" is nobody, 0."""

    __slots__ = ("_numbers", "names")

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {"": 0}
        self.names: list[str] = [""]

    def number(self, name: str) -> int:
        """The number of an owner, a new one for a new name."""
        found = self._numbers.get(name)
        if found is None:
            found = self._numbers[name] = len(self.names)
            self.names.append(name)
        return found


def place_row(command: PlaceOrder, owners: Owners) -> tuple[int, ...]:
    """The numbers of a PlaceOrder, from `order_id` on."""
    return (
        command.order_id, owners.number(command.owner), CODES[command.side], CODES[command.order_type],
        CODES[command.time_in_force], command.order_qty, command.limit_price or 0,
        command.trigger_price or 0, command.display_qty, command.expire_time, int(command.post_only),
        CODES[command.prevention],
    )  # fmt: skip


def bands_row(command: SetBands) -> tuple[int, int, int, int]:
    """The numbers of a SetBands."""
    return (
        command.limit_low or 0, command.limit_high or 0, command.trade_low or 0, command.trade_high or 0,
    )  # fmt: skip


def to_rows(commands: Sequence[BookCommand], owners: Owners) -> Memory:
    """Commands for `CompiledBook.run`; each must be one that numbers can say (see `is_sayable`)."""
    rows = np.zeros((len(commands), at.COMMAND_WIDTH), np.int64)
    for number, command in enumerate(commands):
        match command:
            case PlaceOrder():
                rows[number] = (at.PLACE_ORDER, *place_row(command, owners))
            case CancelOpen(order_id):
                rows[number, : at.OWNER_COLUMN] = at.CANCEL_OPEN, order_id
            case ReplaceOpen():
                rows[number, : at.OWNER_COLUMN] = at.REPLACE_OPEN, command.order_id
                rows[number, at.QTY_COLUMN : at.DISPLAY_COLUMN] = (
                    command.order_qty, command.limit_price or 0, command.trigger_price or 0,
                )  # fmt: skip
            case AdvanceTime(now):
                rows[number, at.OP], rows[number, at.EXPIRE_COLUMN] = at.ADVANCE_TIME, now
            case EndSession():
                rows[number, at.OP] = at.END_SESSION
            case SetPhase(phase):
                rows[number, at.OP], rows[number, at.PHASE_COLUMN] = at.SET_PHASE, CODES[phase]
            case Uncross():
                rows[number, at.OP] = at.UNCROSS
            case SetBands():
                rows[number, at.OP] = at.SET_BANDS
                rows[number, at.BANDS_COLUMN : at.BANDS_COLUMN + 4] = bands_row(command)
    return rows


def to_command(row: Sequence[int], names: Sequence[str]) -> BookCommand:
    """The command in a row of numbers."""
    op, order_id, owner, side, kind, tif, qty, limit, trigger, display, expire, post, prevention = row
    match op:
        case at.PLACE_ORDER:
            return PlaceOrder(
                order_id, names[owner], SIDES[side], TYPES[kind], TIMES[tif], qty, limit or None,
                trigger or None, display, expire, bool(post), PREVENTIONS[prevention],
            )  # fmt: skip
        case at.CANCEL_OPEN:
            return CancelOpen(order_id)
        case at.REPLACE_OPEN:
            return ReplaceOpen(order_id, qty, limit or None, trigger or None)
        case at.ADVANCE_TIME:
            return AdvanceTime(expire)
        case at.END_SESSION:
            return EndSession()
        case at.SET_PHASE:
            return SetPhase(PHASES[qty])
        case at.UNCROSS:
            return Uncross()
        case _:
            return SetBands(qty or None, limit or None, trigger or None, display or None)


def is_sayable(command: BookCommand) -> bool:
    """Whether int64 can say it, with 0 for a price that is not given."""
    numbers: tuple[int, ...] = ()
    prices: tuple[int | None, ...] = ()
    match command:
        case PlaceOrder():
            numbers = (command.order_id, command.order_qty, command.display_qty, command.expire_time)
            prices = (command.limit_price, command.trigger_price)
        case ReplaceOpen():
            numbers = (command.order_id, command.order_qty)
            prices = (command.limit_price, command.trigger_price)
        case SetBands():
            prices = (command.limit_low, command.limit_high, command.trade_low, command.trade_high)
        case CancelOpen(number) | AdvanceTime(number):
            return -INT64_MAX <= number <= INT64_MAX
        case _:
            return True
    return all(-INT64_MAX <= each <= INT64_MAX for each in numbers) and all(
        price is None or 0 < price <= INT64_MAX for price in prices
    )


def no_text(
    reason: NoReason,
    command: BookCommand,
    order: BookOrder | None,
    now: int,
    phase: Phase,
    bands: SetBands,
) -> str:
    """Why the command was refused, in the reference's words; `order` is the one that it names."""
    if reason in _TEXTS:
        return _TEXTS[reason]
    if isinstance(command, SetPhase):
        return f"the book is in {phase} already"
    if isinstance(command, Uncross):
        return f"there is no auction to end in {phase}"
    if reason is NoReason.NOTHING_TO_CHANGE:
        return "the terms are what they were"
    if reason is NoReason.MALFORMED:
        text = _malformed(command, order, now)
    else:
        refused = unsuited(_as_asked(command, order), phase, bands)
        text = None if refused is None else refused.text
    assert text is not None, "the kernel refuses what the reference refuses"
    return text


def _malformed(command: BookCommand, order: BookOrder | None, now: int) -> str | None:
    if isinstance(command, PlaceOrder):
        return malformed(command, now)
    if isinstance(command, SetBands):
        return malformed_bands(command)
    if isinstance(command, AdvanceTime):
        return too_late(command)
    assert isinstance(command, ReplaceOpen) and order is not None, "nothing else can be malformed"
    return malformed_change(command, order)


def _as_asked(command: BookCommand, order: BookOrder | None) -> BookOrder:
    """The order as it would be with what the command asks for."""
    if isinstance(command, PlaceOrder):
        return BookOrder.of(command, 0)
    assert isinstance(command, ReplaceOpen) and order is not None, "nothing else can be unsuited"
    order.limit_price = order.limit_price if command.limit_price is None else command.limit_price
    return order


def to_order(m: Memory, row: int, names: Sequence[str]) -> BookOrder:
    """The order in this row."""
    w = m[row : row + at.ROW].tolist()
    return BookOrder(
        w[at.ID], names[w[at.OWNER]], SIDES[w[at.SIDE]], TYPES[w[at.TYPE]], TIMES[w[at.TIF]], w[at.QTY],
        w[at.LIMIT] or None, w[at.TRIGGER] or None, w[at.DISPLAY], w[at.EXPIRE], bool(w[at.POST_ONLY]),
        PREVENTIONS[w[at.PREVENTION]], w[at.PLACE], w[at.CUM], w[at.PREVENTED], w[at.SHOWN],
        bool(w[at.IS_TRIGGERED]),
    )  # fmt: skip


def to_events(rows: Iterable[list[int]]) -> list[BookEvent]:
    """Events in words; a refusal without its text, which needs the command."""
    return [_to_event(row) for row in rows]


def _to_event(row: list[int]) -> BookEvent:
    kind, _, a, b, c, d, e, f, g, h = row[:10]
    match kind:
        case at.ACCEPTED:
            return Accepted(a)
        case at.TRADED:
            return Traded(a, b, c, d, e, SIDES[f], g, h)
        case at.ENDED:
            return Ended(a, END_REASONS[b], c, d)
        case at.REFUSED:
            return Refused(a, NO_REASONS[b], "")
        case at.REPLENISHED:
            return Replenished(a, b)
        case at.TRIGGERED:
            return Triggered(a, b)
        case at.KEPT_APART:
            return Prevented(a, b, c)
        case at.PHASE_SET:
            return PhaseSet(PHASES[a], b or None)
        case at.UNCROSSED:
            return Uncrossed(a, b, c)
        case at.BANDS_SET:
            return BandsSet()
        case _:
            return TermsReplaced(a, b, c or None, d or None, e, bool(f))
