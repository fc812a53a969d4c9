"""Latency of the pre-trade checks alone: every check and scope on, an account with five positions.

Times `risk.check.failures` (with `risk.sizing.largest_quantity` when it refuses) for single orders of a
stream in which one in fifty is refused; `p50_us` and `p99_us` include the refused ones.
"""

import time

from bench.desk import Mix, fill, set_up
from bench.harness import Report, percentile
from trade2026.model.commands import ReportExecution, SubmitOrder
from trade2026.model.events import OrderApproved
from trade2026.primitives.fixed_point import UNIT
from trade2026.risk.check import failures
from trade2026.risk.sizing import largest_quantity
from trade2026.trading.core import Core

_CHECKS = 50_000


def _core_with_positions() -> Core:
    core = Core()
    for command in set_up():
        for event in core.decide(command):
            core.evolve(event)
    mix = Mix(seed=3)
    for number in range(400):
        command = mix.submit(marketable=number % 2 == 0)
        for event in core.decide(command):
            core.evolve(event)
            assert type(event) is OrderApproved, event
        if number % 2 == 0:
            for event in core.decide(ReportExecution(command.now, fill(command, f"x{number}"))):
                core.evolve(event)
    return core


def run_once(report: Report) -> None:
    """One pass over a fresh stream of orders."""
    risk = _core_with_positions().engines.risk
    mix = Mix(seed=11)
    orders = [mix.submit() for _ in range(_CHECKS)]
    for position in range(0, _CHECKS, 50):
        orders[position] = _too_large(orders[position])
    times: list[float] = []
    refused = 0
    clock = time.perf_counter_ns
    for order in orders:
        begin = clock()
        found = failures(risk, order)
        if found:
            largest_quantity(risk, order, found)
            refused += 1
        times.append((clock() - begin) / 1e3)
    assert refused == _CHECKS // 50, refused
    report.add("p50_us", percentile(times, 0.50), "us")
    report.add("p99_us", percentile(times, 0.99), "us")
    report.add("checks_per_s", _CHECKS / (sum(times) / 1e6), "1/s")


def _too_large(order: SubmitOrder) -> SubmitOrder:
    import msgspec

    lots = 2_000_000 * UNIT // 100_000_000 * 100_000_000
    return msgspec.structs.replace(order, order_qty=lots * 4_000)
