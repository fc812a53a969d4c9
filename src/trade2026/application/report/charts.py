"""Curves as inline SVG: shapes stretch to any width, labels are HTML and keep their size."""

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import numpy as np

from trade2026.analytics.arrays import FloatArray, IntArray
from trade2026.application.report.formatting import compact, percent
from trade2026.application.report.scales import log_ticks, thin, time_ticks, value_ticks

_COLUMNS = 500
_WIDTH, _HEIGHT = 1000.0, 300.0
_LOG_FROM = 8.0  # A curve that grew eightfold hides its early years on a linear axis.


@dataclass(frozen=True, slots=True, eq=False)
class Line:
    """One curve: its name, style class (one word) and values at the chart's marks."""

    name: str
    style: str
    values: FloatArray


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Chart:
    """A chart to draw.

    Attributes
    ----------
    key : str
        Unique word on the page, for element ids.
    title, description : str
        For readers who do not see it; any text.
    ts_ns : int64, shape (n,)
        Marks of all lines.
    lines : sequence of Line
        The first one is filled to its base.
    is_percent : bool
        Values are fractions shown as percent; otherwise money.
    is_intraday : bool
        Tooltips show the time of day.
    may_be_log : bool
        Use a logarithmic axis where the values are positive and span a factor of eight.
    """

    key: str
    title: str
    description: str
    ts_ns: IntArray
    lines: Sequence[Line]
    is_percent: bool
    is_intraday: bool
    may_be_log: bool = False

    @property
    def is_log(self) -> bool:
        """Whether the value axis is logarithmic."""
        low, high = self.bounds()
        return self.may_be_log and low > 0.0 and high / low >= _LOG_FROM

    def bounds(self) -> tuple[float, float]:
        """Lowest and highest value of all lines."""
        return min(float(x.values.min()) for x in self.lines), max(float(x.values.max()) for x in self.lines)


@dataclass(frozen=True, slots=True)
class _Axes:
    """Maps instants and values to the drawing area; y grows downwards."""

    start: float
    span: float
    low: float
    high: float
    is_log: bool

    def x(self, ts_ns: FloatArray) -> FloatArray:
        """Horizontal position, 0 to 1."""
        return (ts_ns - self.start) / self.span

    def y(self, values: FloatArray) -> FloatArray:
        """Vertical position from the top, 0 to 1."""
        low, high = (math.log(self.low), math.log(self.high)) if self.is_log else (self.low, self.high)
        position: FloatArray = 1.0 - ((np.log(values) if self.is_log else values) - low) / (high - low)
        return position


def draw(chart: Chart) -> str:
    """The chart as an HTML figure body; two marks or more, otherwise a sentence saying there is no curve."""
    if chart.ts_ns.size < 2:
        return '<p class="muted">One mark draws no curve.</p>'
    axes = _axes(chart)
    lines = [(line, thin(chart.ts_ns, line.values, _COLUMNS)) for line in chart.lines]
    parts = [
        f'<div class="chart" data-key="{chart.key}" data-percent="{int(chart.is_percent)}" '
        f'data-intraday="{int(chart.is_intraday)}" data-points="{_points(chart, axes, lines)}">',
        f'<svg viewBox="0 0 {_WIDTH:.0f} {_HEIGHT:.0f}" preserveAspectRatio="none" role="img" '
        f'aria-labelledby="{chart.key}-title {chart.key}-desc">',
        f'<title id="{chart.key}-title">{escape(chart.title)}</title>',
        f'<desc id="{chart.key}-desc">{escape(chart.description)}</desc>',
        *_grid(chart, axes),
        *_curves(chart, axes, lines),
        "</svg>",
        *_labels(chart, axes),
        '<div class="cursor" hidden></div><div class="tip" hidden></div></div>',
    ]
    return "\n".join(parts)


def _axes(chart: Chart) -> _Axes:
    """Axes with a little room around the values; zero is the top of a drawdown and stays there."""
    low, high = chart.bounds()
    is_log = chart.is_log
    if is_log:
        low, high = low / 1.05, high * 1.05
    elif chart.is_percent:
        low, high = min(low * 1.08, -1e-4), max(high, 0.0)
    else:
        room = 0.06 * (high - low) or 0.01 * abs(high) or 1.0
        low, high = low - room, high + room
    start = float(chart.ts_ns[0])
    return _Axes(start, float(chart.ts_ns[-1]) - start, low, high, is_log)


def _ticks(axes: _Axes) -> list[float]:
    """Values to mark on the vertical axis."""
    ticks = log_ticks(axes.low, axes.high) if axes.is_log else value_ticks(axes.low, axes.high)
    return ticks or [axes.low, axes.high]


def _grid(chart: Chart, axes: _Axes) -> list[str]:
    """Horizontal lines at the marked values."""
    heights = axes.y(np.array(_ticks(axes), dtype=np.float64)) * _HEIGHT
    return [f'<line class="grid" x1="0" x2="{_WIDTH:.0f}" y1="{y:.1f}" y2="{y:.1f}"/>' for y in heights]


def _curves(chart: Chart, axes: _Axes, lines: Sequence[tuple[Line, IntArray]]) -> list[str]:
    """The lines, the last of them lowest, and the area of the first."""
    drawn = []
    for order, (line, kept) in enumerate(lines):
        x = axes.x(chart.ts_ns[kept].astype(np.float64)) * _WIDTH
        y = axes.y(line.values[kept]) * _HEIGHT
        path = "L".join(f"{left:.1f} {top:.1f}" for left, top in zip(x.tolist(), y.tolist(), strict=True))
        drawn.append(f'<path class="line {line.style}" d="M{path}"/>')
        if order == 0:
            base = 0.0 if chart.is_percent else _HEIGHT
            drawn.append(
                f'<path class="area {line.style}" d="M{x[0]:.1f} {base:.0f}L{path}L{x[-1]:.1f} {base:.0f}Z"/>'
            )
    return drawn[::-1]


def _labels(chart: Chart, axes: _Axes) -> list[str]:
    """Axis labels as HTML, placed by percentages; hidden from readers of the description."""
    ticks = _ticks(axes)
    heights = axes.y(np.array(ticks, dtype=np.float64)) * 100.0
    step = ticks[1] - ticks[0] if len(ticks) > 1 else 1.0
    digits = max(0, -math.floor(math.log10(step) + 2.0 + 1e-9))  # Two neighbors never read the same.
    rows = ['<div class="y" aria-hidden="true">']
    for tick, height in zip(ticks, heights.tolist(), strict=True):
        text = percent(tick, digits) if chart.is_percent else compact(tick)
        rows.append(f'<span style="top:{height:.2f}%">{escape(text)}</span>')
    rows.append('</div><div class="x" aria-hidden="true">')
    for ts, text in time_ticks(int(chart.ts_ns[0]), int(chart.ts_ns[-1])):
        left = (ts - axes.start) / axes.span * 100.0
        if 1.5 <= left <= 98.5:  # A label on the very edge would be cut.
            rows.append(f'<span style="left:{left:.2f}%">{escape(text)}</span>')
    rows.append("</div>")
    return rows


def _points(chart: Chart, axes: _Axes, lines: Sequence[tuple[Line, IntArray]]) -> str:
    """What the tooltip needs, as escaped JSON: milliseconds, places and values of each line's marks."""
    kept = lines[0][1]
    first = chart.lines[0].values[kept]
    data = {
        "t": (chart.ts_ns[kept] // 1_000_000).tolist(),
        "x": np.round(axes.x(chart.ts_ns[kept].astype(np.float64)), 5).tolist(),
        "y": np.round(axes.y(first), 4).tolist(),
        "names": [line.name for line in chart.lines],
        "values": [[float(f"{v:.8g}") for v in line.values[kept].tolist()] for line in chart.lines],
    }
    return escape(json.dumps(data, separators=(",", ":")))
