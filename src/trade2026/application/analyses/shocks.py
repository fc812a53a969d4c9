"""Shocks as requests write them: NAME=RETURN, the return a fraction, or a percentage with its sign.

Every analysis that asks what would happen reads them here, so that the same text means the same everywhere.
"""

import math
from typing import Annotated, Final, NamedTuple

from msgspec import Meta

from trade2026.primitives.errors import InputError

ShockText = Annotated[str, Meta(min_length=3, max_length=100)]
"""One shock of a request."""

SHOCK_SYNTAX: Final = "NAME=RETURN, such as {example}=-0.1 or {example}=-10% for a fall of 10 %"


class Shock(NamedTuple):
    """What is shocked, and its return as a fraction over the time that the analysis states."""

    name: str
    value: float


class Shockable(NamedTuple):
    """What may be shocked.

    Attributes
    ----------
    names : tuple of str
        All of them.
    kind : str
        What they are, in the plural: "factors".
    low, high : float
        Returns from which to which make sense; infinite where there is no end.
    """

    names: tuple[str, ...]
    kind: str
    low: float = -math.inf
    high: float = math.inf


def shock_of(text: str, among: Shockable) -> Shock:
    """The shock that a text says; InputError that quotes one that cannot be read, and how it is written."""
    written = f"write it as {SHOCK_SYNTAX.format(example=among.names[0])}"
    name, equals, number = (part.strip() for part in text.rpartition("="))
    if not equals:
        raise InputError(f"shocks must be readable, was {text!r}; {written}")
    if name not in among.names:
        known = ", ".join(among.names[:30])
        raise InputError(f"shocks must name {among.kind} ({known}), {name!r} of {text!r} is none; {written}")
    is_percent = number.endswith("%")
    try:
        value = float(number.removesuffix("%")) / (100.0 if is_percent else 1.0)
    except ValueError:
        raise InputError(f"shocks must be readable, was {text!r}; {written}") from None
    if not math.isfinite(value):
        raise InputError(f"shocks must be finite, was {text!r}; {written}")
    if not among.low <= value <= among.high:
        raise InputError(
            f"shocks must be returns from {among.low:g} to {among.high:g}, was {text!r}; {written}"
        )
    return Shock(name, value)


def joint_shocks_of(texts: tuple[str, ...], among: Shockable) -> dict[str, float]:
    """Shocks that happen together, by name; InputError where one is named twice, too."""
    found: dict[str, float] = {}
    for text in texts:
        name, value = shock_of(text, among)
        if name in found:
            raise InputError(f"shocks must name each of the {among.kind} once, {name!r} is named twice")
        found[name] = value
    return found
