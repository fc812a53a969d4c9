"""Whatever the rows, blocks and faults: the same events, and the right line."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.adapters.embedded.files.given import BTC, ETH, T0, events, refused, source
from trade2026.adapters.embedded.files import frames, spool
from trade2026.primitives.time import MINUTE_NS


def test_small_blocks_change_nothing(tmp_path, monkeypatch):
    text = "ts,close,volume\n" + "".join(f"{1610064060 + 60 * i},{i + 1}.5,{i}\n" for i in range(500))
    whole = events(source(tmp_path, text))
    monkeypatch.setattr(frames, "_BLOCK_BYTES", 37)
    monkeypatch.setattr(spool, "_MEMORY_BYTES", 100)
    found = source(tmp_path, text)
    assert events(found) == whole
    assert events(found, whole[7].ts_event, whole[400].ts_event) == whole[7:400]


FAULTS = {
    "close": "1x",
    "open": "nan",
    "high": "1e400",
    "low": "-1",
    "volume": "1.0000000001",
    "timestamp": "?",
}


@settings(max_examples=60)
@given(
    st.integers(1, 300).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n - 1))),
    st.sampled_from(sorted(FAULTS)),
    st.integers(20, 3000),
    st.booleans(),
)
def test_a_fault_anywhere_is_told_by_its_line(tmp_path_factory, place, column, block, blank):
    rows, bad = place
    names = ["timestamp", "open", "high", "low", "close", "volume"]
    cells = [[str(1610064000 + 60 * i), "2", "3", "1", "2", "5"] for i in range(rows)]
    cells[bad][names.index(column)] = FAULTS[column]
    text = ",".join(names) + "\n" + ("\n" if blank else "") + "".join(",".join(row) + "\n" for row in cells)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(frames, "_BLOCK_BYTES", block)
        refused(
            tmp_path_factory.mktemp("f"), text, f"^data.csv line {bad + 2 + blank} column '{column}' must "
        )


@settings(max_examples=60)
@given(
    st.lists(st.tuples(st.integers(0, 12), st.sampled_from("AB"), st.integers(1, 2)), min_size=1), st.data()
)
def test_sorting_and_duplicates_equal_the_obvious(tmp_path_factory, rows, data):
    """Oracle: a dictionary from time and symbol to the first or last row."""
    keep = data.draw(st.sampled_from(["first", "last"]))
    text = "ts,symbol,close\n" + "".join(f"{1610064000 + 60 * m},{s},{c}\n" for m, s, c in rows)
    expected: dict[tuple[int, str], int] = {}
    for minute, symbol, close in rows:
        if keep == "last" or (minute, symbol) not in expected:
            expected[minute, symbol] = close
    found = source(
        tmp_path_factory.mktemp("f"), text, instruments={"A": BTC, "B": ETH}, on_disorder="sort",
        on_duplicate=keep, bar_interval_ns=MINUTE_NS,
    )  # fmt: skip
    got = [(e.ts_event, e.instrument_id, e.close) for e in events(found)]
    assert got == [
        (T0 + (minute + 1) * MINUTE_NS, {"A": BTC, "B": ETH}[symbol].instrument_id, close * 10**9)
        for (minute, symbol), close in sorted(expected.items())
    ]
