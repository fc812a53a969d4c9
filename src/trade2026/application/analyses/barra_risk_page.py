"""The declaration of the analysis of risk by the factor model, and its page."""

from typing import Final

from trade2026.application.analyses.barra_request import FACTOR_LABELS, SAMPLE_SECTORS
from trade2026.application.analyses.barra_risk import compute
from trade2026.application.analyses.barra_risk_types import FactorRiskRequest, FactorRiskResult
from trade2026.application.analyses.declaration import Analysis
from trade2026.application.pages.spec import Block, Preset, View, Workspace
from trade2026.application.pages.views import (
    BarOptions,
    Column,
    Figure,
    Format,
    HeatmapOptions,
    KpiOptions,
    LineOptions,
    Series,
    TableOptions,
)

_BAND: Final = (Series(key="low", title="95% band, low"), Series(key="high", title="95% band, high"))

_LAYOUT: Final = (
    Block(
        view=View.KPI,
        title="Summary",
        data="/summary",
        opts=KpiOptions(
            items=(
                Figure(key="volatility", title="Volatility", format=Format.PCT, doc="Annual, the forecast."),
                Figure(key="factor_volatility", title="From factors", format=Format.PCT),
                Figure(key="specific_volatility", title="Specific", format=Format.PCT),
                Figure(key="factor_share", title="Factors, of the variance", format=Format.PCT),
                Figure(
                    key="bias",
                    title="Bias",
                    format=Format.DECIMAL,
                    doc="Standard deviation of returns over forecasts; above one risk was forecast too low.",
                ),
                Figure(key="random_bias", title="Bias of random ones", format=Format.DECIMAL),
                Figure(key="low", title="95% band, low", format=Format.DECIMAL),
                Figure(key="high", title="95% band, high", format=Format.DECIMAL),
            )
        ),
        span=3,
    ),
    Block(
        view=View.BAR,
        title="Shares of risk",
        data="/factors",
        words={"factor": FACTOR_LABELS},
        opts=BarOptions(
            x="factor", series=(Series(key="share", title="Share"),), format=Format.PCT, horizontal=True
        ),
        doc="Of the volatility; they sum to one. Below zero for a hedge.",
    ),
    Block(
        view=View.TABLE,
        title="By factor",
        data="/factors",
        words={"factor": FACTOR_LABELS},
        empty="There is no factor.",
        opts=TableOptions(
            columns=(
                Column("factor", "Factor"),
                Column("kind", "Kind"),
                Column("exposure", "Exposure", Format.DECIMAL),
                Column("volatility", "Volatility", Format.PCT),
                Column("marginal", "Marginal", Format.PCT),
                Column("component", "Component", Format.PCT),
                Column("share", "Share", Format.PCT),
            ),
            row_key="factor",
        ),
        span=2,
        doc="Annual. Component: exposure times marginal; they sum to the volatility.",
    ),
    Block(
        view=View.TABLE,
        title="By asset",
        data="/assets",
        empty="There is no asset.",
        opts=TableOptions(
            columns=(
                Column("asset", "Asset", Format.ID),
                Column("weight", "Weight", Format.PCT),
                Column("volatility", "Volatility", Format.PCT),
                Column("specific_volatility", "Specific", Format.PCT),
                Column("marginal", "Marginal", Format.PCT),
                Column("component", "Component", Format.PCT),
                Column("from_factors", "From factors", Format.PCT),
                Column("share", "Share", Format.PCT),
            ),
            row_key="asset",
            sort="-component",
        ),
        span=3,
    ),
    Block(
        view=View.LINE,
        title="Bias statistic through time",
        data="/bias",
        opts=LineOptions(
            x="ts", series=(Series(key="portfolio", title="Portfolio"), *_BAND), ranges=True, height=280
        ),
        span=3,
        empty="Rows that come with a request have no times; or there are too few forecasts for the window.",
        doc="Out of sample: of the window that ends there. Above one risk was forecast too low; 95 % of "
        "right forecasts of normal returns lie in the band.",
    ),
    Block(
        view=View.LINE,
        title="Bias of market and random portfolios",
        data="/bias",
        opts=LineOptions(
            x="ts",
            series=(
                Series(key="market", title="Factor market"),
                Series(key="random_mean", title="Random, mean"),
                Series(key="random_low", title="Random, 5% quantile"),
                Series(key="random_high", title="Random, 95% quantile"),
            ),
            ranges=True,
            height=280,
        ),
        span=3,
        empty="There is none, as above.",
    ),
    Block(
        view=View.TABLE,
        title="Bias over all forecasts",
        data="/biases",
        words={"name": FACTOR_LABELS},
        empty="There is no forecast.",
        opts=TableOptions(
            columns=(
                Column("name", "Of"),
                Column("kind", "Kind"),
                Column("bias", "Bias", Format.DECIMAL),
                Column("finding", "Forecast"),
            ),
            row_key="name",
        ),
        span=2,
    ),
    Block(
        view=View.TABLE,
        title="Eigenfactors",
        data="/eigenfactors",
        empty="There is none.",
        opts=TableOptions(
            columns=(
                Column("rank", "Rank", Format.QTY),
                Column("volatility", "Volatility", Format.PCT),
                Column("adjustment", "Times", Format.DECIMAL),
            ),
            row_key="rank",
        ),
        doc="Annual volatility along eigenvectors of the factor covariance, and what it is multiplied by.",
    ),
    Block(
        view=View.HEATMAP,
        title="Correlations of factors, the forecast",
        data="/correlations",
        words={"x": FACTOR_LABELS, "y": FACTOR_LABELS},
        opts=HeatmapOptions(x="x", y="y", value="value", format=Format.DECIMAL),
        span=3,
    ),
)

FACTOR_RISK: Final = Analysis(
    analysis_id="factors/risk",
    title="Factor risk",
    doc="What a portfolio's risk comes from, by the factor model, and how right its forecasts were.",
    workspace=Workspace.RESEARCH,
    order=21,
    keywords=("factors", "barra", "risk", "bias statistic", "specific risk", "newey-west", "eigenfactor"),
    request=FactorRiskRequest,
    result=FactorRiskResult,
    compute=compute,
    layout=_LAYOUT,
    example=FactorRiskRequest(
        start="2017-01-01",
        sectors=SAMPLE_SECTORS,
        weights=(0.3, 0.2, 0.1, 0.0, 0.0, 0.0, 0.0, 0.0, 0.1, 0.0, 0.0, 0.0, 0.3, *(0.0,) * 7),
        draws=200,
    ),
    presets=(
        Preset(title="Sample with sectors", values={"sectors": list(SAMPLE_SECTORS)}),
        Preset(title="Plain covariances", values={"lags": 0, "draws": 0, "shrinkage": 0.0}),
    ),
)
