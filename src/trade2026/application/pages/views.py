"""How each kind of block is set up: columns of a table, figures, series of a chart."""

from enum import StrEnum
from typing import Any

import msgspec


class Format(StrEnum):
    """How a value is written. BPS are basis points and PCT fractions, both shown as percentages."""

    TEXT = "text"
    DECIMAL = "decimal"
    MONEY = "money"
    QTY = "qty"
    PRICE = "price"
    BPS = "bps"
    PCT = "pct"
    TIME = "time"
    AGE = "age"
    STATUS = "status"
    SIDE = "side"
    ID = "id"
    JSON = "json"


class Good(StrEnum):
    """Which direction of a figure is welcome."""

    UP = "up"
    DOWN = "down"


class Column(msgspec.Struct, frozen=True, omit_defaults=True):
    """A column of a table.

    Attributes
    ----------
    key : str
        Name in the row, or a path of names with dots.
    share_of : str, optional
        Pointer to a number the value is divided by.
    width : int, optional
        In pixels.
    link : str, optional
        Address of a page; "{name}" is filled from the row. One name alone is an address by itself.
    text : str, optional
        Words of the link, in place of the value.
    signed : bool
        Whether the sign is shown by color, glyph and sign.
    """

    key: str
    title: str
    format: Format = Format.TEXT
    align: str | None = None
    width: int | None = None
    link: str | None = None
    text: str | None = None
    signed: bool = False
    share_of: str | None = None


class TableOptions(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A table; `sort` is a column, with "-" before it for the largest first."""

    columns: tuple[Column, ...]
    row_key: str | None = None
    filter: bool = False
    sort: str | None = None
    actions: tuple[str, ...] = ()
    detail: str | None = None
    where: dict[str, tuple[str, ...]] | None = None


class Figure(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One figure of a KPI block.

    Attributes
    ----------
    key : str
        Name in the block's object; or, with `data`, in the rows there, of which `reduce` makes one value.
    reduce : str, optional
        "last", "first", "change" (last less the one before), "growth" (last less first), "sum", "count".
    good : Good, optional
        Colors the figure by its sign.
    """

    key: str
    title: str
    format: Format = Format.TEXT
    good: Good | None = None
    data: str | None = None
    reduce: str | None = None
    where: dict[str, tuple[str, ...]] | None = None
    doc: str | None = None


class KpiOptions(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A row of figures."""

    items: tuple[Figure, ...]


class Series(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One line or set of bars: a column of the rows; `negate` draws what is stated as positive below zero."""

    key: str
    title: str
    area: bool = False
    negate: bool = False


class LineOptions(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Lines over time; `ranges` offers spans such as one month, `log` a logarithmic scale.

    With `group`, a column that names the line of each row, the values are those of the first series, and
    there is a line for each name.
    """

    x: str
    series: tuple[Series, ...]
    format: Format = Format.DECIMAL
    group: str | None = None
    log: bool = False
    ranges: bool = False
    height: int | None = None


class BarOptions(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Bars by name, largest first unless `keep_order`; at most `limit` of them."""

    x: str
    series: tuple[Series, ...]
    format: Format = Format.DECIMAL
    horizontal: bool = False
    keep_order: bool = False
    limit: int | None = None


class HeatmapOptions(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Cells by two keys, colored by sign and size; rows may be arrays, keys are then numbers."""

    x: str
    y: str
    value: str
    format: Format = Format.DECIMAL
    x_labels: tuple[str, ...] | None = None


class ScatterOptions(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Points by two numbers, each with its axis.

    Attributes
    ----------
    label, group : str, optional
        Columns with the name of a point, and of the group whose color it has.
    joined : tuple of str
        Groups whose points are joined to a line, in the order of the rows.
    """

    x: str
    y: str
    x_title: str
    y_title: str
    label: str | None = None
    group: str | None = None
    joined: tuple[str, ...] = ()
    x_format: Format = Format.DECIMAL
    y_format: Format = Format.DECIMAL
    height: int | None = None


class HistogramOptions(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Bins that touch, each with its height, and a curve over their middles.

    Attributes
    ----------
    low, high, value : str
        Columns with the ends of a bin and with its height.
    curve : str, optional
        Column with the height of a curve at the middle of the bin; `curve_title` names it.
    mark : str, optional
        Column that is true for bins of another color; `mark_title` says why.
    """

    low: str
    high: str
    value: str
    title: str
    x_title: str
    y_title: str
    curve: str | None = None
    curve_title: str | None = None
    mark: str | None = None
    mark_title: str | None = None
    x_format: Format = Format.DECIMAL
    y_format: Format = Format.DECIMAL
    height: int | None = None


class StackOptions(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Parts of a whole along a number, as areas on one another; below zero they hang from it.

    Attributes
    ----------
    x, name, value : str
        Columns of rows that are each one part at one place.
    limit : int
        So many of the largest parts have a color; the rest are one.
    """

    x: str
    name: str
    value: str
    x_title: str
    y_title: str
    x_format: Format = Format.DECIMAL
    y_format: Format = Format.PCT
    limit: int = 8
    height: int | None = None


class CandlesOptions(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Candles where opens are known, else a line of closes."""

    x: str
    open: str
    high: str
    low: str
    close: str
    volume: str | None = None


class TextOptions(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A markdown block: Markdown, or a list of sentences.

    Attributes
    ----------
    text : str, optional
        What does not come from a source.
    warning : bool
        It is drawn as one.
    here : str, optional
        An address that stands for the desk's own in the text: the page puts in the one it came from.
    group : str, optional
        Sentences that begin with the same word and a colon stand below this line instead, in which "{name}"
        is the word: those of a second data set.
    """

    text: str | None = None
    warning: bool = False
    here: str | None = None
    group: str | None = None


class Rule(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """When a row, or an object, is worth a notice, and what it says; "{name}" is filled from it.

    Attributes
    ----------
    data : str
        Pointer to rows or to one object.
    when, unless : dict, optional
        Values at which it is noticed, or is not; all of `when` must hold, and not all of `unless`.
    severity : str
        "error", "warning" or "info".
    """

    data: str
    text: str
    severity: str
    title: str
    when: dict[str, tuple[str, ...]] | None = None
    unless: dict[str, tuple[str, ...]] | None = None
    link: str | None = None


class NoticesOptions(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What needs attention, most severe first."""

    rules: tuple[Rule, ...]


Options = (
    TableOptions
    | KpiOptions
    | LineOptions
    | BarOptions
    | HeatmapOptions
    | ScatterOptions
    | HistogramOptions
    | StackOptions
    | CandlesOptions
    | TextOptions
    | NoticesOptions
)


def plain(options: Options) -> dict[str, Any]:
    """As JSON has them."""
    found: dict[str, Any] = msgspec.to_builtins(options)
    return found
