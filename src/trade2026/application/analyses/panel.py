"""The returns of several assets on common times, and where they come from."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # Declarations are read by commands and pages, which need no numpy.
    from trade2026.analytics.arrays import FloatArray, IntArray


@dataclass(frozen=True, slots=True)
class Panel:
    """What an analysis computes on.

    Attributes
    ----------
    assets : tuple of str
        Names of the columns.
    ts_ns : int64, shape (T,)
        The end of each period, UTC nanoseconds; periods of rows that came with a request count 0, 1, 2 ...
    returns : float64, shape (T, N)
        Simple returns as fractions; finite.
    periods_per_year : float
        To annualize by.
    data : str
        Name of the data set; "" for rows that came with the request.
    data_sha256 : str
        Of the data set as read; "" likewise.
    sha256 : str
        Of what is computed on: assets, times and returns.
    limits : tuple of str
        What the data cannot show.
    warnings : tuple of str
        What was left out, and why.
    """

    assets: tuple[str, ...]
    ts_ns: "IntArray"
    returns: "FloatArray"
    periods_per_year: float
    data: str
    data_sha256: str
    sha256: str
    limits: tuple[str, ...]
    warnings: tuple[str, ...]
