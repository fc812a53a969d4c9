"""Keep what other libraries' portfolio optimizers give, for tests to compare ours with.

Usage: `.venv/bin/python -m tools.portfolio_golden PYTHON`, where PYTHON is an interpreter that has skfolio,
riskfolio-lib, pyportfolioopt and clarabel (bench/peers/portfolio.py begins with the versions). It writes
tests/golden/optimization/sp500.json (weights) and synthetic_500.json (objectives only), in several minutes.

The data are the last 2,500 daily returns of the package's own sample, and 500 assets made from ten factors
with a fixed seed, the same as in the measurements of the peers.
"""

import argparse
import gzip
import json
import math
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from trade2026.analytics.optimization.measures import value_in
from trade2026.analytics.optimization.names import Measure

ROOT: Final = Path(__file__).resolve().parent.parent
SAMPLE: Final = ROOT / "src" / "trade2026" / "adapters" / "embedded" / "samples" / "sp500_dataset.csv.gz"
GOLDEN: Final = ROOT / "tests" / "golden" / "optimization"
SCRIPT: Final = ROOT / "bench" / "peers" / "portfolio.py"
TAIL: Final = 0.05
_DAYS: Final = 2_500

MEASURED: Final = {
    f"minimum_{measure}": measure
    for measure in (
        Measure.SEMI_DEVIATION, Measure.MEAN_ABSOLUTE_DEVIATION, Measure.EVAR, Measure.CDAR,
    )
}  # fmt: skip
"""Methods that are judged by a measure of risk, at the tail of `TAIL` where it has one."""

Floats = npt.NDArray[np.float64]


def sp500() -> Floats:
    """Simple daily returns of 20 shares, shape (2500, 20)."""
    with gzip.open(SAMPLE, "rt") as file:
        prices = np.loadtxt(file, delimiter=",", skiprows=1, usecols=range(1, 21))
    returns: Floats = prices[1:] / prices[:-1] - 1.0
    return np.ascontiguousarray(returns[-_DAYS:])


def synthetic(assets: int) -> Floats:
    """Returns of ten factors and of each asset's own, with fat tails; shape (2500, assets)."""
    rng = np.random.default_rng(7)
    loadings = rng.normal(0.0, 0.5, (assets, 10))
    loadings[:, 0] = rng.uniform(0.6, 1.4, assets)
    factors = rng.standard_t(5, (_DAYS, 10)) * np.concatenate([[0.008], np.full(9, 0.003)])
    own = rng.standard_t(5, (_DAYS, assets)) * rng.uniform(0.005, 0.02, assets)
    returns: Floats = factors @ loadings.T + own + rng.normal(3e-4, 2e-4, assets)
    return returns


def objective(method: str, weights: Floats, returns: Floats) -> float:
    """What a method is judged by, from its weights, by one function for everybody; per day."""
    covariance = np.cov(returns.T)
    variance = float(weights @ covariance @ weights)
    if method == "maximum_sharpe":
        return float(returns.mean(axis=0) @ weights) / math.sqrt(variance)
    if method == "maximum_diversification":
        return float(np.sqrt(np.diagonal(covariance)) @ weights) / math.sqrt(variance)
    if method == "risk_parity":
        shares = weights * (covariance @ weights) / variance
        return float(np.abs(shares * weights.size - 1.0).max())
    if method == "minimum_cvar":
        losses = np.sort(-(returns @ weights))[::-1]
        count = TAIL * losses.size
        whole = int(count)
        return float(losses[:whole].sum() + (count - whole) * losses[whole]) / count
    if method in MEASURED:
        return value_in(MEASURED[method], returns @ weights, TAIL)
    return variance


def ask(python: Path, returns: Floats, *options: str) -> dict[str, Any]:
    """What the peers' script prints for these returns."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "returns.npy"
        np.save(path, returns)
        command = [str(python), str(SCRIPT), str(path), *options]
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return answer


def golden(answer: dict[str, Any], returns: Floats, *, has_weights: bool) -> dict[str, Any]:
    """The part of an answer that is kept."""
    kept: dict[str, Any] = {}
    for task, found in sorted(answer["results"].items()):
        weights = np.array(found["weights"])
        kept[task] = {"objective": objective(task.split(".")[1], weights, returns)}
        if has_weights:
            kept[task]["weights"] = [round(value, 9) for value in weights.tolist()]
    return {"versions": answer["versions"], "failed": sorted(answer["failed"]), "results": kept}


def main(argv: list[str]) -> int:
    """Ask, and write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("python", type=Path)
    parser.add_argument("--without-synthetic", action="store_true", help="only the 20 shares")
    arguments = parser.parse_args(argv)
    GOLDEN.mkdir(parents=True, exist_ok=True)
    cases = [("sp500", sp500(), True)]
    if not arguments.without_synthetic:
        cases.append(("synthetic_500", synthetic(500), False))
    for name, returns, has_weights in cases:
        kept = golden(ask(arguments.python, returns, "--reps", "1"), returns, has_weights=has_weights)
        (GOLDEN / f"{name}.json").write_text(json.dumps(kept, indent=1, sort_keys=True) + "\n")
        print(f"{name}: {len(kept['results'])} results, failed: {kept['failed']}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
