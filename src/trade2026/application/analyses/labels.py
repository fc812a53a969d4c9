"""Names of a request, and of what is found by them, in plain words: for whoever reads a page.

A request and the Python call keep the names themselves.
"""

from collections.abc import Iterable
from types import MappingProxyType
from typing import Final

LABELS: Final = MappingProxyType(
    {
        # Returns that are asked for
        "minute": "Minutes", "hour": "Hours", "day": "Days", "week": "Weeks", "month": "Months",
        "drop": "Leave out", "refuse": "Refuse",
        "prices": "Prices", "returns": "Returns",
        # Covariances
        "sample": "Sample", "ledoit_wolf": "Ledoit-Wolf", "oas": "Oracle approximating (OAS)",
        "ledoit_wolf_constant_correlation": "Ledoit-Wolf to a constant correlation",
        "constant_correlation": "Constant correlation", "shrunk_identity": "Shrunk by a given share",
        "ewma": "Exponentially weighted", "gerber": "Gerber", "denoised": "Denoised",
        "detoned": "Detoned (market taken out)", "detrended": "Detrended", "dcc_garch": "DCC-GARCH",
        "constant": "Mean of the noise", "targeted": "Towards its diagonal",
        "rest": "Look of the rest", "fitted": "Fitted density",
        "shrink": "Shrink", "denoise": "Denoise", "detone": "Detone (take the market out)",
        "nearest_psd": "Nearest valid matrix",
        "eigenvalues": "Eigenvalues of the data", "factors": "Factors",
        # Expected returns
        "sample_mean": "Mean of the sample", "exponential_mean": "Exponentially weighted mean",
        "james_stein": "James-Stein", "bayes_stein": "Bayes-Stein", "capm": "CAPM",
        # Measures of risk
        "volatility": "Volatility", "variance": "Variance", "semi_deviation": "Semi-deviation",
        "mean_absolute_deviation": "Mean absolute deviation", "cvar": "Conditional value at risk (CVaR)",
        "evar": "Entropic value at risk (EVaR)", "worst_realization": "Worst period",
        "average_drawdown": "Average drawdown", "maximum_drawdown": "Largest drawdown",
        "cdar": "Conditional drawdown at risk (CDaR)", "ulcer_index": "Ulcer index",
        "value_at_risk": "Value at risk", "expected_shortfall": "Expected shortfall",
        "entropic_value_at_risk": "Entropic value at risk", "historical": "Historical", "normal": "Normal",
        "cornish fisher": "Cornish-Fisher", "extreme": "Law of extremes",
        "conditional_drawdown_at_risk": "Conditional drawdown at risk", "usual": "As usual for the method",
        # Ways to weights
        "minimum_variance": "Minimum variance", "maximum_sharpe": "Maximum Sharpe ratio",
        "maximum_utility": "Maximum utility", "target_return": "Target return",
        "target_risk": "Target volatility", "robust_utility": "Robust utility",
        "minimum_risk": "Least risk", "maximum_ratio": "Best return over risk",
        "maximum_return": "Highest return", "risk_parity": "Risk parity",
        "maximum_diversification": "Most diversified", "maximum_decorrelation": "Least correlated",
        "inverse_volatility": "Inverse volatility", "equal_weight": "Equal weights",
        "minimum_cvar": "Minimum CVaR", "optimal": "Nearest of all", "greedy": "Greedy",
        # Trees of assets
        "hrp": "Hierarchical risk parity (HRP)", "herc": "Hierarchical equal risk (HERC)",
        "nco": "Nested clusters (NCO)", "schur": "Schur complementary",
        "correlation": "Correlation", "absolute": "Absolute correlation",
        "between rows": "Between rows of distances", "ward": "Ward", "single": "Single (nearest pair)",
        "complete": "Complete (farthest pair)", "average": "Average of pairs",
        # Over time
        "rolling": "Rolling", "expanding": "Expanding",
        # Factors
        "beta": "Beta", "momentum": "Momentum", "residual_volatility": "Residual volatility",
        "reversal": "Reversal", "size": "Size", "value": "Value", "earnings_yield": "Earnings yield",
        "quality": "Quality", "growth": "Growth", "liquidity": "Liquidity", "market": "Market",
        "none": "Nothing", "equal": "Equal", "sqrt_cap": "Square root of market cap",
        "inverse_variance": "Inverse variance", "leave_out": "Leave the asset out", "mean": "Take the mean",
        "covariance": "Covariance", "asymptotic": "Asymptotic (Connor-Korajczyk)",
        "ic1": "Criterion IC1", "ic2": "Criterion IC2", "ic3": "Criterion IC3",
        "marchenko_pastur": "Marchenko-Pastur edge", "given": "The number given",
        "least_squares": "Least squares", "huber": "Huber", "classic": "Classic",
        "white": "White (uneven variance)", "newey_west": "Newey-West (uneven and dependent)",
        "carino": "Cariño", "menchero": "Menchero", "rebalanced": "Back to the weights each period",
        "held": "Held as they are",
        "conditional": "Moved along as usual", "market_cap": "Market cap", "book_value": "Book value",
        "earnings": "Earnings", "sales": "Sales", "traded_notional": "Traded notional",
    }
)  # fmt: skip


def labels_of(names: Iterable[str]) -> dict[str, str]:
    """Plain words by these names, such as the members of an enumeration; KeyError for one without."""
    return {str(name): LABELS[name] for name in names}
