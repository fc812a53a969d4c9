"""Golden numbers of the cross-sectional factor model: what statsmodels says of the same cross-sections.

    python -m venv peers
    peers/bin/pip install statsmodels
    peers/bin/python -m tools.cross_section_golden tests/golden/factor_models/statsmodels.json

Run from the root of the repository, in an environment of its own: the desk needs none of these. The
restriction on sectors is put in by substituting the last sector, another way than ours.
`tests/analytics/factor_models/cross_section/test_regression.py` holds ours against them.
"""

import json
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from tests.analytics.factor_models.cross_section.made import Section, section, serial_returns

SECTIONS: dict[str, dict[str, int]] = {
    "styles": {"seed": 1, "assets": 30, "styles": 3, "sectors": 0},
    "sectors": {"seed": 2, "assets": 40, "styles": 3, "sectors": 5},
    "few": {"seed": 3, "assets": 12, "styles": 2, "sectors": 3},
}
SERIES: dict[str, int] = {"seed": 4, "periods": 250, "factors": 3}
LAGS = (0, 2, 7)


def regression(given: Section) -> dict[str, Any]:
    """Coefficients, their errors and R² of weighted least squares under the restriction."""
    import statsmodels.api as sm

    size, sectors = given.exposures.shape[1], given.shares.size
    basis = np.eye(size)
    if sectors:
        basis = basis[:, :-1]
        basis[-1, size - sectors :] = -given.shares[:-1] / given.shares[-1]
    fit = sm.WLS(given.returns, given.exposures @ basis, weights=given.weights).fit()
    covariance = basis @ fit.cov_params() @ basis.T
    return {
        "returns": (basis @ fit.params).tolist(),
        "errors": np.sqrt(np.diag(covariance)).tolist(),
        "r_squared": float(fit.rsquared),
        "specific": fit.resid.tolist(),
    }


def series(values: Any) -> dict[str, Any]:
    """Sums over lags, and t statistics of means with errors that allow for serial correlation."""
    import statsmodels.api as sm
    from statsmodels.stats.sandwich_covariance import S_hac_simple

    found: dict[str, Any] = {}
    for lags in LAGS:
        fits = [
            sm.OLS(values[:, each], np.ones(values.shape[0])).fit(
                cov_type="HAC", cov_kwds={"maxlags": lags, "use_correction": False}
            )
            for each in range(values.shape[1])
        ]
        found[str(lags)] = {
            "covariance": (S_hac_simple(values, nlags=lags) / values.shape[0]).tolist(),
            "t_statistics": [float(fit.tvalues[0]) for fit in fits],
        }
    return found


def main(path: str) -> int:
    """Ask, and write."""
    golden = {
        "versions": {"statsmodels": version("statsmodels"), "numpy": version("numpy")},
        "sections": {name: {"made": made, **regression(section(**made))} for name, made in SECTIONS.items()},
        "series": {"made": SERIES, "lags": series(serial_returns(**SERIES))},
    }
    Path(path).write_text(json.dumps(golden, indent=1, sort_keys=True) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
