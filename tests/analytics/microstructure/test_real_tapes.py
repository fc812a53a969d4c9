"""Three real tapes through the scorecard: what each can say, and what it must not.

The tapes come with the project's shared data, not with the package; see the README there.
"""

from pathlib import Path

import databento_dbn
import numpy as np
import polars as pl
import pytest
import zstandard

from trade2026.analytics.microstructure.bootstrap import Resampling
from trade2026.analytics.microstructure.quotes import quoted_spread
from trade2026.analytics.microstructure.sample import Settings
from trade2026.analytics.microstructure.scorecard import Scorecard, Verdict, as_text, scorecard
from trade2026.analytics.microstructure.signing import lee_ready
from trade2026.analytics.microstructure.tape import Bars, Quotes, Session, Tape, Trades
from trade2026.primitives.time import MINUTE_NS

ROOT = Path(__file__).parents[3]
DATA = ROOT.parent / "shared" / "data"
SETTINGS = Settings(resampling=Resampling(seed=1, replicates=200))
AGGRESSOR = {"A": -1, "B": 1, "N": 0}
"""Of a trade record, the side of the aggressor: an ask is a sell, none is a trade of an auction."""

pytestmark = pytest.mark.shared_data


def path(name: str) -> Path:
    found = DATA / name
    if not found.exists():
        pytest.skip(f"{name} is not here: it comes with the project's shared data, not with the package")
    return found


def answered(card: Scorecard) -> set[str]:
    return {fact.name for fact in card.facts if fact.verdict is not Verdict.NOT_TESTABLE}


def bitcoin_bars() -> Tape:
    frame = pl.read_csv(path("btc-perp-1m-2021-12-31--2022-02-01.csv"), try_parse_dates=True)
    bars = Bars(
        start_ns=frame["timestamp"].dt.epoch("ns").to_numpy(),
        close=frame["close"].to_numpy().astype(np.float64),
        volume=frame["volume"].to_numpy(),
        interval_ns=MINUTE_NS,
    )
    return Tape(name="BTC perpetual, one-minute bars", bars=bars, session=Session.REGULAR)


def bitcoin_trades() -> Tape:
    trades = pl.read_parquet(path("binance-btcusdt-trades.parquet"))
    quotes = pl.read_parquet(path("binance-btcusdt-quotes.parquet"))
    return Tape(
        name="BTCUSDT, 46 seconds",
        trades=Trades(
            ts_ns=trades["timestamp"].dt.epoch("ns").to_numpy(),
            prices=trades["price"].to_numpy(),
            quantities=trades["quantity"].to_numpy(),
            signs=np.where(trades["buyer_maker"].to_numpy() == "True", -1, 1),
        ),
        quotes=Quotes(
            ts_ns=quotes["timestamp"].dt.epoch("ns").to_numpy(),
            bid=quotes["bid"].to_numpy(),
            ask=quotes["ask"].to_numpy(),
            bid_sizes=quotes["bid_size"].to_numpy(),
            ask_sizes=quotes["ask_size"].to_numpy(),
        ),
    )


def futures_trades() -> Tape:
    decoder = databento_dbn.DBNDecoder()
    file = path("es-2023-12-25.mbo.dbn.zst")
    with file.open("rb") as packed, zstandard.ZstdDecompressor().stream_reader(packed) as plain:
        decoder.write(plain.read())
    found = [
        (each.ts_event, each.price, each.size, AGGRESSOR[str(each.side)])
        for each in decoder.decode()
        if isinstance(each, databento_dbn.MBOMsg) and str(each.action) == "T"
    ]
    ts_ns, prices, sizes, signs = (np.array(column, dtype=np.int64) for column in zip(*found, strict=True))
    return Tape(
        name="E-mini S&P, 25 December",
        trades=Trades(ts_ns=ts_ns, prices=prices, quantities=sizes, signs=signs),
        session=Session.HOLIDAY,
    )


def test_bitcoin_minutes_show_what_returns_show() -> None:
    card = scorecard(bitcoin_bars(), SETTINGS)
    for name in (
        "heavy_tails",
        "volatility_clustering",
        "slow_volatility_decay",
        "aggregational_gaussianity",
    ):
        assert card.fact(name).verdict is Verdict.REPRODUCED, card.fact(name)
    assert card.fact("heavy_tails").n > 40_000
    assert "bars do not say who was the aggressor" in card.fact("trade_impact").reason
    assert answered(card) <= {
        "heavy_tails", "no_linear_autocorrelation", "volatility_clustering", "slow_volatility_decay",
        "aggregational_gaussianity", "leverage_effect", "intraday_volume",
    }  # fmt: skip


def test_the_document_shows_what_is_printed() -> None:
    shown = (ROOT / "docs" / "market-measures.md").read_text().partition("```text\n")[2].partition("```")[0]
    assert as_text(scorecard(bitcoin_bars(), SETTINGS)) + "\n" == shown


def test_shuffled_minutes_do_not_cluster() -> None:
    tape = bitcoin_bars()
    assert tape.bars is not None
    returns = np.diff(np.log(tape.bars.close))
    shuffled = np.exp(np.cumsum(np.random.default_rng(1).permutation(returns)))
    bars = Bars(
        start_ns=tape.bars.start_ns[1:], close=shuffled, volume=tape.bars.volume[1:], interval_ns=MINUTE_NS
    )
    card = scorecard(Tape(name="shuffled", bars=bars), SETTINGS)
    assert card.fact("volatility_clustering").verdict is Verdict.NOT_REPRODUCED
    assert card.fact("slow_volatility_decay").verdict is Verdict.NOT_REPRODUCED
    assert card.fact("heavy_tails").verdict is Verdict.REPRODUCED


def test_half_a_minute_of_trades_supports_nothing() -> None:
    tape = bitcoin_trades()
    card = scorecard(tape, SETTINGS)
    assert answered(card) == set()
    assert card.fact("kyle_lambda").reason.startswith("spans ")
    assert card.fact("sign_memory").needed == 10_000
    assert tape.quotes is not None
    spread = quoted_spread(tape.quotes.ts_ns, tape.quotes.bid, tape.quotes.ask, SETTINGS.resampling)
    assert spread.absolute.low >= 0.01  # type: ignore[union-attr]  # A tick of the venue.


def test_lee_and_ready_agree_with_the_venue() -> None:
    tape = bitcoin_trades()
    assert tape.trades is not None
    assert tape.quotes is not None
    quotes = tape.quotes
    found = lee_ready(tape.trades.ts_ns, tape.trades.prices, quotes.ts_ns, quotes.bid, quotes.ask)
    agree = (found == tape.trades.signs).mean()
    assert 0.7 < agree < 1.0


def test_a_holiday_of_futures_supports_no_impact_and_no_book() -> None:
    card = scorecard(futures_trades(), SETTINGS)
    for name in ("trade_impact", "kyle_lambda", "adverse_selection", "depth_symmetry", "square_root_law"):
        assert card.fact(name).verdict is Verdict.NOT_TESTABLE
        assert card.fact(name).value is None
    assert card.fact("sign_memory").verdict is Verdict.NOT_TESTABLE
    assert "needs 10,000 signed trades" in card.fact("sign_memory").reason
