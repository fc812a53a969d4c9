"""Covariances of a panel by the estimator that a request names, where the time that it takes is allowed."""

from typing import TYPE_CHECKING

from trade2026.application.analyses.budget import check_once
from trade2026.application.analyses.costs import cost_of_estimator
from trade2026.application.analyses.estimates import (
    CovarianceName,
    CovarianceOptions,
    check_covariance_options,
    estimator_of,
)

if TYPE_CHECKING:
    from trade2026.analytics.arrays import FloatArray


def covariance_of(
    name: CovarianceName, returns: "FloatArray", options: CovarianceOptions | None = None
) -> tuple["FloatArray", tuple[str, ...]]:
    """Covariances per period, shape (N, N), and what must be known about them.

    Raises
    ------
    InputError
        An option is given that the estimator does not have, it takes more than one request may, or as the
        estimator.
    """
    options = CovarianceOptions() if options is None else options
    check_covariance_options(options, (name,))
    check_covariance_work(name, options, *returns.shape)
    estimate = estimator_of(name, options).estimate(returns)
    return estimate.covariance, estimate.notes


def check_covariance_work(
    name: CovarianceName, options: CovarianceOptions, periods: int, assets: int, besides: float = 0.0
) -> None:
    """InputError where one matrix takes more than a request may, `besides` operations of its other parts."""
    check_once(
        name.value,
        lambda rows, columns: cost_of_estimator(name, options, rows, columns),
        periods,
        assets,
        "a quicker estimator",
        besides,
    )
