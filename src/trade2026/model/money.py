"""An amount of one currency, and the notional of a quantity at a price."""

from dataclasses import dataclass
from typing import Self

from trade2026.model.raw import RawMoney
from trade2026.primitives.errors import InputError
from trade2026.primitives.fixed_point import MONEY_MAX, UNIT, div_half_even, format_raw, parse_raw
from trade2026.primitives.identifiers import check_identifier

_UNIT_SQUARED = UNIT * UNIT


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in units of 1e-9 of its currency. USDT is not USD: adding across currencies is refused."""

    raw: RawMoney
    currency: str

    @classmethod
    def parse(cls, text: str, currency: str, what: str = "amount") -> Self:
        """Read a decimal; raise InputError rather than round it."""
        return cls(RawMoney(parse_raw(text, what, maximum=MONEY_MAX)), check_identifier(currency, "currency"))

    def __add__(self, other: "Money") -> "Money":
        if other.currency != self.currency:
            raise InputError(
                f"cannot add {other.currency} to {self.currency}; convert at a journaled rate first"
            )
        return Money(RawMoney(self.raw + other.raw), self.currency)

    def __str__(self) -> str:
        return f"{format_raw(self.raw)} {self.currency}"


def notional(price: int, quantity: int, multiplier: int) -> RawMoney:
    """Price times quantity times contract multiplier, as raw money of the quote currency.

    Parameters
    ----------
    price, quantity, multiplier : int
        Raw, in units of 1e-9; `quantity` may be signed and the result has its sign.

    Returns
    -------
    RawMoney
        Rounded half to even at the ninth decimal (exact whenever tick and lot have fewer than nine together).
    """
    if multiplier == UNIT:  # The usual case, and a third of the cost.
        whole, part = divmod(price * quantity, UNIT)
        return RawMoney(whole) if part == 0 else RawMoney(div_half_even(price * quantity, UNIT))
    return RawMoney(div_half_even(price * quantity * multiplier, _UNIT_SQUARED))
