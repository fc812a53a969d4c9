"""What every benchmark shares: repetition, the machine, the commit, and the one line of JSON."""

import gc
import json
import platform
import resource
import statistics
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from trade2026.bootstrap.runtime import calm_collector

ROOT = Path(__file__).parent.parent


@dataclass
class Series:
    """Values of one metric, one a run."""

    unit: str
    values: list[float] = field(default_factory=list)

    def summary(self) -> dict[str, float | str]:
        """Median and spread."""
        return {
            "median": _round(statistics.median(self.values)),
            "min": _round(min(self.values)),
            "max": _round(max(self.values)),
            "unit": self.unit,
        }


class Report:
    """Collects metrics of one benchmark over its runs."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.series: dict[str, Series] = {}
        self.peers: dict[str, dict[str, Any]] = {}
        self.notes: list[str] = []
        self.runs = 0
        self.is_compiled = False
        self.compiled: dict[str, dict[str, Any]] = {}  # What a second process measured, by metric.

    def add(self, metric: str, value: float, unit: str) -> None:
        """One value of a metric."""
        self.series.setdefault(metric, Series(unit)).values.append(value)

    def line(self) -> dict[str, Any]:
        """The object that is printed as the last line."""
        metrics = {name: series.summary() for name, series in self.series.items()}
        metrics |= {f"compiled_{name}": summary for name, summary in self.compiled.items()}
        return {
            "bench": self.name,
            "is_compiled": self.is_compiled,
            "commit": commit(),
            "machine": machine(),
            "runs": self.runs,
            "metrics": metrics,
            "peers": self.peers,
            "notes": self.notes,
        }


def _round(value: float) -> float:
    if value == 0:
        return 0.0
    return float(f"{value:.5g}")


def commit() -> str:
    """Short hash of the commit measured, with a plus sign when the tree has changes."""
    try:
        head = _git("rev-parse", "--short=12", "HEAD")
        changed = _git("status", "--porcelain", "--untracked-files=no")
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return f"{head}+" if changed else head


def _git(*arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def machine() -> str:
    """Processor, cores, memory, system and interpreter."""
    model, memory = platform.processor() or platform.machine(), ""
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        names = [
            line.split(":", 1)[1].strip() for line in cpuinfo.read_text().splitlines() if "model name" in line
        ]
        model = f"{len(names)}-core {names[0]}" if names else model
    meminfo = Path("/proc/meminfo")
    if meminfo.exists():
        kib = int(meminfo.read_text().split("MemTotal:")[1].split()[0])
        memory = f", {kib / 2**20:.0f} GiB"
    return f"{model}{memory}, {platform.system()} {platform.release()}, Python {platform.python_version()}"


@dataclass(frozen=True)
class Timing:
    """One measured call."""

    wall_s: float
    cpu_s: float
    result: Any


def measure(call: Callable[[], Any]) -> Timing:
    """Run once with the collector set as the desk sets it; wall and CPU time of this process, all threads."""
    gc.unfreeze()
    calm_collector()
    cpu, wall = time.process_time(), time.perf_counter()
    result = call()
    return Timing(time.perf_counter() - wall, time.process_time() - cpu, result)


def percentile(values: list[float], share: float) -> float:
    """The value below which `share` of the sorted values lie, nearest rank."""
    ordered = sorted(values)
    return ordered[min(int(share * len(ordered)), len(ordered) - 1)]


def resident_mib() -> float:
    """The process' resident memory; the most it ever had, where the system does not say."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return pages * resource.getpagesize() / 2**20


def emit(report: Report) -> None:
    """Print the line."""
    print(json.dumps(report.line()), flush=True)
