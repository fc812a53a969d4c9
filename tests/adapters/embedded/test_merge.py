"""Merged sources: nothing lost, nothing doubled, one order whatever the batches."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.contracts.test_feed import ListSource
from trade2026.adapters.embedded.merge import MergedSource
from trade2026.model.instrument import crypto_spot, equity
from trade2026.model.market_data import Trade
from trade2026.primitives.errors import InputError

NAMES = ("ADAUSDT.BINANCE", "BTCUSDT.BINANCE")


def trade(ts: int, name: str, number: int) -> Trade:
    return Trade(name, ts, ts, 1, 1, None, str(number))


runs = st.lists(
    st.lists(st.tuples(st.integers(0, 15), st.sampled_from(NAMES)), max_size=25).map(sorted),
    min_size=1,
    max_size=4,
)


@given(runs, st.lists(st.integers(1, 7), min_size=4, max_size=4))
def test_equals_a_stable_sort_of_everything(found, sizes):
    """Oracle: sorted() over the concatenation, which keeps the order of the sources where keys are equal."""
    lists = [
        [trade(ts, name, 100 * i + j) for j, (ts, name) in enumerate(run)] for i, run in enumerate(found)
    ]
    merged = MergedSource([ListSource(run, size) for run, size in zip(lists, sizes, strict=False)])
    everything = [event for run in lists for event in run]
    expected = sorted(everything, key=lambda event: (event.ts_event, event.instrument_id))
    assert [event for batch in merged.batches(None, None) for event in batch] == expected
    assert merged.describe().event_count == len(everything)


def test_instruments_must_agree():
    ours, theirs = crypto_spot("BTCUSDT"), equity("A", "XNYS")
    assert MergedSource([ListSource([], 1, [ours]), ListSource([], 1, [theirs])]).instruments() == (
        theirs,
        ours,
    )
    other = equity("A", "XNYS", tick_size=1)
    with pytest.raises(InputError, match=r"instrument A\.XNYS must be the same in every source"):
        MergedSource([ListSource([], 1, [theirs]), ListSource([], 1, [other])]).instruments()
    with pytest.raises(InputError, match="sources must name at least one"):
        MergedSource([])
