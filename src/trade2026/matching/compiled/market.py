"""Compiled books with accounts behind them; see `matching.market` for what they do.

Accounts are one array of int64 that all books share, by the numbers of owners and assets.
"""

import hashlib
from collections.abc import Callable, Iterable, Sequence

import numpy as np  # dst-ok: arrays of int64

from trade2026.matching.admission import protected, refusal, refusal_of_change
from trade2026.matching.clearing import (
    HOUSE,
    Holding,
    Listing,
    Settlement,
    check_asset,
    check_deposit,
    check_overdraft,
    check_short,
)
from trade2026.matching.compiled import layout as at
from trade2026.matching.compiled.accounts import (
    HELD_BACK,
    HOLDING_WIDTH,
    HOUSE_OWNER,
    SHORTABLE,
    TOTAL,
)
from trade2026.matching.compiled.book import ROOM, CompiledBook
from trade2026.matching.compiled.layout import Memory
from trade2026.matching.compiled.translate import Owners
from trade2026.matching.market import Happened, assets_of, check_listings, state_bytes
from trade2026.matching.words import BookCommand, NoReason, PlaceOrder, Refused, ReplaceOpen
from trade2026.model.enums import Side

_OWNERS = 64
_BY_MARKET = frozenset({NoReason.NO_REFERENCE, NoReason.SIZE, NoReason.FUNDS})


class CompiledClearing:
    """Holdings by owner and asset, as `Clearing` has them, in an array.

    `moved` is called whenever the array is another one: whoever has its address needs the new one.
    """

    def __init__(self, assets: Sequence[str]) -> None:
        self.moved: Callable[[], object] = list  # Nobody yet.
        self.assets = tuple(assets)
        self.owners = Owners()
        self.issued: dict[str, int] = {}
        assert self.owners.number(HOUSE) == HOUSE_OWNER, "the house is the first of all owners"
        self.array: Memory = np.zeros((_OWNERS, len(assets), HOLDING_WIDTH), np.int64)

    def number(self, owner: str) -> int:
        """The number of an owner, with room for it."""
        number = self.owners.number(owner)
        self.cover()
        return number

    def cover(self) -> None:
        """Have room for all owners that have a number, wherever they got it."""
        if len(self.owners.names) <= len(self.array):
            return
        while len(self.owners.names) > len(self.array):
            self.array = np.concatenate([self.array, np.zeros_like(self.array)])
        self.moved()

    def _mine(self, owner: str, asset: str) -> Memory:
        check_asset(asset, self.assets)
        number = self.number(owner)  # First: it may make the array anew.
        found: Memory = self.array[number, self.assets.index(asset)]
        return found

    def deposit(self, owner: str, asset: str, amount: int) -> None:
        """Give the owner more, or take it back with a negative amount; InputError where that cannot be."""
        mine = self._mine(owner, asset)
        free = int(mine[TOTAL] - mine[HELD_BACK])
        self.issued[asset] = check_deposit(owner, asset, amount, self.issued.get(asset, 0), free)
        mine[TOTAL] += amount

    def permit_short(self, owner: str, asset: str, amount: int) -> None:
        """Let the owner sell so much that it does not have; once only, and counted as if it existed."""
        mine = self._mine(owner, asset)
        issued = self.issued.get(asset, 0)
        self.issued[asset] = check_short(asset, amount, issued, is_given=bool(mine[SHORTABLE]))
        mine[SHORTABLE] = amount

    def overdraw(self, owner: str, asset: str, amount: int) -> None:
        """Have the owner begin with so much less: what it sold short in a market before this one."""
        mine = self._mine(owner, asset)
        holding = Holding(*mine[:3].tolist())
        self.issued[asset] = check_overdraft(owner, asset, amount, self.issued.get(asset, 0), holding)
        mine[TOTAL] -= amount

    def free(self, listing: Listing, owner: str, side: Side) -> int:
        """What an order of that side may use."""
        asset = listing.quote if side is Side.BUY else listing.base
        total, held, shortable, _ = self._mine(owner, asset).tolist()
        return int(total + shortable - held)

    @property
    def holdings(self) -> dict[tuple[str, str], Holding]:
        """A copy by owner and asset."""
        self.cover()
        return {
            (owner, asset): Holding(*self.array[number, column, :3].tolist())
            for number, owner in enumerate(self.owners.names)
            for column, asset in enumerate(self.assets)
        }


class CompiledMarket:
    """Compiled books by number over one clearing, with the interface of `Market`.

    Parameters
    ----------
    listings : sequence of Listing
        At least one, symbols all different.
    capacity, room : int
        As of `CompiledBook`, for each of the books.
    """

    def __init__(self, listings: Sequence[Listing], capacity: int = 4096, room: int = ROOM) -> None:
        self.listings = check_listings(listings)
        assets = assets_of(self.listings)
        self.clearing = CompiledClearing(assets)
        self.books = [CompiledBook(capacity, room, place) for place in range(len(listings))]
        for book, listing in zip(self.books, self.listings, strict=True):
            book.owners = self.clearing.owners
            book.set_rules({
                at.N_ASSETS: len(assets), at.BASE: assets.index(listing.base),
                at.QUOTE: assets.index(listing.quote), at.LOT_WORTH: listing.unit, at.LOT: listing.lot_size,
                at.MIN_LOTS: listing.min_lots, at.MAX_LOTS: listing.max_lots,
                at.MIN_NOTIONAL: listing.min_notional, at.MAKER_PPM: listing.maker_fee_ppm,
                at.TAKER_PPM: listing.taker_fee_ppm, at.MAX_PARTS: listing.max_parts,
            })  # fmt: skip
        self._attach()

    def _attach(self) -> None:
        """Tell the books where the accounts are, now and whenever they move."""
        self.clearing.moved = self._attach
        for book in self.books:
            book.set_rules(
                {at.HOLDINGS: self.clearing.array.ctypes.data, at.N_OWNERS: len(self.clearing.array)}
            )

    def __setstate__(self, state: dict[str, object]) -> None:
        """A copy's books have the copy's accounts."""
        self.__dict__.update(state)
        for book in self.books:
            book.owners = self.clearing.owners
        self._attach()

    def run(self, number: int, commands: Memory) -> Memory:
        """Do commands in book `number`, one a row; the events, one a row (see `CompiledBook.run`)."""
        self.clearing.cover()
        return self.books[number].run(commands)

    def handle(self, number: int, command: BookCommand) -> Happened:
        """Do one command in book `number`."""
        book = self.books[number]
        if isinstance(command, PlaceOrder):
            self.clearing.number(command.owner)
        events = book.do(command)
        if len(events) == 1 and isinstance(events[0], Refused):
            return Happened((self.said(number, events[0], command),))
        return Happened(events, self.settlements(number, book.told().tolist()))

    def settlements(self, number: int, rows: Iterable[list[int]]) -> tuple[Settlement, ...]:
        """What the trades among events of book `number`, one a row, moved."""
        names, listing = self.clearing.owners.names, self.listings[number]
        found = []
        for row in rows:
            if row[0] != at.TRADED:
                continue
            trade_id, price, lots = row[2:5]
            maker, taker = names[row[at.MAKER_OWNER_FIELD]], names[row[at.TAKER_OWNER_FIELD]]
            buyer, seller = (taker, maker) if row[7] == at.BUY else (maker, taker)
            found.append(
                Settlement(
                    trade_id, buyer, seller, lots * listing.lot_size, price * lots * listing.unit,
                    row[at.MAKER_FEE_FIELD], row[at.TAKER_FEE_FIELD],
                )
            )  # fmt: skip
        return tuple(found)

    def said(self, number: int, refused: Refused, command: BookCommand) -> Refused:
        """The refusal with its text, which the kernel cannot say; what it names is as it was."""
        book, listing = self.books[number], self.listings[number]
        is_of_change = isinstance(command, ReplaceOpen) and refused.reason is NoReason.MALFORMED
        if refused.reason not in _BY_MARKET and not is_of_change:
            if isinstance(command, PlaceOrder) and refused.reason is not NoReason.MALFORMED:
                command = protected(command, book)
            return book.said(refused, command)

        def free(owner: str, side: Side) -> int:
            return self.clearing.free(listing, owner, side)

        if isinstance(command, PlaceOrder):
            said = refusal(listing, book, free, command)
        else:
            assert isinstance(command, ReplaceOpen), "nothing else needs funds"
            said = refusal_of_change(listing, book, free, command)
        assert said is not None and said.reason is refused.reason, (
            "the kernel refuses what the reference does"
        )
        return said

    def state_bytes(self) -> bytes:
        """All that later answers depend on, as `Market` encodes it."""
        return state_bytes([book.state_bytes() for book in self.books], self.clearing.holdings)

    def state_sha256(self) -> str:
        """SHA-256 of `state_bytes`, hexadecimal: equal to the reference's after the same commands."""
        return hashlib.sha256(self.state_bytes()).hexdigest()
