"""Panels made of arrays are those made event by event, to the bit, and refused for the same reason.

Whatever the data: gaps, several prices at one time and in one period, midnights, quotes between them, prices
that are none, bounds, rows of the request with values that are no numbers; read anew or kept in a worker.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import groupby

import numpy as np
import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from tests.application.analyses import naive_panels
from trade2026.application.analyses.kept import KeptData
from trade2026.application.analyses.panel import Panel
from trade2026.application.analyses.requests import (
    FactorRequest,
    Frequency,
    Given,
    Missing,
    OwnRows,
    ReturnsRequest,
)
from trade2026.application.analyses.returns import load_panel
from trade2026.application.named_data import NamedData
from trade2026.application.requests import DataRequest
from trade2026.application.services import Services
from trade2026.bootstrap.config import Config
from trade2026.bootstrap.wiring import make_services
from trade2026.model.instrument import Instrument, equity
from trade2026.model.market_data import Bar, MarketEvent, Quote, Trade
from trade2026.ports.feed import DataDescription, MarketDataSource
from trade2026.ports.prism import PrismLine
from trade2026.primitives.errors import InputError
from trade2026.primitives.fixed_point import UNIT
from trade2026.primitives.time import DAY_NS, HOUR_NS, MINUTE_NS, date_to_unix_ns

FIRST = date(1969, 11, 20)  # Periods before 1970 have numbers below zero.
FIRST_NS = date_to_unix_ns(FIRST)
FINE_NS = date_to_unix_ns(date(2020, 12, 30))  # New York: two days, a holiday and a weekend.


@dataclass
class Recorded:
    """Events as a source, several of one time in one batch."""

    names: tuple[str, ...]
    events: list[MarketEvent]
    count: int | None = 0
    reads: int = 0
    bars_ns: int = DAY_NS

    def describe(self) -> DataDescription:
        return DataDescription("mine", "00", ("mine",), False, self.bars_ns, False, True, self.count)

    def instruments(self) -> tuple[Instrument, ...]:
        return tuple(equity(name.partition(".")[0], "XNYS") for name in self.names)

    def batches(self, start_ns: int | None, end_ns: int | None) -> Iterator[Sequence[MarketEvent]]:
        self.reads += 1
        asked = (
            each
            for each in self.events
            if (start_ns is None or each.ts_event >= start_ns) and (end_ns is None or each.ts_event < end_ns)
        )
        for _, batch in groupby(asked, key=lambda each: each.ts_event // (3 * DAY_NS)):
            yield list(batch)


@dataclass
class Sets:
    """Two sets that ship."""

    assets: Recorded
    factors: Recorded

    def shipped(self) -> tuple[str, ...]:
        return self.names()

    def names(self) -> tuple[str, ...]:
        return ("sp500", "factors")

    def open(self, request: DataRequest) -> MarketDataSource:
        return self.assets if request.names == ("sp500",) else self.factors

    def about(self, name: str) -> NamedData:
        raise NotImplementedError(name)  # Nobody asks.

    def live(self, request: DataRequest) -> PrismLine | None:
        return None


def event_of(name: str, ts: int, kind: int, raw: int) -> MarketEvent:
    if kind == 0:
        return Quote(name, ts, ts, raw, raw + 1, UNIT, UNIT)
    if kind == 1:
        return Trade(name, ts, ts, raw, UNIT, None, "1")
    return Bar(name, ts, ts, None, None, None, raw, None)


@st.composite
def recorded(draw: st.DrawFn, names: tuple[str, ...], bars_ns: int) -> Recorded:
    days = draw(st.integers(5, 300))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    share, bad = draw(st.sampled_from([1.0, 0.9, 0.5, 0.05])), draw(st.sampled_from([0.0, 0.0, 0.0, 0.01]))
    if bars_ns < DAY_NS:  # Times at and beside the ends of minutes and hours.
        step = draw(st.sampled_from([MINUTE_NS, 7 * MINUTE_NS, HOUR_NS]))
        first, unit, beside = FINE_NS + 12 * HOUR_NS, step, [0, 0, 1, step // 2, step - 1]
    else:
        first, unit, beside = FIRST_NS, DAY_NS, [0, HOUR_NS, 20 * HOUR_NS, 24 * HOUR_NS]
    keys = sorted(
        (first + number * unit + int(rng.choice(beside)), name)
        for number in range(days)
        for name in names
        for _ in range(int(rng.integers(1, 4)))
        if rng.random() < share
    )
    raws = np.where(rng.random(len(keys)) < bad, 0, rng.integers(1, 2**62, len(keys))).tolist()
    kinds = rng.integers(0, 9, len(keys)).tolist()
    events = [event_of(name, ts, kind, raw) for (ts, name), kind, raw in zip(keys, kinds, raws, strict=True)]
    return Recorded(names, events, bars_ns=bars_ns)


@st.composite
def own_rows(draw: st.DrawFn) -> OwnRows:
    count, names = draw(st.integers(2, 100)), ("x", "y", "z")[: draw(st.integers(1, 3))]
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    values = rng.normal(0.0, 0.02, (count, len(names)))
    rows_are = draw(st.sampled_from(Given))
    if rows_are is Given.PRICES:
        values = np.exp(values)
    if draw(st.integers(0, 9)) == 0:
        values[rng.integers(count), rng.integers(len(names))] = draw(
            st.sampled_from([float("nan"), float("inf"), -2.0])
        )
    gaps = rng.integers(1, draw(st.sampled_from([2, 4, 40])), count).cumsum().tolist()
    return OwnRows(
        assets=names,
        rows=tuple(map(tuple, values.tolist())),
        rows_are=rows_are,
        days=tuple((FIRST + timedelta(days=each)).isoformat() for each in gaps),
    )


@st.composite
def requests(draw: st.DrawFn, is_fine: bool) -> ReturnsRequest:
    usual = [Frequency.MINUTE, Frequency.HOUR] if is_fine else [*Frequency][2:]
    frequency = draw(st.sampled_from([*usual, *usual, *usual, *Frequency]))
    missing = draw(st.sampled_from([Missing.DROP, *Missing]))
    starts = ["2020-12-31"] if is_fine else ["1969-11-21", "1969-12-07", "1970-01-02"]
    ends = ["2021-01-04"] if is_fine else ["1970-01-09", "1970-03-09"]
    start = draw(st.sampled_from(["", "", "", *starts]))
    end = draw(st.sampled_from(["", "", "", *ends, "9999-12-31"]))
    own = draw(st.none() if is_fine else st.none() | own_rows())
    assets = () if own else draw(st.sampled_from([(), ("B.XNYS", "A.XNYS"), ("C.XNYS",)]))
    if draw(st.booleans()):
        return ReturnsRequest(
            assets=assets, start=start, end=end, frequency=frequency, missing=missing, own=own
        )
    return FactorRequest(
        assets=assets, start=start, end=end, frequency=frequency, missing=missing, own=own,
        factor_own=draw(st.none() | own_rows()),
    )  # fmt: skip


@st.composite
def cases(draw: st.DrawFn) -> tuple[ReturnsRequest, Recorded, Recorded]:
    is_fine = draw(st.booleans())
    lengths = [0, MINUTE_NS, HOUR_NS] if is_fine else [DAY_NS, DAY_NS, DAY_NS, 7 * DAY_NS]
    bars_ns = draw(st.sampled_from(lengths))
    assets = draw(recorded(("A.XNYS", "B.XNYS", "C.XNYS"), bars_ns))
    others_ns = draw(st.sampled_from([bars_ns, bars_ns, bars_ns, *lengths, DAY_NS]))
    return draw(requests(is_fine)), assets, draw(recorded(("F.XNYS",), others_ns))


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> Services:
    return make_services(Config(str(tmp_path_factory.mktemp("home"))))


def loaded(services: Services, request: ReturnsRequest) -> Panel | str:
    try:
        return load_panel(services, request)
    except InputError as error:
        return str(error)


def twin(assets: Recorded, factors: Recorded, request: ReturnsRequest) -> naive_panels.Joined | str:
    try:
        return naive_panels.load(assets, factors, request)
    except InputError as error:
        return str(error)


@settings(deadline=None, max_examples=600)
@given(case=cases())
def test_a_panel_is_that_of_the_slow_twin(
    services: Services, case: tuple[ReturnsRequest, Recorded, Recorded]
) -> None:
    request, assets, factors = case
    sets, expected = Sets(assets, factors), twin(assets, factors, request)
    kept = KeptData(sets)
    for data in (sets, kept, kept):
        found = loaded(replace(services, data=data), request)
        if isinstance(expected, str) or isinstance(found, str):
            assert found == expected
            continue
        names, ts_ns, returns, of_factors, sha256, warnings = expected
        assert (found.assets, found.sha256, found.warnings) == (names, sha256, warnings)
        np.testing.assert_array_equal(found.ts_ns, ts_ns)
        np.testing.assert_array_equal(found.returns, returns)
        if found.factors is not None:
            np.testing.assert_array_equal(found.factors.returns, of_factors)
    event(
        "refused: " + expected[:20] if isinstance(expected, str) else "with gaps" if expected[-1] else "whole"
    )
