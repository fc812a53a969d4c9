"""How a simulated market is asked to run; light, because every command line imports it."""

import math
from typing import Final

import msgspec

from trade2026.ports.storage import Storage
from trade2026.primitives.errors import InputError

DEFAULT_PORT: Final = 8027
SPEED_MAX: Final = 1_000.0


SETTINGS: Final = "settings.json"
"""In the folder `prism` of the home."""


class PrismSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`speed` None is as fast as it can be."""

    seed: int = 0
    speed: float | None = 1.0
    host: str = "127.0.0.1"
    port: int = DEFAULT_PORT


def load_settings(storage: Storage) -> PrismSettings:
    """What was written down, else the defaults; InputError for a file that cannot be used."""
    if not storage.exists(SETTINGS):
        return PrismSettings()
    try:
        return msgspec.json.decode(storage.read(SETTINGS), type=PrismSettings)
    except msgspec.DecodeError as error:
        where = f"{storage.folder}/{SETTINGS}"
        raise InputError(f"{where} cannot be used: {error}; mend or remove it") from error


def save_seed(storage: Storage, seed: int) -> None:
    """Write down which seed the market is made from at its next start; the rest stays as it is."""
    settings = msgspec.structs.replace(load_settings(storage), seed=seed)
    storage.replace(SETTINGS, msgspec.json.format(msgspec.json.encode(settings)) + b"\n")


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
