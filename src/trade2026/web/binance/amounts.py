"""Decimals as they are sent: eight places, and a ninth where there is one."""

from typing import Final

from trade2026.primitives.fixed_point import INT64_MAX, UNIT

ZERO: Final = "0.00000000"
PLACES: Final = 8
"""Decimals that an asset has; what is finer is exact all the same."""


def text(raw: int) -> str:
    """Units of 1e-9 as a decimal: 1500000000 is "1.50000000"."""
    if raw < 0:
        return "-" + text(-raw)
    whole, part = divmod(raw, UNIT)
    found = f"{whole}.{part:09d}"
    return found[:-1] if found[-1] == "0" else found


def ratio_text(numerator: int, denominator: int, places: int = 8) -> str:
    """A quotient, rounded toward nothing; zero where the denominator is."""
    if not denominator:
        return f"{0:.{places}f}"
    scaled = abs(numerator) * 10**places // denominator
    sign = "-" if numerator < 0 and scaled else ""
    whole, part = divmod(scaled, 10**places)
    return f"{sign}{whole}.{part:0{places}d}"


def raw_of(value: str) -> int | None:
    """A plain decimal as units of 1e-9; None where it has more places than `PLACES`, or does not fit
    int64.
    """
    whole, _, part = value.partition(".")
    part = part.rstrip("0")
    if len(part) > PLACES:
        return None
    raw = int(whole) * UNIT + (int(part) * 10 ** (9 - len(part)) if part else 0)
    return raw if raw <= INT64_MAX else None
