"""The shares and the factor funds that ship, joined by numpy alone, and made-up factor models."""

import gzip
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

FOLDER = Path(__file__).resolve().parents[3] / "src" / "trade2026" / "adapters" / "embedded" / "samples"
DAYS = 500


@cache
def joined() -> tuple[Array, Array]:
    """Simple returns of 20 shares and 5 funds over the last 500 days of both."""
    tables = []
    for name in ("sp500", "factors"):
        with gzip.open(FOLDER / f"{name}_dataset.csv.gz", "rt") as file:
            lines = file.read().splitlines()[-DAYS - 1 :]
        days = [line.split(",")[0] for line in lines]
        prices = np.array([[float(each) for each in line.split(",")[1:]] for line in lines])
        tables.append((days, prices[1:] / prices[:-1] - 1.0))
    (first, shares), (second, funds) = tables
    assert first == second
    return shares, funds


def made(
    periods: int, assets: int, factors: int, *, seed: int, noise: float = 0.01, strength: float = 0.01
) -> tuple[Array, Array, Array]:
    """Returns, factors and loadings of a model that is known."""
    rng = np.random.default_rng(seed)
    f = rng.normal(0.0, strength, (periods, factors))
    B = rng.normal(0.3, 1.0, (assets, factors))
    return f @ B.T + rng.normal(0.0, noise, (periods, assets)), f, B
