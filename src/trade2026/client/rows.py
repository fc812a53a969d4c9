"""A list as the desk gives it: rows, where they end, which number of the journal they show; or a table."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from types import NoneType, UnionType
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar, get_args, get_origin, get_type_hints, overload

import msgspec

from trade2026.client.values import Timestamp, to_json, to_plain

if TYPE_CHECKING:
    import polars as pl

RowT = TypeVar("RowT", bound=msgspec.Struct)

_DIGITS: Final = 38
_PLACES: Final = 9


class Rows(Sequence[RowT], Generic[RowT]):
    """Rows of one kind.

    Attributes
    ----------
    row_type : type
        What each row is.
    next_cursor : str or None
        Asks for what follows; None at the end.
    as_of_seq : int or None
        The journal's number that is shown; None for what is not in the journal.
    """

    __slots__ = ("_items", "as_of_seq", "next_cursor", "row_type")

    def __init__(
        self,
        row_type: type[RowT],
        items: Sequence[RowT],
        next_cursor: str | None = None,
        as_of_seq: int | None = None,
    ) -> None:
        self.row_type = row_type
        self.next_cursor = next_cursor
        self.as_of_seq = as_of_seq
        self._items = tuple(items)

    @overload
    def __getitem__(self, index: int) -> RowT: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[RowT, ...]: ...
    def __getitem__(self, index: int | slice) -> RowT | tuple[RowT, ...]:
        return self._items[index]

    def __len__(self) -> int:
        return len(self._items)

    def __iter__(self) -> Iterator[RowT]:
        return iter(self._items)

    def __repr__(self) -> str:
        return f"Rows({self.row_type.__name__}, {len(self)} rows, as_of_seq={self.as_of_seq})"

    def to_builtins(self) -> dict[str, Any]:
        """As the JSON of the desk has it."""
        return {
            "items": [to_plain(each) for each in self._items],
            "next_cursor": self.next_cursor,
            "as_of_seq": self.as_of_seq,
        }

    def to_polars(self) -> "pl.DataFrame":
        """A table with a column for each field, also of no rows.

        Decimals stay exact (nine places), times are UTC with nanoseconds; what has fields of its own is its
        JSON. Raises ImportError without polars.
        """
        return table(self.row_type, self._items)


def table(row_type: type[msgspec.Struct], rows: Sequence[msgspec.Struct]) -> "pl.DataFrame":
    """Rows of a struct as a table; see `Rows.to_polars`."""
    import polars as pl

    columns: list[pl.Series] = []
    hints = get_type_hints(row_type)
    for name in row_type.__struct_fields__:
        kind = _kind(hints[name])
        values = [getattr(row, name) for row in rows]
        if kind is Decimal:
            columns.append(pl.Series(name, values, dtype=pl.Decimal(_DIGITS, _PLACES)))
        elif kind is Timestamp:
            numbers = pl.Series(name, [None if value is None else int(value) for value in values], pl.Int64)
            columns.append(numbers.cast(pl.Datetime("ns", "UTC")))
        elif kind in _PLAIN:
            columns.append(pl.Series(name, values, dtype=_PLAIN[kind](pl)))
        elif isinstance(kind, type) and issubclass(kind, str):  # The enums of the model.
            columns.append(
                pl.Series(name, [None if each is None else str(each) for each in values], pl.String)
            )
        else:
            columns.append(
                pl.Series(name, [None if each is None else to_json(each) for each in values], pl.String)
            )
    return pl.DataFrame(columns)


_PLAIN: Final[dict[Any, Any]] = {
    int: lambda pl: pl.Int64,
    float: lambda pl: pl.Float64,
    bool: lambda pl: pl.Boolean,
    str: lambda pl: pl.String,
}


def _kind(hint: Any) -> Any:
    """The type of a field without its None."""
    if isinstance(hint, UnionType):
        others = [each for each in get_args(hint) if each is not NoneType]
        return _kind(others[0]) if len(others) == 1 else hint
    return get_origin(hint) or hint
