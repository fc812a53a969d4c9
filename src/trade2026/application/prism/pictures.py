"""Small charts as inline SVG: intervals beside one another, a path with its band, points with a law."""

import math
from collections.abc import Sequence
from html import escape
from typing import Final, NamedTuple

import numpy as np

from trade2026.analytics.arrays import FloatArray
from trade2026.application.report.scales import value_ticks

STYLE: Final = """
.picture{width:100%;height:auto;display:block;max-width:760px}
.picture text{fill:var(--muted);font:12px system-ui,sans-serif}
.picture .tape{stroke:var(--other);fill:var(--other)}
.picture .market{stroke:var(--accent);fill:var(--accent)}
.picture .range{fill:var(--up);opacity:.13;stroke:none}
.picture .band{fill:var(--accent);opacity:.16;stroke:none}
.picture .axis{stroke:var(--grid);stroke-width:1}
.picture .path{fill:none;stroke:var(--accent);stroke-width:1.8}
.picture .law{fill:none;stroke:var(--other);stroke-width:1.4;stroke-dasharray:5 4}
.facts{overflow-x:auto}.facts td,.facts th{text-align:left;white-space:normal}td.wide{min-width:250px}
"""
_WIDTH, _HEIGHT, _LEFT, _BOTTOM = 760.0, 300.0, 62.0, 34.0


class Interval(NamedTuple):
    """One value with its interval; `style` is "tape" or "market"."""

    style: str
    value: float
    low: float
    high: float


def intervals(shown: Sequence[Interval], criterion: tuple[float | None, float | None] | None = None) -> str:
    """Intervals on one axis, and where a criterion is met; nothing for none."""
    if not shown:
        return ""
    low, high = min(each.low for each in shown), max(each.high for each in shown)
    for end in criterion or ():
        low, high = (low, high) if end is None else (min(low, end), max(high, end))
    pad = 0.06 * (high - low) or max(abs(high), 1e-9) * 0.1
    low, high = low - pad, high + pad

    def x(value: float) -> float:
        return 250.0 * (value - low) / (high - low)

    height = 14.0 * len(shown) + 6.0
    parts = [f'<svg class="picture" viewBox="0 0 250 {height:.0f}" role="img" aria-label="intervals">']
    if criterion is not None:
        begin = 0.0 if criterion[0] is None else x(criterion[0])
        end = 250.0 if criterion[1] is None else x(criterion[1])
        parts.append(
            f'<rect class="range" x="{begin:.1f}" y="0" width="{end - begin:.1f}" height="{height:.0f}"/>'
        )
    for row, each in enumerate(shown):
        y = 10.0 + 14.0 * row
        parts.append(
            f'<g class="{each.style}"><line x1="{x(each.low):.1f}" x2="{x(each.high):.1f}" y1="{y}" y2="{y}" '
            f'stroke-width="2"/><circle cx="{x(each.value):.1f}" cy="{y}" r="3.4"/></g>'
        )
    return "".join([*parts, "</svg>"])


class _Frame:
    """Axes of a chart with labels; `x_log` has a logarithmic x axis."""

    def __init__(self, xs: FloatArray, low: float, high: float, *, x_log: bool) -> None:
        self._x_log = x_log
        self._first, self._last = self._scaled(float(xs[0])), self._scaled(float(xs[-1]))
        pad = 0.05 * (high - low) or 1.0
        self._low, self._high = low - pad, high + pad

    def _scaled(self, value: float) -> float:
        return math.log10(value) if self._x_log else value

    def x(self, value: float) -> float:
        """Place from the left."""
        span = self._last - self._first or 1.0
        return _LEFT + (_WIDTH - _LEFT - 12.0) * (self._scaled(value) - self._first) / span

    def y(self, value: float) -> float:
        """Place from the top."""
        return (_HEIGHT - _BOTTOM) * (1.0 - (value - self._low) / (self._high - self._low))

    def axes(self, xs: FloatArray, x_name: str, y_name: str) -> list[str]:
        """Grid and labels."""
        parts = []
        for tick in value_ticks(self._low, self._high):
            y = self.y(tick)
            parts.append(f'<line class="axis" x1="{_LEFT}" x2="{_WIDTH}" y1="{y:.1f}" y2="{y:.1f}"/>')
            parts.append(f'<text x="{_LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{tick:g}</text>')
        marks = xs.tolist() if self._x_log else value_ticks(float(xs[0]), float(xs[-1]), 8)
        y = _HEIGHT - _BOTTOM + 16
        parts += [f'<text x="{self.x(at):.1f}" y="{y}" text-anchor="middle">{at:g}</text>' for at in marks]
        parts.append(f'<text x="{_WIDTH}" y="{_HEIGHT - 3}" text-anchor="end">{escape(x_name)}</text>')
        parts.append(f'<text x="0" y="{_HEIGHT - 3}">{escape(y_name)}</text>')
        return parts

    def line(self, xs: FloatArray, ys: FloatArray) -> str:
        """Points of a path."""
        return "L".join(
            f"{self.x(a):.1f} {self.y(b):.1f}" for a, b in zip(xs.tolist(), ys.tolist(), strict=True)
        )


def _open(title: str) -> str:
    return (
        f'<svg class="picture" viewBox="0 0 {_WIDTH:.0f} {_HEIGHT:.0f}" role="img" '
        f'aria-label="{escape(title, quote=True)}">'
    )


def path(
    xs: FloatArray,
    mean: FloatArray,
    low: FloatArray,
    high: FloatArray,
    *,
    title: str,
    x_name: str,
    y_name: str,
) -> str:
    """A path with the band of its interval; the band is left out where it is not finite."""
    has_band = bool(np.isfinite(low).all() and np.isfinite(high).all())
    ends = (low, high) if has_band else (mean,)
    frame = _Frame(xs, min(float(e.min()) for e in ends), max(float(e.max()) for e in ends), x_log=False)
    parts = [_open(title), *frame.axes(xs, x_name, y_name)]
    if has_band:
        back = frame.line(xs[::-1], low[::-1])
        parts.append(f'<path class="band" d="M{frame.line(xs, high)}L{back}Z"/>')
    parts.append(f'<path class="path" d="M{frame.line(xs, mean)}"/>')
    return "".join([*parts, "</svg>"])


def points(
    xs: FloatArray, values: FloatArray, low: FloatArray, high: FloatArray, law: FloatArray | None, *,
    title: str, x_name: str, y_name: str,
) -> str:  # fmt: skip
    """Points with intervals over a logarithmic axis, and the fitted law through them."""
    frame = _Frame(xs, min(float(low.min()), 0.0), float(high.max()), x_log=True)
    parts = [_open(title), *frame.axes(xs, x_name, y_name)]
    for at, value, a, b in zip(xs.tolist(), values.tolist(), low.tolist(), high.tolist(), strict=True):
        x = frame.x(at)
        parts.append(
            f'<g class="market"><line x1="{x:.1f}" x2="{x:.1f}" y1="{frame.y(a):.1f}" y2="{frame.y(b):.1f}" '
            f'stroke-width="2"/><circle cx="{x:.1f}" cy="{frame.y(value):.1f}" r="4"/></g>'
        )
    if law is not None:
        parts.append(f'<path class="law" d="M{frame.line(xs, law)}"/>')
    return "".join([*parts, "</svg>"])
