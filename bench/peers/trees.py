# pip: skfolio==1.12.2
"""Weights that skfolio gives along a tree: HRP and HERC by every measure of risk, HRP within bounds too.

Usage: trees.py CASES.npz, made by tools/tree_golden.py. What fails is told.
"""

import importlib.metadata
import json
import sys
import warnings

import numpy as np
from skfolio import RiskMeasure
from skfolio.optimization import HierarchicalEqualRiskContribution, HierarchicalRiskParity

warnings.filterwarnings("ignore")
case = np.load(sys.argv[1])
R, lower, upper = case["returns"], case["lower"], case["upper"]
MEASURES = {
    "variance": RiskMeasure.VARIANCE,
    "volatility": RiskMeasure.STANDARD_DEVIATION,
    "semi_deviation": RiskMeasure.SEMI_DEVIATION,
    "mean_absolute_deviation": RiskMeasure.MEAN_ABSOLUTE_DEVIATION,
    "cvar": RiskMeasure.CVAR,
    "evar": RiskMeasure.EVAR,
    "worst_realization": RiskMeasure.WORST_REALIZATION,
    "average_drawdown": RiskMeasure.AVERAGE_DRAWDOWN,
    "maximum_drawdown": RiskMeasure.MAX_DRAWDOWN,
    "cdar": RiskMeasure.CDAR,
    "ulcer_index": RiskMeasure.ULCER_INDEX,
}

results, failed = {}, {}
for name, measure in MEASURES.items():
    tasks = {
        f"hrp.{name}": HierarchicalRiskParity(risk_measure=measure),
        f"hrp.bounds.{name}": HierarchicalRiskParity(
            risk_measure=measure, min_weights=lower, max_weights=upper
        ),
        f"herc.{name}": HierarchicalEqualRiskContribution(risk_measure=measure),
    }
    for task, model in tasks.items():
        try:
            results[task] = model.fit(R).weights_.tolist()
        except Exception as error:  # noqa: BLE001
            failed[task] = repr(error)[:200]

versions = {"skfolio": importlib.metadata.version("skfolio")}
print(json.dumps({"versions": versions, "results": results, "failed": failed}))
