"""Makes the venues behind a line that `desk/venues.json` names, each with its key from the folder of keys."""

import os
import random
import stat
from pathlib import Path
from typing import Final, Literal

import msgspec

from trade2026.bootstrap.places import Places
from trade2026.ports.clock import Clock
from trade2026.ports.venue import LiveVenue
from trade2026.primitives.errors import InputError, StoreUnavailable
from trade2026.primitives.identifiers import check_identifier

_FILE: Final = "venues.json"


class VenueEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One venue.

    Attributes
    ----------
    kind : str
        Which adapter speaks to it.
    key : str
        Name of the file in the home's "keys", without ".json", that has its API key and secret.
    config : object
        What the adapter is to know, a `BinanceConfig`; read with the adapter, which a desk without venues
        does not load.
    at : str
        "test-net", "real", or "hosts" for the hosts that `config` names.
    """

    kind: Literal["binance"]
    key: str
    config: msgspec.Raw
    at: Literal["test-net", "real", "hosts"] = "test-net"


class VenueKey(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An API key with its secret, or with an Ed25519 private key in PEM."""

    api_key: str
    secret: str

    def __repr__(self) -> str:
        return "VenueKey(...)"


def load_venues(home: str, clock: Clock) -> tuple[LiveVenue, ...]:
    """The venues of the desk's file; none where there is no file.

    Raises
    ------
    InputError
        The file, or a key that it names, cannot be used; no message has any of a secret.
    StoreUnavailable
        One of them cannot be read.
    """
    path = Path(Places(home).desk) / _FILE
    if not path.exists():
        return ()
    try:
        entries = msgspec.json.decode(_read(path), type=tuple[VenueEntry, ...])
        venues = tuple(_venue(home, entry, clock) for entry in entries)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise InputError(f"{path} cannot be used: {error}; correct or remove it") from None
    names = [venue.name for venue in venues]
    if len(set(names)) != len(names):
        raise InputError(f"{path} must name each venue once, was {', '.join(names)}")
    return venues


def _venue(home: str, entry: VenueEntry, clock: Clock) -> LiveVenue:
    from trade2026.adapters.venues.binance import (
        REAL,
        TEST_NET,
        BinanceConfig,
        BinanceVenue,
        make_signer,
    )

    config = msgspec.json.decode(entry.config, type=BinanceConfig)
    hosts = {"test-net": TEST_NET, "real": REAL, "hosts": config.hosts}[entry.at]
    config = msgspec.structs.replace(config, hosts=hosts)
    key = _key(home, check_identifier(entry.key, "key"))
    # Its draws spread the attempts of many desks to connect; nothing that is journaled depends on them.
    return BinanceVenue(config, make_signer(key.api_key, key.secret), clock, random.Random())


def _key(home: str, name: str) -> VenueKey:
    if "/" in name:
        raise InputError(f"key must be the name of a file in {home}/keys, was {name!r}")
    path = Path(home) / "keys" / f"{name}.json"
    try:
        mode = path.stat()
    except OSError as error:
        raise StoreUnavailable(f"cannot read {path}: {error.strerror}. Put the venue's key there") from None
    if stat.S_IMODE(mode.st_mode) & 0o077 or mode.st_uid != os.getuid():
        raise InputError(f"{path} must be the owner's alone, others may read it; run chmod 600 on it")
    try:
        return msgspec.json.decode(_read(path), type=VenueKey)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        raise InputError(f'{path} must be {{"api_key": "...", "secret": "..."}}; correct it') from None


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise StoreUnavailable(f"cannot read {path}: {error.strerror}. Check the folder") from None
