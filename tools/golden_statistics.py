"""Golden numbers of portfolio statistics: what six other libraries say of the same made-up returns.

    python -m venv peers
    peers/bin/pip install scikit-learn skfolio riskfolio-lib arch pyportfolioopt statsmodels
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

from tests.analytics.panels import Array, apart, garch_series, panel

PANEL: dict[str, Any] = {"seed": 20, "n": 250, "p": 6}
WIDE: dict[str, Any] = {"seed": 21, "n": 400, "p": 30}
GARCH: dict[str, Any] = {"seed": 22, "n": 3_000, "alpha": 0.08, "beta": 0.88}
TAIL = 0.05
HALF_LIFE = 60.0
LOOKBACK = 5
WEIGHTS = (0.3, 0.1, 0.2, 0.15, 0.05, 0.2)
RATE, AVERSION = 1e-4, 2.5
IMPOSSIBLE = ((1.0, 0.9, -0.8, 0.3), (0.9, 1.0, 0.7, 0.2), (-0.8, 0.7, 1.0, 0.1), (0.3, 0.2, 0.1, 1.0))
"""Correlations that cannot be, all at once."""


CONTRIBUTIONS = {
    "volatility": "MV",
    "mean_absolute_deviation": "MAD",
    "expected_shortfall": "CVaR",
    "entropic_value_at_risk": "EVaR",
    "conditional_drawdown_at_risk": "CDaR",
    "ulcer_index": "UCI",
    "average_drawdown": "ADD",
    "maximum_drawdown": "MDD",
}
"""Riskfolio-Lib finds them by differences."""


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
    from skfolio import Portfolio, measures
    from skfolio.moments import (
        DetoneCovariance,
        EquilibriumMu,
        EWCovariance,
        EWMu,
        GerberCovariance,
        ShrunkMu,
        ShrunkMuMethods,
    )
    from skfolio.utils.stats import cov_nearest

    held = Portfolio(returns, list(WEIGHTS))
    first = returns[:, 0]
    below = measures.get_drawdowns(first, compounded=False)
    gerber = GerberCovariance(threshold=0.5, psd_variant=True, nearest=False).fit(returns)
    weighted = EWCovariance(half_life=HALF_LIFE, min_observations=1, nearest=False).fit(returns)
    james_stein = ShrunkMu(method=ShrunkMuMethods.JAMES_STEIN).fit(apart(returns))
    bayes_stein = ShrunkMu(method=ShrunkMuMethods.BAYES_STEIN, vol_weighted_target=True).fit(returns)
    return {
        "gerber": gerber.covariance_,
        "ewma": weighted.covariance_,
        "detoned": DetoneCovariance(n_markets=1, nearest=False).fit(returns).covariance_,
        "james_stein": james_stein.mu_,
        "bayes_stein_of_sample": bayes_stein.mu_,
        "exponential_mean": EWMu(half_life=HALF_LIFE, min_observations=1).fit(returns).mu_,
        "equilibrium": EquilibriumMu(risk_aversion=AVERSION, weights=np.array(WEIGHTS)).fit(returns).mu_,
        "nearest": cov_nearest(np.array(IMPOSSIBLE), higham=True, higham_max_iteration=2_000),
        "diversification_ratio": held.diversification,
        "volatility": measures.standard_deviation(first),
        "semi_deviation_ddof_1": measures.semi_deviation(first),
        "value_at_risk": measures.value_at_risk(first, beta=1.0 - TAIL),
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
    import pandas as pd
    from riskfolio.src import AuxFunctions, GerberStatistic, ParamsEstimation, RiskFunctions

    frame, weights = pd.DataFrame(returns), np.array(WEIGHTS)[:, None]
    first, covariance = returns[:, 0], np.cov(wide.T)
    q = wide.shape[0] / wide.shape[1]
    return {
        "gerber": GerberStatistic.gerber_cov_stat1(returns, threshold=0.5),
        "denoised_constant": AuxFunctions.denoiseCov(covariance, q, kind="fixed", bWidth=0.05),
        "denoised_targeted": AuxFunctions.denoiseCov(covariance, q, kind="shrink", bWidth=0.05, alpha=0.3),
        "james_stein": ParamsEstimation.mean_vector(
            pd.DataFrame(apart(returns)), method="JS", target="b1"
        ).values.ravel(),
        "bayes_stein_of_sample": ParamsEstimation.mean_vector(frame, method="BS", target="b2").values.ravel(),
        **{
            f"contributions.{name}": RiskFunctions.Risk_Contribution(
                weights, frame, frame.cov(), rm=word, alpha=TAIL
            )
            for name, word in CONTRIBUTIONS.items()
        },
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


def pypfopt_values(returns: Array) -> dict[str, Any]:
    """Shrinkage to a constant correlation, and what a market implies, which is the first asset."""
    import pandas as pd
    from pypfopt import CovarianceShrinkage, black_litterman, expected_returns

    frame = pd.DataFrame(returns)
    shrunk = CovarianceShrinkage(frame, returns_data=True, frequency=1)
    shrunk.S = np.cov(returns.T, ddof=0)  # All sums over n, as in the paper; theirs mixes n and n - 1.
    covariance, shrinkage = shrunk._ledoit_wolf_constant_correlation()
    capm = expected_returns.capm_return(
        frame, market_prices=frame[[0]].rename(columns={0: "market"}), returns_data=True, risk_free_rate=RATE,
        compounding=False, frequency=1,
    )  # fmt: skip
    prior = black_litterman.market_implied_prior_returns(
        pd.Series(WEIGHTS), AVERSION, frame.cov(), risk_free_rate=0.0
    )
    return {
        "ledoit_wolf_constant_correlation": covariance,
        "ledoit_wolf_constant_correlation_shrinkage": shrinkage,
        "capm": capm,
        "equilibrium": prior,
    }


def statsmodels_values(returns: Array) -> dict[str, Any]:
    """What a regression says: residuals of autoregressions, betas; and the nearest correlations."""
    import statsmodels.api as sm
    from statsmodels.stats.correlation_tools import corr_nearest
    from statsmodels.tsa.ar_model import AutoReg

    residuals = np.column_stack([AutoReg(each, lags=LOOKBACK).fit().resid for each in returns.T])
    free = len(residuals) - LOOKBACK - 1
    betas = [sm.OLS(each, sm.add_constant(returns[:, 0])).fit().params[1] for each in returns.T]
    return {
        "detrended": residuals.T @ residuals / free,
        "betas": betas,
        "nearest": corr_nearest(np.array(IMPOSSIBLE), threshold=0.0, n_fact=1_000),
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
        "pyportfolioopt": pypfopt_values(returns),
        "statsmodels": statsmodels_values(returns),
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
