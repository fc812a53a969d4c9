"""`trade2026 data returns`: a table of returns, such as factors of a library, is kept by a name."""

import tempfile
from pathlib import Path
from typing import Annotated

import typer

from trade2026.application.desk import Desk
from trade2026.application.requests import DataRequest
from trade2026.cli import options
from trade2026.cli.output import examples, note, say, say_json
from trade2026.primitives.errors import InputError
from trade2026.primitives.time import parse_date

_FILE = Annotated[str, typer.Argument(metavar="FILE.csv", help="Months or days, and a column a series.")]
_UNIT = Annotated[
    str, typer.Option("--unit", metavar="percent|fraction", help="What its numbers count; never guessed.")
]
_KEEP = Annotated[
    str, typer.Option("--keep", metavar="NAME", help="The name, for whatever takes data by a name.")
]
_FIRST = Annotated[
    str, typer.Option("--from", metavar="DAY", help="Leave out periods that end before: YYYY-MM-DD.")
]
_VENUE = Annotated[
    str, typer.Option("--venue", metavar="VENUE", help="What stands behind the dot of the series' names.")
]


def add_returns(data_app: typer.Typer, desk: Desk) -> None:
    """Add the command to those of `data`."""

    @data_app.command(
        epilog=examples(
            "trade2026 data returns F-F_Research_Data_Factors.csv \\\n      --unit percent --keep french"
        )
    )
    def returns(
        file: _FILE, unit: _UNIT = "", keep: _KEEP = "", first: _FIRST = "", venue: _VENUE = "OWN",
        currency: options.Currency = "USD", json: options.Json = False,
    ) -> None:  # fmt: skip
        """Keep a table of returns, such as those of Fama and French, as prices that begin at 100."""
        from trade2026.application.return_tables import ReturnUnit, levels_csv, read_returns, symbols_of

        units = [each.value for each in ReturnUnit]
        if unit not in units:
            raise InputError(f"--unit must be one of {', '.join(units)}, was {unit!r}")
        if not keep:
            raise InputError("--keep must name what is kept, was left out; such as --keep french")
        desk.check_data_name(keep)
        since = parse_date(first, "--from") if first else None
        table = read_returns(_text(file), ReturnUnit(unit), first=since, what=file)
        with tempfile.TemporaryDirectory(prefix="trade2026-returns-") as folder:
            levels = Path(folder) / f"{Path(file).stem}.csv"
            levels.write_text(levels_csv(table), encoding="utf-8")
            ids = tuple(f"{each}.{venue}" for each in symbols_of(table.names))
            request = DataRequest(
                names=(str(levels),), instrument_ids=ids,
                kind="equity", currency=currency, tick_size="0.000000001", calendar="24/7",
                volume_unit="base", rows="bars", timestamp_marks="close", adjusted=True,
            )  # fmt: skip
            summary = desk.describe_data(request)
            desk.keep_data(keep, request, summary)
        if json:
            said = {"name": keep, "periods": len(table.days), "instruments": ids}
            say_json({**said, "first": table.days[0].isoformat(), "last": table.days[-1].isoformat()})
        else:
            periods = "months" if table.is_monthly else "days"
            say(f"{len(table.days):,} {periods}, {table.days[0]} to {table.days[-1]}: {', '.join(ids)}")
        if table.left_out:
            note(f"{table.left_out:,} lines behind the table were left out")
        note(f"kept as {keep}: levels that begin at 100; `trade2026 data remove {keep}` removes them")


def _text(file: str) -> str:
    try:
        return Path(file).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{file} must be a text file that can be read: {error}") from error
