"""What a recorded run of the simulated market says about itself: `run.json` in its folder.

Whoever writes a run and whoever plays it again agree on this file alone. It names every part with its hash,
so the hash of `run.json` stands for all that was recorded.
"""

from typing import Annotated, Final

import msgspec

from trade2026.model.instrument import Instrument, InstrumentKind, VolumeUnit, check_instrument
from trade2026.ports.prism import VENUE
from trade2026.primitives.fixed_point import UNIT, parse_raw

FILE: Final = "run.json"
FORMAT: Final = "trade2026 prism run"
VERSION: Final = 1

_COUNT = Annotated[int, msgspec.Meta(ge=0)]
_SHA256 = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]
_PLAIN_NAME = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9_-]+\.parquet$")]
"""Of a file in the folder itself, not somewhere else."""


class RecordedBook(msgspec.Struct, frozen=True, kw_only=True):
    """One book and its rules; decimals as text.

    Attributes
    ----------
    max_qty, min_notional : str
        "0" for none.
    maker_fee_ppm, taker_fee_ppm : int
        Millionths of what was traded, in `quote`; negative for a rebate.
    """

    symbol: str
    base: str
    quote: str
    tick_size: str
    lot_size: str
    min_qty: str
    max_qty: str
    min_notional: str
    maker_fee_ppm: int
    taker_fee_ppm: int

    def instrument(self) -> Instrument:
        """What it trades, as SYMBOL.PRISM; raises InputError naming a field that cannot be used.

        Types of orders are those of every instrument: on a recording the paper venue fills, not the market.
        """
        return check_instrument(
            Instrument(
                f"{self.symbol}.{VENUE}", VENUE, InstrumentKind.CRYPTO_SPOT, self.quote, self.base,
                parse_raw(self.tick_size, "tick_size"), parse_raw(self.lot_size, "lot_size"), UNIT, "24/7",
                VolumeUnit.BASE, min_qty=parse_raw(self.min_qty, "min_qty"),
                max_qty=parse_raw(self.max_qty, "max_qty"),
                min_notional=parse_raw(self.min_notional, "min_notional"),
            )
        )  # fmt: skip


class RecordedPart(msgspec.Struct, frozen=True, kw_only=True):
    """One file; `first_ns` and `last_ns` are the times of its first and last row, 0 without any."""

    kind: str
    file: _PLAIN_NAME
    rows: _COUNT
    first_ns: _COUNT
    last_ns: _COUNT
    sha256: _SHA256


class RecordedRun(msgspec.Struct, frozen=True, kw_only=True):
    """A run as far as it is on disk.

    Attributes
    ----------
    begin_ns, end_ns : int
        The time of the market that the parts cover, UTC nanoseconds.
    quote_every_ns : int
        Of quotes, the last of each such interval was kept; 0 for all of them.
    books : tuple of RecordedBook
        In the market's order.
    parts : tuple of RecordedPart
        Of each kind, in order of time.
    state_sha256 : str
        Of the market at `end_ns`.
    config : JSON
        What the market was made of, with `seed`: the same code makes the same run of it.
    """

    format: str = FORMAT
    version: int = VERSION
    seed: int
    begin_ns: _COUNT
    end_ns: _COUNT
    quote_every_ns: _COUNT
    books: tuple[RecordedBook, ...]
    parts: tuple[RecordedPart, ...]
    state_sha256: _SHA256
    config: msgspec.Raw
