"""Bars that the market keeps of itself: what was written is read, whatever was cut off."""

import numpy as np
import pytest

from trade2026.adapters.embedded.disk import DiskStorage
from trade2026.application.prism.history import BATCH, BarWriter, read_bars
from trade2026.application.read_models.bars import MinuteBars
from trade2026.model.enums import Side
from trade2026.model.market_data import Bar, Trade
from trade2026.primitives.time import MINUTE_NS, SECOND_NS

NAMES = ("A.PRISM", "B.PRISM")
RECORD = 48


def trades(minutes: int, seed: int) -> list[Trade]:
    source = np.random.default_rng(seed)
    found = []
    for number in range(minutes * 4):
        ts = MINUTE_NS + number * 15 * SECOND_NS + int(source.integers(SECOND_NS))
        for name in NAMES:
            price = int(source.integers(1, 10**12))
            found.append(Trade(name, ts, ts, price, int(source.integers(1, 10**9)), Side.BUY, str(number)))
    return found


def by_hand(events: list[Trade]) -> list[Bar]:
    """The bars of all minutes but the last, of each instrument."""
    minutes: dict[tuple[int, str], list[Trade]] = {}
    for event in events:
        end = (event.ts_event // MINUTE_NS + 1) * MINUTE_NS
        minutes.setdefault((end, event.instrument_id), []).append(event)
    last = max(end for end, _ in minutes)
    return [
        Bar(
            name, end, end, each[0].price, max(t.price for t in each), min(t.price for t in each),
            each[-1].price, sum(t.quantity for t in each),
        )
        for (end, name), each in sorted(minutes.items())
        if end < last
    ]  # fmt: skip


def read(storage, start=None, end=None):
    return [bar for batch in read_bars(storage, NAMES, start, end) for bar in batch]


def write(storage, events) -> None:
    """What the market does with its bars, made here from its trades."""
    minutes = {name: MinuteBars() for name in NAMES}
    writer = BarWriter(storage)
    for event in events:
        bar = minutes[event.instrument_id].take(event)
        writer.take((event,) if bar is None else (bar, event))
    writer.close()


def test_what_was_written_is_read(tmp_path) -> None:
    storage, events = DiskStorage(tmp_path), trades(50, 1)
    write(storage, events)
    expected = by_hand(events)
    assert read(storage) == expected
    begin, end = expected[31].ts_event, expected[60].ts_event
    assert read(storage, begin, end) == [bar for bar in expected if begin <= bar.ts_event < end]
    assert read(storage, begin + 1, begin + 2) == []
    assert list(read_bars(storage, ("C.PRISM",), None, None)) == []


@pytest.mark.parametrize("cut", [1, RECORD - 1, RECORD, RECORD + 7])
def test_a_cut_costs_the_last_bars_and_the_file_goes_on(tmp_path, cut) -> None:
    storage, events = DiskStorage(tmp_path), trades(20, 2)
    write(storage, events)
    expected = by_hand(events)
    path = tmp_path / "bars-A.PRISM"
    path.write_bytes(path.read_bytes()[:-cut])
    lost = -(-cut // RECORD)
    kept = [bar for bar in expected if bar.instrument_id == "A.PRISM"][:-lost]
    assert [bar for bar in read(storage) if bar.instrument_id == "A.PRISM"] == kept
    later = [Trade("A.PRISM", ts, ts, 5, 1, None, "t") for ts in (40 * MINUTE_NS + 1, 41 * MINUTE_NS + 1)]
    write(storage, later)
    found = [bar for bar in read(storage) if bar.instrument_id == "A.PRISM"]
    assert found[:-1] == kept
    assert found[-1].ts_event == 41 * MINUTE_NS


def test_zeros_at_the_end_are_no_bars(tmp_path) -> None:
    storage, events = DiskStorage(tmp_path), trades(5, 3)
    write(storage, events)
    with (tmp_path / "bars-A.PRISM").open("ab") as file:
        file.write(bytes(3 * RECORD))
    assert read(storage) == by_hand(events)


def test_a_minute_that_was_written_is_not_written_again(tmp_path) -> None:
    storage, events = DiskStorage(tmp_path), trades(5, 4)
    write(storage, events)
    write(storage, events)
    assert read(storage) == by_hand(events)


def test_batches_are_bounded(tmp_path) -> None:
    storage = DiskStorage(tmp_path)
    count = BATCH + 10
    times = [number * MINUTE_NS for number in range(1, count + 2)]
    write(storage, [Trade("A.PRISM", ts, ts, 5, 1, None, "t") for ts in times])
    assert [len(batch) for batch in read_bars(storage, NAMES, None, None)] == [BATCH, 10]


def test_nothing_is_empty_and_a_bar_is_not(tmp_path) -> None:
    writer = BarWriter(DiskStorage(tmp_path))
    assert writer.is_empty
    writer.write(Bar("A.PRISM", MINUTE_NS, MINUTE_NS, 5, 7, 4, 6, 0))
    assert not writer.is_empty
    writer.close()
    assert read(DiskStorage(tmp_path)) == [Bar("A.PRISM", MINUTE_NS, MINUTE_NS, 5, 7, 4, 6, 0)]


def test_the_minute_that_goes_on_is_shown_as_far_as_it_is() -> None:
    minutes, events = MinuteBars(), [each for each in trades(4, 5) if each.instrument_id == "A.PRISM"]
    assert minutes.forming("A.PRISM") is None
    made = [bar for bar in map(minutes.take, events) if bar is not None]
    last = [event for event in events if event.ts_event >= made[-1].ts_event]
    forming = minutes.forming("A.PRISM")
    assert forming is not None
    assert (forming.open, forming.close) == (last[0].price, last[-1].price)
    assert forming.volume == sum(event.quantity for event in last)
