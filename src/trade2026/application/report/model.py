"""What a report shows, as plain values; the use case that ran the strategy fills it."""

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from trade2026.analytics.arrays import FloatArray, IntArray, check_series
from trade2026.analytics.curve import EquityCurve
from trade2026.analytics.tear_sheet import TearSheet
from trade2026.primitives.errors import InputError


class RoundTripRow(msgspec.Struct, frozen=True, kw_only=True):
    """A position from flat, or a part of it, opened and closed again; prices and quantities as exact text."""

    instrument: str
    """Instrument id."""
    direction: str
    """Shown as given: "long" or "short"."""
    quantity: str
    """Quantity closed."""
    opened_ns: int
    """UTC nanoseconds of the opening fill."""
    closed_ns: int
    """UTC nanoseconds of the closing fill."""
    entry_price: str
    """Average entry price."""
    exit_price: str
    """Average exit price."""
    pnl: float
    """P&L after costs, in the currency of the report."""


class FillRow(msgspec.Struct, frozen=True, kw_only=True):
    """One execution; prices, quantities and money as exact text."""

    ts_ns: int
    """UTC nanoseconds of the fill."""
    instrument: str
    """Instrument id."""
    side: str
    """Shown as given: "buy" or "sell"."""
    quantity: str
    """Quantity of this fill."""
    price: str
    """Price of this fill."""
    commission: str
    """Commission with its currency; empty when there was none."""


@dataclass(frozen=True, slots=True, eq=False)
class Benchmark:
    """Something to compare with.

    Attributes
    ----------
    name : str
        Shown in the legend.
    level : float64, shape (n,)
        Price or index level at each mark of the report's curve, above zero; drawn from the starting equity.
    """

    name: str
    level: FloatArray


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class RunReport:
    """Everything the page and the terminal show of one run; nothing is looked up elsewhere.

    Attributes
    ----------
    kind : str
        What ran: "backtest", "paper".
    strategy : str
        Name of the strategy.
    parameters : sequence of (name, value)
        In the order to show.
    data_name : str
        Name of the data.
    data_limits : sequence of str
        What the data cannot show, one sentence each; displayed as a notice no reader can miss.
    currency : str
        Currency of the equity, shown after money.
    code_version : str
        Version of the code that ran.
    hashes : sequence of (label, digest)
        Of data, journal and state.
    facts : sequence of (label, value)
        Counts and the like: events, orders, fills, seed.
    curve : EquityCurve
        Recorded marks, the same the tear sheet was computed from.
    tear_sheet : TearSheet
        The statistics.
    round_trips : sequence of RoundTripRow
        Oldest first.
    fills : sequence of FillRow
        Oldest first.
    costs_note : str
        What the costs leave out, in a sentence shown beside them; empty when they are all there is.
    benchmark : Benchmark, optional
        Drawn beside the equity.

    Raises InputError when the tear sheet or the benchmark belongs to another curve.
    """

    kind: str
    strategy: str
    parameters: Sequence[tuple[str, str]]
    data_name: str
    data_limits: Sequence[str]
    currency: str
    code_version: str
    hashes: Sequence[tuple[str, str]]
    facts: Sequence[tuple[str, str]]
    curve: EquityCurve
    tear_sheet: TearSheet
    round_trips: Sequence[RoundTripRow] = ()
    fills: Sequence[FillRow] = ()
    costs_note: str = ""
    benchmark: Benchmark | None = None

    def __post_init__(self) -> None:
        first, last = int(self.curve.ts_ns[0]), int(self.curve.ts_ns[-1])
        if (first, last) != (self.tear_sheet.start_ns, self.tear_sheet.end_ns):
            raise InputError(
                f"tear_sheet must span the curve, {first} to {last}, was {self.tear_sheet.start_ns} to "
                f"{self.tear_sheet.end_ns}; compute it from the same curve"
            )
        if self.benchmark is not None:
            level = self.benchmark.level
            check_series("benchmark level", level, size=self.curve.ts_ns.size)
            if float(level.min()) <= 0.0:
                raise InputError(f"benchmark level must be above zero, was {float(level.min())}; use prices")

    @property
    def ts_ns(self) -> IntArray:
        """UTC nanoseconds of the marks."""
        return self.curve.ts_ns
