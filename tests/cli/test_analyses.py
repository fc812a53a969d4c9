"""`trade2026 analysis` as its users type it."""

import json
from pathlib import Path

import polars as pl
import pytest

from tests.cli.terminal import Terminal

NARROW = ("-p", 'assets=["AAPL.XNAS", "XOM.XNYS"]', "-p", "start=2018-01-01")


def test_analyses_are_listed_and_shown(trade2026: Terminal) -> None:
    assert "portfolio/assets" in trade2026("analysis", "list").out
    listed = json.loads(trade2026("analysis", "list", "--json").out)
    assert "portfolio/assets" in {each["analysis_id"] for each in listed}
    shown = trade2026("analysis", "show", "portfolio/assets").out
    assert "frequency" in shown
    assert "one of minute, hour, day, week, month" in shown
    schema = json.loads(trade2026("analysis", "show", "portfolio/assets", "--json").out)
    assert schema["properties"]["missing"]["enum"] == ["drop", "refuse"]


def test_an_analysis_prints_tables_and_writes_its_result(trade2026: Terminal, tmp_path: Path) -> None:
    out = tmp_path / "result.json"
    done = trade2026("analysis", "run", "portfolio/assets", *NARROW, "--out", str(out))
    assert done.code == 0
    assert "AAPL.XNAS" in done.out
    assert "! " in done.out  # The limits of the data.
    assert "Pictures are on the page /portfolio/assets" in done.out
    document = json.loads(out.read_text())
    printed = trade2026("analysis", "run", "portfolio/assets", *NARROW, "--json")
    assert json.loads(printed.out) == document
    assert document["provenance"]["assets"] == ["AAPL.XNAS", "XOM.XNYS"]
    file = tmp_path / "assets.parquet"
    written = trade2026(
        "analysis", "run", "portfolio/assets", *NARROW, "--out", str(file), "--table", "/data/assets", "-q"
    )
    assert written.code == 0
    assert pl.read_parquet(file).to_dicts() == document["data"]["assets"]


def test_how_a_portfolio_was_found_comes_last(trade2026: Terminal) -> None:
    done = trade2026("analysis", "run", "portfolio/minimum-cvar", *NARROW)
    assert done.code == 0
    figures, _, behind = done.out.partition("How it was found\n")
    assert "  CVaR " in behind
    assert "CVaR" not in figures.partition("Summary")[0]
    quiet = trade2026("analysis", "run", "portfolio/minimum-cvar", *NARROW, "-q")
    assert "How it was found" not in quiet.out


def test_a_request_from_a_file_and_texts_on_top(trade2026: Terminal, tmp_path: Path) -> None:
    file = tmp_path / "request.json"
    file.write_text('{"own": {"assets": ["x", "y"], "rows": [[0.1, 0.2], [0.0, 0.1], [0.2, 0.1]]}}')
    done = trade2026(
        "analysis", "run", "portfolio/assets", "--request", str(file), "-p", 'assets=["y"]', "--json"
    )
    document = json.loads(done.out)
    assert [row["asset"] for row in document["data"]["assets"]] == ["y"]
    assert document["provenance"]["first"] == ""


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("portfolio/none",), "analysis must be one of portfolio/assets"),
        (("portfolio/assets", "-p", "asset=x"), "did you mean 'assets'"),
        (("portfolio/assets", "-p", "frequency=hour"), "frequency"),
        (("portfolio/assets", "-p", 'assets=["x"]'), "was 'x'"),
        (("portfolio/assets", "--request", "none.json"), "none.json"),
        (("portfolio/assets", "--table", "/data/assets"), "--table goes with --out"),
        (
            ("portfolio/assets", "--out", "x", "--table", "/data/asset", *NARROW),
            "--table: path must be one of /data/assets, /data/correlations, was '/data/asset'",
        ),
        (("portfolio/assets", "--out", "/nowhere/x.json", *NARROW), "cannot be written"),
    ],
)
def test_what_is_wrong_is_named(trade2026: Terminal, arguments: tuple[str, ...], words: str) -> None:
    done = trade2026("analysis", "run", *arguments)
    assert done.code in (2, 3)
    assert words in done.err
