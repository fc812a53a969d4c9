"""The interface of a simulated exchange: what it is asked, and what it says happened.

Prices are in ticks and quantities in lots of the listing, amounts of assets are raw units of 1e-9, times
are UTC nanoseconds of the exchange's own clock."""

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

import msgspec

from trade2026.matching.clearing import Holding, Listing
from trade2026.matching.market import Happened
from trade2026.matching.order import Level
from trade2026.matching.words import BookCommand
from trade2026.model.enums import Side


class Report(msgspec.Struct, frozen=True):
    """What became of one command.

    Attributes
    ----------
    sequence : int
        Counts the reports of the whole exchange from 1, without gaps.
    number : int
        Of the listing whose book was told.
    owner : str
        Who asked; "" for the exchange itself.
    """

    sequence: int
    time_ns: int
    number: int
    owner: str
    command: BookCommand
    happened: Happened


Hearer = Callable[[Report], None]


class Exchange(Protocol):
    """A simulated exchange, as a door sees it.

    `request` returns once every subscriber was told its report, so what they keep is at least as new as the
    answer. Between two reports neither books nor balances change, and both are read as of the last report.
    """

    @property
    def listings(self) -> Sequence[Listing]:
        """What is traded; a listing's position is its number."""
        ...

    def now_ns(self) -> int:
        """The exchange's time."""
        ...

    def next_order_id(self) -> int:
        """A number that no order of this exchange had yet; larger than all before."""
        ...

    def number_from(self, order_id: int, trade_ids: Sequence[int]) -> None:
        """Number orders, and the trades of each book, from these on at least."""
        ...

    async def request(self, owner: str, number: int, command: BookCommand) -> Report:
        """Have a command done; a no is in the report."""
        ...

    def subscribe(self, callback: Hearer) -> Callable[[], None]:
        """Have every report told from now on, in the order of their sequence; call the result to end it."""
        ...

    def levels(self, number: int, side: Side, most: int) -> list[Level]:
        """The best prices of a side, the best first."""
        ...

    def balances(self, owner: str) -> Mapping[str, Holding]:
        """What an owner has, by asset; assets that it never had may be left out."""
        ...
