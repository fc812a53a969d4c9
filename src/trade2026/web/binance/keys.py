"""API keys: whose they are, what proves them, and what they may."""

import hashlib
import hmac
from base64 import b64decode
from binascii import Error as NotBase64
from collections.abc import Iterable
from enum import StrEnum
from typing import Final

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from trade2026.primitives.errors import InputError

_KEY_CHARACTERS_MAX: Final = 128


class Permission(StrEnum):
    """What a key may: look at the account, or trade."""

    READ = "READ"
    TRADE = "TRADE"


BOTH: Final = frozenset(Permission)


class ApiKey(msgspec.Struct, frozen=True, kw_only=True):
    """One key. Exactly one of `secret` (HMAC-SHA256) and `public_key` (Ed25519, 32 bytes) is given."""

    key: str
    owner: str
    secret: str = ""
    public_key: bytes = b""
    permissions: frozenset[Permission] = BOTH

    def __post_init__(self) -> None:
        """Refuse keys that could prove nothing."""
        if not 0 < len(self.key) <= _KEY_CHARACTERS_MAX or not self.key.isascii():
            raise InputError(f"key must be 1 to {_KEY_CHARACTERS_MAX} ASCII characters")
        if not self.owner:
            raise InputError("owner of a key must have a name, was empty")
        if bool(self.secret) == bool(self.public_key):
            raise InputError(f"secret or public_key of the key of {self.owner} must be given, and not both")
        if self.public_key and len(self.public_key) != 32:
            raise InputError(f"public_key of {self.owner} must be 32 bytes, had {len(self.public_key)}")

    def __repr__(self) -> str:
        """Without anything that proves."""
        return f"ApiKey(key={self.key[:4]}..., owner={self.owner!r})"

    def proves(self, payload: bytes, signature: str) -> bool:
        """Whether who has the secret signed this."""
        if self.secret:
            wanted = hmac.new(self.secret.encode(), payload, hashlib.sha256).hexdigest()
            return hmac.compare_digest(wanted.encode(), signature.lower().encode("utf-8", "replace"))
        try:
            Ed25519PublicKey.from_public_bytes(self.public_key).verify(
                b64decode(signature, validate=True), payload
            )
        except (InvalidSignature, NotBase64, ValueError):
            return False
        return True


class ApiKeys:
    """All keys that are valid now; they may come and go while the door is open."""

    def __init__(self, keys: Iterable[ApiKey] = ()) -> None:
        self._keys: dict[str, ApiKey] = {}
        self._owners: dict[str, int] = {}
        for each in keys:
            self.add(each)

    def add(self, key: ApiKey) -> None:
        """Let a key in; InputError where there is one of the same name."""
        if key.key in self._keys:
            raise InputError("key must be new; remove the old one first")
        self._keys[key.key] = key
        self._owners[key.owner] = self._owners.get(key.owner, 0) + 1

    def remove(self, key: str) -> None:
        """Let it in no more; nothing where it is not there."""
        gone = self._keys.pop(key, None)
        if gone is not None:
            self._owners[gone.owner] -= 1

    def find(self, key: str) -> ApiKey | None:
        """The key of this name."""
        return self._keys.get(key)

    def is_owner(self, owner: str) -> bool:
        """Whether anybody has or had a key of this owner."""
        return owner in self._owners
