"""Golden numbers of second libraries for shrinkage, tails and bets; part of `tools/golden_statistics.py`.

Some are of another convention: `tests/analytics/test_golden_models.py` says how each is brought to ours.
"""

import json
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from tests.analytics.panels import Array

SCRIPT = Path(__file__).with_name("golden_statistics.R")
EQUAL_CORRELATION = 0.3
INTENSITY = 0.25
FALLING = (9.0, 7.0, 5.5, 2.0, 1.6, 1.3, 1.1, 0.9, 0.8, 0.7)
COVERAGE = ((18, 250, 0.05), (0, 250, 0.05), (5, 1_000, 0.01), (31, 1_000, 0.025), (12, 240, 0.05))
QUANTILES = 1_000_000
"""Midpoints of financetoolkit's integral over the tail."""


def precise_values(returns: Array) -> dict[str, Any]:
    """All over n; OAS with the terms in 2 / p of the paper's equation 23."""
    from precise.oas import OASCovariance
    from precise.shrunk import ShrunkCovariance

    even = 1.0 / len(returns)  # Up to 1 / r periods have one weight.
    models = {
        "oas_of_the_paper": OASCovariance(r=even),
        "constant_correlation": ShrunkCovariance(r=even, delta=1.0, target="constant_correlation"),
        "shrunk_identity": ShrunkCovariance(r=even, delta=INTENSITY, target="identity"),
    }
    for row in returns:
        for model in models.values():
            model.partial_fit(row)
    return {name: model.covariance_ for name, model in models.items()}


def azapy_values(returns: Array, weights: tuple[float, ...]) -> dict[str, Any]:
    """One less the inverse of the diversification ratio, of standard deviations."""
    import azapy
    import pandas as pd

    found = azapy.SDAnalyzer().getDiversification(np.array(weights), pd.DataFrame(returns))
    return {"diversification_factor": found}


def kneed_values(returns: Array, wide: Array) -> dict[str, Any]:
    """Where the eigenvalues of correlations flatten, and those of a list."""
    from kneed import KneeLocator

    def elbow(values: Array) -> int:
        falling = np.sort(values)[::-1]
        found = KneeLocator(range(falling.size), falling, curve="convex", direction="decreasing")
        return int(found.elbow)

    spectra = [np.linalg.eigvalsh(np.corrcoef(each.T)) for each in (returns, wide)]
    return {"elbows": [elbow(each) for each in (*spectra, np.array(FALLING))]}


def vartests_values() -> dict[str, Any]:
    """Kupiec's test of so many losses beyond the value at risk in so many periods, for a tail."""
    from vartests import kupiec_test

    found = [kupiec_test(x=x, n=n, risk_conf_level=1.0 - tail) for x, n, tail in COVERAGE]
    return {"coverage": COVERAGE, "kupiec": [each["p-value"] for each in found]}


def rsatoolbox_values(returns: Array) -> dict[str, Any]:
    """Ledoit and Wolf's shrinkage to the identity, over n as in the paper."""
    from rsatoolbox.data.noise import cov_from_residuals

    return {"ledoit_wolf": cov_from_residuals(returns, dof=len(returns), method="shrinkage_eye")}


def financetoolkit_values(returns: Array, tails: tuple[float, ...]) -> dict[str, Any]:
    """Cornish-Fisher returns, not losses; its skewness and kurtosis, corrected for bias, put over n."""
    import pandas as pd
    from financetoolkit.risk import cvar_model, risk_model, var_model
    from scipy import stats

    risk_model.get_skewness = lambda each: float(stats.skew(each))
    risk_model.get_kurtosis = lambda each, fisher: float(stats.kurtosis(each, fisher=fisher))
    series = pd.Series(returns)
    return {
        "cornish_fisher_value_at_risk": [var_model.get_var_cornish_fisher(series, tail) for tail in tails],
        "cornish_fisher_expected_shortfall": [
            cvar_model.get_cvar_cornish_fisher(series, tail, number_of_quantiles=QUANTILES) for tail in tails
        ],
    }


def normix_values(returns: Array, weights: tuple[float, ...]) -> dict[str, Any]:
    """Effective bets; its torsion holds factors at a variance of one, ours does not unless all are alike."""
    import jax

    jax.config.update("jax_enable_x64", True)
    from normix.finance import MinimumTorsion, PCATorsion, VarianceENB

    covariance = np.cov(returns.T)
    principal = VarianceENB(torsion=PCATorsion()).evaluate_covariance(covariance, np.array(weights))
    volatility = np.sqrt(np.diag(covariance))
    equal = np.where(np.eye(volatility.size, dtype=bool), 1.0, EQUAL_CORRELATION)
    equal *= np.outer(volatility, volatility)
    torsion = VarianceENB(torsion=MinimumTorsion()).evaluate_covariance(equal, np.array(weights))
    return {
        "principal": principal.enb,
        "principal_shares": principal.p,
        "minimum_torsion_of_equal_correlations": torsion.enb,
        "minimum_torsion_of_equal_correlations_shares": torsion.p,
    }


def r_values(
    returns: Array, heavy: Array, weights: tuple[float, ...], tails: tuple[float, ...], lookback: int
) -> tuple[dict[str, Any], str]:
    """What packages of R say, and their versions."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        given = {
            "panel": returns.tolist(),
            "heavy": heavy.tolist(),
            "weights": weights,
            "tails": tails,
            "peaks": len(heavy) // 10,
            "lookback": lookback,
        }
        (folder / "given.json").write_text(json.dumps(given))
        subprocess.run(["Rscript", str(SCRIPT), str(folder)], check=True)
        found = json.loads((folder / "r.json").read_text())
    versions = ", ".join(f"{each} {text}" for each, text in found.pop("versions").items())
    return {
        f"{package}.{key}": each for package, all_ in found.items() for key, each in all_.items()
    }, versions
