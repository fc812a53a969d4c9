"""Estimators of covariances judged on periods that they have not seen, for the covariance laboratory."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from trade2026.application.analyses.costs import cost_of_estimator
from trade2026.application.analyses.declaration import Tell
from trade2026.application.analyses.estimates import CovarianceName, CovarianceOptions, estimator_of
from trade2026.application.analyses.estimation import check_covariance_work
from trade2026.application.analyses.values import number_of
from trade2026.primitives.errors import InputError

if TYPE_CHECKING:
    from trade2026.analytics.arrays import FloatArray


class Candidate(NamedTuple):
    """A name, and what makes the matrix, shape (N, N), of a panel of shape (n, N)."""

    name: str
    make: Callable[["FloatArray"], "FloatArray"]


class EstimatorRow(msgspec.Struct, frozen=True, kw_only=True):
    """One estimator, fitted on the first part of the period.

    Attributes
    ----------
    condition_number : float or None
        None for a singular matrix.
    correlation_distance : float
        Root mean square difference of its correlations from those of the rest of the period.
    forecast_loss : float or None
        Gaussian loss on the rest, a period and an asset: (log det C + mean of r' C^-1 r) / N, less is better;
        None where the matrix has no inverse.
    score : float or None
        Percent of what can be gained on the sample's matrix: 100 (loss of the sample - loss) / (loss of the
        sample - least loss), a skill score (Murphy 1988, Monthly Weather Review 116, 2417-2424). The least
        loss is that of the mean of r r', which is only known afterwards: 100 cannot be reached. 0 is no
        better than the sample, below it is worse; None where one of the three does not exist.
    error : str
        Why it could not be made; "" where it was.
    """

    estimator: str
    condition_number: float | None = None
    effective_rank: float | None = None
    correlation_distance: float | None = None
    forecast_loss: float | None = None
    score: float | None = None
    error: str = ""


def checked_work(
    name: CovarianceName, options: CovarianceOptions, periods: int, again: int, assets: int
) -> float:
    """Operations of an estimator on so many periods, and on `again` of them; InputError if too many."""
    more = cost_of_estimator(name, options, again, assets) if again else 0.0
    check_covariance_work(name, options, periods, assets, more)
    return cost_of_estimator(name, options, periods, assets) + more


def every_estimator(options: CovarianceOptions, periods: int, assets: int, spent: float) -> list[Candidate]:
    """Every estimator on the first `periods`, where allowed beside `spent` operations and all before it.

    One that is not has an error that says so; the others stand all the same.
    """

    def candidate(name: CovarianceName, besides: float) -> Candidate:
        def make(train: "FloatArray") -> "FloatArray":
            check_covariance_work(name, options, periods, assets, besides)
            return estimator_of(name, options).estimate(train).covariance

        return Candidate(name.value, make)

    found = []
    for name in CovarianceName:
        found.append(candidate(name, spent))
        spent += cost_of_estimator(name, options, periods, assets)
    return found


def judged(
    candidates: Sequence[Candidate], train: "FloatArray", test: "FloatArray", tell: Tell
) -> tuple[EstimatorRow, ...]:
    """Each on the first part, shape (n, N), judged on the rest, shape (m, N).

    The first candidate is the sample's matrix. One that cannot be made has its reason in place of figures.
    """
    rows = []
    for number, candidate in enumerate(candidates):
        tell(number / len(candidates), f"estimator {candidate.name}")
        try:
            rows.append(_row(candidate.name, candidate.make(train), train, test))
        except InputError as error:
            rows.append(EstimatorRow(estimator=candidate.name, error=str(error)))
    worst, least = rows[0].forecast_loss, _least_loss(test - train.mean(axis=0))
    return tuple(
        msgspec.structs.replace(each, score=score_of(each.forecast_loss, worst, least)) for each in rows
    )


def score_of(loss: float | None, sample: float | None, least: float | None) -> float | None:
    """What of the loss between the sample's and the least is gained, in percent; see `EstimatorRow`."""
    if loss is None or sample is None or least is None or not sample > least:
        return None
    return 100.0 * (sample - loss) / (sample - least)


def _row(name: str, covariance: "FloatArray", train: "FloatArray", test: "FloatArray") -> EstimatorRow:
    import numpy as np

    from trade2026.analytics.covariance.spectrum import analyse_spectrum

    spectrum = analyse_spectrum(covariance, n_periods=train.shape[0])
    pairs = np.triu_indices(covariance.shape[0], 1)
    spread = np.sqrt(np.diag(covariance))
    own = (covariance / np.outer(spread, spread))[pairs]
    later = np.asarray(np.corrcoef(test.T))[pairs]
    return EstimatorRow(
        estimator=name,
        condition_number=number_of(spectrum.condition_number),
        effective_rank=spectrum.effective_rank,
        correlation_distance=float(np.sqrt(np.mean((own - later) ** 2))),
        forecast_loss=None
        if number_of(spectrum.condition_number) is None
        else _loss(covariance, test - train.mean(axis=0)),
    )


def _loss(covariance: "FloatArray", surprises: "FloatArray") -> float:
    """(log det C + mean of r' C^-1 r) / N of a matrix that has an inverse."""
    import numpy as np

    root = np.linalg.cholesky(covariance)
    scaled = np.linalg.solve(root, surprises.T)
    n = covariance.shape[0]
    return float((2.0 * np.log(np.diag(root)).sum() + (scaled**2).sum() / surprises.shape[0]) / n)


def _least_loss(surprises: "FloatArray") -> float | None:
    """The loss of the mean of r r', which no matrix goes below; None where it is singular."""
    from trade2026.analytics.covariance.spectrum import analyse_spectrum

    best = surprises.T @ surprises / surprises.shape[0]
    if not float(best.diagonal().min()) > 0.0:
        return None
    condition = number_of(analyse_spectrum(best, n_periods=surprises.shape[0]).condition_number)
    return None if condition is None else _loss(best, surprises)
