"""Keep what skfolio gives along a tree by every measure of risk, for tests to compare ours with.

Usage: `.venv/bin/python -m tools.tree_golden PYTHON`, where PYTHON is an interpreter that has skfolio
(bench/peers/trees.py begins with the version). It writes tests/golden/optimization/trees.json: weights, on
the last 250 daily returns of the first twelve shares of the package's own sample.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

import numpy as np

from tools.portfolio_golden import GOLDEN, ROOT, Floats, sp500

SCRIPT: Final = ROOT / "bench" / "peers" / "trees.py"
FILE: Final = GOLDEN / "trees.json"
_ASSETS: Final = 12
_DAYS: Final = 250


def case() -> dict[str, Floats]:
    """Returns, and bounds of which about half bind."""
    lower, upper = np.full(_ASSETS, 0.04), np.full(_ASSETS, 0.12)
    lower[3], upper[7] = 0.15, 0.05
    upper[3] = 0.3
    return {"returns": np.ascontiguousarray(sp500()[-_DAYS:, :_ASSETS]), "lower": lower, "upper": upper}


def main(argv: list[str]) -> int:
    """Ask, and write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("python", type=Path)
    arguments = parser.parse_args(argv)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "cases.npz"
        np.savez(path, **case())  # type: ignore[arg-type]
        command = [str(arguments.python), str(SCRIPT), str(path)]
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    answer = json.loads(done.stdout.splitlines()[-1])
    kept = {name: np.round(np.array(each), 10).tolist() for name, each in sorted(answer["results"].items())}
    made = {"versions": answer["versions"], "failed": answer["failed"], "results": kept}
    FILE.write_text(json.dumps(made, sort_keys=True, indent=None).replace("], ", "],\n") + "\n")
    print(f"{len(kept)} results, failed: {answer['failed']}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
