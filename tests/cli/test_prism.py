"""`trade2026 prism`: what it prints, writes and refuses."""

import json
import re
from pathlib import Path

import msgspec
import polars as pl
import pytest

from tests.cli.terminal import Terminal
from tests.simulation.prism.helpers import DEFAULT
from trade2026.analytics.microstructure.facts import FACTS

ONE = msgspec.structs.replace(DEFAULT, books=DEFAULT.books[:1])
SHORT = ("--hours", "0.3", "--detail-hours", "0.2", "--impact-seeds", "2", "-q")


@pytest.fixture
def market(tmp_path: Path) -> Path:
    path = tmp_path / "market.json"
    path.write_bytes(msgspec.json.encode(ONE))
    return path


@pytest.fixture
def tape(trade2026: Terminal, market: Path, tmp_path: Path) -> tuple[str, ...]:
    """A recorded run as the options that name it."""
    folder = tmp_path / "run"
    said = trade2026(
        "prism", "record", "--out", folder, "--hours", "0.3", "--seed", "9", "--config", market, "-q"
    )
    assert said.code == 0
    return tuple(
        word for kind in ("trades", "quotes") for word in ("--against", str(folder / f"{kind}-0000.parquet"))
    )


def test_a_run_is_recorded_the_same_each_time(trade2026: Terminal, market: Path, tmp_path: Path) -> None:
    words = ("--hours", "0.05", "--config", market, "--json", "-q")
    first = trade2026("prism", "record", "--out", tmp_path / "a", *words).json
    second = trade2026("prism", "record", "--out", tmp_path / "b", *words).json
    assert first["state_sha256"] == second["state_sha256"]
    assert first["rows"] == second["rows"]
    assert (tmp_path / "a" / "run.json").read_bytes() == (tmp_path / "b" / "run.json").read_bytes()
    trades = pl.read_parquet(tmp_path / "a" / "trades-0000.parquet")
    assert trades.height == first["rows"]["trades"] > 0
    other = trade2026("prism", "record", "--out", tmp_path / "c", "--seed", "2", *words).json
    assert other["state_sha256"] != first["state_sha256"]


def test_the_scorecard_shows_every_fact_beside_a_tape_s(
    trade2026: Terminal, market: Path, tape: tuple[str, ...], tmp_path: Path
) -> None:
    page = tmp_path / "card.html"
    words: tuple[str | Path, ...] = ("prism", "scorecard", "--seeds", "2", "--config", market, *SHORT, *tape)
    said = trade2026(*words, "--html", page)
    assert said.code == 0
    lines = said.out.splitlines()
    assert lines[0].startswith("PRISM BTCUSDT: 2 seeds of 0.3 h, returns of 1 s")
    assert lines[0].endswith("; metaorders over 120 s in 2 seeds")
    for definition in FACTS:
        rows = [line for line in lines if line.startswith(definition.name)]
        assert len(rows) == 2, definition.name  # What it shows, and what it can support.
    (support,) = [line for line in lines if line.startswith("slow_volatility") and "needs" in line]
    (has,) = re.findall("run: needs 5,000 returns, has ([0-9,]+);", support)
    assert 900 < int(has.replace(",", "")) < 1_080  # Seconds of 0.3 h, but for those without a trade.
    (law,) = [line for line in lines if line.startswith("square_root_law") and "needs" in line]
    assert "run: needs 1,000 metaorders, has 16; tape: has no metaorders" in law
    (spread,) = [line for line in lines if line.startswith("spread_median_bps")]
    assert "overlap" in spread or "apart" in spread
    html = page.read_text()
    assert html.startswith("<!doctype html>")
    assert html.count("<svg") >= 5
    assert "http" not in html.replace("http-equiv", "")
    found = trade2026(*words, "--json").json
    assert set(found["market"]["facts"]) == {definition.name for definition in FACTS}
    assert found["market"]["seeds"] == [1, 2]
    assert found["tape"]["figures"]["sign_acf_1"]["value"] is not None


def test_impact_is_printed_by_time_and_by_size(trade2026: Terminal, market: Path, tmp_path: Path) -> None:
    page = tmp_path / "impact.html"
    words = ("--seeds", "2", "--for", "60", "--horizon", "120", "--config", market, "-q")
    said = trade2026("prism", "impact", "--clips", "800", *words, "--html", page)
    assert said.code == 0
    assert said.out.splitlines()[0] == "buy 800 clips of BTCUSDT over 60 s, 2 seeds"
    assert said.out.splitlines()[2].split()[:2] == ["seconds", "mid,"]
    assert "<svg" in page.read_text()
    found = trade2026("prism", "impact", "--clips", "800", *words, "--json").json
    assert found["mean_bps"][0] == 0.0
    assert max(found["mean_bps"]) > 0.5
    curve = trade2026("prism", "impact", "--curve", *words)
    assert "not testable: needs at least 100 metaorders, had 16" in curve.out


def test_a_fit_writes_a_market_that_the_others_take(
    trade2026: Terminal, market: Path, tape: tuple[str, ...], tmp_path: Path
) -> None:
    out, page = tmp_path / "fitted.json", tmp_path / "fit.html"
    said = trade2026(
        "prism", "calibrate", *tape, "--fit", "makers.kappa", "--hours", "0.2", "--detail-hours", "0.2",
        "--seeds", "1", "--evaluations", "4", "--split", "0.5", "--config", market, "--out", out, "-q",
        "--html", page,
    )  # fmt: skip
    assert said.code == 0, said.err
    html = page.read_text()
    assert "makers.kappa" in html
    assert str(page) in said.out
    held = [line.split() for line in said.out.split("held-out moment")[1].splitlines()[1:]]
    names = [row[0] for row in held if len(row) == 5]
    assert names
    assert all(f"<td>{name}</td>" in html for name in names)
    assert html.count('class="tape"') == len(names)
    assert html.count("<svg") == html.count('class="market"')
    assert "makers.kappa" in said.out
    assert "held-out moment" in said.out
    assert "cannot match:" in said.out
    fitted = json.loads(out.read_text())
    assert len(fitted["books"]) == 1
    again = trade2026("prism", "record", "--out", tmp_path / "run2", "--hours", "0.01", "--config", out, "-q")
    assert again.code == 0


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("scorecard", "--symbol", "XYZ"), "--symbol must be one of BTCUSDT"),
        (("scorecard", "--hours", "much"), "--hours must be a number, was 'much'"),
        (("scorecard", "--seeds", "0"), "--seeds must be 1 to 100000, was 0"),
        (("scorecard", "--impact-seeds", "-1"), "--impact-seeds must be 0 to 100000, was -1"),
        (("scorecard", "--config", "nowhere.json"), "--config must be a file that can be read"),
        (("scorecard", "--against", "nowhere.csv"), "nowhere.csv"),
        (("scorecard", "--html", "nowhere/card.html"), "--html must be a file in a folder"),
        (("impact", "--side", "up"), "--side must be buy or sell, was 'up'"),
        (("calibrate",), "--against must name a file"),
        (("calibrate", "--fit", "beauty", "--against", "x.csv"), "x.csv"),
        (("record", "--out", ".", "--hours", "1"), "--out must be a new or empty folder"),
    ],
)
def test_what_cannot_be_is_refused_by_option(
    trade2026: Terminal, words: tuple[str, ...], sentence: str
) -> None:
    said = trade2026("prism", *words)
    assert said.code == 2
    assert sentence in said.err
    assert said.out == ""


def test_a_market_that_is_none_is_refused_with_its_field(trade2026: Terminal, tmp_path: Path) -> None:
    path = tmp_path / "market.json"
    path.write_text('{"makers": {"gamma": -1}}')
    said = trade2026("prism", "scorecard", "--config", path)
    assert said.code == 2
    assert "gamma of Makers must be above 0, was -1" in said.err
