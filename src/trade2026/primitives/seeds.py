"""Seed derivation: one number at the top reproduces every stream of randomness below it."""

import hashlib


def derive_seed(seed: int, *purpose: str | int) -> int:
    """A 64-bit seed for one named purpose, independent of every other purpose of the same `seed`.

    Parts are kept apart by their lengths, so that ("ab", "c") and ("a", "bc") are two purposes.
    """
    digest = hashlib.sha256()
    for part in (seed, *purpose):
        data = str(part).encode()
        digest.update(len(data).to_bytes(4, "big"))
        digest.update(data)
    return int.from_bytes(digest.digest()[:8], "big")
