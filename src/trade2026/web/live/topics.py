"""The table of topics, and what a row of one is."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final, NamedTuple, Protocol, TypeAlias

import msgspec

View: TypeAlias = msgspec.Struct | Mapping[str, object]
"""What is shown of a row: a view, or a mapping of the same names; its JSON is that of REST."""


class LiveRow(Protocol):
    """A row with whose it is; the rows that the read models tell are such."""

    @property
    def account_id(self) -> str | None:
        """The account whose users may see it; None for everyone."""
        ...

    @property
    def view(self) -> View:
        """What is shown."""
        ...


class PlainRow(NamedTuple):
    """A `LiveRow` that is made at once."""

    account_id: str | None
    view: View


def field_of(view: View, name: str) -> object:
    """A field of a view by its name; None where it has no such field."""
    if isinstance(view, Mapping):
        return view.get(name)
    return getattr(view, name, None)


class TopicKind(StrEnum):
    """How a topic is sent."""

    CONFLATED = "conflated"
    """The latest numbers per key, as often as the client wants and can take."""
    STATE = "state"
    """The latest rows, whole or as they change."""
    LOSSLESS = "lossless"
    """Every row, in order of the journal."""


class TopicSpec(msgspec.Struct, frozen=True, kw_only=True):
    """One topic.

    Attributes
    ----------
    columns : tuple of str
        Of a conflated topic, each a float64; NaN is unknown.
    key_fields : tuple of str
        Of a state topic: what tells its rows apart; empty where rows are always replaced as a whole.
    hz_default, hz_max : float
        How often at most a client is sent what changed.
    kept : int
        Of a state topic whose rows come and are not taken back: so many of the newest are all there is, here
        and with who listens. Older ones are forgotten without a word. 0 for rows that stay.
    """

    name: str
    kind: TopicKind
    columns: tuple[str, ...] = ()
    key_fields: tuple[str, ...] = ()
    hz_default: float = 20.0
    hz_max: float = 30.0
    kept: int = 0

    @property
    def family(self) -> str:
        """Of a spec that stands for many topics, how their names begin; "" for one of a single topic."""
        return self.name[:-1] if self.name.endswith("/*") else ""


def _state(name: str, *key_fields: str, hz: float = 4.0, kept: int = 0) -> TopicSpec:
    return TopicSpec(
        name=name, kind=TopicKind.STATE, key_fields=key_fields, hz_default=hz, hz_max=hz, kept=kept
    )  # fmt: skip


QUOTE_COLUMNS: Final = ("last", "previous_close", "change_bps", "ts_ms")
BAR_COLUMNS: Final = ("open", "high", "low", "close", "volume", "ts_ms")

TOPICS: Final = (
    TopicSpec(name="quotes", kind=TopicKind.CONFLATED, columns=QUOTE_COLUMNS),
    TopicSpec(name="bars", kind=TopicKind.CONFLATED, columns=BAR_COLUMNS),
    TopicSpec(name="orders", kind=TopicKind.LOSSLESS),
    TopicSpec(name="fills", kind=TopicKind.LOSSLESS),
    TopicSpec(name="alerts", kind=TopicKind.LOSSLESS),
    _state("positions", "account_id", "instrument_id"),
    _state("accounts", "account_id"),
    _state("feed"),
    _state("trading-state", "scope", "target"),
    _state("services"),
    _state("strategy-runs", "run_id"),
    _state("jobs", "job_id"),
    _state("venues", "venue"),
    _state("sim/state"),
    _state("sim/agents", "name"),
    _state("sim/agents/*", "name"),
    _state("sim/gauges/*"),
    _state("sim/scorecard-job"),
    _state("sim/book/*", hz=10.0),
    _state("sim/tape/*", "trade_id", hz=10.0, kept=100),
    _state("sim/heat/*", "at", hz=10.0, kept=600),
)
"""A name that ends with `/*` is that of a family: one topic for each name in place of the star."""
