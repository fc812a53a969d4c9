"""How a simulated market is asked to run; light, because every command line imports it."""

import math
from typing import Final

import msgspec

from trade2026.primitives.errors import InputError

DEFAULT_PORT: Final = 8027
SPEED_MAX: Final = 1_000.0


class PrismSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`speed` None is as fast as it can be."""

    seed: int = 0
    speed: float | None = 1.0
    host: str = "127.0.0.1"
    port: int = DEFAULT_PORT


def parse_speed(text: str) -> float | None:
    """ "max" is None, "1x" or "2.5" a number; InputError for what is neither."""
    if text == "max":
        return None
    try:
        speed = float(text.removesuffix("x"))
    except ValueError:
        speed = math.nan
    if not 0 < speed <= SPEED_MAX:
        raise InputError(f"--speed must be max, or a number up to {SPEED_MAX:g} as 1x or 10x, was {text!r}")
    return speed
