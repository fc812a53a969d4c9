"""All analyses, checked once when this module is imported."""

from typing import Any, Final

from trade2026.application.analyses.assets import ASSETS
from trade2026.application.analyses.barra import BARRA
from trade2026.application.analyses.barra_attribution_page import ATTRIBUTION
from trade2026.application.analyses.barra_risk_page import FACTOR_RISK
from trade2026.application.analyses.black_litterman import BLACK_LITTERMAN
from trade2026.application.analyses.covariance import COVARIANCE
from trade2026.application.analyses.covariance_over_time import COVARIANCE_OVER_TIME
from trade2026.application.analyses.covariance_recovery import COVARIANCE_RECOVERY
from trade2026.application.analyses.declaration import Analysis, check_analyses
from trade2026.application.analyses.entropy_pooling import ENTROPY_POOLING
from trade2026.application.analyses.expected_shortfall import SHORTFALL
from trade2026.application.analyses.factors.betas import BETAS
from trade2026.application.analyses.factors.brinson import BRINSON
from trade2026.application.analyses.factors.fama_macbeth import FAMA_MACBETH
from trade2026.application.analyses.factors.mimicking import MIMICKING
from trade2026.application.analyses.factors.returns_attribution import RETURNS_ATTRIBUTION
from trade2026.application.analyses.factors.risk_budget import RISK_BUDGET
from trade2026.application.analyses.factors.statistical import STATISTICAL
from trade2026.application.analyses.factors.stress import STRESS
from trade2026.application.analyses.frontier_page import FRONTIER
from trade2026.application.analyses.hierarchical import HIERARCHICAL
from trade2026.application.analyses.lots import LOTS
from trade2026.application.analyses.mean_variance import MEAN_VARIANCE
from trade2026.application.analyses.measure import MEASURE
from trade2026.application.analyses.out_of_sample import OUT_OF_SAMPLE
from trade2026.application.analyses.risk import RISK
from trade2026.application.analyses.risk_based import RISK_BASED
from trade2026.application.analyses.tail_risk import TAIL_RISK
from trade2026.application.analyses.tracking import TRACKING
from trade2026.application.analyses.trade_plan import TRADE_PLAN
from trade2026.application.analyses.weight_stability import WEIGHT_STABILITY
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
        ENTROPY_POOLING,
        OUT_OF_SAMPLE,
        WEIGHT_STABILITY,
        TAIL_RISK,
        COVARIANCE,
        COVARIANCE_OVER_TIME,
        COVARIANCE_RECOVERY,
        BARRA,
        FACTOR_RISK,
        ATTRIBUTION,
        STATISTICAL,
        BETAS,
        FAMA_MACBETH,
        MIMICKING,
        RETURNS_ATTRIBUTION,
        BRINSON,
        STRESS,
        RISK_BUDGET,
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
