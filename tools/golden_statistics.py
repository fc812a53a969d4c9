"""Golden numbers of portfolio statistics: what other libraries say of the same made-up returns.

    python -m venv peers
    peers/bin/pip install scikit-learn skfolio riskfolio-lib arch pyportfolioopt statsmodels
    peers/bin/pip install multiarch multigarch precise financetoolkit rsatoolbox azapy kneed vartests
    peers/bin/python -m tools.golden_statistics tests/golden/analytics

Run from the root of the repository, in an environment of its own: the desk needs none of these. One file per
library is written: its version, the seeds of the inputs, sums that prove them the same, and the values. Names
of libraries after the folder write only theirs. Two must be named: `normix`, which asks for Python 3.12 (3.11
runs it, with jax, equinox and jaxopt, by `pip install --ignore-requires-python --no-deps`), and `r`, packages
of R by `tools/golden_statistics.R`: Rscript, jsonlite, fExtremes, evd and fPortfolio.
`tests/analytics/test_golden_statistics.py` and `test_golden_models.py` hold ours against them.
"""

import json
import sys
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from tests.analytics.panels import Array, apart, dcc_panel, garch_series, panel
from tools.golden_dynamics import arch_targeted, multiarch_values, multigarch_values
from tools.golden_second import (
    INTENSITY,
    azapy_values,
    financetoolkit_values,
    kneed_values,
    normix_values,
    precise_values,
    r_values,
    rsatoolbox_values,
    vartests_values,
)

PANEL: dict[str, Any] = {"seed": 20, "n": 250, "p": 6}
WIDE: dict[str, Any] = {"seed": 21, "n": 400, "p": 30}
GARCH: dict[str, Any] = {"seed": 22, "n": 3_000, "alpha": 0.08, "beta": 0.88}
DCC: dict[str, Any] = {"seed": 25, "n": 1_000, "alpha": 0.06, "beta": 0.9, "garch": [0.08, 0.9]}
BROAD: dict[str, Any] = {"seed": 24, "n": 500, "p": 150}
HEAVY: dict[str, Any] = {"seed": 28, "n": 2_000, "alpha": 0.25, "beta": 0.7}
TAIL = 0.05
TAILS = (0.01, 0.05)
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
    from sklearn.covariance import OAS, LedoitWolf, ShrunkCovariance

    ledoit_wolf, oas = LedoitWolf().fit(returns), OAS().fit(returns)
    return {
        "ledoit_wolf": ledoit_wolf.covariance_,
        "ledoit_wolf_shrinkage": ledoit_wolf.shrinkage_,
        "oas": oas.covariance_,
        "oas_shrinkage": oas.shrinkage_,
        "shrunk_identity": ShrunkCovariance(shrinkage=INTENSITY).fit(returns).covariance_,
    }


def skfolio_denoised(wide: Array, broad: Array) -> dict[str, Any]:
    """With a bandwidth of 0.01; of the broad panel the first row, for size."""
    from skfolio.moments import DenoiseCovariance

    return {
        "denoised_constant": DenoiseCovariance(nearest=False).fit(wide).covariance_,
        "denoised_constant_broad_row": DenoiseCovariance(nearest=False).fit(broad).covariance_[0],
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
        "detoned_without_unit_diagonal": AuxFunctions.denoiseCov(
            np.cov(returns.T), len(returns) / returns.shape[1], kind="shrink", alpha=1.0, detone=True
        ),  # With alpha of 1 nothing is denoised.
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


def found_by(library: str, of: dict[str, Array]) -> tuple[dict[str, Any], str]:
    """Values of a library, and its version."""
    returns, wide, series = of["panel"], of["wide"], of["garch"]
    if library == "r":
        return r_values(returns, of["heavy"], WEIGHTS, TAILS, LOOKBACK)
    makers: dict[str, Callable[[], dict[str, Any]]] = {
        "scikit-learn": lambda: sklearn_values(returns),
        "skfolio": lambda: skfolio_values(returns) | skfolio_denoised(wide, of["broad"]),
        "riskfolio-lib": lambda: riskfolio_values(returns, wide),
        "arch": lambda: arch_values(series) | arch_targeted(series),
        "pyportfolioopt": lambda: pypfopt_values(returns),
        "statsmodels": lambda: statsmodels_values(returns),
        "multiarch": lambda: multiarch_values(series, of["dcc"]),
        "multigarch": lambda: multigarch_values(series, of["dcc"]),
        "precise": lambda: precise_values(returns),
        "financetoolkit": lambda: financetoolkit_values(returns[:, 0], TAILS),
        "rsatoolbox": lambda: rsatoolbox_values(returns),
        "azapy": lambda: azapy_values(returns, WEIGHTS),
        "kneed": lambda: kneed_values(returns, wide),
        "vartests": vartests_values,
        "normix": lambda: normix_values(returns, WEIGHTS),
    }
    return makers[library](), version(library)


LIBRARIES = (
    "scikit-learn", "skfolio", "riskfolio-lib", "arch", "pyportfolioopt", "statsmodels", "multiarch",
    "multigarch", "precise", "financetoolkit", "rsatoolbox", "azapy", "kneed", "vartests",
)  # fmt: skip


def main(folder: Path, libraries: tuple[str, ...]) -> None:
    """Write one file per library."""
    options = {"panel": PANEL, "wide": WIDE, "broad": BROAD, "heavy": HEAVY, "garch": GARCH, "dcc": DCC}
    makers: dict[str, Callable[..., Array]] = {"heavy": garch_series, "garch": garch_series, "dcc": dcc_panel}
    returns = {name: makers.get(name, panel)(**given) for name, given in options.items()}
    inputs = {
        name: {**given, "sum_of_squares": float((returns[name] ** 2).sum())}
        for name, given in options.items()
    }
    folder.mkdir(parents=True, exist_ok=True)
    for library in libraries or LIBRARIES:
        values, version_of_it = found_by(library, returns)
        text = {
            "library": library,
            "version": version_of_it,
            "numpy": version("numpy"),
            "inputs": {**inputs, "tail": TAIL, "tails": TAILS, "half_life": HALF_LIFE},
            "values": {name: plain(value) for name, value in values.items()},
        }
        path = folder / f"{library}.json"
        path.write_text(json.dumps(text, indent=1) + "\n")
        print(f"{len(values)} values of {library} {version_of_it} in {path}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), tuple(sys.argv[2:]))
