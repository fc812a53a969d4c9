"""Keep what SCIP gives for portfolios of few assets, for tests to compare ours with.

Usage: `.venv/bin/python -m tools.cardinality_golden PYTHON`, where PYTHON is an interpreter that has
pyscipopt. It writes tests/golden/optimization/cardinality.json: the least half variance of at most `held`
assets, and the bound that SCIP proves, in units in which the mean variance is one.
"""

import json
import subprocess
import sys
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from tools.portfolio_golden import GOLDEN

CASES: Final = ({"seed": 1, "assets": 32, "held": 4}, {"seed": 2, "assets": 32, "held": 6})
FILE: Final = GOLDEN / "cardinality.json"
_SCRIPT: Final = """
import json, sys
from pyscipopt import Model, quicksum
import pyscipopt
given = json.load(sys.stdin)
Q, held = given["Q"], given["held"]
n = len(Q)
m = Model()
m.hideOutput()
w = [m.addVar(lb=0.0, ub=1.0) for _ in range(n)]
z = [m.addVar(vtype="B") for _ in range(n)]
t = m.addVar(lb=0.0)
m.addCons(quicksum(w) == 1.0)
m.addCons(quicksum(z) <= held)
for x, y in zip(w, z):
    m.addCons(x <= y)
m.addCons(quicksum(0.5 * Q[i][j] * w[i] * w[j] for i in range(n) for j in range(n)) <= t)
m.setObjective(t)
m.setParam("limits/time", 200)
m.setParam("numerics/feastol", 1e-9)
m.optimize()
print(json.dumps({"value": m.getObjVal(), "bound": m.getDualbound(), "version": pyscipopt.__version__}))
"""


def matrix_of(seed: int, assets: int) -> npt.NDArray[np.float64]:
    """A sample covariance of one factor and own risks, five periods an asset, its mean variance one."""
    rng = np.random.default_rng(seed)
    beta, own = rng.uniform(0.5, 1.5, assets), rng.uniform(0.8, 2.5, assets)
    factor, noise = rng.normal(size=(5 * assets, 1)), rng.normal(size=(5 * assets, assets))
    found = np.cov((factor * beta + noise * own).T)
    result: npt.NDArray[np.float64] = found / np.diagonal(found).mean()
    return result


def main(python: str) -> None:
    """Solve every case with SCIP and write the file."""
    rows: list[dict[str, Any]] = []
    for case in CASES:
        square = matrix_of(case["seed"], case["assets"]).tolist()
        asked = json.dumps({"Q": square, "held": case["held"]})
        done = subprocess.run(
            [python, "-c", _SCRIPT], input=asked, capture_output=True, text=True, check=True
        )
        rows.append(case | json.loads(done.stdout))
    FILE.write_text(json.dumps({"cases": rows}, indent=1) + "\n")


if __name__ == "__main__":
    main(sys.argv[1])
