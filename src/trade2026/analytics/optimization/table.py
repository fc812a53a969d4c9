"""Every method of the package by name, with the inputs it needs, for a registry or a screen to list."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from trade2026.analytics.optimization import (
    diversification,
    expected_shortfall,
    hierarchical,
    mean_variance,
    nested,
    objective,
    risk_budgeting,
    robust,
    tracking,
)
from trade2026.analytics.optimization.result import Portfolio


@dataclass(frozen=True, slots=True)
class Optimizer:
    """One method."""

    call: Callable[..., Portfolio]
    needs: tuple[str, ...]
    """Arguments that must be given, by name: mean, covariance, returns, budgets, assets, or a number."""
    takes: tuple[str, ...]
    """Arguments with a default, by name."""
    summary: str


_TREE = ("distance", "linkage")

OPTIMIZERS: Final[Mapping[str, Optimizer]] = MappingProxyType(
    {
        "equal_weight": Optimizer(
            diversification.equal_weight, ("assets",), (), "The same weight for every asset"
        ),
        "inverse_volatility": Optimizer(
            diversification.inverse_volatility, ("covariance",), (), "Weights by one over volatility"
        ),
        "minimum_variance": Optimizer(
            mean_variance.minimum_variance, ("covariance",), ("constraints",), "The least variance"
        ),
        "target_return": Optimizer(
            mean_variance.target_return, ("mean", "covariance", "target"), ("constraints",),
            "The least variance for an expected return",
        ),
        "target_risk": Optimizer(
            mean_variance.target_risk, ("mean", "covariance", "target"), ("constraints",),
            "The highest expected return for a volatility",
        ),
        "maximum_utility": Optimizer(
            mean_variance.maximum_utility, ("mean", "covariance", "risk_aversion"), ("constraints",),
            "The highest expected return less a price of variance",
        ),
        "maximum_sharpe": Optimizer(
            mean_variance.maximum_sharpe, ("mean", "covariance"), ("constraints", "risk_free_rate"),
            "The largest excess return over volatility",
        ),
        "maximum_diversification": Optimizer(
            diversification.maximum_diversification, ("covariance",), ("constraints",),
            "The largest mean volatility over volatility",
        ),
        "maximum_decorrelation": Optimizer(
            diversification.maximum_decorrelation, ("covariance",), ("constraints",),
            "The least variance as if all volatilities were one",
        ),
        "risk_parity": Optimizer(
            risk_budgeting.risk_parity, ("covariance",), (), "The same share of risk for every asset"
        ),
        "risk_budgeting": Optimizer(
            risk_budgeting.risk_budgeting, ("covariance", "budgets"), (), "Given shares of risk"
        ),
        "hierarchical_risk_parity": Optimizer(
            hierarchical.hierarchical_risk_parity, ("covariance",),
            ("returns", "risk", "tail", "constraints", *_TREE, "leaf_order"),
            "By risk, between halves of a tree's order (HRP)",
        ),
        "hierarchical_equal_risk": Optimizer(
            hierarchical.hierarchical_equal_risk, ("covariance",),
            ("returns", "risk", "tail", "clusters", "constraints", *_TREE),
            "By risk, down a tree of clusters (HERC)",
        ),
        "schur_complementary": Optimizer(
            hierarchical.schur_complementary, ("covariance", "gamma"),
            ("half_variance", "constraints", *_TREE, "leaf_order"),
            "Between HRP and minimum variance (Schur)",
        ),
        "nested_clustered": Optimizer(
            nested.nested_clustered, ("covariance",),
            ("inner", "outer", "clusters", "constraints", *_TREE),
            "Within clusters, then between them (NCO)",
        ),
        "minimum_cvar": Optimizer(
            expected_shortfall.minimum_cvar, ("returns",), ("constraints", "tail"),
            "The least mean of the worst periods"
        ),
        "mean_cvar": Optimizer(
            expected_shortfall.mean_cvar, ("mean", "returns", "target"), ("constraints", "tail"),
            "The least mean of the worst periods for an expected return",
        ),
        "optimize": Optimizer(
            objective.optimize, ("problem",), ("nodes_max", "watch"),
            "Any measure of risk: the least, the best ratio, the highest return, within any limits",
        ),
        "robust_utility": Optimizer(
            robust.robust_utility,
            ("mean", "covariance", "limits", "mean_covariance", "radius", "risk_aversion"), (),
            "The highest utility at the worst of the means that may be true",
        ),
        "track": Optimizer(
            tracking.track, ("benchmark", "limits"),
            ("current", "costs", "cost_aversion", "nodes_max", "watch"),
            "The least tracking error to a benchmark, with costs",
        ),
    }
)  # fmt: skip
