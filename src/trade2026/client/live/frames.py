"""What arrives: rows as structs, and columns of numbers."""

import math
import sys
from array import array
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import msgspec

from trade2026.client.results.backtests import Job
from trade2026.client.results.desk import Alert, Service
from trade2026.client.results.market import Feed
from trade2026.client.results.orders import Fill, Order
from trade2026.client.results.portfolio import Account, Position
from trade2026.client.results.sim import (
    SimAgent,
    SimBookTop,
    SimColumn,
    SimGauges,
    SimScorecardJob,
    SimState,
    SimTrade,
)
from trade2026.client.results.strategies import StrategyRun
from trade2026.client.results.trading_state import TradingStateRow
from trade2026.client.results.venues import VenueState
from trade2026.client.values import decode_value
from trade2026.primitives.errors import IntegrityError

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

ROW_TYPES: Final[Mapping[str, type[msgspec.Struct]]] = {
    "orders": Order,
    "fills": Fill,
    "alerts": Alert,
    "positions": Position,
    "accounts": Account,
    "feed": Feed,
    "trading-state": TradingStateRow,
    "services": Service,
    "strategy-runs": StrategyRun,
    "jobs": Job,
    "venues": VenueState,
    "sim/state": SimState,
    "sim/agents": SimAgent,
    "sim/agents/*": SimAgent,
    "sim/gauges/*": SimGauges,
    "sim/scorecard-job": SimScorecardJob,
    "sim/book/*": SimBookTop,
    "sim/tape/*": SimTrade,
    "sim/heat/*": SimColumn,
}
"""What a row of each topic of rows is; `quotes` and `bars` are columns. A star stands for any name."""


class Frame(msgspec.Struct, frozen=True):
    """A frame as it is on the line."""

    s: int
    q: int
    snap: bool
    t: float | None = None
    n: int = 0
    k: bytes = b""
    c: dict[str, bytes] = {}
    rows: msgspec.Raw = msgspec.Raw()


_FRAME: Final = msgspec.msgpack.Decoder(Frame)
_ROWS: Final = {
    topic: msgspec.msgpack.Decoder(tuple[kind, ...], dec_hook=decode_value)  # type: ignore[valid-type]
    for topic, kind in ROW_TYPES.items()
}
_PLAIN: Final = msgspec.msgpack.Decoder(tuple[dict[str, Any], ...])


class Columns:
    """Numbers of some rows: for each key its place, for each column a number for each key; NaN is unknown."""

    __slots__ = ("_values", "keys")

    def __init__(self, keys: tuple[str, ...], values: dict[str, "array[float]"]) -> None:
        self.keys = keys
        self._values = values

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the columns."""
        return tuple(self._values)

    def __len__(self) -> int:
        return len(self.keys)

    def __getitem__(self, name: str) -> "array[float]":
        return self._values[name]

    def to_dicts(self) -> dict[str, dict[str, float | None]]:
        """For each key its numbers by column; None where one is unknown."""
        return {
            key: {
                name: None if math.isnan(values[place]) else values[place]
                for name, values in self._values.items()
            }
            for place, key in enumerate(self.keys)
        }

    def to_numpy(self) -> "dict[str, npt.NDArray[np.float64]]":
        """For each column an array in the order of `keys`; NaN is unknown."""
        import numpy as np

        return {name: np.array(values, dtype=np.float64) for name, values in self._values.items()}


class Update(NamedTuple):
    """What came of one topic.

    Attributes
    ----------
    subscription : int
        As `subscribe` gave it.
    seq : int
        Of a lossless topic the journal's number of the last row; of others a count of frames.
    is_snapshot : bool
        Whether it replaces all that came before.
    rows : tuple
        Structs of `results`; none for `quotes` and `bars`.
    columns : Columns or None
        For `quotes` and `bars`.
    """

    topic: str
    subscription: int
    seq: int
    is_snapshot: bool
    rows: tuple[Any, ...]
    columns: Columns | None = None


def read_frame(data: bytes) -> Frame:
    """A frame; raises IntegrityError for what is none."""
    try:
        return _FRAME.decode(data)
    except msgspec.DecodeError as error:
        raise IntegrityError(f"a frame of the live feed cannot be read: {error}; update the client") from None


def read_rows(topic: str, frame: Frame) -> tuple[Any, ...]:
    """Rows of a frame; dicts for a topic this client does not know. Raises IntegrityError."""
    if not frame.rows:
        return ()
    try:
        decoder = _ROWS.get(topic) or _ROWS.get(_family_of(topic), _PLAIN)
        rows: tuple[Any, ...] = decoder.decode(frame.rows)
        return rows
    except msgspec.DecodeError as error:
        raise IntegrityError(f"rows of {topic} cannot be read: {error}; update the client") from None


def _family_of(topic: str) -> str:
    """How the topics are called that have another name in the third place."""
    return "/".join([*topic.split("/", 2)[:2], "*"])


def read_columns(frame: Frame, keys: list[str]) -> Columns:
    """Columns of a frame; raises IntegrityError where they do not fit together."""
    indices = _numbers("I", frame.k)
    values = {name: _numbers("d", data) for name, data in frame.c.items()}
    if any(len(each) != frame.n for each in (indices, *values.values())) or any(
        place >= len(keys) for place in indices
    ):
        raise IntegrityError(f"a frame of {frame.n} rows has columns or keys that do not fit")
    return Columns(tuple(keys[place] for place in indices), values)


def _numbers(code: str, data: bytes) -> Any:
    found = array(code)
    found.frombytes(data[: len(data) - len(data) % found.itemsize])
    if sys.byteorder == "big":
        found.byteswap()
    return found
