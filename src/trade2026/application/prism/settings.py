"""How a simulated market is asked to run; light, because every command line imports it."""

import math
from typing import Final

import msgspec

from trade2026.primitives.errors import InputError

SPEED_MAX: Final = 1_000.0
SEED_MAX: Final = 2**63 - 1
PORT_MAX: Final = 65_535


class PrismSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How the market is run.

    Attributes
    ----------
    speed : float or None
        Seconds of the market in one of the clock; None is as fast as it can be.
    port : int
        Where its door is; 0 is the port behind that of the desk.
    """

    seed: int = 0
    speed: float | None = 1.0
    host: str = "127.0.0.1"
    port: int = 0

    def __post_init__(self) -> None:
        """Refuse what cannot be, naming the field."""
        if not 0 <= self.seed <= SEED_MAX:
            raise InputError(f"seed must be 0 to {SEED_MAX}, was {self.seed}")
        if self.speed is not None and not 0 < self.speed <= SPEED_MAX:
            raise InputError(f"speed must be above 0 and at most {SPEED_MAX:g}, was {self.speed}")
        if not 0 <= self.port <= PORT_MAX:
            raise InputError(f"port must be 0 to {PORT_MAX}, was {self.port}")


class PrismChanges(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a command line says otherwise than the settings that were written down."""

    seed: int | msgspec.UnsetType = msgspec.UNSET
    speed: float | msgspec.UnsetType | None = msgspec.UNSET
    host: str | msgspec.UnsetType = msgspec.UNSET
    port: int | msgspec.UnsetType = msgspec.UNSET

    def of(self, settings: PrismSettings) -> PrismSettings:
        """The settings with them; InputError for what cannot be."""
        return msgspec.structs.replace(settings, **self._given())

    def _given(self) -> dict[str, object]:
        found = msgspec.structs.asdict(self)
        return {name: value for name, value in found.items() if value is not msgspec.UNSET}


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
