"""Keep what other libraries give for measures of risk, constraints and costs, for tests to compare ours with.

Usage: `.venv/bin/python -m tools.objective_golden PYTHON`, where PYTHON is an interpreter that has cvxpy,
clarabel, skfolio and riskfolio-lib (bench/peers/objectives.py begins with the versions). It writes
tests/golden/optimization/objectives.json: weights, on the last 250 daily returns of the first ten shares
of the package's own sample; and objectives_sp500.json, on 2,500 of all twenty, in several minutes.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, Final

import numpy as np

from tools.portfolio_golden import GOLDEN, ROOT, sp500

SCRIPT: Final = ROOT / "bench" / "peers" / "objectives.py"
FILE: Final = GOLDEN / "objectives.json"
WHOLE_FILE: Final = GOLDEN / "objectives_sp500.json"
_ASSETS: Final = 10
_DAYS: Final = 250


def case(*, is_whole: bool = False) -> dict[str, Any]:
    """Everything that the problems of a golden file are made of; whole is all of the sample."""
    from trade2026.analytics.optimization.transition import forecasts_of

    returns = sp500() if is_whole else np.ascontiguousarray(sp500()[-_DAYS:, :_ASSETS])
    mean, assets = returns.mean(axis=0), returns.shape[1]
    return {
        "returns": returns,
        "covariance": np.cov(returns.T),
        "mean": mean,
        "current": np.full(assets, 1.0 / assets),
        "benchmark": np.arange(1.0, assets + 1.0) / np.arange(1.0, assets + 1.0).sum(),
        "tail": 0.05, "gross": 1.5, "turnover": 0.9, "tracking": 0.005, "group": 0.3,
        "linear": 0.002, "quadratic": 0.01, "aversion": 5.0, "periods": 21.0, "half_life": 40.0,
        "radius": 2.0, "cost_aversion": 0.01,
        "forecasts": forecasts_of(mean, steps=3, periods=21.0, half_life=40.0),
    }  # fmt: skip


def main(argv: list[str]) -> int:
    """Ask, and write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("python", type=Path)
    parser.add_argument("--only-whole", action="store_true", help="only all of the sample")
    arguments = parser.parse_args(argv)
    for is_whole in (True,) if arguments.only_whole else (False, True):
        _write(arguments.python, WHOLE_FILE if is_whole else FILE, case(is_whole=is_whole))
    return 0


def _write(python: Path, file: Path, problems: dict[str, Any]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "cases.npz"
        np.savez(path, **problems)
        done = subprocess.run(
            [str(python), str(SCRIPT), str(path)], stdout=subprocess.PIPE, text=True, check=True
        )
    answer = json.loads(done.stdout.splitlines()[-1])
    kept = {name: np.round(np.array(each), 9).tolist() for name, each in sorted(answer["results"].items())}
    made = {"versions": answer["versions"], "failed": answer["failed"], "results": kept}
    file.write_text(json.dumps(made, sort_keys=True, indent=None).replace("], ", "],\n") + "\n")
    print(f"{file.name}: {len(kept)} results, failed: {answer['failed']}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
