"""`trade2026 backtest`: good runs, what they print, what they leave, and that they are the same each time."""

import json
import os
from decimal import Decimal
from pathlib import Path

import pytest

from tests.cli.terminal import BITCOIN, HALF_YEAR, QUICK, Terminal, services_at, write_bars, write_strategy
from trade2026.application.requests import DataRequest
from trade2026.model.market_data import Bar
from trade2026.primitives.fixed_point import format_raw
from trade2026.primitives.time import date_to_unix_ns, parse_date

MOMENTUM = ("backtest", "momentum", *HALF_YEAR, *QUICK)


def test_a_run_prints_what_it_does_its_limits_its_result_and_where_things_are(trade2026: Terminal) -> None:
    said = trade2026(*MOMENTUM)
    assert said.code == 0
    assert said.err == ""
    for part in (
        "Strategy       momentum (lookback=40, skip=5, top=5, invested_pct=98)",
        "Period         2020-01-01 to 2020-06-30",
        "Account        1,000,000 USD",
        "Fees           1 bps",
        "Spread         2 bps",
        "survivorship bias",
        "Sharpe ratio",
        "Maximum drawdown",
        "Run folder",
        "trade2026 journal replay momentum-",
    ):
        assert part in said.out
    (folder,) = trade2026.runs()
    assert {"plan.json", "result.json", "head"} <= {path.name for path in folder.iterdir()}
    assert not (folder / "report.html").exists()


def test_json_is_one_line_with_the_figures_and_all_else_goes_to_stderr(trade2026: Terminal) -> None:
    said = trade2026(*MOMENTUM, "--json")
    figures = said.json
    assert said.code == 0
    assert "survivorship bias" in said.err
    assert figures["events"] == 20 * 125  # The sessions of half a year, counted in an almanac.
    assert figures["orders"] == figures["fills"] > 0
    assert len(figures["journal_sha256"]) == len(figures["state_sha256"]) == len(figures["data_sha256"]) == 64
    assert str(trade2026.home) not in said.out
    assert figures["statistics"]["total_return"] == pytest.approx(
        float(figures["final_equity"]) / 1_000_000 - 1, rel=1e-12
    )


def test_final_equity_is_cash_and_positions_as_the_fills_in_the_journal_say(trade2026: Terminal) -> None:
    figures = trade2026(*MOMENTUM, "--json", "--cash", "250000.5").json
    (folder,) = trade2026.runs()
    cash = Decimal("250000.5")
    held: dict[str, Decimal] = {}
    for record in trade2026("journal", "show", folder, "--type", "OrderFilled", "--json").lines:
        for event in record["events"]:
            if event["type"] != "OrderFilled":
                continue
            sign = 1 if event["side"] == "BUY" else -1
            quantity = sign * Decimal(event["last_qty"])
            cash -= quantity * Decimal(event["last_px"]) + Decimal(event["commission"])
            name = event["instrument_id"]
            held[name] = held.get(name, Decimal(0)) + quantity
    closes: dict[str, Decimal] = {}
    source = services_at(trade2026.home).data.open(DataRequest(names=("sp500",)))
    for batch in source.batches(None, date_to_unix_ns(parse_date("2020-07-01", "day"))):
        for bar in batch:
            assert isinstance(bar, Bar)
            closes[bar.instrument_id] = Decimal(format_raw(bar.close))
    equity = cash + sum(quantity * closes[name] for name, quantity in held.items())
    assert Decimal(figures["final_equity"]) == equity
    assert any(held.values())


def test_the_same_request_gives_the_same_line_in_another_folder_and_durably(
    trade2026: Terminal, tmp_path: Path
) -> None:
    first = trade2026(*MOMENTUM, "--json")
    again = trade2026(*MOMENTUM, "--json", "--durable", "--report", tmp_path / "r.html")
    elsewhere = Terminal(tmp_path / "elsewhere")(*MOMENTUM, "--json", "--quiet")
    assert first.out == again.out == elsewhere.out
    assert elsewhere.err == ""
    folders = trade2026.runs()
    assert [path.name for path in folders] == [folders[0].name, f"{folders[0].name}-2"]


@pytest.mark.parametrize(
    "change",
    [
        ("--cash", "999999"),
        ("--seed", "1"),
        ("--spread-bps", "3"),
        ("--fees", "2bps"),
        ("-p", "top=4"),
        ("--to", "2020-06-29"),
        ("--account", "cash"),
        ("--latency-ms", "1"),
    ],
)
def test_another_request_is_another_run(trade2026: Terminal, change: tuple[str, str]) -> None:
    plain = trade2026(*MOMENTUM, "--json", "-q").json
    changed = trade2026(*MOMENTUM, *change, "--json", "-q").json
    assert plain["run_id"] != changed["run_id"]
    assert plain["journal_sha256"] != changed["journal_sha256"]


def test_seeded_latency_is_repeatable_and_depends_on_the_seed(trade2026: Terminal) -> None:
    latency = ("--latency-ms", "lognormal:43200000,0.7", "--json", "-q")
    first = trade2026(*MOMENTUM, *latency).json
    assert first == trade2026(*MOMENTUM, *latency).json
    assert first["fills"] > 0
    assert first["state_sha256"] != trade2026(*MOMENTUM, *latency, "--seed", "5").json["state_sha256"]


def test_replay_gives_the_state_of_the_run_also_when_it_decides_again(trade2026: Terminal) -> None:
    figures = trade2026(*MOMENTUM, "--json", "-q").json
    for extra in ((), ("--decide",)):
        done = trade2026("journal", "replay", figures["run_id"][:8], "--json", *extra).json
        assert done["state_sha256"] == figures["state_sha256"]
        assert done["journal_sha256"] == figures["journal_sha256"]
        assert done["agrees"] is True
        assert done["decided_again"] is bool(extra)


def test_the_report_is_written_where_asked_and_kept_with_the_run(trade2026: Terminal, tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    said = trade2026(*MOMENTUM, "--report", path)
    (folder,) = trade2026.runs()
    assert path.read_bytes() == (folder / "report.html").read_bytes()
    assert path.read_text().startswith("<!doctype html>")
    assert f"Report      {path}" in said.out


def test_a_file_of_the_user_trades_with_its_own_fees(trade2026: Terminal, tmp_path: Path) -> None:
    bars = write_bars(tmp_path / "btc.csv", [100.0 + day % 9 * 2 for day in range(90)])
    said = trade2026(
        "backtest", "dual_moving_average", "--data", bars, *BITCOIN, "-p", "fast=2", "-p", "slow=5",
        "--fees", "0/10bps", "--fee-currency", "base", "--json",
    )  # fmt: skip
    figures = said.json
    assert figures["currency"] == "USDT"
    assert figures["fills"] > 4
    assert figures["statistics"]["costs_total"] == pytest.approx(
        figures["statistics"]["traded_notional"] * 0.001, rel=1e-6
    )
    assert "Volume" not in figures["currency"]


def test_a_run_does_not_depend_on_the_folder_of_its_files(trade2026: Terminal, tmp_path: Path) -> None:
    said = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        bars = write_bars(tmp_path / name / "btc.csv", [100.0 + day % 9 for day in range(30)])
        strategy = write_strategy(tmp_path / name / "mine.py")
        said.append(trade2026("backtest", strategy, "--data", bars, *BITCOIN, "--json", "-q").out)
    assert said[0] == said[1]


def test_a_strategy_that_raises_is_stopped_and_the_run_completes(trade2026: Terminal, tmp_path: Path) -> None:
    strategy = write_strategy(tmp_path / "mine.py", 'raise RuntimeError("boom")')
    said = trade2026("backtest", strategy, *HALF_YEAR, "--json")
    figures = said.json
    assert said.code == 1
    assert "error: the strategy raised RuntimeError: boom in on_bar at 2020-01-03T21:00:00Z" in said.err
    assert "its orders were canceled" in said.err
    assert figures["events"] == 20 * 125
    assert figures["orders"] == 1
    assert figures["strategy_error"] == "RuntimeError: boom"
    (folder,) = trade2026.runs()
    trace = (folder / "traceback.txt").read_text()
    assert str(folder / "traceback.txt") in said.err
    assert "mine.py" in trace
    assert 'raise RuntimeError("boom")' in trace
    ends = trade2026("journal", "show", folder, "--type", "OrderCanceled", "--json").lines
    assert len(ends) == 1
    assert trade2026("journal", "replay", folder, "--decide").code == 0


def test_the_log_of_a_strategy_is_kept(trade2026: Terminal, tmp_path: Path) -> None:
    strategy = write_strategy(tmp_path / "mine.py", 'context.log("half way")')
    said = trade2026("backtest", strategy, *HALF_YEAR)
    (folder,) = trade2026.runs()
    assert (folder / "strategy.log").read_text() == "2020-01-03T21:00:00Z half way\n"
    assert "strategy.log (1 lines)" in said.out


@pytest.mark.parametrize("number", ["signal.SIGINT", "signal.SIGTERM"])
def test_ctrl_c_ends_a_run_in_good_order(trade2026: Terminal, tmp_path: Path, number: str) -> None:
    strategy = write_strategy(tmp_path / "mine.py", f"import os, signal; os.kill(os.getpid(), {number})")
    said = trade2026("backtest", strategy, "--data", "sp500", "--to", "1994-12-31", "--json")
    figures = said.json
    assert said.code == 130
    assert figures["stopped"] is True
    assert 0 < figures["events"] < 20 * 250 * 5
    assert "stopped early: the result is partial" in said.err
    (folder,) = trade2026.runs()
    assert trade2026("journal", "verify", folder).code == 0
    assert trade2026("journal", "replay", folder, "--json").json["state_sha256"] == figures["state_sha256"]
    assert trade2026("trials", "--json").json["status"] == "stopped"


def test_a_partial_result_says_so_first(trade2026: Terminal, tmp_path: Path) -> None:
    strategy = write_strategy(tmp_path / "mine.py", "import os, signal; os.kill(os.getpid(), signal.SIGINT)")
    said = trade2026("backtest", strategy, "--data", "sp500", "--to", "1994-12-31", "-q")
    assert "! The run was stopped early: every figure is of a part of the period." in said.out


def test_the_result_file_holds_what_json_prints(trade2026: Terminal) -> None:
    figures = trade2026(*MOMENTUM, "--json", "-q").json
    (folder,) = trade2026.runs()
    result = json.loads((folder / "result.json").read_text())
    assert result["figures"] == figures
    assert result["status"] == "finished"


def test_the_key_is_for_the_owner_alone(trade2026: Terminal) -> None:
    trade2026(*MOMENTUM, "-q")
    key = trade2026.home / "keys" / "journal.key"
    assert len(key.read_bytes()) == 32
    assert os.stat(key).st_mode & 0o777 == 0o600
    assert os.stat(key.parent).st_mode & 0o777 == 0o700


def test_how_a_file_is_read_is_part_of_what_determines_the_run(trade2026: Terminal, tmp_path: Path) -> None:
    bars = write_bars(tmp_path / "btc.csv", [100.0 + day % 9 for day in range(30)])
    plain = ("backtest", "dual_moving_average", "--data", bars, *BITCOIN, "--json", "-q")
    opens = trade2026(*plain).json
    assert opens["run_id"] == trade2026(*plain).json["run_id"]
    for change in (("--timestamp-marks", "close"), ("--adjusted",), ("--tick", "0.1")):
        assert trade2026(*plain, *change).json["run_id"] != opens["run_id"]
