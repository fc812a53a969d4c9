"""The returns of several assets on common times, and where they come from."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # Declarations are read by commands and pages, which need no numpy.
    from trade2026.analytics.arrays import FloatArray, IntArray


@dataclass(frozen=True, slots=True)
class Factors:
    """Returns of factors, or of a benchmark, over the periods of a panel.

    Attributes
    ----------
    names : tuple of str
        Names of the columns.
    returns : float64, shape (T, K)
        Simple returns as fractions; finite.
    data, data_sha256 : str
        Name and hash of their data set; "" for rows that came with the request.
    """

    names: tuple[str, ...]
    returns: "FloatArray"
    data: str
    data_sha256: str


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
        Of what is computed on: assets, times and returns, and those of the factors.
    limits : tuple of str
        What the data cannot show.
    warnings : tuple of str
        What was left out, and why.
    factors : Factors or None
        Of requests that ask for factors.
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
    factors: Factors | None = None

    @property
    def is_dated(self) -> bool:
        """Whether its periods have times: rows of a request have none unless it says their days."""
        return int(self.ts_ns[-1]) >= self.ts_ns.size

    def of_factors(self) -> Factors:
        """The factors of a request that asks for them."""
        assert self.factors is not None, "the request is no FactorRequest"
        return self.factors
