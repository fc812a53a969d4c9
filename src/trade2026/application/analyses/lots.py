"""Whole lots for weights: what an amount of money buys at given prices, and the cash that is left over."""

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Final

import msgspec
from msgspec import Meta

from trade2026.application.analyses.declaration import Analysis, Found, Tell
from trade2026.application.analyses.fields import Weights
from trade2026.application.analyses.labels import labels_of
from trade2026.application.analyses.panel import Panel
from trade2026.application.analyses.requests import ReturnsRequest
from trade2026.application.pages.spec import Block, Preset, View, Workspace
from trade2026.application.pages.views import (
    BarOptions,
    Column,
    Figure,
    Format,
    KpiOptions,
    Series,
    TableOptions,
)
from trade2026.primitives.errors import InputError

if TYPE_CHECKING:
    from trade2026.analytics.arrays import FloatArray
    from trade2026.analytics.optimization.lots import Lots


_PROVEN: Final = 1e-6
"""A share of the amount that the tolerances of HiGHS leave."""


class LotMethod(StrEnum):
    """OPTIMAL is the nearest of all (an integer program), GREEDY buys what is most below, one by one."""

    OPTIMAL = "optimal"
    GREEDY = "greedy"


class LotsRequest(ReturnsRequest, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Weights, prices that can be traded, and money; the returns only tell the tracking error."""

    weights: Annotated[
        Weights,
        Meta(description="In the order of the assets, with commas; empty for equal. Below 0 is short."),
    ] = ()
    prices: Annotated[
        tuple[Annotated[float, Meta(gt=0.0)], ...],
        Meta(
            title="Prices",
            description="That can be traded now, in the order of the assets; not adjusted closes.",
            max_length=2_000,
        ),
    ] = ()
    amount: Annotated[
        float,
        Meta(gt=0.0, le=1e15, title="Amount", description="Money to allocate, in the prices' currency."),
    ] = 100_000.0
    lot_sizes: Annotated[
        tuple[Annotated[float, Meta(gt=0.0)], ...],
        Meta(
            title="Lot sizes",
            description="Units in a lot: one number for all, or one for each asset; empty for 1.",
            max_length=2_000,
        ),
    ] = ()
    method: Annotated[
        LotMethod, Meta(title="Method", description="Which one is shown above; the other is beside it.")
    ] = LotMethod.OPTIMAL


class LotRow(msgspec.Struct, frozen=True, kw_only=True):
    """One asset; `quantity` is lots times the size of a lot, `reached` its share of the amount."""

    asset: str
    wanted: float
    reached: float
    difference: float
    price: float
    lots: int
    quantity: float
    value: float
    other_lots: int


class MethodRow(msgspec.Struct, frozen=True, kw_only=True):
    """A method beside the other.

    Attributes
    ----------
    error : float
        Sum of |wanted - reached| over assets.
    distance : float
        With it what was to be invested and is not: what the nearest of all has least.
    gap : float or None
        By how much another allocation may be nearer at most, cash included; None where it is not known.
    """

    method: str
    invested: float
    cash: float
    error: float
    distance: float
    gap: float | None


class LotsSummary(msgspec.Struct, frozen=True, kw_only=True):
    """What is bought; `tracking_error` is annual, of reached weights to wanted ones, by sample covariance."""

    method: str
    amount: float
    invested: float
    cash: float
    cash_share: float
    error: float
    tracking_error: float
    assets: int


class LotsResult(msgspec.Struct, frozen=True, kw_only=True):
    """Whole lots, and both methods."""

    summary: LotsSummary
    lots: tuple[LotRow, ...]
    methods: tuple[MethodRow, ...]


def compute(request: LotsRequest, panel: Panel, tell: Tell) -> Found[LotsResult]:
    """Whole lots by both methods; the one asked for in detail."""
    import numpy as np

    from trade2026.analytics.covariance.sample import sample_covariance
    from trade2026.analytics.optimization import lots as solvers

    tell(0.0, "allocating")
    weights, prices, sizes = _inputs(request, panel)
    each = prices * sizes
    made = {
        LotMethod.GREEDY: solvers.greedy(weights, each, amount=request.amount),
        LotMethod.OPTIMAL: solvers.optimal(weights, each, amount=request.amount),
    }
    tell(0.9, "describing")
    found = made[request.method]
    (other,) = [lots for method, lots in made.items() if method is not request.method]
    reached = found.values / request.amount
    apart = reached - weights
    covariance = sample_covariance(panel.returns).covariance
    invested = request.amount - found.cash
    summary = LotsSummary(
        method=request.method.value,
        amount=request.amount,
        invested=invested,
        cash=found.cash,
        cash_share=found.cash / request.amount,
        error=found.error,
        tracking_error=float(np.sqrt(apart @ covariance @ apart * panel.periods_per_year)),
        assets=int((found.lots != 0).sum()),
    )
    rows = _rows(panel, weights, prices, sizes, reached, found, other)
    wanted = weights * request.amount
    methods = tuple(_method_row(method, lots, wanted, request.amount) for method, lots in made.items())
    told = _warnings(request, found, made[LotMethod.OPTIMAL].gap, float(weights.sum()))
    return Found(LotsResult(summary=summary, lots=rows, methods=methods), told)


def _warnings(request: LotsRequest, found: "Lots", gap: float, invested: float) -> tuple[str, ...]:
    told = ["Prices are those of the request; costs and taxes are not in them."]
    if not found.lots.any():
        told.append("The amount is too small for a single lot of what is wanted: all of it stays cash.")
    if gap > _PROVEN:
        told.append(
            f"The search for the nearest lots ended at its limit: others may be nearer by {gap:.4%} of the "
            "amount."
        )
    if found.cash < -_PROVEN * request.amount:
        told.append(
            f"Weights sum to {invested:.6g}: {-found.cash:,.2f} more than the amount is spent. A "
            "weight is a share of the amount, 0.2 is 20 %."
        )
    return tuple(told)


def _inputs(request: LotsRequest, panel: Panel) -> tuple["FloatArray", "FloatArray", "FloatArray"]:
    """Weights, prices and sizes of lots, one each."""
    import numpy as np

    n = len(panel.assets)
    weights = np.array(request.weights) if request.weights else np.full(n, 1.0 / n)
    prices = np.array(request.prices)
    sizes = np.array(request.lot_sizes or (1.0,))
    sizes = np.full(n, sizes[0]) if sizes.size == 1 else sizes
    for name, values in (("weights", weights), ("prices", prices), ("lot_sizes", sizes)):
        if values.size != n:
            raise InputError(f"{name} must be {n}, one for each asset, were {values.size}")
    return weights, prices, sizes


def _rows(
    panel: Panel, weights: "FloatArray", prices: "FloatArray", sizes: "FloatArray", reached: "FloatArray",
    found: "Lots", other: "Lots",
) -> tuple[LotRow, ...]:  # fmt: skip
    quantity = found.lots * sizes
    columns = (weights, reached, reached - weights, prices, found.lots, quantity, found.values, other.lots)
    rows = zip(panel.assets, *(each.tolist() for each in columns), strict=True)
    return tuple(
        LotRow(
            asset=asset, wanted=wanted, reached=share, difference=apart, price=price, lots=lots,
            quantity=units, value=value, other_lots=others,
        )
        for asset, wanted, share, apart, price, lots, units, value, others in rows
    )  # fmt: skip


def _method_row(method: LotMethod, found: "Lots", wanted: "FloatArray", amount: float) -> MethodRow:
    import math

    from trade2026.analytics.optimization.lots import distance

    return MethodRow(
        method=method.value,
        invested=amount - found.cash,
        cash=found.cash,
        error=found.error,
        distance=distance(found, wanted),
        gap=None if math.isnan(found.gap) else found.gap,
    )


_LAYOUT: Final = (
    Block(
        view=View.KPI,
        title="Summary",
        data="/summary",
        opts=KpiOptions(
            items=(
                Figure(key="invested", title="Invested", format=Format.DECIMAL),
                Figure(key="cash", title="Cash left over", format=Format.DECIMAL),
                Figure(key="cash_share", title="Of the amount", format=Format.PCT),
                Figure(
                    key="error", title="Missed", format=Format.PCT,
                    doc="Sum of what is off the wanted weights, as shares of the amount.",
                ),
                Figure(key="tracking_error", title="Tracking error", format=Format.PCT),
                Figure(key="assets", title="Assets", format=Format.QTY),
            )
        ),
        span=3,
        doc="At the prices of the request, without costs; the tracking error is annual.",
    ),
    Block(
        view=View.TABLE,
        title="Lots",
        data="/lots",
        empty="There is no asset.",
        opts=TableOptions(
            columns=(
                Column("asset", "Asset", Format.ID),
                Column("wanted", "Wanted", Format.PCT),
                Column("reached", "Reached", Format.PCT),
                Column("difference", "Difference", Format.PCT, signed=True),
                Column("price", "Price", Format.DECIMAL),
                Column("lots", "Lots", Format.QTY),
                Column("quantity", "Quantity", Format.DECIMAL),
                Column("value", "Value", Format.DECIMAL),
                Column("other_lots", "Lots, other method", Format.QTY),
            ),
            row_key="asset",
            sort="-value",
        ),
        span=3,
    ),
    Block(
        view=View.BAR,
        title="Reached less wanted",
        data="/lots",
        opts=BarOptions(
            x="asset",
            series=(Series(key="difference", title="Difference"),),
            format=Format.PCT,
            horizontal=True,
        ),
    ),
    Block(
        view=View.TABLE,
        title="Methods",
        data="/methods",
        words={"method": labels_of(LotMethod)},
        empty="There is no method.",
        opts=TableOptions(
            columns=(
                Column("method", "Method"),
                Column("invested", "Invested", Format.DECIMAL),
                Column("cash", "Cash", Format.DECIMAL),
                Column("error", "Missed", Format.PCT),
                Column("distance", "With idle cash", Format.PCT),
                Column("gap", "Best is nearer by at most", Format.PCT),
            ),
            row_key="method",
        ),
        span=2,
        doc="The nearest of all has the least of what is missed and of what was to be invested and is idle.",
    ),
)  # fmt: skip

LOTS: Final = Analysis(
    analysis_id="portfolio/whole-lots",
    title="Whole lots",
    doc="Whole lots for given weights and prices, and the cash left over.",
    workspace=Workspace.PORTFOLIO,
    order=160,
    keywords=("discrete allocation", "lots", "rounding", "cash", "shares"),
    request=LotsRequest,
    result=LotsResult,
    compute=compute,
    layout=_LAYOUT,
    example=LotsRequest(
        start="2021-01-01", assets=("AAPL.XNAS", "MSFT.XNAS", "JPM.XNYS", "XOM.XNYS"),
        weights=(0.4, 0.3, 0.2, 0.1), prices=(171.25, 410.5, 198.3, 104.75), amount=25_000.0,
    ),
    presets=(
        Preset(
            title="Lots of a hundred",
            values={
                "assets": ["AAPL.XNAS", "MSFT.XNAS"], "weights": [0.6, 0.4], "prices": [171.25, 410.5],
                "amount": 1_000_000, "lot_sizes": [100],
            },
        ),
    ),
)  # fmt: skip
