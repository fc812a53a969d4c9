"""Logarithm, power of e and sine from additions and multiplications alone.

A C library's are as exact, but another library, or the same on another processor, may round the last bit the
other way: then a market of the same seed is another one. These give the same bits wherever numbers are those
of IEEE 754, compiled or not. And they become a piece of whatever calls them, which a library's cannot.

Where an argument lies in one of `_PARTS` parts of its octave is looked up, after Tang (1989, 1990), and a
Taylor polynomial of what is left does the rest.
"""

import math
from decimal import Decimal, localcontext
from typing import Final

import numpy as np

from trade2026.matching.compiled.keeping import part

_PARTS: Final = 32
_ONE: Final = 1023 << 52
_FRACTION: Final = (1 << 52) - 1
_LARGEST: Final = 709.0
_SMALLEST: Final = -708.0

_INVERSES: Final = 1.0 / (1.0 + (np.arange(_PARTS) + 0.5) / _PARTS)
_HALF_PI: Final = Decimal("1.57079632679489661923132169163975144209858")
with localcontext(prec=40):  # So that tables, too, owe nothing to a library's last bit.
    _LN_2: Final = float(Decimal(2).ln())
    _PARTS_A_LOG: Final = float(_PARTS / Decimal(2).ln())
    _LOG_A_PART: Final = float.fromhex("0x1.62e42fefp-6")  # Of 33 bits: its product with a count is exact.
    _LOG_A_PART_REST: Final = float(Decimal(2).ln() / _PARTS - Decimal(_LOG_A_PART))
    _LOGS: Final = np.array([float(-Decimal(inverse).ln()) for inverse in _INVERSES.tolist()])
    _POWERS: Final = np.array(
        [float(Decimal(2) ** (Decimal(number) / _PARTS)) for number in range(_PARTS)]
    ).view(np.int64)
    _SINE: Final = tuple(
        float((-1) ** n * _HALF_PI ** (2 * n + 1) / math.factorial(2 * n + 1)) for n in range(11)
    )


@part
def ln(x: float) -> float:
    """The natural logarithm of a number above 2**-1022 and finite, to 4e-16 or, beyond e, as much of it."""
    bits = np.float64(x).view(np.int64)
    octave, number = (bits >> 52) - 1023, (bits >> 47) & (_PARTS - 1)
    r = np.int64((bits & _FRACTION) | _ONE).view(np.float64) * _INVERSES[number] - 1.0
    z = r * r
    low = (r - 0.5 * z) + z * r * (1.0 / 3.0 - 0.25 * r)
    high = (0.2 - r * (1.0 / 6.0)) + z * (1.0 / 7.0 - 0.125 * r)
    return float((octave * _LN_2 + _LOGS[number]) + (low + z * z * r * high))


@part
def exp(x: float) -> float:
    """The power `x` of e, to 3e-16 of it; 0 below -708, inf above 709."""
    if x < _SMALLEST:
        return 0.0
    if x > _LARGEST:
        return math.inf
    count = math.floor(x * _PARTS_A_LOG + 0.5)
    r = (x - count * _LOG_A_PART) - count * _LOG_A_PART_REST
    z = r * r
    more = (r + 0.5 * z) + z * r * ((1.0 / 6.0 + r * (1.0 / 24.0)) + z * (1.0 / 120.0 + r * (1.0 / 720.0)))
    power = np.int64(_POWERS[count & (_PARTS - 1)] + ((count >> 5) << 52)).view(np.float64)
    return float(power + power * more)


@part
def sin_right(y: float) -> float:
    """The sine of so many right angles, from -1 to 1, to 5e-16."""
    z = y * y
    w = z * z
    a = _SINE[0] + _SINE[1] * z
    b = _SINE[2] + _SINE[3] * z
    c = _SINE[4] + _SINE[5] * z
    d = _SINE[6] + _SINE[7] * z
    e = _SINE[8] + _SINE[9] * z + _SINE[10] * w
    return y * ((a + b * w) + (w * w) * ((c + d * w) + (w * w) * e))


@part
def left_after(half_lives: float) -> float:
    """What is left of 1 after so many half-lives, to 3e-16 of it and 1e-16 more for each."""
    return exp(-_LN_2 * half_lives)
