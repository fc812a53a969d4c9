"""Golden numbers of factor models: what three other libraries say of the samples that ship.

    python -m venv peers
    peers/bin/pip install statsmodels linearmodels scikit-learn
    peers/bin/python -m tools.factor_golden tests/golden/factors

Run from the root of the repository, in an environment of its own: the desk needs none of these. One file per
library is written: its version, a sum that proves the inputs the same, and the values. `stata.json` has what
Stata printed for a series that statsmodels ships, as it stands in statsmodels' own tests.
`tests/analytics/factor_models/test_against_libraries.py` holds ours against them.
"""

import json
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

import numpy as np

from tests.analytics.factor_models.samples import Array, joined

SHARES: Final = 4
"""Regressed one by one; the cross-sections have all of them."""
LAGS: Final = 5
WINDOW: Final = 60
RATIO: Final = 1e-3
SPEEDS: Final = (0.0, 1.0, 0.25)
DIFFUSE: Final = 1e7
"""Steps and start of the random walk, see `trade2026.analytics.factor_models.time_series.kalman`."""


def plain(value: Any) -> Any:
    """Numbers and lists of numbers, as JSON has them."""
    return np.asarray(value, dtype=np.float64).tolist()


def statsmodels_values(shares: Array, funds: Array) -> dict[str, Any]:
    """Regressions one by one, rolling ones, and a random walk of betas."""
    import statsmodels.api as sm
    from statsmodels.regression.rolling import RollingOLS

    design = sm.add_constant(funds)
    found: dict[str, Any] = {"ols": [], "huber": []}
    for column in range(SHARES):
        model = sm.OLS(shares[:, column], design)
        fit = model.fit()
        white = model.fit(cov_type="HC0")
        hac = model.fit(cov_type="HAC", cov_kwds={"maxlags": LAGS, "use_correction": False})
        found["ols"].append(
            {
                "parameters": plain(fit.params),
                "r_squared": float(fit.rsquared),
                "classic": plain(fit.bse),
                "white": plain(white.bse),
                "newey_west": plain(hac.bse),
                "t_newey_west": plain(hac.tvalues),
                "specific": float(fit.mse_resid),
            }
        )
        robust = sm.RLM(shares[:, column], design, M=sm.robust.norms.HuberT()).fit(tol=1e-13, maxiter=1_000)
        found["huber"].append({"parameters": plain(robust.params), "errors": plain(robust.bse)})
    rolling = RollingOLS(shares[:, 0], design, window=WINDOW).fit().params
    found["rolling"] = plain(rolling[WINDOW - 1 :: 40])
    found["walk"] = _walk(shares[:, 0], funds[:, :2], (1.0, 1.0, 1.0))
    found["walk_at_speeds"] = _walk(shares[:, 0], funds[:, :2], SPEEDS)
    return found


def _walk(returns: Array, factors: Array, speeds: tuple[float, ...]) -> dict[str, Any]:
    """Filtered parameters with steps of a given ratio to the noise, which is concentrated out."""
    from statsmodels.tsa.statespace.kalman_filter import KalmanFilter

    width = factors.shape[1] + 1
    design = np.column_stack([np.ones(returns.size), factors])
    squares = (design**2).mean(axis=0)
    model = KalmanFilter(k_endog=1, k_states=width, loglikelihood_burn=width, filter_concentrated=True)
    model.bind(np.ascontiguousarray(returns))
    model["design"] = design.T[None, :, :]
    model["transition"] = np.eye(width)
    model["selection"] = np.eye(width)
    model["state_cov"] = np.diag(RATIO * np.array(speeds) / squares)
    model["obs_cov"] = np.array([[1.0]])
    model.initialize_known(np.zeros(width), np.diag(DIFFUSE / squares))
    found = model.filter()
    return {
        "states": plain(found.filtered_state.T[::50]),
        "variances": plain(np.diagonal(found.filtered_state_cov, axis1=0, axis2=1)[::50]),
        "noise": float(found.scale),
        "log_likelihood": float(found.llf),
    }


def linearmodels_values(shares: Array, funds: Array) -> dict[str, Any]:
    """Premia of two passes, of which the second is also done alone with given betas."""
    import pandas as pd
    from linearmodels.asset_pricing import LinearFactorModel
    from linearmodels.panel import FamaMacBeth

    betas = np.linalg.lstsq(np.column_stack([np.ones(len(funds)), funds]), shares, rcond=None)[0][1:].T
    periods, assets = shares.shape
    index = pd.MultiIndex.from_product([range(assets), range(periods)])
    panel = pd.DataFrame(
        np.column_stack([np.ones(assets * periods), np.repeat(betas, periods, axis=0)]), index=index
    )
    model = FamaMacBeth(pd.Series(shares.T.ravel(), index=index), panel)
    plain_fit = model.fit(cov_type="robust", debiased=False)
    kernel = model.fit(cov_type="kernel", kernel="bartlett", bandwidth=LAGS, debiased=False)
    linear = LinearFactorModel(shares, funds[:, :3], risk_free=False)
    fit = linear.fit(cov_type="robust")
    with_constant = LinearFactorModel(shares, funds[:, :3], risk_free=True).fit(cov_type="robust")
    return {
        "fama_macbeth": {
            "premia": plain(plain_fit.params),
            "errors": plain(plain_fit.std_errors),
            "newey_west": plain(kernel.std_errors),
        },
        "linear_factor_model": {
            "premia": plain(fit.risk_premia),
            "errors": plain(fit.risk_premia_se),
            "betas": plain(fit.betas),
            "j": float(fit.j_statistic.stat),
            "with_constant": plain(with_constant.risk_premia),
            "with_constant_errors": plain(with_constant.risk_premia_se),
        },
    }


def sklearn_values(shares: Array, funds: Array) -> dict[str, Any]:
    """Principal components of the shares."""
    from sklearn.decomposition import PCA

    fit = PCA(n_components=4).fit(shares)
    scaled = PCA(n_components=4).fit((shares - shares.mean(axis=0)) / shares.std(axis=0, ddof=1))
    return {
        name: {
            "components": plain(each.components_),
            "variances": plain(each.explained_variance_),
            "shares": plain(each.explained_variance_ratio_),
        }
        for name, each in (("covariance", fit), ("correlation", scaled))
    }


def stata_values() -> dict[str, Any]:
    """Investment by output and the real interest rate, US, quarters of 1959-2009; `newey` and `ivreg2`."""
    from statsmodels.datasets import macrodata
    from statsmodels.regression.tests.results import results_macro_ols_robust as printed

    data = macrodata.load_pandas().data
    output, invested = (400.0 * np.diff(np.log(data[name].to_numpy())) for name in ("realgdp", "realinv"))
    return {
        "invested": plain(invested),
        "output": plain(output),
        "rate": plain(data["realint"].to_numpy()[:-1]),
        "newey_lag_4": plain(printed.results_newey4.params_table[:, :2]),
        "ivreg2_bw_5": plain(printed.results_ivhac4_large.params_table[:, :2]),
        "ivreg2_bw_5_small": plain(printed.results_ivhac4_small.params_table[:, :2]),
    }


LIBRARIES: Final = {
    "statsmodels": statsmodels_values,
    "linearmodels": linearmodels_values,
    "scikit-learn": sklearn_values,
}


def main(folder: Path) -> None:
    """Write one file per library."""
    shares, funds = joined()
    for name, make in LIBRARIES.items():
        document = {
            "library": name,
            "version": version(name),
            "sums": [float(shares.sum()), float(funds.sum())],
            **make(shares, funds),
        }
        (folder / f"{name}.json").write_text(json.dumps(document, indent=1) + "\n")
    (folder / "stata.json").write_text(json.dumps(stata_values()) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
