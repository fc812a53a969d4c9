"""Logs of bounded size: rotation, the end of one, following one, and a disk that takes nothing."""

import resource
from pathlib import Path

from trade2026.bootstrap.supervisor.log import FILES_KEPT, Follower, RotatingLog, last_lines
from trade2026.primitives.time import UnixNanos


class StillClock:
    def now_ns(self) -> UnixNanos:
        return UnixNanos(1_700_000_000_050_000_000)

    def monotonic_ns(self) -> int:
        return 0


STAMP = "2023-11-14T22:13:20.050Z"


def make(path: Path, file_bytes: int = 1_000) -> RotatingLog:
    return RotatingLog(str(path), StillClock(), file_bytes=file_bytes)


def test_lines_have_the_time_and_nobody_else_may_read_them(tmp_path: Path) -> None:
    log = make(tmp_path / "core.log")
    log.write("one")
    log.write("\ud800 two")
    assert (tmp_path / "core.log").read_text() == f"{STAMP} one\n{STAMP} \\ud800 two\n"
    assert (tmp_path / "core.log").stat().st_mode & 0o777 == 0o600
    assert list(log.tail) == ["one", "\ud800 two"]
    log.close()


def test_files_are_bounded_in_size_and_number(tmp_path: Path) -> None:
    log = make(tmp_path / "core.log")
    for number in range(500):
        log.write(f"line {number}")
    log.close()
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == ["core.log", *(f"core.log.{number}" for number in range(1, FILES_KEPT + 1))]
    assert all(path.stat().st_size <= 1_000 for path in tmp_path.iterdir())
    kept = [
        line.removeprefix(f"{STAMP} line ")
        for name in (*reversed(names[1:]), names[0])
        for line in (tmp_path / name).read_text().splitlines()
    ]
    assert [int(number) for number in kept] == list(range(500 - len(kept), 500))


def test_a_new_process_goes_on_where_the_last_one_was(tmp_path: Path) -> None:
    for number in range(3):
        log = make(tmp_path / "log")
        log.write(f"{number}")
        log.close()
    assert last_lines(str(tmp_path / "log"), 10) == [f"{STAMP} {number}" for number in range(3)]


def test_the_last_lines_reach_into_the_file_before(tmp_path: Path) -> None:
    path = tmp_path / "log"
    log = make(path)
    for number in range(40):
        log.write(f"line {number}")
    log.close()
    assert len(path.read_text().splitlines()) < 25
    for count in (0, 1, 5, 25, 30):
        assert last_lines(str(path), count) == [f"{STAMP} line {n}" for n in range(40 - count, 40)]
    assert last_lines(str(tmp_path / "none"), 5) == []


def test_last_lines_of_a_large_file(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_text("".join(f"line {n} {'x' * 1_000}\n" for n in range(500)))
    assert [line.split()[1] for line in last_lines(str(path), 150)] == [str(n) for n in range(350, 500)]


def test_a_follower_sees_each_new_line_once_across_rotation(tmp_path: Path) -> None:
    path = tmp_path / "log"
    log = make(path)
    log.write("before")
    follower = Follower(str(path))
    seen: list[str] = []
    for number in range(100):
        log.write(f"line {number}")
        if number % 7 == 0:
            seen += follower.new_lines()
    seen += follower.new_lines()
    assert seen == [f"{STAMP} line {number}" for number in range(100)]
    log.close()


def test_a_follower_waits_for_a_log_and_for_the_end_of_a_line(tmp_path: Path) -> None:
    path = tmp_path / "log"
    follower = Follower(str(path))
    assert list(follower.new_lines()) == []
    path.write_text("hal")
    assert list(follower.new_lines()) == []
    with path.open("a") as file:
        file.write("f\nnext")
    assert list(follower.new_lines()) == ["half"]


def test_a_disk_that_takes_nothing_loses_lines_and_says_how_many(tmp_path: Path) -> None:
    path = tmp_path / "log"
    log = make(path, 1_000_000)
    log.write("first")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (path.stat().st_size, before[1]))
    try:
        for _ in range(3):
            log.write("lost")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    log.write("next")
    log.close()
    assert path.read_text().splitlines()[1:] == [
        f"{STAMP} 3 lines before this were lost: the disk took none",
        f"{STAMP} next",
    ]
