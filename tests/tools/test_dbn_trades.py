"""Trades of a Databento file, as they are on its tape."""

from pathlib import Path

import pytest

from tools.dbn_trades import read_trades

TAPE = Path(__file__).parents[3] / "shared" / "data" / "es-2023-12-25.mbo.dbn.zst"


@pytest.mark.shared_data
def test_all_trades_are_read_with_their_sides() -> None:
    if not TAPE.exists():
        pytest.skip("the tape is not here: it comes with the project's shared data, not with the package")
    trades = read_trades(TAPE)
    assert trades.height == 2_973
    assert trades["timestamp"].is_sorted()
    assert trades["side"].null_count() == 1  # The auction at the opening.
    assert set(trades["side"].drop_nulls()) == {"buy", "sell"}
    assert (trades["price"] * 4 % 1 == 0).all()  # A tick is a quarter of a point.
