"""One instrument's order book as compiled code; see `matching.book` for what it does."""

import hashlib
from collections.abc import Callable

import numpy as np  # dst-ok: arrays of int64

from trade2026.matching.compiled import calls as kernel
from trade2026.matching.compiled import layout as at
from trade2026.matching.compiled.layout import Memory, grown, new_memory
from trade2026.matching.compiled.translate import (
    CODES,
    PHASES,
    Owners,
    bands_row,
    is_sayable,
    no_text,
    place_row,
    to_events,
    to_order,
)
from trade2026.matching.order import BookOrder, Level
from trade2026.matching.state import state_bytes
from trade2026.matching.words import (
    AdvanceTime,
    BookCommand,
    BookEvent,
    CancelOpen,
    EndSession,
    NoReason,
    Phase,
    PlaceOrder,
    Refused,
    ReplaceOpen,
    SetBands,
    SetPhase,
    Uncross,
)
from trade2026.model.enums import Side
from trade2026.primitives.fixed_point import INT64_MAX

CAPACITY = 4096
ROOM = 8192


class CompiledBook:
    """A book with the interface of `OrderBook`, and two faster ways in.

    `handle` takes and gives the words. `run` takes and gives arrays, many commands a call. `place_limit`,
    `place`, `cancel`, `replace` take plain integers, one command a call, and give how many events there are;
    `told` gives these. Numbers must fit int64. `copy.deepcopy` gives a snapshot.

    Parameters
    ----------
    capacity : int
        Open orders that there is room for at first; it doubles when it runs out.
    room : int
        Events that are kept before they are moved out, at least four.
    place : int
        Its number among the books that are used together: says where in a page of memory it begins.
    """

    __slots__ = ("_address", "_m", "_moved", "_place", "owners")

    def __init__(self, capacity: int = CAPACITY, room: int = ROOM, place: int = 0) -> None:
        assert capacity > 0 and room >= at.STEP_EVENTS, f"too small, was {capacity} and {room}"
        self._place = place
        self._m = new_memory(capacity, room, place)
        self._address = self._m.ctypes.data
        self._moved: list[Memory] = []
        self.owners = Owners()

    def __getstate__(self) -> tuple[Memory, list[Memory], Owners]:
        """For copies and pickles: the address is this memory's alone."""
        memory = self._m.copy()
        memory[at.HOLDINGS] = 0  # A copy of a book alone has no accounts.
        return memory, self._moved, self.owners

    def __setstate__(self, state: tuple[Memory, list[Memory], Owners]) -> None:
        self._m, self._moved, self.owners = state
        self._address = self._m.ctypes.data

    # ----------------------------------------------------------------------------------------- arrays

    def run(self, commands: Memory) -> Memory:
        """Do commands, one a row of `layout.COMMAND_WIDTH` int64; the events, one a row.

        The second column of an event is the position of its command. Owners are numbers of `owners`. Where
        they fit the room, as they do for a few thousand commands, the events stay where they were written,
        and are good until the next command.
        """
        assert commands.dtype == np.int64, f"commands must be int64, was {commands.dtype}"
        assert commands.ndim == 2 and commands.shape[1] == at.COMMAND_WIDTH, f"shape was {commands.shape}"
        commands = np.ascontiguousarray(commands)
        assert not kernel.has_more(self._address), "a command before was broken off: the book cannot go on"
        self._m[at.N_EVENTS] = self._m[at.IS_CONTINUED] = 0
        position = kernel.run(self._address, commands, 0)
        parts: list[Memory] = []
        while position < len(commands) or kernel.has_more(self._address):
            parts.append(self.take_out().copy())
            if self._m[at.OPEN] >= self._m[at.CAPACITY] and not kernel.has_more(self._address):
                self._grow()
            position = kernel.run(self._address, commands, position)
        told = self.take_out()
        return np.concatenate([*parts, told]) if parts else told

    def set_rules(self, words: dict[int, int]) -> None:
        """Write words of the header: what a market's listing says, and where its accounts are."""
        for word, value in words.items():
            self._m[word] = value

    @property
    def address(self) -> int:
        """Where the memory is; another one after the book has grown."""
        return self._address

    def take_out(self) -> Memory:
        """The events that were told and not taken out, one a row, for whoever drives the kernel itself.

        They are where they were written: good until the next command.
        """
        told = self._view()
        self._m[at.N_EVENTS] = 0
        return told

    def _view(self) -> Memory:
        begin, count = self._m[at.EVENTS], self._m[at.N_EVENTS]
        return self._m[begin : begin + count * at.EVENT_WIDTH].reshape(-1, at.EVENT_WIDTH)

    def make_rows(self) -> None:
        """Make room for more orders where there is none, for whoever drives the kernel itself."""
        if self._m[at.OPEN] >= self._m[at.CAPACITY]:
            self._grow()

    def _grow(self) -> None:
        self._m = grown(self._m, self._place)
        self._address = self._m.ctypes.data
        kernel.remember_all_of(self._address)

    # --------------------------------------------------------------------------------- plain integers

    def place_limit(
        self, order_id: int, owner: int, side: int, qty: int, limit: int, tif: int = at.GTC
    ) -> int:
        """Enter a plain limit order; how many events that gave."""
        count = kernel.limit_one(self._address, order_id, owner, side, qty, limit, tif)
        if count > 0:
            return count
        return self._after(count, kernel.limit_one, order_id, owner, side, qty, limit, tif)

    def place(self, *terms: int) -> int:
        """Enter an order by the columns of a command from `order_id` to `prevention`; how many events."""
        count = kernel.place_one(self._address, *terms)
        return count if count > 0 else self._after(count, kernel.place_one, *terms)

    def cancel(self, order_id: int) -> int:
        """Take an order out; how many events, which is one."""
        count = kernel.cancel_one(self._address, order_id)
        return count if count > 0 else self._after(count)

    def replace(self, order_id: int, qty: int, limit: int = 0, trigger: int = 0) -> int:
        """Give an order other terms, prices of 0 as they are; how many events."""
        count = kernel.replace_one(self._address, order_id, qty, limit, trigger)
        return count if count > 0 else self._after(count)

    def advance_time(self, now: int) -> int:
        """End the GTD orders whose time has come; how many events."""
        count = kernel.time_one(self._address, now, False)
        return count if count >= 0 else self._after(count)

    def end_session(self) -> int:
        """End the DAY orders; how many events."""
        count = kernel.time_one(self._address, 0, True)
        return count if count >= 0 else self._after(count)

    def set_phase(self, phase: int) -> int:
        """Change the phase; how many events."""
        return self._rule(at.SET_PHASE, phase)

    def uncross(self) -> int:
        """End an auction; how many events."""
        return self._rule(at.UNCROSS)

    def set_bands(self, limit_low: int, limit_high: int, trade_low: int, trade_high: int) -> int:
        """Set bounds of prices, 0 for none; how many events, which is one."""
        return self._rule(at.SET_BANDS, limit_low, limit_high, trade_low, trade_high)

    def _rule(self, op: int, a: int = 0, b: int = 0, c: int = 0, d: int = 0) -> int:
        count = kernel.rule_one(self._address, op, a, b, c, d)
        return count if count >= 0 else self._after(count)

    def told(self) -> Memory:
        """The events of the last call with plain integers, one a row; good until the next call."""
        if self._m[at.IS_CONTINUED]:
            return np.concatenate([*self._moved, self._view()])
        return self._view()

    def _after(self, count: int, again: Callable[..., int] | None = None, *terms: int) -> int:
        """Make room for orders and begin, or for events and go on."""
        assert count != kernel.BUSY, "a command before was broken off: the book cannot go on"
        if count == kernel.FULL:
            assert again is not None, "only a new order needs a row"
            self._grow()
            count = again(self._address, *terms)
        self._moved = []
        while count == kernel.NO_ROOM:
            self._moved.append(self.take_out().copy())
            count = kernel.go_on(self._address)
        return count + sum(len(part) for part in self._moved)

    # ------------------------------------------------------------------------------------------ words

    def handle(self, command: BookCommand) -> tuple[BookEvent, ...]:
        """Do one command; the events are what happened, in its order. Refused is an event, never raised."""
        events = self.do(command)
        if len(events) == 1 and type(events[0]) is Refused:
            return (self.said(events[0], command),)
        return events

    def do(self, command: BookCommand) -> tuple[BookEvent, ...]:
        """As `handle`, but that a refusal has no text."""
        if not is_sayable(command):
            order_id = getattr(command, "order_id", 0)
            is_unknown = isinstance(command, CancelOpen | ReplaceOpen) and self.order(order_id) is None
            return (Refused(order_id, NoReason.UNKNOWN_ORDER if is_unknown else NoReason.MALFORMED, ""),)
        match command:
            case PlaceOrder():
                self.place(*place_row(command, self.owners))
            case CancelOpen(order_id):
                self.cancel(order_id)
            case ReplaceOpen(order_id, order_qty, limit_price, trigger_price):
                self.replace(order_id, order_qty, limit_price or 0, trigger_price or 0)
            case _:
                self._handle_rule(command)
        return tuple(to_events(self.told().tolist()))

    def said(self, refused: Refused, command: BookCommand) -> Refused:
        """The refusal with its text, which the kernel cannot say; what it names is as it was."""
        order = self.order(refused.order_id) if type(command) is ReplaceOpen else None
        text = no_text(refused.reason, command, order, self.now, self.phase, self.bands)
        return Refused(refused.order_id, refused.reason, text)

    def _handle_rule(self, command: AdvanceTime | EndSession | SetPhase | Uncross | SetBands) -> None:
        """Do a command about the book and no order of it."""
        match command:
            case AdvanceTime(now):
                self.advance_time(now)
            case EndSession():
                self.end_session()
            case SetPhase(phase):
                self.set_phase(CODES[phase])
            case Uncross():
                self.uncross()
            case SetBands():
                self.set_bands(*bands_row(command))

    # ---------------------------------------------------------------------------------------- reading

    @property
    def now(self) -> int:
        """The latest time that the book was told."""
        return int(self._m[at.NOW])

    @property
    def last_price(self) -> int | None:
        """The price of the last trade, or None before the first."""
        return int(self._m[at.LAST_PRICE]) or None

    @property
    def phase(self) -> Phase:
        """What the book does with what it gets."""
        return PHASES[self._m[at.PHASE]]

    @property
    def bands(self) -> SetBands:
        """The bounds of prices."""
        return SetBands(*(int(self._m[at.BANDS + number]) or None for number in range(4)))

    def order(self, order_id: int) -> BookOrder | None:
        """A copy of the open order of this id, or None."""
        row = kernel.find_one(self._address, order_id) if 0 < order_id <= INT64_MAX else 0
        return to_order(self._m, row, self.owners.names) if row else None

    @property
    def orders(self) -> dict[int, BookOrder]:
        """Copies of the open orders by id, in no order that means anything."""
        rows = range(at.HEADER, int(self._m[at.FRESH]), at.ROW)
        known = [row for row in rows if self._m[row + at.IS_KNOWN] == 1]
        return {int(self._m[row]): to_order(self._m, row, self.owners.names) for row in known}

    def lots_ahead(self, order_id: int) -> int | None:
        """What the orders show that trade before this one at its price; None where it does not rest."""
        row = kernel.find_one(self._address, order_id)
        if row == 0 or self._m[row + at.WHERE] != at.RESTING:
            return None
        lots, before = 0, int(self._m[row + at.PREVIOUS])
        while before:
            lots += int(self._m[before + at.SHOWN])
            before = int(self._m[before + at.PREVIOUS])
        return lots

    def queue(self, side: Side) -> list[BookOrder]:
        """Resting orders of a side, the next to trade first; market orders before all prices."""
        base, count = int(self._m[at.LADDER + CODES[side]]), int(self._m[at.RUNGS + CODES[side]])
        found: list[BookOrder] = []
        for rung in range(count - 1, -1, -1):
            row = int(self._m[int(self._m[base + 2 * rung + 1]) + at.FIRST])
            while row:
                found.append(to_order(self._m, row, self.owners.names))
                row = int(self._m[row + at.NEXT])
        return found

    def levels(self, side: Side, most: int) -> list[Level]:
        """The best prices of a side, at most so many; what is shown must fit int64 together."""
        return [Level(*row) for row in self.level_rows(side, most).tolist()]

    def level_rows(self, side: Side, most: int) -> Memory:
        """The same as an array: price, what is shown, orders."""
        out = np.empty((min(most, int(self._m[at.RUNGS + CODES[side]])), 3), np.int64)
        return out[: kernel.levels_of(self._address, CODES[side], out)]

    def open_by_owner(self, owners: int) -> Memory:
        """How many open orders each of the first `owners` owners has, by number."""
        rows = self._m[at.HEADER : int(self._m[at.FRESH])].reshape(-1, at.ROW)
        known = rows[rows[:, at.IS_KNOWN] == 1, at.OWNER]
        return np.bincount(known, minlength=owners)[:owners].astype(np.int64)

    def best_price(self, side: Side) -> int | None:
        """The best limit price of a side, bid (BUY) or offer (SELL), or None."""
        base, count = int(self._m[at.LADDER + CODES[side]]), int(self._m[at.RUNGS + CODES[side]])
        for rung in range(count - 1, -1, -1):
            price = int(self._m[self._m[base + 2 * rung + 1] + at.PRICE])
            if price:  # Else it is the level of market orders.
                return price
        return None

    def number_trades_from(self, trade_id: int) -> None:
        """Number trades from here on at least."""
        self._m[at.NEXT_TRADE] = max(int(self._m[at.NEXT_TRADE]), trade_id)

    def state_bytes(self) -> bytes:
        """All that later answers depend on, as the reference encodes it (see `matching.state`)."""
        return state_bytes(
            self.orders.values(), self.last_price, self.now, int(self._m[at.NEXT_TRADE]), self.phase,
            self.bands,
        )  # fmt: skip

    def state_sha256(self) -> str:
        """SHA-256 of `state_bytes`, hexadecimal: equal to the reference's after the same commands."""
        return hashlib.sha256(self.state_bytes()).hexdigest()
