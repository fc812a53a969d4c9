"""The price of one unit of an instrument, exact to nine decimal places."""

from dataclasses import dataclass
from typing import Self

from trade2026.model.raw import RawPrice
from trade2026.primitives.fixed_point import INT64_MAX, format_raw, parse_raw


@dataclass(frozen=True, slots=True, order=True)
class Price:
    """Quote currency per unit of the instrument; negative for some spreads.

    `raw` counts units of 1e-9. There is no float constructor, and no `*`: a notional
    needs a quantity, a multiplier and a rounding rule (see `notional` in model/money.py).
    """

    raw: RawPrice

    def __post_init__(self) -> None:
        assert type(self.raw) is int, f"raw must be int, was {type(self.raw).__name__}"
        assert abs(self.raw) <= INT64_MAX, f"raw exceeds int64: {self.raw}"

    @classmethod
    def parse(cls, text: str, what: str = "price") -> Self:
        """Read a decimal such as "101.25"; raise InputError rather than round it."""
        return cls(RawPrice(parse_raw(text, what)))

    def is_on_tick(self, tick_size: "Price") -> bool:
        """Whether a venue with this minimum increment would accept the price."""
        return self.raw % tick_size.raw == 0

    def __str__(self) -> str:
        return format_raw(self.raw)
