"""The options that the `prism` commands share, and what their texts mean."""

import os
from typing import TYPE_CHECKING, Annotated

import typer

from trade2026.application.period import parse_period
from trade2026.cli.output import note
from trade2026.cli.requests import pairs, whole
from trade2026.primitives.errors import InputError, StoreUnavailable

if TYPE_CHECKING:
    from trade2026.application.prism.tapes import TapeRequest
    from trade2026.simulation.prism.config import PrismConfig

_MARKET, _TAPE, _OUTPUT = "Market", "Tape", "Output"

Config = Annotated[
    str,
    typer.Option(
        "--config", metavar="FILE.json", rich_help_panel=_MARKET,
        help="What differs from the default market, as 'prism calibrate --out' writes it.",
    ),
]  # fmt: skip
Symbol = Annotated[
    str, typer.Option("--symbol", metavar="SYMBOL", rich_help_panel=_MARKET, help="Which book is looked at.")
]
Seeds = Annotated[
    str, typer.Option("--seeds", metavar="COUNT", rich_help_panel=_MARKET, help="Runs, of seeds 1 to COUNT.")
]
Hours = Annotated[
    str, typer.Option("--hours", metavar="HOURS", rich_help_panel=_MARKET, help="Simulated time of a run.")
]
Detail = Annotated[
    str,
    typer.Option(
        "--detail-hours", metavar="HOURS", rich_help_panel=_MARKET,
        help="Its last part, of which trades and quotes are measured.",
    ),
]  # fmt: skip
Against = Annotated[
    list[str] | None,
    typer.Option(
        "--against", metavar="FILE", rich_help_panel=_TAPE,
        help="CSV or Parquet of bars, trades or quotes; repeat for the other kinds of the same instrument.",
    ),
]  # fmt: skip
Session = Annotated[
    str,
    typer.Option(
        "--session", metavar="regular|holiday|unknown", rich_help_panel=_TAPE,
        help="A holiday's tape says nothing of book and impact.",
    ),
]  # fmt: skip
Html = Annotated[
    str,
    typer.Option(
        "--html", metavar="FILE", rich_help_panel=_OUTPUT, help="Write a page with pictures as well."
    ),
]


def read_config(path: str) -> "PrismConfig":
    """The default market, or that of a file; raises InputError naming what the file has wrong."""
    from trade2026.simulation.prism.config import PrismConfig, decode_config

    if not path:
        return PrismConfig()
    try:
        with open(path, "rb") as file:
            data = file.read()
    except OSError as error:
        raise InputError(
            f"--config must be a file that can be read, was {path!r}: {error.strerror}"
        ) from error
    return decode_config(data, f"--config {path!r}")


def book_of(market: "PrismConfig", symbol: str) -> int:
    """The number of a book; raises InputError for a symbol that is not traded."""
    symbols = [book.listing.symbol for book in market.books]
    if symbol not in symbols:
        raise InputError(f"--symbol must be one of {', '.join(symbols)}, was {symbol!r}")
    return symbols.index(symbol)


def tape_request(
    files: list[str], session: str, start: str, end: str, column: list[str] | None, marks: str, unit: str
) -> "TapeRequest":
    """The tape asked for."""
    from trade2026.application.prism.tapes import TapeRequest

    start_ns, end_ns = parse_period(start, end)
    return TapeRequest(
        files=tuple(files), columns=pairs("--column", column), timestamp_marks=marks, timestamp_unit=unit,
        session=session, start_ns=start_ns, end_ns=end_ns,
    )  # fmt: skip


def number(option: str, text: str) -> float:
    """A number that is not negative; raises InputError naming the option and the text."""
    try:
        value = float(text)
    except ValueError:
        raise InputError(f"{option} must be a number, was {text!r}") from None
    if not 0.0 <= value < float("inf"):
        raise InputError(f"{option} must be at least 0 and finite, was {text}")
    return value


def seed_list(text: str) -> list[int]:
    """Seeds 1 to so many; raises InputError for none."""
    count = whole("--seeds", text)
    if not 1 <= count <= 100_000:
        raise InputError(f"--seeds must be 1 to 100000, was {count}")
    return list(range(1, count + 1))


def check_out(option: str, path: str) -> None:
    """Refuse a file that could not be written before the run, not after it."""
    folder = os.path.dirname(os.path.abspath(path))
    if path and (os.path.isdir(path) or not os.path.isdir(folder) or not os.access(folder, os.W_OK)):
        raise InputError(f"{option} must be a file in a folder that can be written, was {path!r}")


def write_file(path: str, text: str) -> None:
    """Write a file that was asked for; raises StoreUnavailable where the disk refuses."""
    try:
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        raise StoreUnavailable(
            f"cannot write {path}: {error.strerror}; free space, or write elsewhere"
        ) from error


def tell_stopping() -> None:
    """What is said at the first Ctrl-C."""
    note("stopping; press Ctrl-C again to leave at once")
