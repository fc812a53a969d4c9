"""The declaration of the attribution by the factor model, and its page."""

from typing import Final

from trade2026.application.analyses.barra_attribution import (
    FactorAttributionRequest,
    FactorAttributionResult,
    compute,
)
from trade2026.application.analyses.barra_parts import NO_STYLES, NO_TIMES, line_block
from trade2026.application.analyses.barra_request import FACTOR_LABELS, SAMPLE_SECTORS
from trade2026.application.analyses.declaration import Analysis
from trade2026.application.pages.spec import Block, Preset, View, Workspace
from trade2026.application.pages.views import (
    BarOptions,
    Column,
    Figure,
    Format,
    Good,
    KpiOptions,
    LineOptions,
    Series,
    TableOptions,
)

_PARTS: Final = {
    "active": "Active",
    "market": "Market",
    "styles": "Styles",
    "sectors": "Sectors",
    "specific": "Specific",
    "outside": "Outside",
}

_LAYOUT: Final = (
    Block(
        view=View.KPI,
        title="Summary",
        data="/summary",
        opts=KpiOptions(
            items=(
                Figure(key="portfolio_return", title="Portfolio", format=Format.PCT, good=Good.UP),
                Figure(key="benchmark_return", title="Against", format=Format.PCT),
                Figure(key="active_return", title="Active", format=Format.PCT, good=Good.UP),
                Figure(key="factor_return", title="From factors", format=Format.PCT, good=Good.UP),
                Figure(key="specific_return", title="Specific", format=Format.PCT, good=Good.UP),
                Figure(key="outside_return", title="Outside the model", format=Format.PCT),
                Figure(
                    key="active_volatility",
                    title="Active volatility",
                    format=Format.PCT,
                    doc="Annual: of what was earned beyond the benchmark.",
                ),
                Figure(key="specific_share", title="Specific, of its variance", format=Format.PCT),
            )
        ),
        span=3,
        doc="Compounded over all periods; factors, specific and outside sum to active.",
    ),
    Block(
        view=View.BAR,
        title="Contributions",
        data="/parts",
        words={"part": FACTOR_LABELS},
        opts=BarOptions(
            x="part",
            series=(Series(key="contribution", title="Contribution"),),
            format=Format.PCT,
            horizontal=True,
        ),
        doc="To the difference of the compounded returns; they sum to it.",
    ),
    Block(
        view=View.TABLE,
        title="Tilts and what they earned",
        data="/parts",
        words={"part": FACTOR_LABELS},
        empty="There is no factor.",
        opts=TableOptions(
            columns=(
                Column("part", "Part"),
                Column("kind", "Kind"),
                Column("tilt", "Tilt, mean", Format.DECIMAL),
                Column("tilt_now", "Tilt now", Format.DECIMAL),
                Column("contribution", "Contribution", Format.PCT, signed=True),
                Column("mean", "Mean", Format.PCT, signed=True),
                Column("volatility", "Volatility", Format.PCT),
                Column("t_mean", "t of the mean", Format.DECIMAL),
            ),
            row_key="part",
        ),
        span=2,
        doc="Tilt: exposure less that of the benchmark, in standard deviations. Mean and volatility: annual.",
    ),
    Block(
        view=View.LINE,
        title="Parts, cumulated",
        data="/cumulated",
        opts=LineOptions(
            x="ts",
            series=tuple(Series(key=key, title=title) for key, title in _PARTS.items() if key != "outside"),
            format=Format.PCT,
            ranges=True,
            height=280,
        ),
        span=3,
        empty=NO_TIMES,
        doc="Linked anew up to each period (Carino), so that they sum to the difference of the returns "
        "compounded until then, and end at the contributions. What is outside is in the table of years.",
    ),
    Block(
        view=View.TABLE,
        title="Years",
        data="/years",
        empty=NO_TIMES,
        opts=TableOptions(
            columns=(
                Column("year", "Year"),
                *(Column(key, title, Format.PCT, signed=True) for key, title in _PARTS.items()),
            ),
            row_key="year",
            sort="-year",
        ),
        span=3,
        doc="Linked within each year: the parts sum to active, the difference of its compounded returns.",
    ),
    line_block(
        "Tilts to styles",
        "/tilts",
        "Tilt",
        Format.DECIMAL,
        "Exposure of the weights less that of the benchmark at the beginning of each period.",
        NO_STYLES,
    ),
)

ATTRIBUTION: Final = Analysis(
    analysis_id="factors/attribution",
    title="Tilts and attribution",
    doc="What a portfolio's tilts to styles and sectors earned, and what was specific; parts sum exactly.",
    workspace=Workspace.RESEARCH,
    order=22,
    keywords=("factors", "attribution", "tilts", "performance", "active return", "specific return"),
    request=FactorAttributionRequest,
    result=FactorAttributionResult,
    compute=compute,
    layout=_LAYOUT,
    example=FactorAttributionRequest(
        start="2017-01-01",
        sectors=SAMPLE_SECTORS,
        weights=(0.3, 0.2, 0.1, 0.0, 0.0, 0.0, 0.0, 0.0, 0.1, 0.0, 0.0, 0.0, 0.3, *(0.0,) * 7),
    ),
    presets=(
        Preset(title="Sample with sectors", values={"sectors": list(SAMPLE_SECTORS)}),
        Preset(title="Against nothing", values={"benchmark": "none"}),
    ),
)
