"""What C prints while an integer program is solved does not come on the standard output."""

import ctypes

import numpy as np
import pytest

from trade2026.analytics.optimization import lots, model
from trade2026.analytics.optimization.quiet import stray_lines_to_stderr


def test_lines_of_c_go_to_stderr_and_those_before_and_after_do_not(capfd: pytest.CaptureFixture[str]) -> None:
    c = ctypes.CDLL(None)
    c.printf(b"before\n")
    with stray_lines_to_stderr():
        c.printf(b"stray\n")
    c.printf(b"after\n")
    c.fflush(None)
    out, err = capfd.readouterr()
    assert (out, err) == ("before\nafter\n", "stray\n")


def test_whole_lots_and_choices_print_nothing(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A line is printed inside of both programs, as HiGHS does now and then."""
    c = ctypes.CDLL(None)
    for module in (lots, model):
        solve = module.milp

        def noisy(*args: object, solve=solve, **more: object) -> object:
            c.printf(b"HighsMipSolverData::transformNewIntegerFeasibleSolution tmpSolver.run();\n")
            return solve(*args, **more)

        monkeypatch.setattr(module, "milp", noisy)
    lots.optimal(np.array([0.6, 0.4]), np.array([31.0, 17.0]), amount=500.0)
    made = model.Model()
    w = made.add(2, lower=0.0, upper=3.0, whole=True)
    made.cost(w, -1.0)
    assert made.solve().objective == pytest.approx(-6.0)
    out, err = capfd.readouterr()
    assert out == ""
    assert err.count("tmpSolver") == 2
