"""Estimators of covariances and of expected returns by their names and options, for requests.

An option is given where it differs from its default. One that the chosen estimator does not have is refused:
it would change nothing, and whoever gave it would believe that it did.
"""

from collections.abc import Collection, Iterable
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any, Final

import msgspec
from msgspec import Meta

from trade2026.primitives.errors import InputError

if TYPE_CHECKING:
    from trade2026.analytics.arrays import FloatArray
    from trade2026.analytics.covariance.estimators import AnyEstimator

_PERIODS: Final = {"x-unit": "periods"}


class CovarianceName(StrEnum):
    """Estimators of covariances; see docs/portfolio-statistics.md."""

    SAMPLE = "sample"
    LEDOIT_WOLF = "ledoit_wolf"
    OAS = "oas"
    LEDOIT_WOLF_CONSTANT_CORRELATION = "ledoit_wolf_constant_correlation"
    CONSTANT_CORRELATION = "constant_correlation"
    SHRUNK_IDENTITY = "shrunk_identity"
    EWMA = "ewma"
    GERBER = "gerber"
    DENOISED = "denoised"
    DETONED = "detoned"
    DETRENDED = "detrended"
    DCC_GARCH = "dcc_garch"


class MeanName(StrEnum):
    """Estimators of expected returns; see docs/portfolio-statistics.md."""

    SAMPLE_MEAN = "sample_mean"
    EXPONENTIAL_MEAN = "exponential_mean"
    JAMES_STEIN = "james_stein"
    BAYES_STEIN = "bayes_stein"
    CAPM = "capm"


class DenoisingName(StrEnum):
    """What becomes of eigenvalues that are noise: their mean, or their part shrinks to its diagonal."""

    CONSTANT = "constant"
    TARGETED = "targeted"


class NoiseName(StrEnum):
    """How the edge between noise and signals is found."""

    REST = "rest"
    FITTED = "fitted"


class CovarianceOptions(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Options of estimators of covariances; each is for the estimators that its description names.

    Attributes
    ----------
    half_life : float
        ewma: periods in which the weight of a period halves.
    remove_mean : bool
        ewma: whether the weighted mean is taken out; otherwise it counts as zero.
    threshold : float
        gerber: volatilities that count as a move.
    intensity : float
        shrunk_identity: share of the scaled identity.
    denoising : DenoisingName
        denoised: what becomes of eigenvalues that are noise.
    alpha : float
        denoised, targeted: share of the noise off the diagonal that stays.
    edge : float or None
        denoised: eigenvalues above it are signal; None has it found as `noise` says.
    noise : NoiseName
        denoised, without an edge: how the edge is found.
    bandwidth : float
        denoised, noise=fitted: of the kernel of the fit.
    n_components : int
        detoned: eigenvectors taken out, the market first.
    lookback : int
        detrended: last returns of its own that an asset is regressed on.
    ddof : int
        sample, constant_correlation: taken off the number of periods.
    """

    half_life: Annotated[
        float,
        Meta(
            gt=0.0,
            le=100_000.0,
            title="Half-life",
            description="Exponentially weighted: a period that long ago counts half.",
            extra_json_schema=_PERIODS,
        ),
    ] = 60.0
    remove_mean: Annotated[
        bool,
        Meta(
            title="Around the mean",
            description="Exponentially weighted: deviations from the mean, not from zero.",
        ),
    ] = False
    threshold: Annotated[
        float,
        Meta(
            gt=0.0,
            lt=1.0,
            title="Threshold",
            description="Gerber: a return of so many volatilities counts as a move.",
        ),
    ] = 0.5
    intensity: Annotated[
        float,
        Meta(
            ge=0.0,
            le=1.0,
            title="Intensity",
            description="Shrunk by a given share: that of equal variances without correlation.",
        ),
    ] = 0.1
    denoising: Annotated[
        DenoisingName,
        Meta(
            title="Denoising",
            description="Denoised: noise gets its mean eigenvalue, or loses what it says about pairs.",
        ),
    ] = DenoisingName.CONSTANT
    alpha: Annotated[
        float,
        Meta(
            ge=0.0,
            le=1.0,
            title="Noise that stays",
            description="Denoised towards its diagonal: share of the noise between assets that is kept.",
        ),
    ] = 0.0
    edge: (
        Annotated[
            float,
            Meta(
                gt=0.0,
                le=10_000.0,
                title="Edge of the noise",
                description=(
                    "Denoised: eigenvalues of correlations above it are signal; empty to have it found."
                ),
            ),
        ]
        | None
    ) = None
    noise: Annotated[
        NoiseName,
        Meta(
            title="Noise found by",
            description=(
                "Denoised without an edge: take signals out until the rest looks like noise, or fit its "
                "density."
            ),
        ),
    ] = NoiseName.REST
    bandwidth: Annotated[
        float,
        Meta(
            gt=0.0,
            le=10.0,
            title="Bandwidth",
            description="Denoised by a fitted density: smoothness; 0.05 is steadier for a few dozen assets.",
        ),
    ] = 0.01
    n_components: Annotated[
        int,
        Meta(
            ge=1,
            le=2_000,
            title="Movements taken out",
            description="Detoned: common movements that are taken out, the market first.",
        ),
    ] = 1
    lookback: Annotated[
        int,
        Meta(
            ge=1,
            le=1_000,
            title="Length of the trend",
            description="Detrended: so many returns of an asset explain its next one.",
            extra_json_schema=_PERIODS,
        ),
    ] = 20
    ddof: Annotated[
        int,
        Meta(
            ge=0,
            le=100,
            title="Periods taken off",
            description="Sample, constant correlation: taken off the periods that sums are divided by.",
        ),
    ] = 1


class MeanOptions(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Options of estimators of expected returns.

    Attributes
    ----------
    half_life : float
        exponential_mean: periods in which the weight of a period halves.
    market_mean : float or None
        capm: annual expected return of the market, a fraction; None takes the mean of the sample.
    """

    half_life: Annotated[
        float,
        Meta(
            gt=0.0,
            le=100_000.0,
            title="Half-life",
            description="Exponentially weighted: a period that long ago counts half.",
            extra_json_schema=_PERIODS,
        ),
    ] = 60.0
    market_mean: (
        Annotated[
            float,
            Meta(
                ge=-1.0,
                le=10.0,
                title="Return of the market",
                description="CAPM: expected a year, 0.07 is 7 %; empty for the mean of the sample.",
            ),
        ]
        | None
    ) = None


CovarianceOptionsField = Annotated[
    CovarianceOptions,
    Meta(
        title="Options of the covariance",
        description="Each is for the estimator that it names.",
    ),
]
MeanOptionsField = Annotated[
    MeanOptions,
    Meta(
        title="Options of the expected returns",
        description="Each is for the estimator that it names.",
    ),
]

_METHOD: Final = "denoising"  # In a request it would say too little by the name that it has in Python.
_OF_MEANS: Final = {MeanName.EXPONENTIAL_MEAN: ("half_life",), MeanName.CAPM: ("market_mean",)}


def given_options(options: CovarianceOptions | MeanOptions) -> dict[str, Any]:
    """Those that differ from their defaults, by name."""
    usual = type(options)()
    names = options.__struct_fields__
    return {each: getattr(options, each) for each in names if getattr(options, each) != getattr(usual, each)}


def check_covariance_options(options: CovarianceOptions, names: Collection[CovarianceName]) -> None:
    """InputError names the first option that is given and that none of these estimators has."""
    known = {each: _options_of(each) for each in CovarianceName}
    for option, value in given_options(options).items():
        owners = [each.value for each, has in known.items() if option in has]
        if not any(option in known[each] for each in names):
            raise _stray("covariance_options", option, value, names, owners, "covariance")
    if options.alpha > 0.0 and options.denoising is not DenoisingName.TARGETED:
        raise InputError(
            f"covariance_options.alpha must be left out for denoising={options.denoising.value}, was "
            f"{options.alpha:g}; it is for denoising=targeted"
        )
    _check_noise(options)


def _check_noise(options: CovarianceOptions) -> None:
    """InputError where one choice leaves another without a use."""
    given = given_options(options)
    if options.edge is not None:
        for name in ("noise", "bandwidth"):
            if name in given:
                raise InputError(
                    f"covariance_options.{name} must be left out beside an edge, was {given[name]}; it is of "
                    "how the edge is found"
                )
    elif "bandwidth" in given and options.noise is not NoiseName.FITTED:
        raise InputError(
            f"covariance_options.bandwidth must be left out for noise={options.noise.value}, was "
            f"{options.bandwidth:g}; it is for noise=fitted"
        )


def estimator_of(name: CovarianceName, options: CovarianceOptions) -> "AnyEstimator":
    """The estimator with those of the options that it has."""
    from trade2026.analytics.covariance.estimators import ESTIMATORS

    return ESTIMATORS[name.value](**own_options(options, _options_of(name)))


def own_options(options: CovarianceOptions, names: Iterable[str]) -> dict[str, Any]:
    """Values of these options, by the names of the arguments in `analytics.covariance`."""
    values = {each: getattr(options, each) for each in names}
    if _METHOD in values:
        values["method"] = values.pop(_METHOD)
    return {each: value.value if isinstance(value, StrEnum) else value for each, value in values.items()}


def mean_of(
    name: MeanName,
    returns: "FloatArray",
    *,
    market: "FloatArray | None" = None,
    risk_free_rate: float = 0.0,
    options: MeanOptions | None = None,
    periods_per_year: float = 1.0,
) -> tuple["FloatArray", tuple[str, ...]]:
    """Expected returns per period, shape (N,), and what must be known about them.

    `market`, shape (T,), and the rate per period are for CAPM; without a market it is all assets in equal
    parts. The market's expected return among the options is annual, the sum over the periods of a year.

    Raises
    ------
    InputError
        An option is given that the estimator does not have, or as the estimator.
    """
    from trade2026.analytics.expected_returns.equilibrium import capm
    from trade2026.analytics.expected_returns.estimators import ESTIMATORS

    options = MeanOptions() if options is None else options
    own = _OF_MEANS.get(name, ())
    for option, value in given_options(options).items():
        if option not in own:
            owners = [each.value for each, has in _OF_MEANS.items() if option in has]
            raise _stray("mean_options", option, value, (name,), owners, "expected_returns")
    if name is MeanName.CAPM:
        chosen, annual = returns.mean(axis=1) if market is None else market, options.market_mean
        expected = None if annual is None else annual / periods_per_year
        return capm(returns, chosen, risk_free_rate=risk_free_rate, market_mean=expected).mean, ()
    estimate = ESTIMATORS[name.value](**{each: getattr(options, each) for each in own}).estimate(returns)
    return estimate.mean, estimate.notes


def _options_of(name: CovarianceName) -> tuple[str, ...]:
    """What the estimator takes, by the names of a request."""
    from trade2026.analytics.covariance.estimators import ESTIMATORS

    fields = ESTIMATORS[name.value].__struct_fields__
    return tuple(_METHOD if each == "method" else each for each in fields)


def _stray(
    group: str, option: str, value: object, names: Iterable[StrEnum], owners: Iterable[str], field: str
) -> InputError:
    chosen = ", ".join(each.value for each in names)
    remedy = " or ".join(f"{field}={each}" for each in owners)
    return InputError(f"{group}.{option} must be left out for {chosen}, was {value}; it is for {remedy}")
