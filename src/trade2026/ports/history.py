"""Rows of lists that no longer change, kept on disk and found again a page at a time, the newest first.

What a desk shows grows with every order for ever; what is over need not stay in memory for that. Nothing here
is a record: all of it follows from the journal, and is made anew with the process that shows it.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from typing import NamedTuple, Protocol


class HistoryKind(StrEnum):
    """Which list a row belongs to."""

    ORDERS = "orders"
    FILLS = "fills"
    ENTRIES = "entries"


class HistoryKey(NamedTuple):
    """What a row is found by.

    Attributes
    ----------
    seq : int
        The frame it began with; one row of a list to a frame. Rows are ordered by it.
    order_id : int
        The order it is about; 0 for none.
    account_id, instrument_id, strategy_id : str
        What lists are narrowed by; "" for none.
    """

    seq: int
    order_id: int
    account_id: str
    instrument_id: str
    strategy_id: str


class History(Protocol):
    """For one thread. Raises StoreUnavailable where the disk cannot be used."""

    def put(self, kind: HistoryKind, rows: Sequence[tuple[HistoryKey, bytes]]) -> None:
        """Keep rows; one takes the place of an earlier one of its frame."""
        ...

    def put_names(self, names: Iterable[tuple[str, str, int]]) -> None:
        """Let account and client order id lead to the row of a list of orders that began with this frame."""
        ...

    def keys(
        self,
        kind: HistoryKind,
        below: int,
        *,
        accounts: frozenset[str] | None = None,
        instrument_id: str = "",
        strategy_id: str = "",
        order_id: int = 0,
    ) -> Iterator[HistoryKey]:
        """Rows of frames under `below`, the highest first, narrowed by one of what is given.

        The caller looks whether the rest suits. Nothing may be put while it is read.
        """
        ...

    def bodies(self, kind: HistoryKind, seqs: Sequence[int]) -> Mapping[int, bytes]:
        """What was kept with these rows; those that are not there are left out."""
        ...

    def find_order(self, order_id: int) -> HistoryKey | None:
        """The row of an order; None where there is none."""
        ...

    def find_name(self, account_id: str, client_order_id: str) -> int:
        """The frame of the row that a client order id leads to; 0 for none."""
        ...

    def put_times(self, first_seq: int, body: bytes) -> None:
        """Keep what the real clock said in the frames from this one on, up to the next that is put."""
        ...

    def find_times(self, seq: int) -> bytes | None:
        """What was put with the highest frame that is not above `seq`; None where there is none."""
        ...

    def close(self) -> None:
        """Let go of the disk; what was kept is gone."""
        ...
