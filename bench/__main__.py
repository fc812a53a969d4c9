"""`python -m bench NAME [--runs N | --seconds S] [--no-peers] [--no-compiled]`, `--list`, or `report`."""

import argparse
import importlib
import json
import os
import subprocess
import sys
import time

from bench import report as report_module
from bench.harness import ROOT, Report, emit
from tools import compile_core
from trade2026.primitives.build import is_compiled

BENCHES = (
    "orders_core", "orders_rest", "orders_ws", "api_connections", "live_page", "risk_check", "replay",
    "restart", "backtest_events", "halt", "orders_memory", "soak", "book",
    "prism_market", "prism_api", "portfolio", "portfolio_optima", "isolation",
)  # fmt: skip
OF_THE_DESK = (
    "orders_rest", "orders_ws", "api_connections", "live_page", "restart", "halt", "orders_memory", "soak",
    "portfolio", "portfolio_optima", "isolation",
)  # fmt: skip
"""They run the whole desk in processes of its own, measure memory, or run nothing of the hot path: the
compiled build is not tried."""


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


def run_compiled(report: Report) -> None:
    """The same benchmark as often on the compiled build, whose metrics are named `compiled_*`; or a note."""
    if compile_core.main([]) != 0:
        report.notes.append("The hot path could not be compiled here, so its figures are absent.")
        return
    command = [sys.executable, "-m", "bench", report.name, "--runs", str(report.runs)]
    command += ["--no-peers", "--no-compiled"]
    environment = os.environ | {"PYTHONPATH": str(compile_core.TARGET)}
    done = subprocess.run(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True, check=True)
    line = json.loads(done.stdout.splitlines()[-1])
    assert line["is_compiled"], "the compiled package was on the path and not imported"
    report.compiled = line["metrics"]


def main() -> int:
    """Parse the command line and do it."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("name", nargs="?", choices=[*BENCHES, "report"])
    parser.add_argument("--list", action="store_true", help="name all benchmarks")
    parser.add_argument("--runs", type=int, help="5 where the benchmark does not say otherwise")
    parser.add_argument("--seconds", type=float, help="run for at least this long instead of --runs")
    parser.add_argument("--no-peers", action="store_true", help="do not measure other libraries beside ours")
    parser.add_argument("--no-compiled", action="store_true", help="do not measure the compiled build too")
    arguments = parser.parse_args()
    if arguments.list or arguments.name is None:
        for name in BENCHES:
            module = importlib.import_module(f"bench.{name}")
            print(f"{name:18} {(module.__doc__ or '').strip().splitlines()[0]}")
        return 0
    names = BENCHES if arguments.name == "report" else (arguments.name,)
    for name in names:
        runs = arguments.runs or getattr(importlib.import_module(f"bench.{name}"), "RUNS", 5)
        report = run(name, runs, arguments.seconds, peers=not arguments.no_peers)
        report.is_compiled = is_compiled()
        if not arguments.no_compiled and name not in OF_THE_DESK:
            run_compiled(report)
        emit(report)
        if arguments.name == "report":
            report_module.keep(json.loads(json.dumps(report.line())))
    if arguments.name == "report":
        report_module.write()
    return 0


if __name__ == "__main__":
    sys.exit(main())
