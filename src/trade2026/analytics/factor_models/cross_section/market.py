"""What a model is made from: returns, the moments between them, facts and sectors."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from trade2026.analytics.arrays import FloatArray, IntArray, check_times
from trade2026.analytics.factor_models.cross_section.facts import Facts
from trade2026.analytics.matrices import check_panel
from trade2026.primitives.errors import InputError

CAP: Final = "market_cap"
_NEVER: Final = int(np.iinfo(np.int64).min) // 2
"""A moment before everything: nothing is known at the beginning of the first period."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Market:
    """Returns of assets over common periods, and what else was known.

    Attributes
    ----------
    assets : tuple of str
        Names, for messages.
    returns : float64, shape (T, N)
        Simple returns per period, as fractions, oldest first.
    ends : int64, shape (T,)
        The moment at which each period ends; nanoseconds, or any unit that `facts` and `year` share.
    periods_per_year : float
        At least 12: exposures count in months.
    year : int
        A year, in the unit of `ends`.
    facts : Facts, optional
        Figures of the companies.
    sectors : tuple of str
        The sector of each asset; none for a model without sectors.
    period_name : callable
        From the number of a period to what messages call it.

    Raises
    ------
    InputError
        Returns that are no panel, ends of another number, sectors that are not one an asset, or one with a
        single asset: its own return would be taken for that of the sector.
    """

    assets: tuple[str, ...]
    returns: FloatArray
    ends: IntArray
    periods_per_year: float
    year: int
    facts: Facts | None = None
    sectors: tuple[str, ...] = ()
    period_name: Callable[[int], str] = str

    def __post_init__(self) -> None:
        check_panel("returns", self.returns)
        check_times("ends", self.ends)
        periods, assets = self.returns.shape
        if len(self.assets) != assets:
            raise InputError(f"assets must be {assets} names, were {len(self.assets)}")
        if self.ends.size != periods:
            raise InputError(f"ends must be {periods}, one a period, were {self.ends.size}")
        if not self.periods_per_year >= 12.0:
            raise InputError(
                f"periods_per_year must be at least 12, was {self.periods_per_year:g}; take monthly "
                "returns or shorter ones"
            )
        if self.facts is not None and self.facts.n_assets != assets:
            raise InputError(f"facts must be of {assets} assets, were of {self.facts.n_assets}")
        self._check_sectors()

    def _check_sectors(self) -> None:
        if not self.sectors:
            return
        if len(self.sectors) != len(self.assets):
            raise InputError(
                f"sectors must be {len(self.assets)}, one an asset, were {len(self.sectors)}; name all"
            )
        for name in self.sector_names:
            if self.sectors.count(name) < 2:
                asset = self.assets[self.sectors.index(name)]
                raise InputError(
                    f"sectors must have two assets at least, {name!r} has {asset} alone; put it into another"
                )
        if len(self.sector_names) < 2:
            raise InputError(
                f"sectors must be two at least, all assets are in {self.sectors[0]!r}; leave the sectors out"
            )

    @property
    def sector_names(self) -> tuple[str, ...]:
        """Sectors, each once, in the order of the assets."""
        return tuple(dict.fromkeys(self.sectors))

    @property
    def begins(self) -> IntArray:
        """The moment at which each period begins, and behind them the end of the last; shape (T + 1,)."""
        return np.concatenate((np.array([_NEVER], dtype=np.int64), self.ends))

    def month(self) -> int:
        """Periods in a month, at least one."""
        return max(1, round(self.periods_per_year / 12.0))

    def known(self, field: str, *, age_max: int | None = None, before: int = 0) -> FloatArray:
        """The last value of a field at the beginning of each period, shape (T + 1, N); NaN where none is.

        `before` asks for what was known that much earlier.
        """
        if self.facts is None or field not in self.facts.fields:
            there = "none" if self.facts is None else ", ".join(sorted(self.facts.fields)) or "none"
            raise InputError(
                f"facts must have {field} for this model, had {there}; send rows of it, or leave out "
                "what needs it"
            )
        return self.facts.as_of(field, self.begins - before, age_max=age_max)
