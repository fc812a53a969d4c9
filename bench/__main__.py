"""`python -m bench NAME [--runs N | --seconds S] [--no-peers]`, `--list`, or `report` for all of them."""

import argparse
import importlib
import json
import sys
import time

from bench import report as report_module
from bench.harness import Report, emit

BENCHES = ("orders_core", "risk_check", "replay", "backtest_events")


def run(name: str, runs: int, seconds: float | None, *, peers: bool) -> Report:
    """Run one benchmark for a number of runs, or for at least so many seconds."""
    module = importlib.import_module(f"bench.{name}")
    report = Report(name)
    begin = time.perf_counter()
    while True:
        module.run_once(report)
        report.runs += 1
        elapsed = time.perf_counter() - begin
        print(f"{name}: run {report.runs} done after {elapsed:.1f} s", file=sys.stderr, flush=True)
        if report.runs >= runs if seconds is None else elapsed >= seconds:
            break
    if peers and hasattr(module, "run_peers"):
        module.run_peers(report)
    return report


def main() -> int:
    """Parse the command line and do it."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("name", nargs="?", choices=[*BENCHES, "report"])
    parser.add_argument("--list", action="store_true", help="name all benchmarks")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--seconds", type=float, help="run for at least this long instead of --runs")
    parser.add_argument("--no-peers", action="store_true", help="do not measure other libraries beside ours")
    arguments = parser.parse_args()
    if arguments.list or arguments.name is None:
        for name in BENCHES:
            module = importlib.import_module(f"bench.{name}")
            print(f"{name:18} {(module.__doc__ or '').strip().splitlines()[0]}")
        return 0
    names = BENCHES if arguments.name == "report" else (arguments.name,)
    for name in names:
        report = run(name, arguments.runs, arguments.seconds, peers=not arguments.no_peers)
        emit(report)
        if arguments.name == "report":
            report_module.keep(json.loads(json.dumps(report.line())))
    if arguments.name == "report":
        report_module.write()
    return 0


if __name__ == "__main__":
    sys.exit(main())
