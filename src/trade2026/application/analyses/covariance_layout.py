"""How the covariance laboratory is shown."""

from typing import Final

from trade2026.application.analyses.covariance_density import HERMITE, KERNEL, LAW
from trade2026.application.analyses.estimates import CovarianceName
from trade2026.application.analyses.labels import labels_of
from trade2026.application.pages.spec import Block, View
from trade2026.application.pages.views import (
    Column,
    Figure,
    Format,
    Good,
    HeatmapOptions,
    HistogramOptions,
    KpiOptions,
    ScatterOptions,
    TableOptions,
)

EDGE: Final = "Marchenko-Pastur edge"
_CLEANERS: Final = ("shrink", "denoise", "detone", "nearest_psd")
_ESTIMATORS: Final = labels_of((*CovarianceName, *_CLEANERS))
"""Also of "ledoit_wolf + detone", whose parts are each said in words."""

LAYOUT: Final = (
    Block(
        view=View.KPI,
        title="Summary",
        data="/summary",
        words={"estimator": _ESTIMATORS},
        opts=KpiOptions(
            items=(
                Figure(key="estimator", title="Estimator"),
                Figure(
                    key="score",
                    title="Score out of sample",
                    format=Format.DECIMAL,
                    good=Good.UP,
                    doc="Of Gaussian loss: 0 is the sample's, below is worse, 100 the least there can be.",
                ),
                Figure(key="assets", title="Assets", format=Format.QTY),
                Figure(key="periods_per_asset", title="Periods per asset", format=Format.DECIMAL),
                Figure(
                    key="signals",
                    title="Signals",
                    format=Format.QTY,
                    doc="Eigenvalues above the Marchenko-Pastur edge.",
                ),
                Figure(
                    key="effective_rank_before",
                    title="Effective rank, sample",
                    format=Format.DECIMAL,
                    doc="So many assets that move alone would be as diverse.",
                ),
                Figure(key="effective_rank_after", title="Effective rank", format=Format.DECIMAL),
                Figure(
                    key="condition_number_before",
                    title="Condition number, sample",
                    format=Format.DECIMAL,
                    doc="Largest over smallest eigenvalue: weights are unsteady where it is large.",
                ),
                Figure(key="condition_number_after", title="Condition number", format=Format.DECIMAL),
                Figure(
                    key="concentration_before",
                    title="Largest eigenvalue, sample",
                    format=Format.PCT,
                    doc="Share of all eigenvalues.",
                ),
                Figure(key="concentration_after", title="Largest eigenvalue", format=Format.PCT),
                Figure(
                    key="noise_variance",
                    title="Variance of noise",
                    format=Format.DECIMAL,
                    doc="What the largest eigenvalue leaves of the variance.",
                ),
                Figure(
                    key="elbow",
                    title="Before the elbow",
                    format=Format.QTY,
                    doc="Eigenvalues of the sample before their curve flattens.",
                ),
                Figure(
                    key="mean_correlation_before", title="Mean correlation, sample", format=Format.DECIMAL
                ),
                Figure(key="mean_correlation_after", title="Mean correlation", format=Format.DECIMAL),
            )
        ),
        span=3,
    ),
    Block(
        view=View.SCATTER,
        title="Eigenvalues",
        data="/spectrum",
        words={"matrix": _ESTIMATORS},
        opts=ScatterOptions(
            x="rank",
            y="eigenvalue",
            x_title="Rank",
            y_title="Eigenvalue of the correlation matrix",
            group="matrix",
            joined=(EDGE,),
            x_format=Format.QTY,
        ),
        span=3,
        doc="What lies above the Marchenko-Pastur edge is not noise of independent assets.",
    ),
    Block(
        view=View.HISTOGRAM,
        title="Eigenvalues and noise",
        data="/density",
        opts=HistogramOptions(
            low="low",
            high="high",
            value="density",
            title="Eigenvalues of the sample",
            x_title="Eigenvalue of the correlation matrix",
            y_title="Density",
            curve="law",
            curve_title="Marchenko-Pastur law of the rest",
        ),
        span=3,
        doc="The law is that of noise with the variance that the largest eigenvalue leaves; to its right is "
        "signal.",
    ),
    Block(
        view=View.SCATTER,
        title="Density of eigenvalues",
        data="/densities",
        opts=ScatterOptions(
            x="eigenvalue",
            y="density",
            x_title="Eigenvalue of the correlation matrix",
            y_title="Density",
            group="estimate",
            joined=(KERNEL, HERMITE, LAW),
        ),
        span=3,
        doc="A Gaussian kernel, a Hermite (Gram-Charlier) series of the order asked for, and the law. The "
        "series may fall below zero where the eigenvalues are far from normal.",
    ),
    Block(
        view=View.TABLE,
        title="Estimators out of sample",
        data="/estimators",
        words={"estimator": _ESTIMATORS},
        empty="There is no estimator.",
        opts=TableOptions(
            columns=(
                Column("estimator", "Estimator"),
                Column("forecast_loss", "Gaussian loss", Format.DECIMAL),
                Column("score", "Score", Format.DECIMAL),
                Column("correlation_distance", "Distance of correlations", Format.DECIMAL),
                Column("condition_number", "Condition number", Format.DECIMAL),
                Column("effective_rank", "Effective rank", Format.DECIMAL),
                Column("error", "Could not be made because"),
            ),
            row_key="estimator",
            sort="forecast_loss",
        ),
        span=3,
        doc="Each is fitted on the first part of the period and judged on the rest; less loss is better. A "
        "score of 0 is the sample's loss, 100 the least there can be.",
    ),
    Block(
        view=View.HEATMAP,
        title="Correlations by the estimator",
        data="/correlations",
        opts=HeatmapOptions(x="x", y="y", value="correlation", format=Format.DECIMAL),
        span=3,
        empty="Correlations of pairs are shown for up to 40 assets.",
    ),
    Block(
        view=View.HEATMAP,
        title="Correlations of the sample",
        data="/sample_correlations",
        opts=HeatmapOptions(x="x", y="y", value="correlation", format=Format.DECIMAL),
        span=3,
        empty="Correlations of pairs are shown for up to 40 assets.",
    ),
    Block(
        view=View.HEATMAP,
        title="Eigenportfolios",
        data="/principal",
        opts=HeatmapOptions(x="x", y="y", value="weight", format=Format.PCT),
        span=3,
        empty="Eigenportfolios are shown for up to 40 assets.",
        doc="Of the sample, the largest eigenvalue first; the first one is the market. Uncorrelated with one "
        "another, absolute weights of each sum to one.",
    ),
)
