"""Exposures of assets to factors at the beginning of each period: a market of ones, styles, sectors."""

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import numpy.typing as npt

from trade2026.analytics.arrays import FloatArray, IntArray
from trade2026.analytics.factor_models.cross_section.least_squares import CONDITION_MAX, residuals
from trade2026.analytics.factor_models.cross_section.market import CAP, Market
from trade2026.analytics.factor_models.cross_section.styles import STYLES
from trade2026.analytics.matrices import check_within
from trade2026.primitives.errors import InputError

Kind = Literal["market", "style", "sector"]
Weighting = Literal["equal", "sqrt_cap", "inverse_variance"]
Unknown = Literal["leave_out", "mean"]

BoolArray = npt.NDArray[np.bool_]

MARKET: Final = "market"
EXPOSURES_MAX: Final = 200_000_000
"""Periods times assets times factors: 30 years of days of 500 assets with 50 factors are 190 million."""
PRICE_STYLES: Final = tuple(name for name, style in STYLES.items() if not style.fields)


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelOptions:
    """What a model is made of.

    Attributes
    ----------
    styles : tuple of str
        Names of `STYLES`, each once; those of prices alone unless given.
    weighting : str
        Of the regressions: equal, by the root of market caps, or by the inverse of specific variances.
    winsor : float
        Standard deviations from the mean beyond which a descriptor is pulled in, from 1 to 10.
    unknown : str
        An asset of which a style is not known is left out of that period, or gets the market's mean, zero;
        the model then begins when each style is known of half of the assets.
    age_max : int, optional
        Facts known for longer are not used; in the unit of `Market.ends`.
    """

    styles: tuple[str, ...] = PRICE_STYLES
    weighting: Weighting = "equal"
    winsor: float = 3.0
    unknown: Unknown = "leave_out"
    age_max: int | None = None

    def __post_init__(self) -> None:
        for name in self.styles:
            if name not in STYLES:
                raise InputError(f"styles must be among {', '.join(STYLES)}, was {name!r}")
            if self.styles.count(name) > 1:
                raise InputError(f"styles must be named once each, {name!r} is named twice")
        check_within("winsor", self.winsor, 1.0, 10.0, "3 is usual")


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Exposures:
    """Exposures at the beginning of the periods `first` to T, of which the last is what comes next.

    Attributes
    ----------
    factors, kinds : tuple of str
        Names, the market first, then styles, then sectors; and what each is.
    first : int
        The first period with exposures.
    values : float64, shape (R, N, K), R = T - first + 1
        Zero in the rows of assets that are left out.
    universe : bool, shape (R, N)
        Assets whose exposures are known.
    centre : float64, shape (R, N)
        Weights, summing to one, about which styles are centred: market caps, or equal ones without caps.
    restriction : float64, shape (R, S)
        Share of each sector in `centre`; returns of sectors times these sum to zero. S is 0 without sectors.
    filled : int
        Exposures that were not known and count as the mean.
    """

    factors: tuple[str, ...]
    kinds: tuple[Kind, ...]
    first: int
    values: FloatArray
    universe: BoolArray
    centre: FloatArray
    restriction: FloatArray
    filled: int

    @property
    def free(self) -> int:
        """Coefficients that are free: with sectors one less than factors."""
        return len(self.factors) - (1 if self.restriction.shape[1] else 0)


def caps_of(market: Market, options: ModelOptions) -> FloatArray | None:
    """Market caps at the beginning of each period, shape (T + 1, N), NaN where unknown; None without any."""
    if market.facts is None or CAP not in market.facts.fields:
        if options.weighting == "sqrt_cap":
            raise InputError(f"facts must have {CAP} for weights by it, had none; choose equal weights")
        return None
    caps = market.known(CAP, age_max=options.age_max)
    bad = np.argwhere(caps <= 0.0)
    if bad.size:
        row, column = bad[0].tolist()
        raise InputError(
            f"{CAP} must be above zero, was {caps[row, column]:g} for {market.assets[column]}; correct it"
        )
    return caps


def build_exposures(market: Market, options: ModelOptions, caps: FloatArray | None) -> Exposures:
    """Exposures from what was known at the beginning of each period.

    Styles are winsorised, centred so that the market's exposure is zero, and scaled to an equal-weighted
    standard deviation of one (ddof 0) across the assets of the period; those that say so are first made
    orthogonal to others, by equal weights.

    Raises
    ------
    InputError
        A fact that a style needs is missing, no more assets than factors, too short a history, a period
        behind the first with too few assets known, a style in which assets do not differ; each says which.
    """
    _check_size(market, options)
    _check_facts(market, options)
    raw = [STYLES[name].raw(market, caps, options.age_max) for name in options.styles]
    rows = market.returns.shape[0] + 1
    known = np.ones((rows, len(market.assets)), dtype=np.bool_) if caps is None else np.isfinite(caps)
    if options.unknown == "leave_out":
        for each in raw:
            known &= np.isfinite(each)
    first = _first(market, options, known, raw)
    universe = known[first:]
    weights = np.where(universe, 1.0 if caps is None else caps[first:], 0.0)
    centre = weights / weights.sum(axis=1, keepdims=True)
    columns, filled = _styles(market, options, [each[first:] for each in raw], universe, centre, first)
    sectors = [np.array([each == name for each in market.sectors]) for name in market.sector_names]
    columns = [universe.astype(np.float64), *columns, *(universe * each for each in sectors)]
    kinds: list[Kind] = ["market"]
    kinds.extend("style" for _ in raw)
    kinds.extend("sector" for _ in sectors)
    shares = [centre[:, each].sum(axis=1) for each in sectors]
    return Exposures(
        factors=(MARKET, *options.styles, *market.sector_names),
        kinds=tuple(kinds),
        first=first,
        values=np.stack(columns, axis=2),
        universe=universe,
        centre=centre,
        restriction=np.stack(shares, axis=1) if shares else np.zeros((universe.shape[0], 0)),
        filled=filled,
    )


def _check_size(market: Market, options: ModelOptions) -> None:
    """Refuse what no desk's memory holds before anything is computed."""
    periods, assets = market.returns.shape
    factors = 1 + len(options.styles) + len(market.sector_names)
    if periods * assets * factors > EXPOSURES_MAX:
        raise InputError(
            f"exposures must be {EXPOSURES_MAX:,} at most (1.6 GB), were {periods * assets * factors:,}, of "
            f"{periods:,} periods, {assets:,} assets and {factors:,} factors; take weeks or months, a "
            "shorter period, or fewer assets"
        )


def _check_facts(market: Market, options: ModelOptions) -> None:
    there = frozenset() if market.facts is None else market.facts.fields
    for name in options.styles:
        missing = [field for field in STYLES[name].fields if field not in there]
        if missing:
            raise InputError(
                f"facts must have {', '.join(missing)} for the style {name}, had "
                f"{', '.join(sorted(there)) or 'none'}; send rows of it, or leave the style out"
            )


def standardised(raw: FloatArray, known: BoolArray, centre: FloatArray, winsor: float) -> FloatArray:
    """Winsorised, centred by weights and scaled to an equal-weighted standard deviation of one.

    Parameters
    ----------
    raw : float64, shape (R, N)
        Finite where known.
    known : bool, shape (R, N)
    centre : float64, shape (R, N)
        Weights; those of assets that are not known do not count.
    winsor : float
        Standard deviations (ddof 0, before it is done) from the equal-weighted mean.

    Returns
    -------
    float64, shape (R, N)
        NaN where not known, and throughout a row whose known values are equal.
    """
    count = known.sum(axis=1, keepdims=True)
    with np.errstate(divide="ignore", invalid="ignore"):
        mean, spread = _moments(np.where(known, raw, 0.0), known, count)
        kept = np.clip(raw, mean - winsor * spread, mean + winsor * spread)
        kept = np.where(known, kept, 0.0)
        _, spread = _moments(kept, known, count)
        size = np.abs(kept).max(axis=1, keepdims=True, initial=0.0)
        weights = np.where(known, centre, 0.0)
        middle = (weights * kept).sum(axis=1, keepdims=True) / weights.sum(axis=1, keepdims=True)
        scaled = (kept - middle) / np.where(spread > 1e-13 * size, spread, np.nan)
    return np.where(known, scaled, np.nan)


def _moments(values: FloatArray, known: BoolArray, count: IntArray) -> tuple[FloatArray, FloatArray]:
    """Equal-weighted mean and standard deviation (ddof 0) of each row; values are zero where not known."""
    mean = values.sum(axis=1, keepdims=True) / count
    apart = np.where(known, values - mean, 0.0)
    return mean, np.sqrt((apart**2).sum(axis=1, keepdims=True) / count)


def _styles(
    market: Market, options: ModelOptions, raw: list[FloatArray], universe: BoolArray, centre: FloatArray,
    first: int,
) -> tuple[list[FloatArray], int]:  # fmt: skip
    """Finished columns of styles, zero where left out, and how many exposures were not known."""
    done: dict[str, FloatArray] = {}
    filled = 0
    in_turn = sorted(options.styles, key=lambda name: len(STYLES[name].orthogonal_to))
    for name in in_turn:
        known = universe & np.isfinite(raw[options.styles.index(name)])
        filled += int((universe & ~known).sum())
        column = standardised(raw[options.styles.index(name)], known, centre, options.winsor)
        others = [done[each] for each in STYLES[name].orthogonal_to if each in done]
        if others:
            left, condition = residuals(
                np.where(known, column, 0.0), np.stack(others, axis=2), known.astype(np.float64)
            )
            left[condition > CONDITION_MAX] = 0.0
            column = standardised(left, known, centre, np.inf)
        flat = np.flatnonzero(np.isnan(np.where(known, column, 0.0)).any(axis=1) | ~known.any(axis=1))
        if flat.size:
            period = market.period_name(first + int(flat[0]))
            raise InputError(
                f"styles must differ between assets, {name} does not in the period of {period}; leave it out"
            )
        done[name] = np.where(known, column, 0.0)
    return [done[name] for name in options.styles], filled


def _first(market: Market, options: ModelOptions, known: BoolArray, raw: list[FloatArray]) -> int:
    """The first period with more assets than free factors and two in each sector; later ones must have."""
    names = (MARKET, *options.styles, *market.sector_names)
    twice = [name for name in market.sector_names if name in names[: -len(market.sector_names)]]
    if twice:
        raise InputError(
            f"sectors must not have the name of another factor, {twice[0]!r} has; call it another"
        )
    free = len(names) - (1 if market.sectors else 0)
    if len(market.assets) <= free:
        raise InputError(
            f"assets must be more than the {free} coefficients of {', '.join(names)}, were "
            f"{len(market.assets)}; name more assets, or leave out styles or sectors"
        )
    enough = known.sum(axis=1) > free
    if options.unknown == "mean":
        for each in raw:
            enough &= 2 * (np.isfinite(each) & known).sum(axis=1) >= known.sum(axis=1)
    for name in market.sector_names:
        enough &= known[:, np.array([each == name for each in market.sectors])].sum(axis=1) >= 2
    if not enough[:-1].any():
        raise InputError(_why_never(market, options, known, raw, free))
    first = int(enough.argmax())
    lacking = np.flatnonzero(~enough[first:])
    if lacking.size:
        row = first + int(lacking[0])
        missing = {
            name: int((~np.isfinite(each[row])).sum())
            for name, each in zip(options.styles, raw, strict=True)
            if not np.isfinite(each[row]).all()
        }
        raise InputError(
            f"exposures must be known of {_wanted(market, free)}, were of "
            f"{int(known[row].sum())} in the period of {market.period_name(row)} (unknown: {missing}); send "
            "the facts, take another period, or have what is unknown count as the mean"
        )
    return first


def _why_never(
    market: Market, options: ModelOptions, known: BoolArray, raw: list[FloatArray], free: int
) -> str:
    """What keeps a model from beginning: the style that is known of the fewest assets."""
    counts = {
        name: int(np.isfinite(each[:-1]).sum(axis=1).max())
        for name, each in zip(options.styles, raw, strict=True)
    }
    text = ", ".join(f"{name} {count}" for name, count in counts.items()) or "none"
    wanted = _wanted(market, free)
    return (
        f"exposures must be known of {wanted} in some period, were of "
        f"{int(known[:-1].sum(axis=1).max())} at most in {market.returns.shape[0]} periods (assets known by "
        f"style: {text}); momentum and beta need a year of returns before them, beta 60 at least: take a "
        "longer period, send more facts, or leave a style out"
    )


def _wanted(market: Market, free: int) -> str:
    """What a period must have, in words."""
    return f"more than {free} assets" + (" and two of each sector" if market.sectors else "")
