"""What orders wait while research runs: 1,000 requests a second, with four heavy analyses and without.

Quiet and loaded stretches of `ISOLATION_SECONDS` (default 5) follow one another on one desk: the standard
mix, open loop, timed from the intended send, while the feed plays 2,000 quotes a second and one page listens.
In a loaded stretch four analyses run from its beginning to its end, which is checked: workers of the desk, in
time that nobody else wants, with one numeric thread each.
`ISOLATION_PARTS` (default 4) quiet and as many loaded stretches, in turn, make a pair, of which there are
`ISOLATION_PAIRS` (default 5), each with the other kind first. A shared machine is slower in some minutes than
in others, by more than what is looked for here: the stretches are short, a quiet one beside each loaded one,
and the latencies of a pair's parts are taken together.
`p50_rise_percent` compares the medians of a pair. `jobs_cpu_share` is how many cores the four got.
"""

import asyncio
import json
import os
import sys
import time
from typing import Any, Final

import uvloop

from bench.harness import Report, percentile
from bench.http_load import connect, paced
from bench.orders_rest import Mix
from bench.page import listen
from bench.running_desk import SYMBOLS, RunningDesk, wait_until

SECONDS: Final = float(os.environ.get("ISOLATION_SECONDS", "5"))
PARTS: Final = int(os.environ.get("ISOLATION_PARTS", "4"))
PAIRS: Final = int(os.environ.get("ISOLATION_PAIRS", "5"))
RUNS = 1
JOBS: Final = 4
RATE: Final = 1_000.0
_CONNECTIONS: Final = 16
_WARM_S: Final = 2.0
_PATIENCE_S: Final = 120.0
_HEAVY: Final[dict[str, Any]] = {"method": "minimum_variance", "draws": 10_000}
_LIMITS: Final = {"running": JOBS, "running_per_user": JOBS}
_TICKS: Final = os.sysconf("SC_CLK_TCK")


def begin(desk: RunningDesk) -> list[str]:
    """Four analyses that take longer than a stretch, once all of them compute."""
    jobs = [desk.post("/api/v1/portfolio/weight-stability", _HEAVY)["job_id"] for _ in range(JOBS)]
    wait_until(lambda: all(_job(desk, each)["progress"] > 0.11 for each in jobs), _PATIENCE_S)
    return jobs


def end(desk: RunningDesk, jobs: list[str]) -> None:
    """Cancel them, and wait until they are gone; fails where one of them had ended before."""
    states = [_job(desk, each)["state"] for each in jobs]
    assert states == ["RUNNING"] * JOBS, f"the load ended too early: {states}"
    for each in jobs:
        desk.delete(f"/api/v1/jobs/{each}")
    wait_until(lambda: all(_job(desk, each)["state"] == "CANCELED" for each in jobs))


def _job(desk: RunningDesk, job_id: str) -> Any:
    return desk.get(f"/api/v1/jobs/{job_id}")


def workers_cpu_s() -> float:
    """CPU seconds of all workers that run on this machine under a desk of this user."""
    total = 0.0
    for name in os.listdir("/proc"):
        if not name.isdigit():
            continue
        try:
            with open(f"/proc/{name}/cmdline", "rb") as file:
                command = file.read().split(b"\0")
            with open(f"/proc/{name}/stat") as file:
                fields = file.read().rpartition(")")[2].split()
        except OSError:  # It has ended.
            continue
        if b"trade2026.bootstrap.main" in command and b"worker" in command:
            total += (int(fields[11]) + int(fields[12])) / _TICKS
    return total


def settle() -> None:
    """Wait until no worker computes: one in the place of a canceled one first imports what it needs."""
    last = [-1.0]

    def is_still() -> bool:
        before, last[0] = last[0], workers_cpu_s()
        time.sleep(1.0)
        return before == last[0] == workers_cpu_s()

    wait_until(is_still, _PATIENCE_S)


async def _stretch(desk: RunningDesk, name: str) -> list[float]:
    """Latencies of one stretch in seconds."""
    page = asyncio.get_running_loop().create_task(listen(desk))
    mix = Mix(desk, name)
    connections = await connect("127.0.0.1", desk.port, _CONNECTIONS)
    await paced(connections, mix.next, _WARM_S, RATE)
    load = await paced(connections, mix.next, SECONDS, RATE)
    page.cancel()
    for connection in connections:
        connection.close()
    good = sum(count for status, count in load.statuses.items() if 200 <= status < 300)
    assert load.errors == 0, (load.statuses, mix.refused)
    assert good > 0.99 * len(load.latencies), (load.statuses, mix.refused)
    return load.latencies


def _quiet(desk: RunningDesk, name: str) -> list[float]:
    settle()
    return uvloop.run(_stretch(desk, f"q{name}-"))


def _loaded(desk: RunningDesk, name: str, report: Report) -> list[float]:
    jobs = begin(desk)
    before = workers_cpu_s()
    latencies = uvloop.run(_stretch(desk, f"l{name}-"))
    report.add("jobs_cpu_share", (workers_cpu_s() - before) / (SECONDS + _WARM_S), "cores")
    end(desk, jobs)
    return latencies


def _pair(desk: RunningDesk, pair: int, report: Report) -> tuple[list[float], list[float]]:
    """Latencies of the quiet and of the loaded parts of a pair, in seconds."""
    quiet: list[float] = []
    loaded: list[float] = []
    for part in range(PARTS):
        name = f"{pair}-{part}"
        if pair % 2 == 0:
            quiet += _quiet(desk, name)
        loaded += _loaded(desk, name, report)
        if pair % 2 == 1:
            quiet += _quiet(desk, name)
    return quiet, loaded


def run_once(report: Report) -> None:
    """One desk; quiet and loaded in turn."""
    desk = RunningDesk(feed_s=int(PAIRS * PARTS * (2.0 * SECONDS + 40.0)) + 120)
    (desk.home / "desk" / "jobs.json").write_text(json.dumps(_LIMITS))
    with desk:
        wait_until(lambda: len(desk.get("/api/v1/quotes")["items"]) == len(SYMBOLS))
        for pair in range(PAIRS):
            desk.renew()
            quiet, loaded = _pair(desk, pair, report)
            for kind, latencies in (("quiet", quiet), ("loaded", loaded)):
                report.add(f"{kind}_p50_ms", percentile(latencies, 0.50) * 1e3, "ms")
                report.add(f"{kind}_p99_ms", percentile(latencies, 0.99) * 1e3, "ms")
            assert desk.get("/api/v1/feed")["state"] == "PLAYING", "the feed ended before the load"
            rise = percentile(loaded, 0.50) / percentile(quiet, 0.50) - 1.0
            report.add("p50_rise_percent", rise * 100.0, "%")
            print(f"isolation: pair {pair + 1} of {PAIRS} done", file=sys.stderr, flush=True)
