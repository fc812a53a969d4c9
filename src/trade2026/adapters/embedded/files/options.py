"""What the user states about a file, and what to do with the faults it has."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

from trade2026.model.instrument import Instrument
from trade2026.primitives.errors import InputError

Spelling = Callable[[str, str], str]
"""From the name of an option of `FileOptions` and a value to how a user states it; the value may be empty.

Gives an empty text for what cannot be stated where the options come from.
"""


def as_argument(option: str, value: str) -> str:
    """How Python code states an option: `on_disorder="sort"`, or `columns` where there is no value."""
    return f'{option}="{value}"' if value else option


class FileKind(StrEnum):
    """What a row of the file is."""

    BARS = "bars"
    TRADES = "trades"
    QUOTES = "quotes"


@dataclass(frozen=True, slots=True, kw_only=True)
class FileOptions:
    """Facts that a file does not state, and choices about its faults; everything but the instrument may stay.

    Attributes
    ----------
    instruments : Instrument or mapping of str to Instrument
        What the rows are of. A mapping is keyed by the text in the file's symbol column.
    kind : FileKind or None
        None to tell from the columns.
    columns : mapping of str to str
        Role to header, where the header is not a usual one: {"close": "Schlusskurs"}.
    header : tuple of str or None
        Names of the columns of a file that has no header line.
    timestamp_unit : "s", "ms", "us", "ns" or None
        Unit of integer times; None to tell from their magnitude.
    naive_times : "utc" or "refuse"
        What a time without zone means.
    timestamp_marks : "open" or "close"
        Which end of its interval a bar's time marks.
    bar_interval_ns : int or None
        Length of a bar; None to take the most frequent distance between bars.
    on_excess_decimals : "refuse" or "round"
        What to do with more than nine decimal places; "round" goes to the nearest, ties to even. Files
        written from binary floats need it: they hold 0.00031099999999999997 for 0.000311.
    on_disorder, on_duplicate, on_gap : str
        What to do with rows earlier than the row above, rows that repeat another, and missing bars.
    prices_adjusted : bool
        True when prices are adjusted for splits or dividends; per-share fees are then refused.
    spell : Spelling
        How error messages spell these options, so that a remedy can be typed as it stands.
    """

    instruments: Instrument | Mapping[str, Instrument]
    kind: FileKind | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    header: tuple[str, ...] | None = None
    timestamp_unit: Literal["s", "ms", "us", "ns"] | None = None
    naive_times: Literal["utc", "refuse"] = "utc"
    timestamp_marks: Literal["open", "close"] = "open"
    bar_interval_ns: int | None = None
    on_excess_decimals: Literal["refuse", "round"] = "refuse"
    on_disorder: Literal["refuse", "sort"] = "refuse"
    on_duplicate: Literal["refuse", "first", "last"] = "refuse"
    on_gap: Literal["report", "refuse"] = "report"
    prices_adjusted: bool = False
    spell: Spelling = field(default=as_argument, compare=False, repr=False)

    def __post_init__(self) -> None:
        """Refuse words that are no choice: they may come from a command line."""
        for name, choices in _CHOICES.items():
            if (value := getattr(self, name)) not in choices:
                words = ", ".join(str(choice) for choice in choices if choice is not None)
                raise InputError(f"{self.spell(name, '')} must be one of {words}, was {value!r}")
        if self.bar_interval_ns is not None and self.bar_interval_ns <= 0:
            name = self.spell("bar_interval_ns", "")
            raise InputError(f"{name} must be positive, was {self.bar_interval_ns}")
        if not isinstance(self.instruments, Instrument) and not self.instruments:
            raise InputError("instruments must name at least one instrument, was empty")


_CHOICES: dict[str, tuple[str | None, ...]] = {
    "kind": (*FileKind, None),
    "timestamp_unit": ("s", "ms", "us", "ns", None),
    "naive_times": ("utc", "refuse"),
    "timestamp_marks": ("open", "close"),
    "on_excess_decimals": ("refuse", "round"),
    "on_disorder": ("refuse", "sort"),
    "on_duplicate": ("refuse", "first", "last"),
    "on_gap": ("report", "refuse"),
}
