"""The constraints of a request: one form for every analysis that knows bounds."""

from typing import TYPE_CHECKING, Annotated, Final

import msgspec
from msgspec import Meta

from trade2026.application.analyses.budget import check_once
from trade2026.application.analyses.constraint_texts import Texts, read_constraints
from trade2026.application.analyses.costs import CHOICE
from trade2026.application.analyses.fields import Weight
from trade2026.application.analyses.panel import Panel
from trade2026.application.pages.spec import Block, View
from trade2026.application.pages.views import Column, Format, TableOptions
from trade2026.primitives.errors import InputError

if TYPE_CHECKING:
    from trade2026.analytics.arrays import FloatArray
    from trade2026.analytics.optimization.limits import Limits
    from trade2026.analytics.optimization.result import Portfolio

_TEXT: Final = Meta(min_length=3, max_length=20_000)


class Constraining(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Constraints on weights, beside the bounds of every asset; all of them hold at once.

    Attributes
    ----------
    bounds : list of str
        Of single assets: "AAPL.XNAS=0.02..0.1", "XOM.XNYS=..0.05".
    groups : list of str
        Of sums of weights: "tech: AAPL.XNAS + MSFT.XNAS = 0.1..0.4".
    linear : list of str
        "2 AAPL.XNAS - 0.5 XOM.XNYS <= 0.1"; with >= or = as well.
    factors : list of str
        Of exposures times weights: "beta: 1.2 0.8 1.1 = 0.9..1.1", an exposure for each asset in order.
    budget : float
        Sum of the weights, the net exposure: 1 is fully invested, 0 as much short as long.
    gross : float or None
        Largest sum of absolute weights: 1.6 with a budget of 1 is 130/30.
    current : list of float
        Weights held now, in the order of the assets; turnover and trades are from them.
    turnover : float or None
        Largest sum of |weight - current|: purchases and sales together.
    benchmark : list of float
        Weights of a benchmark, in the order of the assets.
    tracking_error : float or None
        Largest annual volatility of the difference to the benchmark, by the covariance that is used.
    held : int or None
        Most assets with a weight that is not zero: an exact branch and bound.
    least : float
        Smallest position, long or short, of an asset that is held.
    least_trade : float
        Smallest trade from `current` of an asset that is traded.
    """

    bounds: Annotated[
        tuple[Annotated[str, _TEXT], ...],
        Meta(
            title="Bounds of assets",
            description="Lowest and highest weight: AAPL.XNAS=0.02..0.1, with commas between them.",
            max_length=2_000,
        ),
    ] = ()
    groups: Annotated[
        tuple[Annotated[str, _TEXT], ...],
        Meta(
            title="Groups",
            description="Bounds of a sum of weights: tech: AAPL.XNAS + MSFT.XNAS = 0.1..0.4",
            max_length=500,
        ),
    ] = ()
    linear: Annotated[
        tuple[Annotated[str, _TEXT], ...],
        Meta(
            title="Other sums",
            description="Weights times numbers: 2 AAPL.XNAS - 0.5 XOM.XNYS <= 0.1; also >= and =.",
            max_length=500,
        ),
    ] = ()
    factors: Annotated[
        tuple[Annotated[str, _TEXT], ...],
        Meta(
            title="Factor exposures",
            description=(
                "The exposure of each asset, then the portfolio's bounds: beta: 1.2 0.8 1.1 = 0.9..1.1"
            ),
            max_length=100,
        ),
    ] = ()
    budget: Annotated[
        float,
        Meta(
            ge=-10.0,
            le=10.0,
            title="Net exposure",
            description="Long less short, a share of capital; 1 is fully invested.",
        ),
    ] = 1.0
    gross: (
        Annotated[
            float,
            Meta(
                ge=0.0,
                le=100.0,
                title="Gross exposure",
                description="Long plus short at most; 1.6 is 130 % long and 30 % short.",
            ),
        ]
        | None
    ) = None
    current: Annotated[
        tuple[Weight, ...],
        Meta(
            title="Held now",
            description="Weights held now, in the order of the assets, with commas.",
            max_length=2_000,
        ),
    ] = ()
    turnover: (
        Annotated[
            float,
            Meta(
                ge=0.0,
                le=100.0,
                title="Turnover",
                description="Purchases plus sales at most, a share of capital; 0.2 is 20 %.",
            ),
        ]
        | None
    ) = None
    benchmark: Annotated[
        tuple[Weight, ...],
        Meta(
            title="Benchmark",
            description="Its weights in the order of the assets, with commas.",
            max_length=2_000,
        ),
    ] = ()
    tracking_error: (
        Annotated[
            float,
            Meta(
                gt=0.0,
                le=10.0,
                title="Tracking error",
                description="Annual volatility of the difference to the benchmark, at most; 0.03 is 3 %.",
            ),
        ]
        | None
    ) = None
    held: (
        Annotated[
            int,
            Meta(
                ge=1,
                le=2_000,
                title="Most assets",
                description="So many are held at most; the best ones are searched for exactly.",
            ),
        ]
        | None
    ) = None
    least: Annotated[
        float,
        Meta(
            ge=0.0,
            le=10.0,
            title="Smallest position",
            description="Share of capital of an asset that is held; 0.02 is 2 %.",
        ),
    ] = 0.0
    least_trade: Annotated[float, Meta(
        ge=0.0, le=10.0, title="Smallest trade", description=(
            "Share of capital of an asset that is traded; 0.005 is 0.5 %."
        ),
    )] = 0.0  # fmt: skip

    @property
    def is_choice(self) -> bool:
        """Whether assets must be chosen, by a tree of programs."""
        return self.held is not None or self.least > 0.0 or self.least_trade > 0.0


class ConstraintRow(msgspec.Struct, frozen=True, kw_only=True):
    """How one constraint stands.

    Attributes
    ----------
    value, limit, slack : float
        In weights, or as the constraint has it; a tracking error is annual.
    state : str
        "binding" where it holds the weights back, otherwise "slack".
    multiplier : float or None
        By how much the objective of the program gets better when the limit is one larger, in its own unit;
        None where the method does not know it.
    """

    name: str
    value: float
    limit: float
    slack: float
    state: str
    multiplier: float | None


def limits_of(
    constraining: Constraining, lower: float, upper: float, panel: Panel, covariance: "FloatArray"
) -> "Limits":
    """All constraints of a request, known to be feasible.

    Parameters
    ----------
    lower, upper : float
        Of every asset, but for those with bounds of their own.
    covariance : float64, shape (N, N)
        Per period, for the tracking error.

    Raises
    ------
    InputError
        Quotes a text that cannot be read, names constraints that cannot hold together, or there are too many
        assets to choose from.
    """
    import numpy as np

    from trade2026.analytics.optimization.limits import Choice, Limits, Tracking, Turnover

    given, n = constraining, len(panel.assets)
    if given.is_choice:
        periods, remedy = panel.returns.shape[0], "no limits on what is held or traded"
        check_once("a choice of assets", CHOICE.of, periods, n, remedy)
    for name, is_needed in (
        ("current", given.turnover is not None or given.least_trade > 0.0),
        ("benchmark", given.tracking_error is not None),
    ):
        values = getattr(given, name)
        if is_needed and not values:
            raise InputError(
                f"constraints.{name} must be given, one weight for each of {n} assets; was empty"
            )
        if values and len(values) != n:
            raise InputError(
                f"constraints.{name} must be {n} weights, one for each asset, were {len(values)}"
            )
    current, benchmark = np.array(given.current), np.array(given.benchmark)
    texts = Texts(given.bounds, given.groups, given.linear, given.factors, float(given.budget))
    turnover = None if given.turnover is None else Turnover(current, given.turnover)
    error = given.tracking_error
    limit = 0.0 if error is None else error / panel.periods_per_year**0.5
    return Limits(
        read_constraints(texts, np.full(n, float(lower)), np.full(n, float(upper)), panel.assets),
        gross=given.gross,
        turnover=turnover,
        tracking=None if error is None else Tracking(benchmark, covariance, limit),
        held=given.held,
        least=given.least,
        trades=Choice(current, given.least_trade, None) if given.least_trade > 0.0 else None,
    )


def constraint_rows(limits: "Limits", found: "Portfolio", panel: Panel) -> tuple[ConstraintRow, ...]:
    """How every constraint stands at the weights that were found."""
    year = panel.periods_per_year**0.5
    rows = []
    for each in limits.standings(found.weights):
        factor = year if each.is_volatility else 1.0
        row = ConstraintRow(
            name=each.name, value=each.value * factor, limit=each.limit * factor, slack=each.slack * factor,
            state="binding" if each.is_binding else "slack", multiplier=found.multipliers.get(each.name),
        )  # fmt: skip
        rows.append(row)
    return tuple(rows)


STANDINGS: Final = Block(
    view=View.TABLE,
    title="Constraints",
    data="/constraints",
    empty="No constraint was given, and no bound binds.",
    opts=TableOptions(
        columns=(
            Column("name", "Constraint"),
            Column("value", "Value", Format.DECIMAL),
            Column("limit", "Limit", Format.DECIMAL),
            Column("slack", "Slack", Format.DECIMAL),
            Column("state", "State"),
            Column("multiplier", "Multiplier", Format.DECIMAL),
        ),
        row_key="name",
    ),
    span=3,
    doc="Those given, and bounds that bind. A multiplier is what one more of the limit is worth.",
)
