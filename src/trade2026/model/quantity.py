"""How many units of an instrument, exact to nine decimal places."""

from dataclasses import dataclass
from typing import Self

from trade2026.model.raw import RawQuantity
from trade2026.primitives.fixed_point import INT64_MAX, format_raw, parse_raw


@dataclass(frozen=True, slots=True, order=True)
class Quantity:
    """Units of the instrument; negative where it is a short position, never on an order.

    `raw` counts units of 1e-9.
    """

    raw: RawQuantity

    def __post_init__(self) -> None:
        assert type(self.raw) is int, f"raw must be int, was {type(self.raw).__name__}"
        assert abs(self.raw) <= INT64_MAX, f"raw exceeds int64: {self.raw}"

    @classmethod
    def parse(cls, text: str, what: str = "quantity") -> Self:
        """Read a decimal such as "0.25"; raise InputError rather than round it."""
        return cls(RawQuantity(parse_raw(text, what)))

    def __str__(self) -> str:
        return format_raw(self.raw)
