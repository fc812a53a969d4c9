"""`trade2026 strategies`, `data describe`, `runs` and `trials`."""

import json
import shutil
from pathlib import Path

from tests.cli.terminal import BITCOIN, HALF_YEAR, QUICK, Terminal, write_bars, write_strategy


def test_strategies_are_listed_with_types_defaults_bounds_and_meaning(trade2026: Terminal) -> None:
    said = trade2026("strategies")
    assert said.code == 0
    lines = said.out.splitlines()
    assert lines[0] == "momentum"
    (lookback,) = [line for line in lines if line.strip().startswith("lookback")]
    assert " ".join(lookback.split()) == (
        "lookback int 252 at least 2, at most 2000 bars to the start of the window"
    )
    assert "dual_moving_average" in lines
    assert trade2026.files() == []


def test_a_strategy_file_is_described_too(trade2026: Terminal, tmp_path: Path) -> None:
    path = write_strategy(tmp_path / "mine.py")
    described = trade2026("strategies", path, "--json").json
    assert described["name"] == "mine.py:Mine"
    assert described["summary"] == "Rests a bid far below the market, then does as told."
    assert [p["name"] for p in described["parameters"]] == ["at", "level"]
    assert described["parameters"][1]["default"] == "1.5"


def test_data_describe_shows_instruments_period_and_limits(trade2026: Terminal) -> None:
    said = trade2026("data", "describe", "sp500")
    assert said.code == 0
    assert "166,260 close-only bars" in said.out
    (apple,) = [line for line in said.out.splitlines() if line.startswith("AAPL.XNAS")]
    cells = apple.split()
    assert cells[1:5] == ["USD", "0.001", "1", "XNYS"]
    assert cells[6:9] == ["8,313", "1990-01-02T21:00:00Z", "2022-12-28T21:00:00Z"]
    assert cells[9:] == ["0", "days"]
    assert "survivorship bias" in said.out


def test_data_describe_counts_what_is_irregular(trade2026: Terminal, tmp_path: Path) -> None:
    path = write_bars(tmp_path / "btc.csv", [100.0, 101.0, 102.0, 103.0, 104.0, 105.0])
    lines = path.read_text().splitlines()
    lines[4] = lines[3]  # The fourth day repeats the third: one is doubled, one is missing.
    path.write_text("\n".join([*lines[:1], lines[2], lines[1], *lines[3:]]) + "\n")
    summary = trade2026("data", "describe", path, *BITCOIN, "--json").json
    found = {finding["name"]: finding["count"] for finding in summary["findings"]}
    assert found["disorder"] == 1
    assert found["duplicate"] == 1
    assert found["gap"] == 1
    assert summary["instruments"][0]["events"] == 5
    text = trade2026("data", "describe", path, *BITCOIN).out
    assert "duplicate: 1 (line" in text


def test_clean_data_is_said_to_be_clean(trade2026: Terminal, tmp_path: Path) -> None:
    path = write_bars(tmp_path / "btc.csv", [100.0, 101.0, 102.0])
    said = trade2026("data", "describe", path, *BITCOIN)
    assert "No irregularities" in said.out
    assert "0 days" in said.out


def test_every_run_is_a_trial_also_one_that_failed_or_whose_folder_is_gone(
    trade2026: Terminal, tmp_path: Path
) -> None:
    good = trade2026("backtest", "momentum", *HALF_YEAR, *QUICK, "--json", "-q").json
    strategy = write_strategy(tmp_path / "mine.py", "raise ValueError('no')")
    trade2026("backtest", strategy, *HALF_YEAR, "-q")
    trade2026("backtest", "momentum", *HALF_YEAR, "-p", "lookback=1")  # Refused: it never was a run.
    shutil.rmtree(next(path for path in trade2026.runs() if path.name.startswith("momentum")))
    trials = trade2026("trials", "--json").lines
    assert [trial["status"] for trial in trials] == ["finished", "strategy error"]
    first, second = trials
    assert first["figures"] == good
    assert first["plan"]["strategy"] == "momentum"
    assert first["plan"]["parameters"] == {"invested_pct": 98, "lookback": 40, "skip": 5, "top": 5}
    assert first["plan"]["data_sha256"] == good["data_sha256"]
    assert first["plan"]["costs"]["spread_bps"] == 2_000_000_000
    assert first["plan"]["seed"] == 0
    assert len(first["plan"]["source_sha256"]) == 64
    assert "ValueError: no" in second["error"]
    text = trade2026("trials")
    assert "2 trials in all" in text.err
    assert len(trade2026("trials", "--last", "1", "--json").lines) == 1
    assert [line["status"] for line in trade2026("runs", "--json").lines] == ["strategy error"]


def test_a_run_is_listed_with_its_figures(trade2026: Terminal) -> None:
    figures = trade2026("backtest", "momentum", *HALF_YEAR, *QUICK, "--json", "-q").json
    said = trade2026("runs")
    (row,) = said.out.splitlines()[1:]
    assert f"momentum-{figures['run_id']}" in row
    assert f"{figures['statistics']['total_return']:.2%}" in row
    assert row.split()[-1] == str(figures["fills"])


def test_without_runs_the_lists_say_how_to_begin(trade2026: Terminal) -> None:
    for command in ("runs", "trials"):
        said = trade2026(command)
        assert said.code == 0
        assert "trade2026 backtest momentum --data sp500" in said.err
        assert trade2026(command, "--json").out == ""
    assert trade2026.files() == []


def test_a_file_without_a_header_line_is_read_by_stated_names(trade2026: Terminal, tmp_path: Path) -> None:
    path = tmp_path / "klines.csv"
    path.write_text("1609459200,10,12,9,11,5\n1609459260,11,12,10,10.5,0\n")
    names = "open_time,open,high,low,close,volume"
    said = trade2026("data", "describe", path, *BITCOIN, "--header", names, "--timestamp-unit", "s")
    assert said.code == 0
    assert "2021-01-01T00:01:00Z  2021-01-01T00:02:00Z" in said.out


def test_data_is_kept_listed_used_by_its_name_and_removed(trade2026: Terminal, tmp_path: Path) -> None:
    path = write_bars(tmp_path / "btc.csv", [100.0, 101.0, 102.0, 99.0, 103.0, 104.0])
    kept = trade2026("data", "describe", path, *BITCOIN, "--keep", "coins")
    assert kept.code == 0
    assert "kept as coins" in kept.err
    head, *_, listed = trade2026("data", "list").out.splitlines()
    assert head.split()[:4] == ["name", "data", "instruments", "rows"]
    assert listed.split() == [
        "coins", "kept", "1", "bars", "of", "1d", "2021-01-01", "2021-01-06", "day,", "week,", "month",
    ]  # fmt: skip
    told = json.loads(trade2026("data", "list", "--json").out.splitlines()[-1])
    assert (told["name"], told["kind"], told["frequencies"]) == ("coins", "KEPT", ["day", "week", "month"])
    path.unlink()
    assert trade2026("data", "describe", "coins", "--json").json["name"] == "coins"
    found = trade2026("analysis", "run", "portfolio/assets", "-p", "data=coins", "-q")
    assert found.code == 0, found.err
    assert "BTCUSDT.BINANCE" in found.out
    nowhere = str(tmp_path / "none.csv")  # What is wrong with the name is said before a file is looked at.
    twice = trade2026("data", "describe", nowhere, *BITCOIN, "--keep", "coins")
    assert twice.code == 2
    assert "is kept already" in twice.err
    assert "must not be 'prism'" in trade2026("data", "describe", nowhere, *BITCOIN, "--keep", "prism").err
    assert trade2026("data", "remove", "coins").code == 0
    gone = trade2026("analysis", "run", "portfolio/assets", "-p", "data=coins", "-q")
    assert "data must be one of sp500, factors, was 'coins'" in gone.err
