"""A door behind a port with depth in its book, and a clock that goes."""

import re
import time
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from tests.web.binance.house import WIDE, House
from trade2026.web.binance.keys import ApiKey

_PRIVATE = Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33)))
PEM = _PRIVATE.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
"""The private key of "edkey", as clients are given it."""


class RealClock:
    """The machine's."""

    def now_ns(self) -> int:
        return time.time_ns()

    def monotonic_ns(self) -> int:
        return time.monotonic_ns()


def make_house() -> House:
    """With five levels on each side, and a key of ann's that signs with Ed25519."""
    house = House(RealClock(), WIDE)
    public = _PRIVATE.public_key().public_bytes_raw()
    house.keys.add(ApiKey(key="edkey", owner="ann", public_key=public))
    house.book()
    return house


def pointed_at(host: str, tree: Any) -> Any:
    """A tree of addresses with another host, without TLS; nothing else of them changes."""
    if isinstance(tree, dict):
        return {name: pointed_at(host, each) for name, each in tree.items()}
    if isinstance(tree, str):
        return re.sub(r"^(http|ws)s?://[^/]+", lambda match: f"{match[1]}://{host}", tree)
    return tree
