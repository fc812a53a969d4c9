"""The keys that sign tokens: one signs, those before it verify until their last token has ended."""

import base64
import hashlib
from collections.abc import Callable
from typing import Final

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from trade2026.ports.storage import Storage
from trade2026.primitives.errors import IntegrityError
from trade2026.primitives.time import DAY_NS, UnixNanos

KEYS: Final = "token-keys.json"
KEY_AGE_MAX_NS: Final = 90 * DAY_NS
"""A key that has signed for so long is replaced by itself."""
_FORMAT: Final = 1
_KEY_BYTES: Final = 32
_KEYS_MAX: Final = 8
"""A rotation beyond it ends the oldest key at once: somebody who rotates that often wants that."""


class _StoredKey(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    private: bytes
    created: UnixNanos
    retired: UnixNanos | None


class _Document(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    format: int
    keys: tuple[_StoredKey, ...]
    refresh_key: bytes


class Key:
    """A signing key and what verifies it. `kid` is the thumbprint of RFC 7638."""

    def __init__(self, stored: _StoredKey) -> None:
        """From what is stored."""
        self.created = stored.created
        self.retired = stored.retired
        self.private = Ed25519PrivateKey.from_private_bytes(stored.private)
        self.public: Ed25519PublicKey = self.private.public_key()
        self.x = base64_url(self.public.public_bytes_raw())
        self.kid = base64_url(
            hashlib.sha256(f'{{"crv":"Ed25519","kty":"OKP","x":"{self.x}"}}'.encode()).digest()
        )


class KeyRing:
    """All keys that sign or verify, and the secret behind refresh tokens; made on first use."""

    def __init__(
        self, storage: Storage, random_bytes: Callable[[int], bytes], now: UnixNanos, overlap_ns: int
    ) -> None:
        """Read the keys or make the first. `overlap_ns`: how long a retired key still verifies."""
        self._storage = storage
        self._random_bytes = random_bytes
        self._overlap_ns = overlap_ns
        if storage.exists(KEYS):
            self._document = _decode(storage.read(KEYS), storage.folder)
        else:
            first = _StoredKey(random_bytes(_KEY_BYTES), now, None)
            self._document = _Document(_FORMAT, (first,), random_bytes(_KEY_BYTES))
            self._write(self._document)
        self._keys = {key.kid: key for key in map(Key, self._document.keys)}
        self._signer = next(reversed(self._keys.values()))

    @property
    def signer(self) -> Key:
        """The key that signs."""
        return self._signer

    @property
    def refresh_key(self) -> bytes:
        """The secret behind refresh tokens; never leaves the desk."""
        return self._document.refresh_key

    def verifier(self, kid: str, now: UnixNanos) -> Key | None:
        """The key of that name, unless it is unknown or its last token has ended."""
        key = self._keys.get(kid)
        return key if key is not None and self._verifies(key.retired, now) else None

    def jwks(self, now: UnixNanos) -> dict[str, list[dict[str, str]]]:
        """The public keys as a JWK set (RFC 7517, RFC 8037): the one that signs first."""
        return {
            "keys": [
                {"kty": "OKP", "crv": "Ed25519", "x": key.x, "kid": key.kid, "use": "sig", "alg": "EdDSA"}
                for key in reversed(self._keys.values())
                if self._verifies(key.retired, now)
            ]
        }

    def is_due(self, now: UnixNanos) -> bool:
        """Whether the key that signs is so old that it should be replaced."""
        return now - self._signer.created > KEY_AGE_MAX_NS

    def rotate(self, now: UnixNanos) -> str:
        """Make a new key that signs from now on; its kid. Blocks for a write; if that fails all stays."""
        kept = tuple(
            msgspec.structs.replace(key, retired=now) if key.retired is None else key
            for key in self._document.keys
            if self._verifies(key.retired, now)
        )
        new = _StoredKey(self._random_bytes(_KEY_BYTES), now, None)
        document = msgspec.structs.replace(self._document, keys=(*kept, new)[-_KEYS_MAX:])
        self._write(document)
        keys = {key.kid: key for key in map(Key, document.keys)}
        self._document, self._keys = document, keys
        self._signer = next(reversed(keys.values()))
        return self._signer.kid

    def _verifies(self, retired: UnixNanos | None, now: UnixNanos) -> bool:
        return retired is None or now <= retired + self._overlap_ns

    def _write(self, document: _Document) -> None:
        self._storage.replace(KEYS, msgspec.json.encode(document))


def base64_url(data: bytes) -> str:
    """Base64 for URLs, without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def _decode(data: bytes, folder: str) -> _Document:
    try:
        document = msgspec.json.decode(data, type=_Document)
    except msgspec.MsgspecError as error:
        raise _damaged(folder, str(error)) from error
    sizes = [len(key.private) for key in document.keys] + [len(document.refresh_key)]
    signing = [key for key in document.keys if key.retired is None]
    if document.format != _FORMAT or any(size != _KEY_BYTES for size in sizes):
        raise _damaged(folder, f"format {document.format} with keys of {sizes} bytes")
    if len(signing) != 1 or document.keys[-1].retired is not None:
        raise _damaged(folder, f"{len(signing)} keys that sign; one must, the last")
    return document


def _damaged(folder: str, why: str) -> IntegrityError:
    return IntegrityError(
        f"{folder}/{KEYS} cannot be used: {why}. Restore it from a backup, or move it away: new keys are "
        f"made at the next start and everybody logs in again"
    )
