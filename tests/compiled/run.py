"""Runs the suites of the compiled modules against `build/compiled`: python -m tests.compiled.run.

Left out are the tests that replace a function or a method from outside, which a compiled caller does not
notice, or look at an attribute that a compiled class lacks; plain Python runs all of them.
"""

import sys
from typing import Final

import pytest

from tools import compile_core

SUITES: Final = (
    "primitives", "model", "oms", "risk", "ledger", "trading", "simulation", "strategies",
)  # fmt: skip

LEFT_OUT: Final = {
    "risk/test_snapshot.py::test_every_fact_comes_back": "reads __slots__",
    "trading/test_sequencer_batches.py::test_no_batch_is_larger_than_asked": "replaces a method",
    "trading/journal/test_damage.py::test_without_crc": "replaces a function",
    "trading/journal/test_power_loss.py::test_a_journal_without": "replaces a function",
    "simulation/test_mutants.py": "replaces functions and methods",
    "simulation/backtest/test_driver.py::test_a_fault_of_the_platform": "replaces a function",
}
"""Beginnings of the names of tests, and what each one does that the compiled build does not allow."""


def main(more: list[str]) -> int:
    """Give pytest the compiled package instead of the sources; its exit code."""
    if not compile_core.is_fresh():
        print("build/compiled is not up to date; run make compile", file=sys.stderr)
        return 1
    arguments = ["-o", f"pythonpath={compile_core.TARGET} {compile_core.ROOT}", "-m", "not slow"]
    arguments += [f"--deselect=tests/{name}" for name in LEFT_OUT]
    return int(pytest.main([*arguments, *more, *(f"tests/{suite}" for suite in SUITES)]))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
