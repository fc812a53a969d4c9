"""Elements of a product of cones: nonnegative numbers first, then second-order blocks (u0, u1), |u1| <= u0.

Alizadeh and Goldfarb (2003), Mathematical Programming 95, 3-51; the scaling is that of Nesterov and Todd.
"""

from itertools import pairwise

import numpy as np

from trade2026.analytics.arrays import FloatArray


class Cones:
    """What is done with elements of the cone: nonnegative numbers first, then second-order blocks."""

    def __init__(self, nonnegative: int, cones: tuple[int, ...]) -> None:
        self.plain = nonnegative
        ends = np.cumsum([nonnegative, *cones])
        self.blocks = [slice(int(a), int(b)) for a, b in pairwise(ends.tolist())]
        self.size = int(ends[-1])
        self.degree = nonnegative + len(cones)
        self.one = np.zeros(self.size)
        self.one[:nonnegative] = 1.0
        for block in self.blocks:
            self.one[block.start] = 1.0

    def product(self, u: FloatArray, v: FloatArray) -> FloatArray:
        """Of the Jordan algebra, block by block."""
        result = u * v
        for block in self.blocks:
            a, b = u[block], v[block]
            result[block] = a[0] * b + b[0] * a
            result[block.start] = a @ b
        return result

    def divided(self, u: FloatArray, v: FloatArray) -> FloatArray:
        """The x with product(u, x) = v."""
        result = np.empty_like(v)
        result[: self.plain] = v[: self.plain] / u[: self.plain]
        for block in self.blocks:
            a, b = u[block], v[block]
            head = (a[0] * b[0] - a[1:] @ b[1:]) / _inner(a)
            result[block.start] = head
            result[block.start + 1 : block.stop] = (b[1:] - head * a[1:]) / a[0]
        return result

    def reach(self, u: FloatArray, step: FloatArray) -> float:
        """The largest t for which u + t step stays in the cone; u is inside."""
        rate = 0.0
        if self.plain:
            rate = float(np.max(-step[: self.plain] / u[: self.plain], initial=0.0))
        limit = 1.0 / rate if rate > 0.0 else np.inf
        for block in self.blocks:
            limit = min(limit, _reach(u[block], step[block]))
        return limit

    def inside(self, u: FloatArray) -> FloatArray:
        """U moved along the unit until it is well inside."""
        short = -float(u[: self.plain].min()) if self.plain else -np.inf
        for block in self.blocks:
            short = max(short, float(np.linalg.norm(u[block][1:]) - u[block.start]))
        return u if short < -1e-8 else u + (1.0 + short) * self.one


def _inner(u: FloatArray) -> float:
    """u0^2 - |u1|^2, without the loss of a difference of squares."""
    length = float(np.linalg.norm(u[1:]))
    return max((float(u[0]) - length) * (float(u[0]) + length), 1e-300)


def _reach(u: FloatArray, d: FloatArray) -> float:
    a = float(d[0] ** 2 - d[1:] @ d[1:])
    b = float(u[0] * d[0] - u[1:] @ d[1:])
    c = _inner(u)
    root = b * b - a * c
    limits = [-float(u[0] / d[0])] if d[0] < 0.0 else []
    if root >= 0.0:
        away = -b - np.sqrt(root) if b > 0.0 else -b + np.sqrt(root)
        limits += [away / a] if a != 0.0 else []
        limits += [c / away] if away != 0.0 else []
    return min((t for t in limits if t > 0.0), default=np.inf)


class Scaling:
    """W with W z = s / W: a square root of s / z for numbers, and a hyperbolic reflection for blocks."""

    def __init__(self, cones: Cones, s: FloatArray, z: FloatArray) -> None:
        self.cones = cones
        self.plain = np.sqrt(s[: cones.plain] / z[: cones.plain])
        self.blocks: list[tuple[slice, float, FloatArray]] = []
        for block in cones.blocks:
            a, b = np.sqrt(_inner(s[block])), np.sqrt(_inner(z[block]))
            unit, other = s[block] / a, z[block] / b
            middle = np.sqrt(0.5 * (1.0 + float(unit @ other)))
            w = (unit + _flipped(other)) / (2.0 * middle)
            self.blocks.append((block, float(np.sqrt(a / b)), w))
        self.at = self.times(z)

    def times(self, u: FloatArray, *, inverse: bool = False) -> FloatArray:
        """W u, or its inverse."""
        result = np.empty_like(u)
        k = self.cones.plain
        result[:k] = u[:k] / self.plain if inverse else u[:k] * self.plain
        for block, factor, w in self.blocks:
            v = w.copy()
            v[0] += 1.0
            v /= np.sqrt(2.0 * v[0])
            if inverse:
                v = _flipped(v)
            turned = 2.0 * v * float(v @ u[block]) - _flipped(u[block])
            result[block] = turned / factor if inverse else turned * factor
        return result


def _flipped(u: FloatArray) -> FloatArray:
    result = -u
    result[0] = u[0]
    return result
