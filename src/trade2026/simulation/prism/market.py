"""The simulated market as Python has it: let time pass, send commands, take what happened.

Everything that happens has a number in the whole exchange and a time; whoever listens gets it in chunks of
arrays, in that order. The same configuration, seed and commands give the same bytes, in any process.
"""

import hashlib
from collections.abc import Callable, Sequence
from typing import NamedTuple, NoReturn

import msgspec
import numpy as np

from trade2026.matching.compiled import layout as book_at
from trade2026.matching.compiled.book import ROOM
from trade2026.matching.compiled.layout import Memory
from trade2026.matching.compiled.market import CompiledMarket
from trade2026.matching.compiled.translate import to_rows
from trade2026.matching.words import BookCommand
from trade2026.primitives.errors import InputError
from trade2026.primitives.seeds import derive_seed
from trade2026.simulation.prism.compiled import layout as at
from trade2026.simulation.prism.compiled import loop as kernel
from trade2026.simulation.prism.compiled.elementary import exp
from trade2026.simulation.prism.compiled.layout import Floats
from trade2026.simulation.prism.config import PrismConfig
from trade2026.simulation.prism.traders import (
    Slot,
    Trader,
    slots_of,
    traders_of,
    write_book,
    write_slot,
    write_values,
)

_NOTHING = (at.NOTHING,) + (0,) * (book_at.COMMAND_WIDTH - 1)
_GO_ON = (0, 0, at.GO_ON) + (0,) * (book_at.COMMAND_WIDTH - 1)
_CAPACITY = 512
"""The default traders have some 170 orders in a book: what is small stays in the cache."""
_FUNDS = 2
"""How often the largest inventory a trader may have is what it begins with, and the cash for as much."""


class Chunk(msgspec.Struct, frozen=True):
    """What happened between two looks, in the order of the exchange's numbers.

    The arrays are the market's own memory, good until the listener returns: who keeps them copies them.

    Attributes
    ----------
    commands : (n, 16) int64
        Columns LOG_... of `compiled.layout`: number, time, book, then the columns of a command.
    events : tuple of (k, 14) int64
        For each book: kind, number of the command, fields; see `matching.compiled.layout`.
    quotes : (q, 8) int64
        Number, time, book, best bid and offer (0 for none), lots at each.
    """

    commands: Memory
    events: tuple[Memory, ...]
    quotes: Memory


class Quote(NamedTuple):
    """The best of a book, ticks and lots; a price of 0 is none."""

    bid: int
    ask: int
    bid_lots: int
    ask_lots: int


class PrismMarket:
    """Books, traders and time.

    Parameters
    ----------
    seed : int
        Of everything that is random in it.
    start_ns : int
        When it begins, UTC nanoseconds.
    capacity, room : int
        Orders that each book has room for at first; commands and events that are kept until somebody hears of
        them, at least 16.
    """

    def __init__(
        self, config: PrismConfig, seed: int, start_ns: int, *, capacity: int = _CAPACITY, room: int = ROOM
    ) -> None:
        assert room >= 16, f"room must be at least 16, was {room}"
        self.config, self.seed = config, seed
        self.traders: tuple[Trader, ...] = traders_of(config)
        self.slots: tuple[Slot, ...] = slots_of(config)
        self.exchange = CompiledMarket([book.listing for book in config.books], capacity, room)
        self._listeners: list[Callable[[Chunk], object]] = []
        self._w, self._x = at.new_world(len(self.slots), len(config.books), room, room)
        self._address = self._w.ctypes.data
        self._is_stepwise = False
        self._quotes_at = int(self._w[at.BOOKS]) + at.BID
        self._fund()
        self._write(start_ns)
        self._attach()
        self._begin(start_ns)

    def __getstate__(self) -> NoReturn:
        """Its arrays know one another by their addresses: a copy would go on in the memory of the first."""
        raise TypeError("a PrismMarket cannot be copied: make another of the same seed and let it run")

    # ------------------------------------------------------------------------------------------ beginning

    def _fund(self) -> None:
        """Give every trader what it may sell and the cash to buy as much."""
        for trader in self.traders:
            for book in self.config.books:
                lots = int(_FUNDS * self.config.traders(trader.kind).inventory_clips * book.clip_lots)
                listing = book.listing
                self.exchange.clearing.deposit(trader.name, listing.base, lots * listing.lot_size)
                self.exchange.clearing.deposit(
                    trader.name, listing.quote, lots * book.price_ticks * listing.unit
                )

    def _write(self, start_ns: int) -> None:
        """Fill in the memory: header, slots, books."""
        w, x, config = self._w, self._x, self.config
        market_random = np.uint64(derive_seed(self.seed, "prism", "values"))
        w[at.NOW], w[at.MARKET_RANDOM] = start_ns, market_random.astype(np.int64)
        per_book = dict.fromkeys((at.NOISE, at.INFORMED), 0)
        for kind in per_book:
            per_book[kind] = sum(slot.kind == kind and slot.book == 0 for slot in self.slots)
        kinds = [slot.kind for slot in self.slots]
        w[at.NOISE_COUNT], w[at.INFORMED_COUNT] = per_book[at.NOISE], per_book[at.INFORMED]
        w[at.NOISE_BEGIN] = kinds.index(at.NOISE) if at.NOISE in kinds else 0
        w[at.INFORMED_BEGIN] = kinds.index(at.INFORMED) if at.INFORMED in kinds else 0
        clearing = self.exchange.clearing
        holdings = clearing.holdings  # Made anew at each call.
        for number, slot in enumerate(self.slots):
            words = self._slot(number)
            write_slot(words, self._slot_floats(number), slot, config, self.seed)
            if slot.trader is not None:
                base = config.books[slot.book].listing.base
                words[at.OWNER] = clearing.owners.number(slot.trader.name)
                words[at.STOCK] = holdings[slot.trader.name, base].total
        for number, book in enumerate(config.books):
            write_book(self._book_floats(number), book, config, start_ns)
        write_values(x, config)

    def _begin(self, start_ns: int) -> None:
        """Say when everybody is due first: at a random moment of the time between two looks."""
        source = np.random.default_rng(derive_seed(self.seed, "prism", "beginning"))
        for number, slot in enumerate(self.slots):
            if slot.kind == at.NOISE_SOURCE:
                if self._w[at.NOISE_COUNT]:
                    kernel.first_arrival(self._address, number)
            elif slot.kind == at.FUNDAMENTAL:
                kernel.call_at(self._address, number, start_ns + int(self._x[at.STEP_NS]))
            elif slot.kind != at.NOISE:
                every = float(self._slot_floats(number)[at.EVERY_NS])
                kernel.call_at(self._address, number, start_ns + 1 + int(source.random() * every))

    def _slot(self, number: int) -> Memory:
        begin = int(self._w[at.SLOTS]) + number * at.SLOT
        return self._w[begin : begin + at.SLOT]

    def _slot_floats(self, number: int) -> Floats:
        begin = at.FLOAT_HEADER + number * at.SLOT_FLOATS
        return self._x[begin : begin + at.SLOT_FLOATS]

    def _book_words(self, number: int) -> Memory:
        begin = int(self._w[at.BOOKS]) + number * at.BOOK_INTS
        return self._w[begin : begin + at.BOOK_INTS]

    def _book_floats(self, number: int) -> Floats:
        begin = at.FLOAT_HEADER + len(self.slots) * at.SLOT_FLOATS + number * at.BOOK_FLOATS
        return self._x[begin : begin + at.BOOK_FLOATS]

    # ------------------------------------------------------------------------------------------------ time

    @property
    def now_ns(self) -> int:
        """The market's time, UTC nanoseconds."""
        return int(self._w[at.NOW])

    def listen(self, listener: Callable[[Chunk], object]) -> Callable[[], None]:
        """Have a listener called with every chunk, as soon as there is one; call the result to end it."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def run_until(self, time_ns: int) -> None:
        """Let everything happen that is due up to then; InputError for a time that is over."""
        if time_ns < self.now_ns:
            raise InputError(f"time_ns must not be before {self.now_ns}, was {time_ns}")
        self._advance(time_ns)
        self.flush()

    def step_to(self, time_ns: int) -> None:
        """As `run_until`, but that what happened is handed out later."""
        if self._w.item(at.NEXT_DUE) <= time_ns:
            self._advance(time_ns)
        else:  # Nobody is due: as agents in Python wake often, it pays not to ask the kernel.
            self._w[at.NOW] = time_ns

    def submit(self, owner: str, number: int, command: BookCommand) -> int:
        """Do a command now, in book `number`; its number in the exchange.

        Whoever wants it to take time lets time pass before. What happened is handed out when time passes, or
        by `flush`.
        """
        self.exchange.clearing.number(owner)
        row = to_rows([command], self.exchange.clearing.owners)[0]
        self.bring(self.now_ns, number, row.tolist())
        return int(self._w[at.NEXT_SEQUENCE]) - 1

    def bring(self, time_ns: int, number: int, columns: Sequence[int]) -> None:
        """Let time pass, then do a command by its columns, whose owner must have an account."""
        status = kernel.bring(self._address, time_ns, number, *columns)
        if status != at.DONE:
            self._go_on(status, (time_ns, number, *columns))
        if self._is_stepwise:
            self.flush()

    def hear_every_step(self, *, is_wanted: bool) -> None:
        """Whether listeners hear of each command before the next one, so that they can look at the books."""
        self._is_stepwise = is_wanted
        self._w[at.IS_STEPWISE] = is_wanted

    def next_order_id(self) -> int:
        """A number that no other order of this exchange has."""
        number = self._w.item(at.NEXT_ORDER)
        self._w[at.NEXT_ORDER] = number + 1
        return number

    def number_from(self, order_id: int, trade_ids: Sequence[int]) -> None:
        """Number orders, and the trades of each book, from these on at least."""
        self._w[at.NEXT_ORDER] = max(self._w.item(at.NEXT_ORDER), order_id)
        for book, trade_id in zip(self.exchange.books, trade_ids, strict=True):
            book.number_trades_from(trade_id)

    def _advance(self, time_ns: int) -> None:
        terms = (time_ns, 0, *_NOTHING)
        status = kernel.bring(self._address, *terms)
        if status != at.DONE:
            self._go_on(status, terms)

    def _go_on(self, status: int, terms: tuple[int, ...]) -> None:
        """Make the room that is missing, and call again until it is done."""
        while status != at.DONE:
            self._help(status)
            status = kernel.bring(self._address, *(_GO_ON if status == at.BEGUN else terms))

    def _attach(self) -> None:
        """Tell the kernel where the books are: they move when they grow."""
        for number, book in enumerate(self.exchange.books):
            self._book_words(number)[at.ADDRESS] = book.address

    def _help(self, status: int) -> None:
        """Make the room that the kernel misses."""
        self.flush()
        if status == at.NEEDS_ROWS:
            for book in self.exchange.books:
                book.make_rows()
            self._attach()

    def flush(self) -> None:
        """Give the listeners what happened, and begin anew."""
        w = self._w
        logged, noted = int(w[at.N_LOG]), int(w[at.N_QUOTES])
        begin, quotes = int(w[at.LOG]), int(w[at.QUOTES])
        events = tuple(book.take_out() for book in self.exchange.books)
        if logged or noted or any(len(part) for part in events):
            chunk = Chunk(
                w[begin : begin + logged * at.LOG_WIDTH].reshape(-1, at.LOG_WIDTH),
                events,
                w[quotes : quotes + noted * at.QUOTE_WIDTH].reshape(-1, at.QUOTE_WIDTH),
            )
            for listener in self._listeners:
                listener(chunk)
        w[at.N_LOG] = w[at.N_QUOTES] = 0

    # ------------------------------------------------------------------------------------------- scenarios

    def jump(self, number: int, size: float) -> None:
        """The value of a book's asset jumps by `size` of its logarithm, and everybody hears of news."""
        kernel.jump(self._address, number, size)

    def withdraw_makers(self, number: int, until_ns: int) -> None:
        """Makers take their quotes away when they look next, and do not quote before `until_ns`."""
        self._book_words(number)[at.WITHDRAWN_UNTIL] = until_ns

    # -------------------------------------------------------------------------------------------- reading

    def quote(self, number: int) -> Quote:
        """The best of a book."""
        begin = self._quotes_at + number * at.BOOK_INTS
        return Quote(*self._w[begin : begin + 4].tolist())

    def values(self) -> list[float]:
        """The hidden values, ticks."""
        return [exp(float(self._book_floats(n)[at.LOG_VALUE])) for n in range(len(self.config.books))]

    def mids(self) -> list[float]:
        """The last mid there was of each book, ticks."""
        return [float(self._book_floats(n)[at.MID]) for n in range(len(self.config.books))]

    @property
    def is_turbulent(self) -> bool:
        """Whether values move in turbulent times."""
        return bool(self._x[at.IS_TURBULENT])

    @property
    def news_count(self) -> int:
        """Jumps so far."""
        return int(self._w[at.N_NEWS])

    def state_sha256(self) -> str:
        """SHA-256 of all that later events depend on: books, accounts, traders, values, time."""
        digest = hashlib.sha256(self.exchange.state_bytes())
        words = self._w[: int(self._w[at.LOG])].copy()
        words[at.FLOATS] = words[at.IS_STEPWISE] = 0  # An address, and nothing that changes what happens.
        begin = int(self._w[at.BOOKS])
        for number in range(len(self.config.books)):
            words[begin + number * at.BOOK_INTS + at.ADDRESS] = 0
        digest.update(words.tobytes())
        digest.update(self._x.tobytes())
        return digest.hexdigest()
