"""A recorded run of the simulated market by commands: looked at, traded on, refused."""

from pathlib import Path

import pytest

from tests.application.prism.runs import BEGIN, IDS, record, said_by_market
from tests.cli.terminal import Terminal
from trade2026.model.market_data import Quote
from trade2026.primitives.fixed_point import format_raw

BUY_ON_QUOTES = '''"""A strategy for tests."""
import msgspec
from trade2026.model.enums import Side
from trade2026.ports.strategy import Strategy


class Parameters(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    at: int = 100


class Buys(Strategy):
    """Buys a little at one quote."""

    parameters_type = Parameters

    def __init__(self, parameters):
        super().__init__(parameters)
        self.seen = 0

    def on_quote(self, context, quote):
        if quote.instrument_id != "BTCUSDT.PRISM":
            return
        self.seen += 1
        if self.seen == self.parameters.at:
            context.submit_order(quote.instrument_id, Side.BUY, 1_000_000)
'''


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    found = tmp_path_factory.mktemp("runs") / "run"
    record(found)
    return found


@pytest.fixture
def buys(tmp_path: Path) -> Path:
    path = tmp_path / "buys.py"
    path.write_text(BUY_ON_QUOTES)
    return path


def test_it_is_described_without_a_word_about_it(trade2026: Terminal, folder: Path) -> None:
    found = trade2026("data", "describe", folder, "--json").json
    said = said_by_market()
    assert [each["instrument_id"] for each in found["instruments"]] == list(IDS)
    assert sum(each["events"] for each in found["instruments"]) == len(said)
    assert found["instruments"][0]["first_ns"] >= BEGIN
    assert found["findings"] == []
    text = trade2026("data", "describe", folder)
    assert text.code == 0
    assert "! Simulated by PRISM from seed 11: no real price or trade is in it." in text.out


def test_a_backtest_fills_at_the_recorded_quotes(trade2026: Terminal, folder: Path, buys: Path) -> None:
    words: tuple[str | Path, ...] = ("backtest", buys, "--data", folder, "--fees", "0/2bps")
    said = trade2026(*words, "--json", "-q")
    assert said.code == 0, said.err
    assert (said.json["fills"], said.json["refusals"]) == (1, 0)
    quotes = [each for each in said_by_market() if isinstance(each, Quote)]
    bitcoin = [quote for quote in quotes if quote.instrument_id == IDS[0]]
    lines = trade2026("journal", "show", trade2026.runs()[-1], "--json").lines
    (fill,) = [event for line in lines for event in line["events"] if event["type"] == "OrderFilled"]
    assert (fill["last_px"], fill["last_qty"]) == (format_raw(bitcoin[100].ask_price), "0.001")
    text = trade2026(*words)
    assert "Simulated by PRISM from seed 11" in text.out
    assert trade2026(*words, "--json", "-q").json["state_sha256"] == said.json["state_sha256"]


def test_it_goes_with_other_data(trade2026: Terminal, folder: Path, buys: Path) -> None:
    bars = buys.with_name("bars.csv")
    bars.write_text("date,close,volume\n2023-11-13,35000,1\n2023-11-14,36000,1\n2023-11-15,36100,1\n")
    said = trade2026(
        "backtest", buys, "--data", folder, "--data", bars, "--instrument", "BTCUSDT.BINANCE",
        "--volume-unit", "base",
    )  # fmt: skip
    assert said.code == 0, said.err
    assert "BTCUSDT.BINANCE, BTCUSDT.PRISM, ETHUSDT.PRISM" in said.out
    assert "run: Simulated by PRISM from seed 11" in " ".join(said.out.split())  # It is as wide as a screen.


def test_what_cannot_be_is_refused_by_name(trade2026: Terminal, folder: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    said = trade2026("data", "describe", tmp_path / "empty")
    assert said.code == 2
    assert "empty must have run.json, as trade2026 prism record writes it, had none" in said.err
    said = trade2026("data", "describe", folder, "--instrument", "BTCUSDT.PRISM")
    assert said.code == 2
    assert f"--instrument goes with files; all about {folder} is known; leave it out" in said.err
    said = trade2026("prism", "scorecard", "--against", folder)
    assert said.code == 2
    assert "--against must name files, was the folder" in said.err
    said = trade2026("data", "describe", "")
    assert said.code == 2
    assert "--data must name sp500, factors, a file or the folder of a run, was empty" in said.err
    damaged = tmp_path / "damaged"
    record(damaged, kinds=("quotes",))
    (damaged / "quotes-0000.parquet").write_bytes(b"PAR1")
    said = trade2026("data", "describe", damaged)
    assert said.code not in (0, 2)
    assert "quotes-0000.parquet must have SHA-256" in said.err
