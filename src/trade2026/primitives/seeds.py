"""Seed derivation: one number at the top reproduces every stream of randomness below it."""

import hashlib


def derive_seed(seed: int, *purpose: str | int) -> int:
    """A 64-bit seed for one named purpose, independent of every other purpose of the same `seed`."""
    text = "\x1f".join([str(seed), *(str(part) for part in purpose)])
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")
