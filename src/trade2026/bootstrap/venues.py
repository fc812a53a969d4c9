"""Makes the venues behind a line: those that `desk/venues.json` names, each with its key from the folder of
keys, and the simulated market where an account of the desk is held there.
"""

import os
import random
import stat
from pathlib import Path
from typing import Final, Literal

import msgspec

from trade2026.adapters.embedded.disk import DiskStorage
from trade2026.application.live.config import load_desk_config
from trade2026.bootstrap.places import Places
from trade2026.ports.clock import Clock
from trade2026.ports.prism import VENUE, PrismHello
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
        Name of the file in the home's "keys", without ".json", that has its API key and secret; the
        simulated market needs none.
    config : object
        What the adapter is to know, a `BinanceConfig`; read with the adapter, which a desk without venues
        does not load. The simulated market needs none.
    at : str
        "test-net", "real", or "hosts" for the hosts that `config` names.
    """

    kind: Literal["binance", "prism"]
    key: str = ""
    config: msgspec.Raw = msgspec.Raw(b"{}")
    at: Literal["test-net", "real", "hosts"] = "test-net"


class VenueKey(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An API key with its secret, or with an Ed25519 private key in PEM."""

    api_key: str
    secret: str

    def __repr__(self) -> str:
        return "VenueKey(...)"


def load_venues(home: str, clock: Clock) -> tuple[LiveVenue, ...]:
    """The venues of the desk's file, and the simulated market where an account is held there.

    Raises
    ------
    InputError
        The file, or a key that it names, cannot be used; no message has any of a secret.
    StoreUnavailable
        One of them cannot be read.
    """
    path = Path(Places(home).desk) / _FILE
    entries: tuple[VenueEntry, ...] = ()
    try:
        if path.exists():
            entries = msgspec.json.decode(_read(path), type=tuple[VenueEntry, ...])
        venues: list[LiveVenue] = [
            _binance(home, entry, clock) for entry in entries if entry.kind == "binance"
        ]
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise InputError(f"{path} cannot be used: {error}; correct or remove it") from None
    named = [entry for entry in entries if entry.kind == "prism"]
    simulated = _prism(home, clock)
    if named and simulated is None:
        raise InputError(
            f"{path} names the simulated market, at which no account of the desk is held; give one the venue "
            f"PRISM in the desk's configuration, or take the entry out"
        )
    if simulated is not None:
        venues += [simulated] * max(len(named), 1)
    names = [venue.name for venue in venues]
    if len(set(names)) != len(names):
        raise InputError(f"{path} must name each venue once, was {', '.join(names)}")
    return tuple(venues)


def _prism(home: str, clock: Clock) -> LiveVenue | None:
    """The simulated market for the accounts that are held there; None where there are none."""
    places = Places(home)
    if not Path(places.desk).is_dir():
        return None
    storage = DiskStorage(places.desk)
    try:
        desk = load_desk_config(storage)
    finally:
        storage.close()
    accounts = [each.account_id for each in desk.accounts if each.venue == VENUE]
    if not accounts:
        return None
    from trade2026.adapters.embedded.prism_line import PrismConnection
    from trade2026.adapters.venues.prism import PrismVenue

    path = places.socket("prism")
    lines = [PrismConnection(path, PrismHello("core", each, market_data=False)) for each in accounts]
    return PrismVenue(lines, clock)


def _binance(home: str, entry: VenueEntry, clock: Clock) -> LiveVenue:
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
