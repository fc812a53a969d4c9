"""All analyses, checked once when this module is imported."""

from typing import Any, Final

from trade2026.application.analyses.assets import ASSETS
from trade2026.application.analyses.black_litterman import BLACK_LITTERMAN
from trade2026.application.analyses.covariance import COVARIANCE
from trade2026.application.analyses.declaration import Analysis, check_analyses
from trade2026.application.analyses.expected_shortfall import SHORTFALL
from trade2026.application.analyses.frontier import FRONTIER
from trade2026.application.analyses.hierarchical import HIERARCHICAL
from trade2026.application.analyses.lots import LOTS
from trade2026.application.analyses.mean_variance import MEAN_VARIANCE
from trade2026.application.analyses.measure import MEASURE
from trade2026.application.analyses.risk import RISK
from trade2026.application.analyses.risk_based import RISK_BASED
from trade2026.application.analyses.tracking import TRACKING
from trade2026.application.analyses.trade_plan import TRADE_PLAN
from trade2026.primitives.errors import InputError

_ANALYSES: Final = check_analyses(
    (
        ASSETS,
        RISK,
        MEAN_VARIANCE,
        FRONTIER,
        RISK_BASED,
        HIERARCHICAL,
        SHORTFALL,
        MEASURE,
        TRACKING,
        TRADE_PLAN,
        LOTS,
        BLACK_LITTERMAN,
        COVARIANCE,
    )
)


def analyses() -> tuple[Analysis[Any, Any], ...]:
    """Every analysis, in the order to show."""
    return tuple(_ANALYSES.values())


def find_analysis(analysis_id: str) -> Analysis[Any, Any]:
    """The analysis of that id; raises InputError naming those there are."""
    found = _ANALYSES.get(analysis_id)
    if found is None:
        raise InputError(f"analysis must be one of {', '.join(_ANALYSES)}, was {analysis_id!r}")
    return found
