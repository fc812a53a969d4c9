"""What results of the cross-sectional factor model have in common: lines of factors, cells of heat maps."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import msgspec

from trade2026.application.analyses.barra_request import FACTOR_LABELS, Fitted
from trade2026.application.pages.spec import Block, View
from trade2026.application.pages.views import Format, LineOptions, Series

if TYPE_CHECKING:
    from trade2026.analytics.arrays import FloatArray

ASSETS_SHOWN: Final = 60
"""More rows than this make no readable heat map."""
POINTS: Final = 400
"""Times of a chart with a line for each factor."""


class LineRow(msgspec.Struct, frozen=True):
    """The value of a factor at a time."""

    ts: str
    factor: str
    value: float


class CellRow(msgspec.Struct, frozen=True):
    """A value of an asset and a factor, or of two factors."""

    x: str
    y: str
    value: float | None


def lines_of(fitted: Fitted, values: "FloatArray", kinds: Sequence[str]) -> tuple[LineRow, ...]:
    """Lines of the factors of some kinds, from an array of the model's periods and factors.

    None for rows without days. The times are those at which any of the lines is lowest or highest.
    """
    from trade2026.application.runner.result import extremes

    model = fitted.model
    columns = [at for at, kind in enumerate(model.exposures.kinds) if kind in kinds]
    if not fitted.is_dated or not columns:
        return ()
    each = max(4, POINTS // len(columns))
    kept = sorted({at for column in columns for at in extremes(values[:, column].copy(), each)})
    return tuple(
        LineRow(fitted.time(at), model.factors[column], float(values[at, column]))
        for column in columns
        for at in kept
    )


def asset_cells(rows: tuple[str, ...], columns: tuple[str, ...], values: "FloatArray") -> tuple[CellRow, ...]:
    """A cell for each asset and factor; none for more assets than a heat map can show."""
    if len(rows) > ASSETS_SHOWN:
        return ()
    return tuple(
        CellRow(x, y, float(values[i, j])) for i, y in enumerate(rows) for j, x in enumerate(columns)
    )


def correlation_cells(names: tuple[str, ...], covariance: "FloatArray") -> tuple[CellRow, ...]:
    """Correlations of all pairs; none where one does not move."""
    import numpy as np

    spread = np.sqrt(np.diag(covariance))
    size = np.outer(spread, spread)
    return tuple(
        CellRow(x, y, (1.0 if i == j else float(covariance[i, j] / size[i, j])) if size[i, j] > 0.0 else None)
        for i, y in enumerate(names)
        for j, x in enumerate(names)
    )


def line_block(title: str, data: str, value: str, form: Format, doc: str, empty: str) -> Block:
    """A chart with a line for each factor."""
    return Block(
        view=View.LINE,
        title=title,
        data=data,
        words={"factor": FACTOR_LABELS},
        opts=LineOptions(
            x="ts",
            series=(Series(key="value", title=value),),
            group="factor",
            format=form,
            ranges=True,
            height=280,
        ),
        span=3,
        empty=empty,
        doc=doc,
    )


NO_TIMES: Final = "Rows of a request have no times unless it says their days."
NO_STYLES: Final = f"The model has no style. {NO_TIMES}"
NO_SECTORS: Final = f"The model has no sectors: say those of the assets in the request. {NO_TIMES}"
