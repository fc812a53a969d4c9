"""The desk's configuration, typed, from the environment."""

import ipaddress
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import msgspec

from trade2026.primitives.errors import InputError

HOME_VARIABLE: Final = "TRADE2026_HOME"
HOST_VARIABLE: Final = "TRADE2026_HOST"
PORT_VARIABLE: Final = "TRADE2026_PORT"
DEFAULT_HOST: Final = "127.0.0.1"
DEFAULT_PORT: Final = 8026
_DEFAULT_HOME: Final = "~/.trade2026"
LAST_PORT: Final = 65_535


class Config(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the desk must know before it can read anything.

    Attributes
    ----------
    home : str
        Where it keeps its data: one folder, absolute.
    host : str
        The address that the web service listens at: "127.0.0.1" for this machine alone.
    port : int
        Its port.
    """

    home: str
    host: str = DEFAULT_HOST
    port: int = DEFAULT_PORT


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
    return Config(
        str(home),
        check_host(environment.get(HOST_VARIABLE, "") or DEFAULT_HOST, HOST_VARIABLE),
        check_port(environment.get(PORT_VARIABLE, "") or str(DEFAULT_PORT), PORT_VARIABLE),
    )


def check_host(text: str, name: str) -> str:
    """The address to listen at; raises InputError naming `name`, value and remedy."""
    if text == "localhost":
        return DEFAULT_HOST
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        raise InputError(
            f"{name} must be an address of this machine such as {DEFAULT_HOST}, or 0.0.0.0 for all of them, "
            f"was {text!a}"
        ) from None


def check_port(text: str, name: str) -> int:
    """The port to listen at; raises InputError naming `name`, value and remedy."""
    if text.isascii() and text.isdigit() and len(text) <= 5 and 1 <= int(text) <= LAST_PORT:
        return int(text)
    raise InputError(
        f"{name} must be a port from 1 to {LAST_PORT:,}, was {text!a}; the default is {DEFAULT_PORT}"
    )
