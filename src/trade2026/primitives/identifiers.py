"""Identifiers: which texts are allowed, and how new ones are derived from inputs instead of drawn."""

import hashlib
import re
from typing import Final

from trade2026.primitives.errors import InputError

_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/+-]{0,63}\Z")


def check_identifier(text: str, what: str) -> str:
    """Return the text when it may name something, else raise InputError.

    One to 64 characters: letters, digits and ``._:/+-``, starting with a letter or a digit.
    """
    if not _NAME.match(text):
        raise InputError(
            f"{what} must be 1 to 64 letters, digits and ._:/+- starting with a letter or digit, was {text!r}"
        )
    return text


def derive_identifier(*parts: str | int) -> str:
    """Twenty-four hexadecimal digits of SHA-256 over the parts: same inputs, same identifier."""
    digest = hashlib.sha256()
    for part in parts:
        data = str(part).encode()
        digest.update(len(data).to_bytes(4, "big"))  # Keeps ("ab", "c") apart from ("a", "bc").
        digest.update(data)
    return digest.hexdigest()[:24]
