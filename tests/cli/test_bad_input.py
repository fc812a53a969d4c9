"""Bad input of every kind: a line or two that name value and remedy, exit code 2, nothing written."""

from pathlib import Path

import pytest

from tests.cli.terminal import BITCOIN, HALF_YEAR, Terminal, write_bars, write_strategy

MOMENTUM = ("backtest", "momentum", *HALF_YEAR)

# Arguments, and what the message must hold: the thing named, its value, the remedy.
CASES: list[tuple[tuple[str, ...], tuple[str, ...]]] = [
    (("backtest", "momentun", *HALF_YEAR), ("strategy", "'momentun'", "did you mean 'momentum'?")),
    (("backtest", "nothing", *HALF_YEAR), ("strategy", "'nothing'", "momentum, dual_moving_average")),
    (("backtest", "no.py", *HALF_YEAR), ("strategy file must exist", "'no.py'", "check the path")),
    (("backtest", "momentum", "--data", "no.csv"), ("--data", "sp500", "'no.csv'", "check the path")),
    ((*MOMENTUM, "-p", "lokback=4"), ("'lokback' is unknown", "did you mean 'lookback'?", "invested_pct")),
    ((*MOMENTUM, "-p", "lookback=1"), ("'lookback'", "int >= 2", "was '1'", "default 252")),
    ((*MOMENTUM, "-p", "top=0"), ("'top'", ">= 1", "was '0'", "default 5")),
    ((*MOMENTUM, "-p", "top=-3"), ("'top'", ">= 1", "was '-3'")),
    ((*MOMENTUM, "-p", "top=nan"), ("'top'", "must be int", "was 'nan'")),
    ((*MOMENTUM, "-p", "top=2.5"), ("'top'", "must be int", "was '2.5'")),
    ((*MOMENTUM, "-p", "top=99999999999999999999"), ("'top'", "was '99999999999999999999'")),
    ((*MOMENTUM, "-p", "top"), ("--param must be NAME=VALUE", "'top'")),
    ((*MOMENTUM, "-p", "top=1", "-p", "top=2"), ("'top' was given twice", "once")),
    ((*MOMENTUM, "-p", "skip=300"), ("skip must be below lookback", "was 300", "252")),
    ((*MOMENTUM, "--cash", "-5"), ("--cash must be above zero", "was -5")),
    ((*MOMENTUM, "--cash", "0"), ("--cash must be above zero", "was 0")),
    ((*MOMENTUM, "--cash", "NaN"), ("--cash", "decimal", "was 'NaN'")),
    ((*MOMENTUM, "--cash", "inf"), ("--cash", "decimal", "was 'inf'")),
    ((*MOMENTUM, "--cash", "1.0000000001"), ("--cash", "at most nine places", "was '1.0000000001'")),
    ((*MOMENTUM, "--cash", "1e40"), ("--cash", "at most", "'1e40'")),
    ((*MOMENTUM, "--cash", "1,000"), ("--cash", "was '1,000'")),
    ((*MOMENTUM, "--max-leverage", "0"), ("--max-leverage must be above zero", "was 0")),
    ((*MOMENTUM, "--account", "gold"), ("--account must be margin or cash", "was 'gold'")),
    ((*MOMENTUM, "--seed", "-1"), ("--seed must not be negative", "was -1")),
    ((*MOMENTUM, "--seed", "x"), ("--seed must be a whole number", "was 'x'")),
    ((*MOMENTUM, "--fees", "5"), ("--fees must name its unit", "was '5'", '"1bps"')),
    ((*MOMENTUM, "--fees", "xbps"), ("--fees", "was 'xbps'", '"0.005/share"')),
    ((*MOMENTUM, "--fees", "0.005/share"), ("--fees", "0.005/share", "adjusted", "such as 1bps")),
    ((*MOMENTUM, "--fees", "none", "--fee-minimum", "1"), ("--fee-minimum needs fees", "was 1")),
    ((*MOMENTUM, "--fee-currency", "gold"), ("--fee-currency must be quote, base or received", "'gold'")),
    ((*MOMENTUM, "--fee-currency", "base"), ("--fee-currency must be quote", "no base currency", "was base")),
    ((*MOMENTUM, "--spread-bps", "-1"), ("--spread-bps must be", "between 0 and 10000", "was '-1'")),
    ((*MOMENTUM, "--spread-bps", "nan"), ("--spread-bps", "was 'nan'")),
    ((*MOMENTUM, "--slippage-bps", "20000"), ("--slippage-bps must be", "was '20000'")),
    ((*MOMENTUM, "--participation", "0"), ("--participation must be above 0", "was '0'")),
    ((*MOMENTUM, "--participation", "101"), ("--participation", "at most 100", "was '101'")),
    ((*MOMENTUM, "--latency-ms", "soon"), ("--latency-ms", "was 'soon'", '"lognormal:MEDIAN,SIGMA"')),
    ((*MOMENTUM, "--latency-ms", "normal:5"), ("--latency-ms", "was 'normal:5'", "normal:MEAN,STD")),
    ((*MOMENTUM, "--latency-ms", "lognormal:5,nan"), ("sigma between 0 and 5", "was 'lognormal:5,nan'")),
    ((*MOMENTUM, "--latency-ms", "lognormal:0,1"), ("--latency-ms", "median", "was 'lognormal:0,1'")),
    ((*MOMENTUM, "--latency-ms", "normal:-1,2"), ("--latency-ms must not be negative", "'normal:-1,2'")),
    ((*MOMENTUM, "--spread-bps", "0.00001"), ("--spread-bps must be", "0.0001", "was '0.00001'")),
    ((*MOMENTUM, "--fees", "99999bps"), ("--fees must be", "-10000 and 10000", "was '99999bps'")),
    ((*MOMENTUM, "--fee-minimum", "-1"), ("--fee-minimum must not be negative", "was '-1'", "0 means")),
    (
        (*MOMENTUM, "--fees", "-1/2bps", "--fee-minimum", "1"),
        ("--fee-minimum must be 0", "rebate", "was '1' with '-1/2bps'"),
    ),
    ((*MOMENTUM, "--fees", "-1/share"), ("--fees must not be negative for each share", "'-1/share'")),
    ((*MOMENTUM, "--latency-ms", "-1"), ("--latency-ms must not be negative", "was '-1'", "0 means none")),
    ((*MOMENTUM, "--from", "2020-13-01"), ("--from", "YYYY-MM-DD", "'2020-13-01'")),
    ((*MOMENTUM, "--to", "soon"), ("--to", "YYYY-MM-DD", "'soon'")),
    (
        ("backtest", "momentum", "--data", "sp500", "--from", "2020-01-01T00:00:00"),
        ("--from must carry a time zone", "append +00:00"),
    ),
    (
        ("backtest", "momentum", "--data", "sp500", "--from", "2021-01-01", "--to", "2020-01-01"),
        ("--from must be before --to", "2021-01-01 and 2020-01-01"),
    ),
    (
        ("backtest", "momentum", "--data", "sp500", "--from", "2050-01-01"),
        ("no market event in the period 2050-01-01", "trade2026 data describe"),
    ),
    ((*MOMENTUM, "--instrument", "A.B"), ("--instrument goes with files", "sp500")),
    ((*MOMENTUM, "--tick", "0.01"), ("--tick goes with files", "sp500", "leave it out")),
    ((*MOMENTUM, "--column", "close=c"), ("--column goes with files", "sp500")),
    ((*MOMENTUM, "--report", "/nowhere/r.html"), ("--report", "'/nowhere/r.html'", "make '/nowhere'")),
    ((*MOMENTUM, "--report", "/tmp"), ("--report must be a file", "'/tmp'")),
    (("backtest", "momentum"), ("missing option '--data'", "backtest --help")),
    (("backtest",), ("missing argument", "backtest --help")),
    (("backtest", "momentum", "--nope"), ("no such option: --nope", "backtest --help")),
    (("nope",), ("no such command 'nope'", "trade2026 --help")),
    (("journal", "verify", "nothing"), ("folder or run must exist", "'nothing'", "trade2026 runs")),
    (("journal", "replay", "/tmp/no/such/folder"), ("folder or run must exist", "'/tmp/no/such/folder'")),
    (("journal", "show", "x", "--first", "one"), ("--first must be a whole number", "'one'")),
    (("runs", "--last", "0"), ("--last must be at least 1", "was 0")),
    (("trials", "--last", "many"), ("--last must be a whole number", "'many'")),
    (("strategies", "momentom"), ("'momentom'", "did you mean 'momentum'?")),
    (("data", "describe", "no.parquet"), ("--data", "'no.parquet'", "check the path")),
]  # fmt: skip


@pytest.mark.parametrize(("arguments", "parts"), CASES, ids=[" ".join(case[0])[:70] for case in CASES])
def test_it_is_refused_with_a_line(
    trade2026: Terminal, arguments: tuple[str, ...], parts: tuple[str, ...]
) -> None:
    said = trade2026(*arguments)
    assert said.code == 2
    assert said.out == ""
    assert said.err.startswith("error: ")
    assert len(said.err.splitlines()) <= 2
    for part in parts:
        assert part in said.err
    assert trade2026.files() == []


def test_a_parameter_that_is_not_finite_is_refused(trade2026: Terminal, tmp_path: Path) -> None:
    strategy = write_strategy(tmp_path / "mine.py")
    for text in ("nan", "inf", "-inf", "NaN"):
        said = trade2026("backtest", strategy, *HALF_YEAR, "-p", f"level={text}")
        assert said.code == 2
        assert "parameter 'level' must be a finite number, was" in said.err
    assert trade2026.files() == []


# What is wrong with a strategy file, its text, and what the message must hold.
FILES = [
    ("syntax", "import os\ndef f(:\n    pass\n", ("line 2", "invalid syntax", "'def f(:'")),
    ("indent", "def f():\nx = 1\n", ("line 2", "expected an indented block")),
    ("null byte", "x = 1\0\n", ("must be Python", "null bytes")),
    ("encoding", b"\xff\xfe\x00", ("must be Python",)),
    ("import", "import math\nimport not_there_at_all\n", ("line 2", "ModuleNotFoundError", "not_there")),
    ("raises", "x = 1\n\ny = x / 0\n", ("line 3", "ZeroDivisionError")),
    ("exits", "import sys\nsys.exit(3)\n", ("line 2", "SystemExit: 3")),
    ("none", "x = 1\n", ("must define a subclass of trade2026.ports.strategy.Strategy", "had none")),
    (
        "several",
        "from trade2026.ports.strategy import Strategy\nclass A(Strategy): ...\nclass B(Strategy): ...\n",
        ("defines A, B", "choose one", "mine.py:A"),
    ),
    (
        "only imported",
        "from trade2026.strategies.momentum import Momentum\n",
        ("must define a subclass", "had none"),
    ),
    (
        "no parameters",
        "from trade2026.ports.strategy import Strategy\nclass A(Strategy): ...\n",
        ("must set parameters_type to a frozen msgspec.Struct", "was None"),
    ),
    (
        "wrong parameters",
        "from trade2026.ports.strategy import Strategy\nclass A(Strategy):\n    parameters_type = int\n",
        ("must set parameters_type", "<class 'int'>"),
    ),
    (
        "thawed parameters",
        "import msgspec\nfrom trade2026.ports.strategy import Strategy\nclass P(msgspec.Struct): ...\n"
        "class A(Strategy):\n    parameters_type = P\n",
        ("must be frozen", "class P(msgspec.Struct, frozen=True)"),
    ),
    (
        "constructor",
        "import msgspec\nfrom trade2026.ports.strategy import Strategy\n"
        "class P(msgspec.Struct, frozen=True): ...\nclass A(Strategy):\n    parameters_type = P\n"
        "    def __init__(self, parameters):\n        raise ValueError('no')\n",
        ("could not be made", "constructor raised ValueError: no"),
    ),
    (
        "needs one",
        "import msgspec\nfrom trade2026.ports.strategy import Strategy\n"
        "class P(msgspec.Struct, frozen=True):\n    size: int\nclass A(Strategy):\n    parameters_type = P\n",
        ("needs the parameter 'size'", "--param size=VALUE"),
    ),
]  # fmt: skip


@pytest.mark.parametrize(("text", "parts"), [file[1:] for file in FILES], ids=[file[0] for file in FILES])
def test_a_strategy_file_that_cannot_be_used_says_where(
    trade2026: Terminal, tmp_path: Path, text: str | bytes, parts: tuple[str, ...]
) -> None:
    path = tmp_path / "mine.py"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    said = trade2026("backtest", path, *HALF_YEAR)
    assert said.code == 2
    assert said.err.startswith("error: ")
    assert "mine.py" in said.err
    for part in parts:
        assert part in said.err
    assert trade2026.files() == []


def test_a_class_is_chosen_by_name(trade2026: Terminal, tmp_path: Path) -> None:
    path = write_strategy(tmp_path / "mine.py")
    path.write_text(path.read_text() + "\n\nclass Second(Mine):\n    pass\n")
    assert "choose one" in trade2026("backtest", path, *HALF_YEAR).err
    assert trade2026("backtest", f"{path}:Second", *HALF_YEAR, "-q").code == 0
    said = trade2026("backtest", f"{path}:Third", *HALF_YEAR, "-q")
    assert said.code == 2
    assert "must define 'Third'; it has Mine, Second" in said.err
    folder = tmp_path / "folder.py"
    folder.mkdir()
    assert "must be a Python file, was the folder" in trade2026("strategies", folder).err


# The text of a CSV, and what the message must hold.
DATA = [
    ("", ("must have a header and rows", "was empty")),
    ("date,open,high,low,close\n", ("must have rows",)),
    ("date,close\n2021-01-01,100\n2021-01-02,NaN\n", ("line 3", "'close'", "NaN")),
    ('date;close\n2021-01-01;100\n2021-01-02;"1.234,5"\n', ("'1.234,5'", "write decimals with a point")),
    ("date,close\n2021-01-01,100\n2021-01-02,-5\n", ("line 3", "'close'", "-5")),
    ("date,close\n2021-01-01,100\n2021-01-02,abc\n", ("line 3", "'close'", "abc")),
    (
        "date,close\n2021-01-01,100\n2021-01-02,1.00000000001\n",
        ("line 3", "'close'", "round it, or --on-excess-decimals round"),
    ),
    ("date,close\n2021-01-01,100,5\n2021-01-02,101,5\n", ("line 2", "2 fields, had 3", "with a point")),
    ("1,2\n3,4\n", ("began with '1,2'", "state --header NAME,NAME,...")),
    ("date,bid\n2021-01-01,100\n", ("state --rows bars, trades or quotes, or --column ROLE=HEADER",)),
    ("time,close\n2021-01-01T00:00:00Z,100\n", ("state --bar-interval such as 1m",)),
    ("date,close\n2021-01-02,100\n2021-01-01,100\n", ("line 3", "sort them, or --on-disorder sort")),
    ("date,close\n2021-01-01,100\n2021-01-01,101\n", ("line 3", "or --on-duplicate first (or last)")),
    ("date,price\n2021-01-01,100\n", ("btc.csv", "price")),
]


@pytest.mark.parametrize(("text", "parts"), DATA, ids=[repr(case[0])[-40:] for case in DATA])
def test_a_data_file_that_cannot_be_used_says_where(
    trade2026: Terminal, tmp_path: Path, text: str, parts: tuple[str, ...]
) -> None:
    path = tmp_path / "btc.csv"
    path.write_text(text)
    said = trade2026("backtest", "dual_moving_average", "--data", path, *BITCOIN)
    assert said.code == 2
    assert "btc.csv" in said.err
    for part in parts:
        assert part in said.err
    assert trade2026.files() == []


# What is stated about a good file, and what the message must hold.
STATED = [
    ((), ("--instrument must be stated", "SYMBOL.VENUE")),
    (("--instrument", "BTCUSDT"), ("--instrument must be SYMBOL.VENUE", "'BTCUSDT'")),
    (("--instrument", "BTCUSDT.BINANCE"), ("--volume-unit must be stated", "base, quote, contracts")),
    (("--instrument", "BTCUSDT.BINANCE", "--volume-unit", "lots"), ("--volume-unit", "'lots'")),
    (("--instrument", "ACME.XNAS", "--volume-unit", "base"), ("--kind must be stated", "equity, ")),
    (("--instrument", "X.Y", "--volume-unit", "base", "--kind", "bond"), ("--kind", "'bond'")),
    (("--instrument", "X.Y", "--volume-unit", "base", "--kind", "crypto-spot"), ("--currency must be",)),
    ((*BITCOIN, "--tick", "-1"), ("--tick must be positive", "was -1")),
    ((*BITCOIN, "--tick", "0.0000000001"), ("--tick", "nine places")),
    ((*BITCOIN, "--lot", "0"), ("--lot must be positive", "was 0")),
    ((*BITCOIN, "--calendar", "XXXX"), ("calendar must be one of", "'XXXX'")),
    ((*BITCOIN, "--rows", "ticks"), ("--rows must be one of bars, trades, quotes", "'ticks'")),
    ((*BITCOIN, "--on-gap", "ignore"), ("--on-gap must be one of report, refuse", "'ignore'")),
    ((*BITCOIN, "--bar-interval", "1y"), ("--bar-interval must be such as", "'1y'")),
    ((*BITCOIN, "--column", "close"), ("--column must be NAME=VALUE", "'close'")),
    ((*BITCOIN, "--column", "close=last"), ("'last'", "close")),
    ((*BITCOIN, "--column", "last=close"), ("--column ROLE=HEADER must have one of the roles", "'last'")),
    ((*BITCOIN, "--header", "date,close"), ("--header NAME,NAME,... must name the 6 columns", "had 2")),
    ((*BITCOIN, "--timestamp-unit", "h"), ("--timestamp-unit must be one of s, ms, us, ns", "'h'")),
    ((*BITCOIN, "--on-disorder", "fix"), ("--on-disorder must be one of refuse, sort", "'fix'")),
    ((*BITCOIN, "--currency", "BTC"), ("--base-currency must differ from --currency", "'BTC'")),
]  # fmt: skip


@pytest.mark.parametrize(("stated", "parts"), STATED, ids=[" ".join(case[0]) for case in STATED])
def test_what_is_stated_about_a_file_is_checked(
    trade2026: Terminal, tmp_path: Path, stated: tuple[str, ...], parts: tuple[str, ...]
) -> None:
    bars = write_bars(tmp_path / "btc.csv", [100.0, 101.0, 102.0])
    said = trade2026("backtest", "dual_moving_average", "--data", bars, *stated)
    assert said.code == 2
    for part in parts:
        assert part in said.err
    assert trade2026.files() == []
