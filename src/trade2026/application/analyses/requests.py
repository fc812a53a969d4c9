"""What every analysis is asked with: which returns, over which period, at which distance."""

from enum import StrEnum
from typing import Annotated, Any, Final

import msgspec
from msgspec import Meta

_DAY: Final = r"^([0-9]{4}-[0-9]{2}-[0-9]{2})?$(?!\n)"


class Frequency(StrEnum):
    """The distance between two returns, the finest first.

    Minutes, hours, days and weeks (Monday to Sunday) are UTC, months of the calendar. Data with bars of a day
    has none that are finer.
    """

    MINUTE = "minute"
    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"


class Missing(StrEnum):
    """What is done about periods in which an asset has no price.

    DROP leaves out periods that not every asset has, and says how many; REFUSE is an error that names the
    first. A gap is never filled.
    """

    DROP = "drop"
    REFUSE = "refuse"


class Given(StrEnum):
    """What rows that come with the request are."""

    PRICES = "prices"
    RETURNS = "returns"


def _shown(title: str, description: str, **more: Any) -> Meta:
    return Meta(title=title, description=description, extra_json_schema=more or None)


class OwnRows(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Prices or simple returns that come with the request, instead of data of the desk.

    Attributes
    ----------
    assets : list of str
        Names of the columns, each once.
    rows : list of list of float
        One for each period, oldest first; prices are positive.
    rows_are : Given
        Prices or simple returns as fractions.
    periods_per_year : float
        To annualize by: 252 for sessions, 12 for months.
    days : list of str
        The day of each row, YYYY-MM-DD, each later than the one before. With them `start`, `end`,
        `frequency` and `missing` count as for data of the desk, with which the rows can then be joined; a
        return belongs to the time since the row before.
    """

    assets: Annotated[tuple[str, ...], Meta(min_length=1, max_length=2_000)]
    rows: Annotated[tuple[tuple[float, ...], ...], Meta(min_length=2, max_length=100_000)]
    rows_are: Given = Given.RETURNS
    periods_per_year: Annotated[float, Meta(gt=0, le=1_000_000)] = 252.0
    days: Annotated[tuple[str, ...], Meta(max_length=100_000)] = ()


class ReturnsRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which returns; analyses add their own choices.

    Attributes
    ----------
    data : str
        Name of a data set.
    assets : list of str
        Instruments of it; none for all.
    start, end : str
        First and last day, YYYY-MM-DD; "" for the data's.
    frequency : Frequency
        Returns are simple ones between the last prices of two periods.
    missing : Missing
        What is done where an asset has no price.
    own : OwnRows or None
        Rows in the request itself; `data` does not count then, nor, where they have no days, do `start`,
        `end` and `frequency`.
    """

    data: Annotated[
        str,
        _shown("Data", "A sample, files that were kept by a name, or what the desk has captured."),
        Meta(min_length=1, max_length=200),
    ] = "sp500"
    assets: Annotated[
        tuple[Annotated[str, Meta(min_length=1, max_length=60)], ...],
        _shown("Assets", "Instruments such as AAPL.XNAS, with commas between them; empty for all."),
        Meta(max_length=2_000),
    ] = ()
    start: Annotated[
        str,
        _shown("From", "First day; empty for the data's first."),
        Meta(pattern=_DAY),
    ] = ""
    end: Annotated[
        str,
        _shown("To", "Last day, included; empty for the data's last."),
        Meta(pattern=_DAY),
    ] = ""
    frequency: Annotated[
        Frequency,
        _shown("Frequency", "The time of each return; minutes and hours where the data is that fine."),
    ] = Frequency.DAY
    missing: Annotated[
        Missing, _shown("Gaps", "A period that lacks a price is left out, or refused; no gap is filled.")
    ] = Missing.DROP
    own: OwnRows | None = None


class FactorRequest(ReturnsRequest, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Returns of assets, and those of factors or of a benchmark over the periods that both have.

    Attributes
    ----------
    factor_data : str
        Name of the data set with the factors.
    factor_assets : list of str
        Instruments of it; none for all.
    factor_own : OwnRows or None
        Rows of factors in the request itself, such as those of Fama and French as fractions; `factor_data`
        does not count then. Without days they are joined row by row with rows of `own` that have none.
    """

    factor_data: Annotated[
        str,
        _shown("Factor data", "Name of the data set with the factors."),
        Meta(min_length=1, max_length=200),
    ] = "factors"
    factor_assets: Annotated[
        tuple[Annotated[str, Meta(min_length=1, max_length=60)], ...],
        _shown("Factors", "Instruments of the factor data, with commas between them; empty for all."),
        Meta(max_length=100),
    ] = ()
    factor_own: OwnRows | None = None


ROWS_FIELDS: Final = ("own", "factor_own", "facts")
"""Fields of requests that no form shows: rows are sent by programs."""


def is_dated(request: ReturnsRequest) -> bool:
    """Whether the periods of its returns have times: rows of the request may have none."""
    return request.own is None or bool(request.own.days)
