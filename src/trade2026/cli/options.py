"""The options of the commands: names, help and panels, each stated once."""

from typing import Annotated

import typer

_DATA = "Data"
_FILES = "Data from your own files"
_ACCOUNT = "Account and period"
_COSTS = "Costs and fills"
_OUTPUT = "Output"

StrategyName = Annotated[
    str,
    typer.Argument(
        metavar="STRATEGY", help="A strategy by name (see 'trade2026 strategies'), or FILE.py[:CLASS]."
    ),
]
Data = Annotated[
    list[str],
    typer.Option(
        "--data", metavar="NAME|FILE|FOLDER", rich_help_panel=_DATA,
        help="sp500 or factors, a CSV or Parquet file of bars, trades or quotes, or the folder of a recorded "
        "run; repeat for several.",
    ),
]  # fmt: skip
Parameters = Annotated[
    list[str] | None,
    typer.Option(
        "--param", "-p", metavar="NAME=VALUE", help="A parameter of the strategy; repeat for several."
    ),
]
Seed = Annotated[
    str, typer.Option("--seed", metavar="NUMBER", help="Seed of all randomness of the run; not negative.")
]

Start = Annotated[
    str, typer.Option("--from", metavar="DAY", rich_help_panel=_ACCOUNT, help="First day, UTC: YYYY-MM-DD.")
]
End = Annotated[
    str, typer.Option("--to", metavar="DAY", rich_help_panel=_ACCOUNT, help="Last day, UTC, included.")
]
Cash = Annotated[
    str, typer.Option("--cash", metavar="AMOUNT", rich_help_panel=_ACCOUNT, help="Starting cash.")
]
Account = Annotated[
    str, typer.Option("--account", metavar="margin|cash", rich_help_panel=_ACCOUNT, help="Kind of account.")
]
Leverage = Annotated[
    str,
    typer.Option(
        "--max-leverage", metavar="RATIO", rich_help_panel=_ACCOUNT,
        help="Largest worst-case exposure over equity, open orders included.",
    ),
]  # fmt: skip

Fees = Annotated[
    str,
    typer.Option(
        "--fees", metavar="FEES", rich_help_panel=_COSTS,
        help="none, 1bps, MAKER/TAKERbps (-0.5/2bps), or 0.005/share.",
    ),
]  # fmt: skip
FeeMinimum = Annotated[
    str,
    typer.Option("--fee-minimum", metavar="AMOUNT", rich_help_panel=_COSTS, help="Smallest fee of an order."),
]
FeeCurrency = Annotated[
    str,
    typer.Option(
        "--fee-currency", metavar="quote|base|received", rich_help_panel=_COSTS,
        help="What fees are charged in; base and received for crypto.",
    ),
]  # fmt: skip
Spread = Annotated[
    str,
    typer.Option(
        "--spread-bps", metavar="BPS", rich_help_panel=_COSTS,
        help="Whole spread around prices of bars and trades; half is paid. Quotes carry their own.",
    ),
]  # fmt: skip
Slippage = Annotated[
    str,
    typer.Option(
        "--slippage-bps",
        metavar="BPS",
        rich_help_panel=_COSTS,
        help="Paid on top by orders that take liquidity.",
    ),
]
Participation = Annotated[
    str,
    typer.Option(
        "--participation", metavar="PERCENT", rich_help_panel=_COSTS,
        help="Largest share of a bar's volume that all orders together may take.",
    ),
]  # fmt: skip
Latency = Annotated[
    str,
    typer.Option(
        "--latency-ms", metavar="LATENCY", rich_help_panel=_COSTS,
        help="From decision to venue: 5, normal:MEAN,STD or lognormal:MEDIAN,SIGMA.",
    ),
]  # fmt: skip

Instruments = Annotated[
    list[str] | None,
    typer.Option(
        "--instrument", metavar="SYMBOL.VENUE", rich_help_panel=_FILES,
        help="What a file is of; once for each file, or TEXT=SYMBOL.VENUE for each symbol in one file.",
    ),
]  # fmt: skip
Kind = Annotated[
    str,
    typer.Option(
        "--kind", metavar="KIND", rich_help_panel=_FILES,
        help="equity, crypto-spot or fx-spot; known for BTCUSDT, EURUSD and such.",
    ),
]  # fmt: skip
VolumeUnit = Annotated[
    str,
    typer.Option(
        "--volume-unit", metavar="UNIT", rich_help_panel=_FILES,
        help="What volumes and quantities count: base, quote or contracts. Never guessed.",
    ),
]  # fmt: skip
Currency = Annotated[
    str, typer.Option("--currency", metavar="CODE", rich_help_panel=_FILES, help="Currency of the prices.")
]
BaseCurrency = Annotated[
    str,
    typer.Option(
        "--base-currency", metavar="CODE", rich_help_panel=_FILES, help="What one unit is, for pairs."
    ),
]
Tick = Annotated[
    str,
    typer.Option("--tick", metavar="SIZE", rich_help_panel=_FILES, help="Smallest increment of the price."),
]
Lot = Annotated[
    str,
    typer.Option("--lot", metavar="SIZE", rich_help_panel=_FILES, help="Smallest increment of the quantity."),
]
Multiplier = Annotated[
    str,
    typer.Option("--multiplier", metavar="SIZE", rich_help_panel=_FILES, help="Money per point and unit."),
]
Calendar = Annotated[
    str,
    typer.Option("--calendar", metavar="NAME", rich_help_panel=_FILES, help="Such as XNYS, 24/7 or 24/5."),
]
Rows = Annotated[
    str,
    typer.Option(
        "--rows", metavar="bars|trades|quotes", rich_help_panel=_FILES, help="Where the columns do not tell."
    ),
]
Columns = Annotated[
    list[str] | None,
    typer.Option(
        "--column", metavar="ROLE=HEADER", rich_help_panel=_FILES, help="Where a header is not a usual one."
    ),
]
Header = Annotated[
    str,
    typer.Option(
        "--header", metavar="NAME,NAME,...", rich_help_panel=_FILES,
        help="Names of all columns, for files without a header line.",
    ),
]  # fmt: skip
Disorder = Annotated[
    str,
    typer.Option(
        "--on-disorder", metavar="refuse|sort", rich_help_panel=_FILES, help="Rows earlier than one above."
    ),
]
Duplicate = Annotated[
    str,
    typer.Option(
        "--on-duplicate", metavar="refuse|first|last", rich_help_panel=_FILES, help="Rows that repeat one."
    ),
]
Gap = Annotated[
    str,
    typer.Option("--on-gap", metavar="report|refuse", rich_help_panel=_FILES, help="Bars that are missing."),
]
ExcessDecimals = Annotated[
    str,
    typer.Option(
        "--on-excess-decimals",
        metavar="refuse|round",
        rich_help_panel=_FILES,
        help="Numbers with more than nine decimals.",
    ),
]
Marks = Annotated[
    str,
    typer.Option(
        "--timestamp-marks",
        metavar="open|close",
        rich_help_panel=_FILES,
        help="Which end of a bar its time marks.",
    ),
]
TimestampUnit = Annotated[
    str,
    typer.Option(
        "--timestamp-unit", metavar="s|ms|us|ns", rich_help_panel=_FILES,
        help="Unit of times that are integers; else told by their magnitude.",
    ),
]  # fmt: skip
BarInterval = Annotated[
    str,
    typer.Option(
        "--bar-interval",
        metavar="LENGTH",
        rich_help_panel=_FILES,
        help="1m, 1h, 1d; else told by the distances.",
    ),
]
Adjusted = Annotated[
    bool,
    typer.Option("--adjusted", rich_help_panel=_FILES, help="Prices are adjusted for splits or dividends."),
]

Durable = Annotated[
    bool,
    typer.Option("--durable", rich_help_panel=_OUTPUT, help="Sync the journal to disk after every step."),
]
Json = Annotated[
    bool,
    typer.Option("--json", rich_help_panel=_OUTPUT, help="Print JSON on stdout, everything else on stderr."),
]
Report = Annotated[
    str,
    typer.Option(
        "--report", metavar="FILE.html", rich_help_panel=_OUTPUT, help="Write a self-contained HTML report."
    ),
]
Quiet = Annotated[
    bool,
    typer.Option("--quiet", "-q", rich_help_panel=_OUTPUT, help="Only the result: no progress, no words."),
]

Run = Annotated[
    str, typer.Argument(metavar="FOLDER_OR_RUN", help="A folder, or the id (or its beginning) of a run.")
]
