"""What a strategy says is kept within bounds and paged; what a job leaves is small and true."""

from pathlib import Path

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trade2026.adapters.embedded.disk import DiskStorage
from trade2026.application.runner.log import TEXT_MAX, LineWriter, RunLog, read_log
from trade2026.application.runner.records import KEPT, forget_old, load_runs, save_runs
from trade2026.application.runner.result import extremes
from trade2026.application.strategy_runs import (
    next_run_id,
    parameter_pairs,
    read_details,
    start_intents,
)
from trade2026.ports.core_link import StartRunIntent
from trade2026.ports.runner_link import RunState, StrategyStatus
from trade2026.primitives.errors import InputError
from trade2026.trading.journal import Cursor


def test_pages_of_a_log_follow_one_another(tmp_path: Path) -> None:
    storage = DiskStorage(str(tmp_path))
    log = RunLog(storage, "a-1")
    for n in range(1, 8):
        log.write(n * 10, f"line {n}")
    assert [line.n for line in read_log(storage, "a-1", 0, 3)] == [1, 2, 3]
    assert [(line.n, line.ts, line.text) for line in read_log(storage, "a-1", 5, 3)] == [
        (6, 60, "line 6"), (7, 70, "line 7"),
    ]  # fmt: skip
    assert [line.n for line in read_log(storage, "a-1", -1, 2)] == [6, 7]
    assert read_log(storage, "b-1", 0, 3) == ()


def test_a_log_goes_on_after_a_restart_and_over_a_torn_line(tmp_path: Path) -> None:
    storage = DiskStorage(str(tmp_path))
    log = RunLog(storage, "a-1")
    log.write(1, "one")
    log.close()
    with (tmp_path / "a-1.jsonl").open("ab") as file:
        file.write(b'{"n":2,"ts')
    log = RunLog(storage, "a-1")
    log.write(2, "two")
    assert [(line.n, line.text) for line in read_log(storage, "a-1", 0, 9)] == [(1, "one"), (2, "two")]


def test_a_log_is_bounded_and_keeps_the_newest(tmp_path: Path) -> None:
    storage = DiskStorage(str(tmp_path))
    log = RunLog(storage, "a-1", file_bytes=10_000)
    for n in range(2_000):
        log.write(n, "x" * 100)
    assert sum(path.stat().st_size for path in tmp_path.glob("a-1*")) <= 20_000
    lines = read_log(storage, "a-1", 0, 10_000)
    assert lines[-1].n == 2_000
    assert [line.n for line in lines] == list(range(lines[0].n, 2_001))
    log.write(1, "y" * 10_000)
    assert len(read_log(storage, "a-1", -1, 1)[0].text) <= TEXT_MAX + 4


def test_what_is_printed_is_said_by_the_line(tmp_path: Path) -> None:
    said: list[str] = []
    print("a", 1, file=LineWriter(said.append))
    writer = LineWriter(said.append)
    writer.write("half")
    assert said == ["a 1"]
    writer.write(" a line\nand\n")
    assert said == ["a 1", "half a line", "and"]
    writer.write("z" * (TEXT_MAX + 1))
    assert said[-1] == "z" * (TEXT_MAX + 1)


@settings(max_examples=60)
@given(st.lists(st.floats(-1e6, 1e6, allow_nan=False), min_size=1, max_size=400), st.integers(4, 60))
def test_a_thinned_series_keeps_its_ends_and_its_extremes(values: list[float], points: int) -> None:
    series = np.array(values)
    kept = extremes(series, points)
    assert len(kept) <= max(points, 4)
    assert kept == sorted(set(kept))
    assert (kept[0], kept[-1]) == (0, len(values) - 1)
    assert min(values) == series[kept].min()
    assert max(values) == series[kept].max()


def test_run_ids_count_on_by_strategy() -> None:
    used = ["momentum-1", "momentum-9", "momentum-x", "other-20"]
    assert next_run_id("momentum", used) == "momentum-10"
    assert next_run_id("Mine", used) == "Mine-1"


def test_details_come_back_and_others_are_none() -> None:
    intents = start_intents("m-1", "momentum", ' {"top": 5, "name": "é"} ', "PAPER", "alice")
    start = intents[-1]
    assert isinstance(start, StartRunIntent)
    details = read_details(start.details)
    assert details is not None
    assert msgspec.json.decode(details.parameters) == {"top": 5, "name": "é"}
    assert (details.strategy, details.account_id, details.trader_id) == ("momentum", "PAPER", "alice")
    for other in ("", "[]", "{}", '{"kind":"desk"}', '{"kind":"strategy"}', "nonsense"):
        assert read_details(other) is None


@pytest.mark.parametrize("text", ["[]", "1", "nonsense", '{"a":', "\ud800"])
def test_parameters_that_are_no_object_are_refused(text: str) -> None:
    with pytest.raises(InputError, match="parameters must be a JSON object"):
        parameter_pairs(text)


def test_parameters_become_texts() -> None:
    pairs = parameter_pairs('{"a": 1, "b": 1.5, "c": "x y", "d": true, "e": [1, 2], "f": null}')
    assert pairs == (("a", "1"), ("b", "1.5"), ("c", "x y"), ("d", "true"), ("e", "[1,2]"), ("f", "null"))


def status(number: int, state: RunState) -> StrategyStatus:
    return StrategyStatus(
        run_id=f"m-{number}", strategy="m", parameters="{}", account_id="A", trader_id="t", state=state,
        started_ns=number,
    )  # fmt: skip


def test_the_runner_remembers_runs_and_where_it_was(tmp_path: Path) -> None:
    storage = DiskStorage(str(tmp_path))
    assert load_runs(storage) == (None, ())
    runs = (status(1, RunState.RUNNING), status(2, RunState.FAILED))
    cursor = Cursor(7, b"\1" * 32, 1, 999)
    save_runs(storage, cursor, runs)
    assert load_runs(storage) == (cursor, runs)
    (tmp_path / "strategy-runs.json").write_bytes(b"{torn")
    assert load_runs(storage) == (None, ())


def test_old_runs_are_forgotten_but_never_one_that_runs() -> None:
    runs = {f"m-{n}": status(n, RunState.RUNNING if n == 1 else RunState.STOPPED) for n in range(KEPT + 50)}
    forget_old(runs)
    assert len(runs) == KEPT
    assert "m-1" in runs
    assert "m-0" not in runs
