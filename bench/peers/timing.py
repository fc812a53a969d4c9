"""Shared by the peers' scripts, which run in environments without this package: standard library only."""

import gc
import json
import statistics
import time
from collections.abc import Callable


def repeat(call: Callable[[], object], times: int) -> dict[str, float]:
    """Wall and CPU seconds of `call` over so many repetitions, each after a full collection."""
    wall, cpu = [], []
    for _ in range(times):
        gc.collect()
        cpu_begin, wall_begin = time.process_time(), time.perf_counter()
        call()
        wall.append(time.perf_counter() - wall_begin)
        cpu.append(time.process_time() - cpu_begin)
    return {"wall_median_s": statistics.median(wall), "cpu_min_s": min(cpu)}


def report(**figures: object) -> None:
    """Print the figures as the last line."""
    print(json.dumps(figures))
