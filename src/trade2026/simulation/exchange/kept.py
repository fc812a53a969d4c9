"""When what an exchange's records say may be told: once it is kept, so that no end of the exchange takes it
back.
"""

from collections.abc import Callable
from typing import Protocol

from trade2026.simulation.exchange.order_records import ListRecord
from trade2026.simulation.exchange.records import Records
from trade2026.simulation.exchange.reports import Exchange


class Kept(Protocol):
    """Who keeps an exchange's records of customers' orders."""

    @property
    def records(self) -> Records:
        """As they are now: what they say may not be kept yet. Whoever keeps them applies the reports."""
        ...

    async def sync(self) -> None:
        """Until all that the records say now is kept; those who wait at one time share the wait.

        Raises
        ------
        StoreUnavailable
            It cannot be kept: nobody knows what a start will find of it.
        """
        ...

    def once_kept(self, tell: Callable[[], None]) -> None:
        """Have it called when all that the records say now is kept, in the order of the calls."""
        ...

    def keep_list(self, record: ListRecord) -> None:
        """Keep a list that began outside of the books; nothing where it is kept already."""
        ...


class Unkept:
    """`Kept` of an exchange that ends with its process: what happened is certain at once."""

    def __init__(self, exchange: Exchange, follows: Callable[[str], bool]) -> None:
        self.records = Records(exchange.listings, follows)
        self.end = exchange.subscribe(self.records.apply)
        """To be called when nobody asks any more."""

    async def sync(self) -> None:
        """Nothing is to be waited for."""

    def once_kept(self, tell: Callable[[], None]) -> None:
        """Call it."""
        tell()

    def keep_list(self, record: ListRecord) -> None:
        """The records have it."""
