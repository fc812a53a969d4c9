"""What the folder `prism` of the home says about the market: light, for processes that do not run it.

`config.json` is a `PrismConfig`, where somebody has written one; `settings.json` is how the market that the
desk trades on is run, a `PrismSettings`.
"""

from typing import Final

import msgspec

from trade2026.application.prism.settings import PrismChanges, PrismSettings
from trade2026.ports.storage import Storage
from trade2026.primitives.errors import InputError
from trade2026.simulation.prism.config import PrismConfig, decode_config

CONFIG: Final = "config.json"
SETTINGS: Final = "settings.json"


def load_prism_config(storage: Storage) -> PrismConfig:
    """What was written down, else the defaults; InputError naming the field of a file that cannot be used."""
    if not storage.exists(CONFIG):
        return PrismConfig()
    return decode_config(storage.read(CONFIG), f"{storage.folder}/{CONFIG}")


def load_prism_settings(storage: Storage) -> PrismSettings:
    """What was written down, else the defaults; InputError naming the field of a file that cannot be used."""
    if not storage.exists(SETTINGS):
        return PrismSettings()
    try:
        return msgspec.json.decode(storage.read(SETTINGS), type=PrismSettings)
    except (msgspec.MsgspecError, UnicodeDecodeError, InputError) as error:
        raise InputError(f"{storage.folder}/{SETTINGS} cannot be used: {error}; mend or remove it") from None


def keep_seed(storage: Storage, seed: int) -> None:
    """Write down which seed the market is made from at its next start; the rest stays as it is.

    Raises
    ------
    InputError
        The seed cannot be used, or what is written down cannot.
    StoreUnavailable
        It cannot be written.
    """
    settings = PrismChanges(seed=seed).of(load_prism_settings(storage))
    storage.replace(SETTINGS, msgspec.json.format(msgspec.json.encode(settings), indent=2) + b"\n")
