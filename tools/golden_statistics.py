"""Golden numbers of portfolio statistics: what four other libraries say of the same made-up returns.

    python -m venv peers
    peers/bin/pip install scikit-learn skfolio riskfolio-lib arch
    peers/bin/python -m tools.golden_statistics tests/golden/analytics

Run from the root of the repository, in an environment of its own: the desk needs none of these. One file per
library is written: its version, the seeds of the inputs, sums that prove them the same, and the values.
`tests/analytics/test_golden_statistics.py` holds ours against them.
"""

import json
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from tests.analytics.panels import Array, garch_series, panel

PANEL: dict[str, Any] = {"seed": 20, "n": 250, "p": 6}
WIDE: dict[str, Any] = {"seed": 21, "n": 400, "p": 30}
GARCH: dict[str, Any] = {"seed": 22, "n": 3_000, "alpha": 0.08, "beta": 0.88}
TAIL = 0.05
HALF_LIFE = 60.0


def plain(value: Any) -> Any:
    """Numbers and lists of numbers, as JSON has them."""
    array = np.asarray(value, dtype=np.float64)
    return array.tolist()


def sklearn_values(returns: Array) -> dict[str, Any]:
    """Shrunk covariances."""
    from sklearn.covariance import OAS, LedoitWolf

    ledoit_wolf, oas = LedoitWolf().fit(returns), OAS().fit(returns)
    return {
        "ledoit_wolf": ledoit_wolf.covariance_,
        "ledoit_wolf_shrinkage": ledoit_wolf.shrinkage_,
        "oas": oas.covariance_,
        "oas_shrinkage": oas.shrinkage_,
    }


def skfolio_values(returns: Array) -> dict[str, Any]:
    """Covariances, shrunk means and measures of the first asset."""
    from skfolio import measures
    from skfolio.moments import DetoneCovariance, EWCovariance, GerberCovariance, ShrunkMu, ShrunkMuMethods

    first = returns[:, 0]
    below = measures.get_drawdowns(first, compounded=False)
    gerber = GerberCovariance(threshold=0.5, psd_variant=True, nearest=False).fit(returns)
    weighted = EWCovariance(half_life=HALF_LIFE, min_observations=1, nearest=False).fit(returns)
    james_stein = ShrunkMu(method=ShrunkMuMethods.JAMES_STEIN).fit(returns)
    bayes_stein = ShrunkMu(method=ShrunkMuMethods.BAYES_STEIN, vol_weighted_target=True).fit(returns)
    return {
        "gerber": gerber.covariance_,
        "ewma": weighted.covariance_,
        "detoned": DetoneCovariance(n_markets=1, nearest=False).fit(returns).covariance_,
        "james_stein": james_stein.mu_,
        "bayes_stein_of_sample": bayes_stein.mu_,
        "mean_absolute_deviation": measures.mean_absolute_deviation(first),
        "expected_shortfall": measures.cvar(first, beta=1.0 - TAIL),
        "entropic_value_at_risk": measures.evar(first, beta=1.0 - TAIL),
        "conditional_drawdown_at_risk": measures.cdar(below, beta=1.0 - TAIL),
        "ulcer_index": measures.ulcer_index(below),
        "average_drawdown": measures.average_drawdown(below),
        "maximum_drawdown": measures.max_drawdown(below),
    }


def riskfolio_values(returns: Array, wide: Array) -> dict[str, Any]:
    """Denoised covariances, the Gerber statistic, and measures of the first asset."""
    from riskfolio.src import AuxFunctions, GerberStatistic, RiskFunctions

    first, covariance = returns[:, 0], np.cov(wide.T)
    q = wide.shape[0] / wide.shape[1]
    return {
        "gerber": GerberStatistic.gerber_cov_stat1(returns, threshold=0.5),
        "denoised_constant": AuxFunctions.denoiseCov(covariance, q, kind="fixed", bWidth=0.05),
        "denoised_targeted": AuxFunctions.denoiseCov(covariance, q, kind="shrink", bWidth=0.05, alpha=0.3),
        "mean_absolute_deviation": RiskFunctions.MAD(first),
        "semi_deviation_ddof_1": RiskFunctions.SemiDeviation(first),
        "value_at_risk_upper": RiskFunctions.VaR_Hist(first, alpha=TAIL),
        "expected_shortfall": RiskFunctions.CVaR_Hist(first, alpha=TAIL),
        "entropic_value_at_risk": RiskFunctions.EVaR_Hist(first, alpha=TAIL)[0],
        "conditional_drawdown_at_risk": RiskFunctions.CDaR_Abs(first, alpha=TAIL),
        "conditional_drawdown_at_risk_compounded": RiskFunctions.CDaR_Rel(first, alpha=TAIL),
        "ulcer_index": RiskFunctions.UCI_Abs(first),
        "average_drawdown": RiskFunctions.ADD_Abs(first),
        "maximum_drawdown": RiskFunctions.MDD_Abs(first),
        "maximum_drawdown_compounded": RiskFunctions.MDD_Rel(first),
    }


def arch_values(returns: Array) -> dict[str, Any]:
    """GARCH(1,1) of one series, in which the long-run variance is free."""
    from arch import arch_model

    scale = 100.0  # As the library advises.
    found = arch_model(scale * returns, mean="Constant", vol="GARCH", p=1, q=1).fit(disp="off")
    forecast = found.forecast(horizon=1, reindex=False).variance.iloc[-1, 0]
    return {
        "alpha": found.params["alpha[1]"],
        "beta": found.params["beta[1]"],
        "log_likelihood": found.loglikelihood + returns.size * np.log(scale),
        "forecast": forecast / scale**2,
    }


def main(folder: Path) -> None:
    """Write one file per library."""
    returns, wide, series = panel(**PANEL), panel(**WIDE), garch_series(**GARCH)
    inputs = {
        "panel": {**PANEL, "sum_of_squares": float((returns**2).sum())},
        "wide": {**WIDE, "sum_of_squares": float((wide**2).sum())},
        "garch": {**GARCH, "sum_of_squares": float((series**2).sum())},
        "tail": TAIL,
        "half_life": HALF_LIFE,
    }
    found = {
        "scikit-learn": sklearn_values(returns),
        "skfolio": skfolio_values(returns),
        "riskfolio-lib": riskfolio_values(returns, wide),
        "arch": arch_values(series),
    }
    folder.mkdir(parents=True, exist_ok=True)
    for library, values in found.items():
        text = {
            "library": library,
            "version": version(library),
            "numpy": version("numpy"),
            "inputs": inputs,
            "values": {name: plain(value) for name, value in values.items()},
        }
        path = folder / f"{library}.json"
        path.write_text(json.dumps(text, indent=1) + "\n")
        print(f"{len(values)} values of {library} {text['version']} in {path}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
