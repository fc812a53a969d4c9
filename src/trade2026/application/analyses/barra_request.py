"""What analyses of the cross-sectional factor model are asked with, and the model that follows."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Final

import msgspec
from msgspec import Meta

from trade2026.application.analyses.labels import labels_of
from trade2026.application.analyses.panel import Panel
from trade2026.application.analyses.requests import ReturnsRequest, is_dated
from trade2026.application.named_data import say_day
from trade2026.primitives.errors import InputError
from trade2026.primitives.time import DAY_NS, date_to_unix_ns, format_ns, parse_date

if TYPE_CHECKING:
    from trade2026.analytics.factor_models.cross_section.facts import Facts
    from trade2026.analytics.factor_models.cross_section.model import FactorModel

_DAY_LENGTH: Final = 10
_YEAR_DAYS: Final = 365
_PERIODS_MIN: Final = 2
"""Regressions, for a spread of factor returns."""
SPECIFIC: Final = "specific"
OUTSIDE: Final = "outside the model"
_ASSETS_PER_FACTOR: Final = 3
"""Fewer assets than this for each coefficient, and factor returns take over much of what is specific."""


class StyleName(StrEnum):
    """Styles; the first four need prices alone, the others facts. See docs/factor-models.md."""

    BETA = "beta"
    MOMENTUM = "momentum"
    RESIDUAL_VOLATILITY = "residual_volatility"
    REVERSAL = "reversal"
    SIZE = "size"
    VALUE = "value"
    EARNINGS_YIELD = "earnings_yield"
    QUALITY = "quality"
    GROWTH = "growth"
    LIQUIDITY = "liquidity"


FACTOR_LABELS: Final = labels_of(("market", *StyleName))
"""What factors of the model are called; sectors have the names that a request gives them."""


class WeightingName(StrEnum):
    """Weights of the regressions across assets."""

    EQUAL = "equal"
    SQRT_CAP = "sqrt_cap"
    INVERSE_VARIANCE = "inverse_variance"


class UnknownName(StrEnum):
    """What is done where a style of an asset is not known: no such asset in the period, or the mean, zero."""

    LEAVE_OUT = "leave_out"
    MEAN = "mean"


class FactField(StrEnum):
    """Figures of a company, all in one currency and of the whole company; flows are of twelve months."""

    MARKET_CAP = "market_cap"
    BOOK_VALUE = "book_value"
    EARNINGS = "earnings"
    SALES = "sales"
    TRADED_NOTIONAL = "traded_notional"


class FactRow(msgspec.Struct, frozen=True, array_like=True):
    """One figure, as an array: ["AAPL.XNAS", "2020-01-28", "book_value", 89531000000].

    Attributes
    ----------
    asset : str
        One of the assets.
    available : str or int
        The day on which it became public, YYYY-MM-DD; it counts from the next day on. With own rows that have
        no days the number of the return at whose end it was known, from 0; it counts from the next one on.
    field : FactField
    value : float
    """

    asset: Annotated[str, Meta(min_length=1, max_length=60)]
    available: (
        Annotated[str, Meta(min_length=_DAY_LENGTH, max_length=_DAY_LENGTH)] | Annotated[int, Meta(ge=0)]
    )
    field: FactField
    value: float


class FactorModelRequest(ReturnsRequest, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Returns, what is known of the companies, and what the model is made of."""

    styles: Annotated[
        tuple[StyleName, ...],
        Meta(
            title="Styles",
            description=(
                "Beta, momentum, residual volatility and reversal need prices alone, the others facts from "
                "Python."
            ),
        ),
    ] = (StyleName.BETA, StyleName.MOMENTUM, StyleName.RESIDUAL_VOLATILITY, StyleName.REVERSAL)
    sectors: Annotated[
        tuple[Annotated[str, Meta(min_length=3, max_length=140)], ...],
        Meta(
            title="Sectors",
            description="AAPL.XNAS=Technology, one for each asset, with commas; empty for a model without.",
            max_length=2_000,
        ),
    ] = ()
    weighting: Annotated[
        WeightingName,
        Meta(
            title="Weights in regressions",
            description=(
                "How much an asset counts in the regressions; market caps must come with the request."
            ),
        ),
    ] = WeightingName.EQUAL
    winsor: Annotated[
        float,
        Meta(
            ge=1.0,
            le=10.0,
            title="Pull in beyond",
            description="Standard deviations from the mean: values farther out count as that far.",
        ),
    ] = 3.0
    unknown: Annotated[
        UnknownName,
        Meta(
            title="Unknown exposures",
            description="Of a style: leave the asset out of the period, or take the mean of all assets.",
        ),
    ] = UnknownName.LEAVE_OUT
    fact_days_max: Annotated[
        Annotated[int, Meta(ge=1, le=10_000)] | None,
        Meta(
            title="Oldest fact",
            description=(
                "Days (returns, of own rows without) after which a fact no longer counts; empty for never."
            ),
        ),
    ] = None
    facts: Annotated[
        tuple[FactRow, ...],
        Meta(
            title="Facts",
            description="Rows of asset, day it became public, field and value, from programs.",
            max_length=1_000_000,
        ),
    ] = ()


SAMPLE_SECTORS: Final = tuple(
    f"{asset}={sector}"
    for sector, assets in {
        "Technology": "AAPL.XNAS AMD.XNAS MSFT.XNAS",
        "Financials": "BAC.XNYS JPM.XNYS",
        "Energy": "CVX.XNYS RRC.XNYS XOM.XNYS",
        "Health care": "JNJ.XNYS LLY.XNYS MRK.XNYS PFE.XNYS UNH.XNYS",
        "Staples": "KO.XNYS PEP.XNAS PG.XNYS WMT.XNYS",
        "Cyclicals": "BBY.XNYS GE.XNYS HD.XNYS",
    }.items()
    for asset in assets.split()
)
"""Of the sample that ships, for examples; broad ones, so that none has a single asset."""


@dataclass(frozen=True, slots=True)
class Fitted:
    """A model, what it was made from, and what must be known about it."""

    model: "FactorModel"
    panel: Panel
    is_dated: bool
    notes: tuple[str, ...]

    def time(self, row: int) -> str:
        """The end of a period of the model, where periods have times."""
        return format_ns(int(self.panel.ts_ns[self.model.first + row]))

    def day(self, row: int) -> str:
        """The last day of a period of the model, where periods have times."""
        return say_day(int(self.panel.ts_ns[self.model.first + row]))


def model_of(request: FactorModelRequest, panel: Panel) -> Fitted:
    """The model of a request.

    Raises
    ------
    InputError
        Sectors that are not one for each asset, facts of no asset or day, as `fit_model`.
    """
    from trade2026.analytics.factor_models.cross_section.exposures import ModelOptions
    from trade2026.analytics.factor_models.cross_section.market import Market
    from trade2026.analytics.factor_models.cross_section.model import fit_model

    dated = is_dated(request)
    unit = DAY_NS if dated else 1
    market = Market(
        assets=panel.assets,
        returns=panel.returns,
        ends=panel.ts_ns,
        periods_per_year=panel.periods_per_year,
        year=_YEAR_DAYS * DAY_NS if dated else round(panel.periods_per_year),
        facts=_facts(request, panel, dated) if request.facts else None,
        sectors=_sectors(request.sectors, panel.assets),
        period_name=_period_names(panel, dated),
    )
    options = ModelOptions(
        styles=tuple(each.value for each in request.styles),
        weighting=request.weighting.value,
        winsor=request.winsor,
        unknown=request.unknown.value,
        age_max=None if request.fact_days_max is None else request.fact_days_max * unit,
    )
    model = fit_model(market, options)
    periods = model.sections.returns.shape[0]
    if periods < _PERIODS_MIN:
        raise InputError(
            f"the period must give {_PERIODS_MIN} regressions at least, gave {periods}: the first "
            f"{model.first} returns only make exposures; take a longer one"
        )
    return Fitted(model, panel, dated, _notes(model, panel))


def _period_names(panel: Panel, dated: bool) -> Callable[[int], str]:
    """What a period is called: its last day, or the number of its return; the one behind the last is now."""

    def name(period: int) -> str:
        if period >= panel.ts_ns.size:
            return "now, after the last return"
        return say_day(int(panel.ts_ns[period])) if dated else f"return {period}"

    return name


def _sectors(given: tuple[str, ...], assets: tuple[str, ...]) -> tuple[str, ...]:
    if not given:
        return ()
    found: dict[str, str] = {}
    for each in given:
        asset, sign, sector = (part.strip() for part in each.rpartition("="))
        if not (asset and sign and sector):
            raise InputError(f"sectors must be written as ASSET=Sector, was {each!r}")
        if asset in found:
            raise InputError(f"sectors must name an asset once, {asset!r} is named twice")
        found[asset] = sector
        if sector in {SPECIFIC, OUTSIDE}:
            raise InputError(f"sectors must not be called {sector!r}, which results call a part; rename it")
    lacking = [asset for asset in assets if asset not in found]
    if lacking:
        raise InputError(f"sectors must be given for each asset, {lacking[0]!r} has none; add it")
    return tuple(found[asset] for asset in assets)


def _facts(request: FactorModelRequest, panel: Panel, dated: bool) -> "Facts":
    from trade2026.analytics.factor_models.cross_section.facts import facts_of

    columns = {asset: number for number, asset in enumerate(panel.assets)}
    rows = []
    for number, row in enumerate(request.facts):
        if row.asset not in columns:
            raise InputError(
                f"facts[{number}] must be of one of the assets, was of {row.asset!r}; leave it out"
            )
        rows.append((columns[row.asset], _known(row, number, dated), row.field.value, row.value))
    _check_once(request.facts)
    return facts_of(rows, len(panel.assets))


def _check_once(facts: tuple[FactRow, ...]) -> None:
    """Refuse two values of a field of an asset that became public at once."""
    seen: dict[tuple[str, str | int, str], int] = {}
    for number, row in enumerate(facts):
        first = seen.setdefault((row.asset, row.available, row.field.value), number)
        if first != number:
            raise InputError(
                f"facts must say one thing at a time, facts[{first}] and facts[{number}] both give "
                f"{row.field.value} of {row.asset} on {row.available}; keep one of them"
            )


def _known(row: FactRow, number: int, dated: bool) -> int:
    """The first moment at which a fact may be used: behind the end of its day, or the end of its return.

    A price of midnight is that of the day before, so that the end of a day itself would still be in it.
    """
    if not dated:
        if isinstance(row.available, str):
            raise InputError(
                f"facts[{number}] must have the number of a return, the rows having no days, was "
                f"{row.available!r}"
            )
        return row.available
    if not isinstance(row.available, str):
        raise InputError(f"facts[{number}] must have a day as YYYY-MM-DD, was {row.available}")
    return date_to_unix_ns(parse_date(row.available, f"facts[{number}].available")) + DAY_NS + 1


def _notes(model: "FactorModel", panel: Panel) -> tuple[str, ...]:
    """What a reader must know before the figures."""
    exposures, options = model.exposures, model.options
    notes = []
    if model.first:
        notes.append(
            f"The first {model.first} of {panel.ts_ns.size} periods only make exposures; the model begins "
            f"with {model.market.period_name(model.first)}."
        )
    facts = model.market.facts
    if facts is None or "market_cap" not in facts.fields:
        notes.append("Without market caps the market is all assets alike, and styles are centred on that.")
    if len(panel.assets) < _ASSETS_PER_FACTOR * exposures.free:
        notes.append(
            f"{len(panel.assets)} assets for {exposures.free} coefficients: factor returns hold much of what "
            "is specific, and specific risk is too low by as much."
        )
    absent = (~exposures.universe[:-1]).sum(axis=0)
    if absent.any():
        most = int(absent.argmax())
        notes.append(
            f"{int(absent.sum())} returns of assets were left out, exposures being unknown; most of "
            f"{panel.assets[most]}, {int(absent[most])} of {exposures.universe.shape[0] - 1}."
        )
    if exposures.filled:
        notes.append(f"{exposures.filled} unknown exposures ({options.unknown}) count as the market's.")
    if model.market.sectors:
        notes.append("Sectors are those of the request throughout, also where a company was in another.")
    return tuple(notes)
