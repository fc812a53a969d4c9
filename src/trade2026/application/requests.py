"""What a user asks for, as typed values: data, costs, account and period of a backtest."""

from typing import Final

import msgspec

from trade2026.model.enums import AccountType

SPREAD_BPS: Final = "2"
FEES: Final = "1bps"
CASH: Final = "1000000"
"""Defaults of a backtest, as a user would write them; every run prints what it used."""


class DataRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Which market data, and what files of the user do not say themselves.

    Attributes
    ----------
    names : tuple of str
        One name of a data set that ships, paths of CSV or Parquet files, or folders of recorded runs.
    instrument_ids : tuple of str
        SYMBOL.VENUE of each file, or of all of them when there is one; "" to keep the names of a data set.
    kind, currency, base_currency, tick_size, lot_size, multiplier, calendar, volume_unit : str
        Rules of the instrument, decimals as text; "" for what its symbol or kind implies.
    rows : str
        "bars", "trades", "quotes", or "" to tell by the columns.
    columns : tuple of (role, header)
        Where the header of a file is not a usual one.
    header : tuple of str
        Names of the columns of CSV files that have no header line; empty for files that have one.
    on_disorder, on_duplicate, on_gap, on_excess_decimals : str
        What to do with faults: see `docs/cli.md`.
    timestamp_marks : str
        Which end of its interval the time of a bar marks: "open" or "close".
    timestamp_unit : str
        Unit of times that are integers: "s", "ms", "us", "ns", or "" to tell by their magnitude.
    bar_interval : str
        Length of a bar such as "1m" or "1d"; "" to tell by the distances.
    adjusted : bool
        Whether prices are adjusted for splits or dividends.
    """

    names: tuple[str, ...]
    instrument_ids: tuple[str, ...] = ()
    kind: str = ""
    currency: str = ""
    base_currency: str = ""
    tick_size: str = ""
    lot_size: str = ""
    multiplier: str = ""
    calendar: str = ""
    volume_unit: str = ""
    rows: str = ""
    columns: tuple[tuple[str, str], ...] = ()
    header: tuple[str, ...] = ()
    on_disorder: str = "refuse"
    on_duplicate: str = "refuse"
    on_gap: str = "report"
    on_excess_decimals: str = "refuse"
    timestamp_marks: str = "open"
    timestamp_unit: str = ""
    bar_interval: str = ""
    adjusted: bool = False


class CostRequest(msgspec.Struct, frozen=True, kw_only=True):
    """What trading is assumed to cost; texts as on the command line, see `costs`."""

    fees: str = FEES
    fee_minimum: str = "0"
    fee_currency: str = "quote"
    spread_bps: str = SPREAD_BPS
    slippage_bps: str = "0"
    participation: str = "10"
    latency_ms: str = "0"


class BacktestRequest(msgspec.Struct, frozen=True, kw_only=True):
    """One backtest.

    Attributes
    ----------
    strategy : str
        A name, "FILE.py" or "FILE.py:CLASS".
    parameters : tuple of (name, text)
        What differs from the defaults.
    start, end : str
        First and last day (UTC, both included) as YYYY-MM-DD, or instants with a time zone (the end
        excluded); "" for no bound.
    cash, max_leverage : str
        Decimals.
    durable : bool
        Whether the journal is synced to disk after every step.
    report : str
        Path of the HTML report to write; "" for none.
    """

    strategy: str
    data: DataRequest
    parameters: tuple[tuple[str, str], ...] = ()
    start: str = ""
    end: str = ""
    cash: str = CASH
    account_type: AccountType = AccountType.MARGIN
    max_leverage: str = "2"
    costs: CostRequest = CostRequest()
    seed: int = 0
    durable: bool = False
    report: str = ""
