"""The facts of the scorecard: what is asked, what counts as an answer, and what a tape must have to answer.

A criterion is a range for the value, or a bound for its whole interval. Ranges are those that the literature
reports, widened to what one tape of one instrument shows; they are ours, and stand here to be read.
"""

from collections.abc import Callable
from enum import StrEnum
from typing import Final

import msgspec

from trade2026.analytics.microstructure import fact_measures, stylised
from trade2026.analytics.microstructure.estimate import Measured
from trade2026.analytics.microstructure.metaorders import DECAY_NEEDED
from trade2026.analytics.microstructure.sample import Sample


class Needs(StrEnum):
    """What a fact counts."""

    RETURNS = "returns"
    SIGNS = "signed trades"
    SIGNS_AND_QUOTES = "signed trades within the quotes"
    SIZES = "quotes with sizes"
    DAYS = "days with volume"
    METAORDERS = "metaorders"
    SECOND = "prices of either instrument"


class Criterion(msgspec.Struct, frozen=True, kw_only=True):
    """When a fact counts as reproduced."""

    low: float | None = None
    high: float | None = None
    whole_interval: bool = False
    """Whether the whole interval must be inside, strictly, or the value alone."""

    def describe(self) -> str:
        """Such as "value in 2 to 5" or "interval above 0"."""
        what = "interval" if self.whole_interval else "value"
        if self.low is not None and self.high is not None:
            return f"{what} in {self.low:g} to {self.high:g}"
        return f"{what} above {self.low:g}" if self.low is not None else f"{what} below {self.high:g}"


class Definition(msgspec.Struct, frozen=True, kw_only=True):
    """One fact."""

    name: str
    question: str
    criterion: Criterion
    needs: Needs
    needed: int
    source: str
    measure: Callable[[Sample], Measured]
    is_liquidity: bool = False
    """Whether a holiday session cannot stand for usual days."""


_CONT: Final = "Cont (2001), Quantitative Finance 1, 223-236"
_ABOVE_ZERO: Final = Criterion(low=0.0, whole_interval=True)

FACTS: Final = (
    Definition(
        name="heavy_tails",
        question="Does P(|r| > x) fall like a power law with an index between 2 and 5?",
        criterion=Criterion(low=2.0, high=5.0),
        needs=Needs.RETURNS,
        needed=1_000,
        source="Gopikrishnan et al. (1999), Physical Review E 60, 5305; " + _CONT,
        measure=fact_measures.heavy_tails,
    ),
    Definition(
        name="no_linear_autocorrelation",
        question="Are returns uncorrelated at lags 3 to 20, but for the lags that chance puts outside?",
        criterion=Criterion(low=0.0, high=0.2),
        needs=Needs.RETURNS,
        needed=1_000,
        source=_CONT,
        measure=fact_measures.linear_autocorrelation,
    ),
    Definition(
        name="volatility_clustering",
        question="Is |r| correlated with itself over the next ten intervals?",
        criterion=_ABOVE_ZERO,
        needs=Needs.RETURNS,
        needed=1_000,
        source=_CONT,
        measure=fact_measures.clustering,
    ),
    Definition(
        name="slow_volatility_decay",
        question="Does the autocorrelation of |r| fall like a power law with a small exponent?",
        criterion=Criterion(low=0.1, high=0.6),
        needs=Needs.RETURNS,
        needed=5_000,
        source="Liu et al. (1999), Physical Review E 60, 1390; " + _CONT,
        measure=fact_measures.volatility_decay,
    ),
    Definition(
        name="aggregational_gaussianity",
        question=f"Have sums of {fact_measures.AGGREGATION} returns less excess kurtosis than single ones?",
        criterion=_ABOVE_ZERO,
        needs=Needs.RETURNS,
        needed=stylised.GROUPS_NEEDED * fact_measures.AGGREGATION,
        source=_CONT,
        measure=fact_measures.aggregation,
    ),
    Definition(
        name="leverage_effect",
        question="Are losses followed by higher volatility than gains?",
        criterion=Criterion(high=0.0, whole_interval=True),
        needs=Needs.RETURNS,
        needed=1_000,
        source="Bouchaud, Matacz and Potters (2001), Physical Review Letters 87, 228701; " + _CONT,
        measure=fact_measures.leverage,
    ),
    Definition(
        name="intraday_volume",
        question="Is more traded at the edges of the day than in its middle?",
        criterion=Criterion(low=1.0, whole_interval=True),
        needs=Needs.DAYS,
        needed=10,
        source="Jain and Joh (1988), J. Financial and Quantitative Analysis 23, 269-283",
        measure=fact_measures.day_shape,
    ),
    Definition(
        name="sign_memory",
        question="Do the signs of trades have long memory, C(l) ~ l^-gamma with gamma well below 1?",
        criterion=Criterion(low=0.2, high=0.8),
        needs=Needs.SIGNS,
        needed=10_000,
        source="Lillo and Farmer (2004), Studies in Nonlinear Dynamics and Econometrics 8(3)",
        measure=fact_measures.sign_memory,
    ),
    Definition(
        name="sign_persistence",
        question="Is the Hurst exponent of the signs of trades that of a persistent series?",
        criterion=Criterion(low=0.6, high=0.9),
        needs=Needs.SIGNS,
        needed=10_000,
        source="Lillo and Farmer (2004), Studies in Nonlinear Dynamics and Econometrics 8(3)",
        measure=fact_measures.sign_persistence,
    ),
    Definition(
        name="adverse_selection",
        question="Does the mid move in the direction of a trade?",
        criterion=_ABOVE_ZERO,
        needs=Needs.SIGNS_AND_QUOTES,
        needed=1_000,
        source="Huang and Stoll (1996), J. Financial Economics 41, 313-357",
        measure=fact_measures.adverse_selection,
        is_liquidity=True,
    ),
    Definition(
        name="trade_impact",
        question="Is the impact of single trades a concave function of size, delta well below 1?",
        criterion=Criterion(low=0.05, high=0.6),
        needs=Needs.SIGNS_AND_QUOTES,
        needed=10_000,
        source="Lillo, Farmer and Mantegna (2003), Nature 421, 129-130",
        measure=fact_measures.trade_impact,
        is_liquidity=True,
    ),
    Definition(
        name="kyle_lambda",
        question="Does signed volume move the mid?",
        criterion=_ABOVE_ZERO,
        needs=Needs.SIGNS_AND_QUOTES,
        needed=1_000,
        source="Kyle (1985), Econometrica 53, 1315-1335; Hasbrouck (1991), J. Finance 46, 179-207",
        measure=fact_measures.kyle_lambda,
        is_liquidity=True,
    ),
    Definition(
        name="depth_symmetry",
        question="Is the quantity at the best prices the same on both sides, on average over time?",
        criterion=Criterion(low=-0.1, high=0.1),
        needs=Needs.SIZES,
        needed=10_000,
        source="Bouchaud, Mezard and Potters (2002), Quantitative Finance 2, 251-256",
        measure=fact_measures.depth_symmetry,
        is_liquidity=True,
    ),
    Definition(
        name="square_root_law",
        question="Does the impact of metaorders grow like a power of their size near one half?",
        criterion=Criterion(low=0.4, high=0.8),
        needs=Needs.METAORDERS,
        needed=1_000,
        source="Toth et al. (2011), Physical Review X 1, 021006",
        measure=fact_measures.metaorders,
        is_liquidity=True,
    ),
    Definition(
        name="metaorder_decay",
        question="Is a part of what metaorders moved gone when they are looked at last, and a part left?",
        criterion=Criterion(low=0.3, high=0.9),
        needs=Needs.METAORDERS,
        needed=DECAY_NEEDED,
        source="Farmer et al. (2013), Quantitative Finance 13, 1743-1758; Bershova and Rakhlin (2013), same "
        "journal 13, 1759-1778",
        measure=fact_measures.metaorder_decay,
        is_liquidity=True,
    ),
    Definition(
        name="epps_effect",
        question="Are two instruments less correlated at a short sampling interval than at a long one?",
        criterion=_ABOVE_ZERO,
        needs=Needs.SECOND,
        needed=1_000,
        source="Epps (1979), J. American Statistical Association 74, 291-298",
        measure=fact_measures.epps,
    ),
)  # fmt: skip
"""In the order in which they are shown."""
