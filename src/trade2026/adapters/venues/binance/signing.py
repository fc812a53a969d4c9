"""Signatures: what proves that a request is ours. A signer says nothing of its secret, whoever prints it."""

import hashlib
import hmac
from base64 import b64encode
from collections.abc import Mapping
from typing import Protocol
from urllib.parse import urlencode

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from trade2026.primitives.errors import InputError


class Signer(Protocol):
    """Signs for one API key."""

    @property
    def api_key(self) -> str:
        """The key, which is no secret but names the account."""
        ...

    def sign(self, payload: bytes) -> str:
        """The signature, as it is sent."""
        ...


class HmacSigner:
    """HMAC-SHA256 with a shared secret."""

    def __init__(self, api_key: str, secret: str) -> None:
        self.api_key = api_key
        self._secret = secret.encode()

    def sign(self, payload: bytes) -> str:
        """Hexadecimal digits."""
        return hmac.new(self._secret, payload, hashlib.sha256).hexdigest()

    def __repr__(self) -> str:
        return "HmacSigner(...)"


class Ed25519Signer:
    """Ed25519 with a private key, of which the venue knows the public half alone."""

    def __init__(self, api_key: str, private: Ed25519PrivateKey) -> None:
        self.api_key = api_key
        self._private = private

    def sign(self, payload: bytes) -> str:
        """Base 64."""
        return b64encode(self._private.sign(payload)).decode()

    def __repr__(self) -> str:
        return "Ed25519Signer(...)"


def make_signer(api_key: str, secret: str) -> Signer:
    """From a key and its secret: a PEM block is an Ed25519 private key, anything else an HMAC secret.

    Raises
    ------
    InputError
        One of them is empty or cannot be used; the message has neither.
    """
    if not (api_key.isascii() and api_key.isprintable() and api_key.strip() == api_key) or not api_key:
        raise InputError("api_key must be printable ASCII without spaces around it")
    if not secret.strip():
        raise InputError("the secret of an API key must not be empty")
    if "-----BEGIN" not in secret:
        return HmacSigner(api_key, secret)
    try:
        private = load_pem_private_key(secret.encode(), None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise InputError("the secret is no private key in PEM without a password") from None
    if not isinstance(private, Ed25519PrivateKey):
        raise InputError("the private key must be Ed25519")
    return Ed25519Signer(api_key, private)


def signed_query(signer: Signer, params: Mapping[str, str]) -> str:
    """Parameters as a query string or a form, in their order, with the signature behind them."""
    payload = urlencode(params)
    return f"{payload}&{urlencode({'signature': signer.sign(payload.encode())})}"


def signed_message(signer: Signer, params: Mapping[str, str | int]) -> dict[str, str | int]:
    """Parameters of a message with key and signature, which is made over them by the alphabet."""
    whole: dict[str, str | int] = {**params, "apiKey": signer.api_key}
    payload = "&".join(f"{name}={whole[name]}" for name in sorted(whole))
    return {**whole, "signature": signer.sign(payload.encode())}
