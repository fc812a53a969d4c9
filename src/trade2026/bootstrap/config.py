"""The desk's configuration, typed, from the environment."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import msgspec

from trade2026.primitives.errors import InputError

HOME_VARIABLE: Final = "TRADE2026_HOME"
_DEFAULT_HOME: Final = "~/.trade2026"


class Config(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where the desk keeps its data: one folder, absolute."""

    home: str


def load_config(environment: Mapping[str, str]) -> Config:
    """Read the configuration; raises InputError naming variable, value and remedy."""
    text = environment.get(HOME_VARIABLE, "") or _DEFAULT_HOME
    if "\0" in text or any("\ud800" <= char <= "\udfff" for char in text):
        raise InputError(f"{HOME_VARIABLE} must be the path of a folder in UTF-8, was {text!a}; name another")
    try:
        home = Path(os.path.abspath(Path(text).expanduser()))
    except RuntimeError:  # There is no home to expand to.
        raise InputError(f"{HOME_VARIABLE} must be set: {text!r} cannot be found for this user") from None
    if home.exists() and not home.is_dir():
        raise InputError(f"{HOME_VARIABLE} must be a folder, was the file {str(home)!r}; name another")
    return Config(str(home))
