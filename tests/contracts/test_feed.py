"""What every source of market data promises, run on each of them.

1. Events come in order of (ts_event, instrument_id), each of a listed instrument, never known early.
2. A window [start, end) gives exactly the events of the whole within it; reading again gives the same.
3. Batches are bounded, and their sum is what the description says.
"""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from trade2026.adapters.embedded.calendars import Calendars
from trade2026.adapters.embedded.files import FileOptions, FileSource
from trade2026.adapters.embedded.merge import MergedSource
from trade2026.adapters.embedded.sp500 import Sp500Source
from trade2026.model.instrument import Instrument, check_instrument, crypto_spot
from trade2026.model.market_data import Bar, MarketEvent
from trade2026.ports.feed import DataDescription, MarketDataSource

SHARED = Path(__file__).parents[2].parent / "shared" / "data"
BATCH_EVENTS_MAX = 16_384
BTC = crypto_spot("BTCUSDT")


class ListSource:
    """A source over a list, in batches of a given size; the simplest thing that keeps the promises."""

    def __init__(self, events: Sequence[MarketEvent], size: int, known: Sequence[Instrument] = ()) -> None:
        self._events = list(events)
        self._size = size
        self._instruments = tuple(known)

    def describe(self) -> DataDescription:
        return DataDescription("list", "0" * 64, ("invented",), True, 0, True, True, len(self._events))

    def instruments(self) -> tuple[Instrument, ...]:
        return self._instruments

    def batches(self, start_ns: int | None, end_ns: int | None) -> Iterator[Sequence[MarketEvent]]:
        kept = [
            event
            for event in self._events
            if (start_ns is None or event.ts_event >= start_ns)
            and (end_ns is None or event.ts_event < end_ns)
        ]
        for begin in range(0, len(kept), self._size):
            yield kept[begin : begin + self._size]


def _file(path: Path, **options: object) -> FileSource:
    return FileSource(path, FileOptions(instruments=BTC, on_excess_decimals="round", **options), Calendars())  # type: ignore[arg-type]


def _written(folder: Path, rows: int) -> FileSource:
    path = folder / "bars.csv"
    lines = [f"{1_610_064_000 + 60 * i},{100 + i % 7},{i}" for i in range(rows)]
    path.write_text("\n".join(["ts,close,volume", *lines]) + "\n")
    return _file(path)


SOURCES: dict[str, Callable[[Path], MarketDataSource]] = {
    "sp500": lambda _: Sp500Source(),
    "written": lambda folder: _written(folder, 40_000),
    "btc-bars": lambda _: _file(SHARED / "btc-perp-1m-2021-12-31--2022-02-01.csv"),
    "binance-trades": lambda _: _file(SHARED / "binance-btcusdt-trades.parquet"),
    "binance-quotes": lambda _: _file(SHARED / "binance-btcusdt-quotes.parquet"),
    "merged": lambda _: MergedSource(
        [_file(SHARED / "binance-btcusdt-trades.parquet"), _file(SHARED / "binance-btcusdt-quotes.parquet")]
    ),
    "list": lambda _: ListSource([Bar("BTCUSDT.BINANCE", i, i, 1, 1, 1, 1, 1) for i in range(99)], 10, [BTC]),
}
_NEED_SHARED = {"btc-bars", "binance-trades", "binance-quotes", "merged"}


@pytest.fixture(
    scope="module",
    params=[
        pytest.param(name, marks=pytest.mark.shared_data if name in _NEED_SHARED else ()) for name in SOURCES
    ],
)
def source(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> MarketDataSource:
    if request.param in _NEED_SHARED and not SHARED.is_dir():
        pytest.skip("the shared market data is not beside the repository")
    return SOURCES[request.param](tmp_path_factory.mktemp("feed"))


def read(source: MarketDataSource, start: int | None = None, end: int | None = None) -> list[MarketEvent]:
    return [event for batch in source.batches(start, end) for event in batch]


def test_events_are_in_order(source):
    keys = [(event.ts_event, event.instrument_id) for event in read(source)]
    assert keys == sorted(keys)


def test_nothing_is_known_before_it_happened(source):
    assert all(event.ts_init >= event.ts_event for event in read(source))


def test_every_event_is_of_a_listed_instrument(source):
    listed = source.instruments()
    ids = [check_instrument(instrument).instrument_id for instrument in listed]
    assert ids == sorted(set(ids))
    assert {event.instrument_id for event in read(source)} <= set(ids)


def test_a_window_is_the_whole_cut(source):
    everything = read(source)
    times = [event.ts_event for event in everything]
    first, middle, last = times[0], times[len(times) // 2], times[-1]
    for start, end in (
        (None, middle), (middle, None), (first, last), (middle, middle), (middle + 1, last + 1),
        (last + 1, None), (None, first), (first + 1, middle - 1),
    ):  # fmt: skip
        cut = [
            event
            for event in everything
            if (start is None or event.ts_event >= start) and (end is None or event.ts_event < end)
        ]
        assert read(source, start, end) == cut


def test_reading_again_gives_the_same(source):
    assert read(source) == read(source)


def test_two_readers_do_not_disturb_each_other(source):
    ahead = source.batches(None, None)
    first = list(next(ahead))
    assert list(next(source.batches(None, None))) == first
    rest = [event for batch in ahead for event in batch]
    assert first + rest == read(source)


def test_batches_are_bounded_and_not_empty(source):
    sizes = [len(batch) for batch in source.batches(None, None)]
    assert all(0 < size <= BATCH_EVENTS_MAX for size in sizes)


def test_the_description_is_true(source):
    told = source.describe()
    everything = read(source)
    assert told.event_count in (None, len(everything))
    assert len(told.sha256) == 64
    assert told.limits
    bars = [event for event in everything if isinstance(event, Bar)]
    assert (told.bar_interval_ns > 0) <= bool(bars)
    assert all((bar.open is not None) == told.has_open for bar in bars)
    assert all((bar.volume is not None) == told.volume_known for bar in bars)
    assert told == source.describe()


def test_the_suite_notices_disorder():
    late = ListSource([Bar("B.X", ts, ts, 1, 1, 1, 1, 1) for ts in (1, 3, 2)], 2)
    with pytest.raises(AssertionError):
        test_events_are_in_order(late)
