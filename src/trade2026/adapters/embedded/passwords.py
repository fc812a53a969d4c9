"""`ports.passwords` by Argon2id.

Parameters are those RFC 9106, section 4, recommends second ("if much less memory is available"): 3 passes
over 64 MiB in 4 lanes, a salt of 128 bits and a tag of 256. Measured on two cores of a 2026 server: one hash
takes 95 to 125 ms, about 130 ms on one core.

A hash runs in a thread of its own that steps back: where processors are short the trading core and the event
loop go first, and logging in takes longer.
"""

import os
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Final, TypeVar

from argon2 import Type, extract_parameters
from argon2.exceptions import Argon2Error, InvalidHashError, VerifyMismatchError
from argon2.low_level import hash_secret, verify_secret

from trade2026.primitives.errors import InputError, IntegrityError, OperatingError

ResultT = TypeVar("ResultT")

PASSES: Final = 3
MEMORY_KIB: Final = 64 * 1024
LANES: Final = 4
SALT_BYTES: Final = 16
TAG_BYTES: Final = 32
_NICENESS: Final = 10
"""About a tenth of a processor beside a busy thread, all of it where there is none."""


class Argon2Hasher:
    """Argon2id with the constants above; stored as the usual "$argon2id$v=19$m=65536,t=3,p=4$salt$tag"."""

    def hash(self, password: str, salt: bytes) -> str:
        """Hash with this salt. InputError: a salt of another length; OperatingError: no memory."""
        if len(salt) != SALT_BYTES:
            raise InputError(f"salt must have {SALT_BYTES} random bytes, had {len(salt)}")
        secret = _secret(password)
        try:
            return _stepping_back(
                lambda: hash_secret(secret, salt, PASSES, MEMORY_KIB, LANES, TAG_BYTES, Type.ID).decode(
                    "ascii"
                )
            )
        except Argon2Error as error:
            raise _no_memory(error) from error

    def verify(self, stored: str, password: str) -> bool:
        """Hash again with the stored parameters and compare in constant time. OperatingError: no memory."""
        self.needs_rehash(stored)  # Whatever is no hash ends here.
        secret = _secret(password)
        try:
            return _stepping_back(lambda: verify_secret(stored.encode("ascii"), secret, Type.ID))
        except VerifyMismatchError:
            return False
        except Argon2Error as error:
            if "emory" not in str(error):
                raise _no_hash() from error
            raise _no_memory(error) from error

    def needs_rehash(self, stored: str) -> bool:
        """Whether any parameter differs. IntegrityError: `stored` is no Argon2id hash."""
        try:
            found = extract_parameters(stored)
        except (InvalidHashError, ValueError) as error:
            raise _no_hash() from error
        if found.type is not Type.ID or not stored.isascii():
            raise _no_hash()
        parameters = (found.time_cost, found.memory_cost, found.parallelism, found.salt_len, found.hash_len)
        return parameters != (PASSES, MEMORY_KIB, LANES, SALT_BYTES, TAG_BYTES)


def _secret(password: str) -> bytes:
    return password.encode("utf-8", "surrogatepass")


def _no_hash() -> IntegrityError:
    return IntegrityError(
        "a stored password is no Argon2id hash; restore the list of users from a backup, or set a new "
        "password with 'trade2026 user password NAME'"
    )


def _no_memory(error: Argon2Error) -> OperatingError:
    return OperatingError(
        f"a password cannot be hashed: {error}; it needs {MEMORY_KIB // 1024} MiB of free memory",
        retryable=True,
    )


def _stepping_back(call: Callable[[], ResultT]) -> ResultT:
    """Run the call in a thread of its own with less claim on the processors; Argon2's lanes inherit it.

    The thread is new each time, because one without privileges cannot take its claim back.
    """
    results: list[ResultT] = []
    errors: list[Argon2Error] = []

    def run() -> None:
        if sys.platform == "linux":  # Elsewhere the number given would be the whole process.
            with suppress(OSError):
                os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICENESS)
        try:
            results.append(call())
        except Argon2Error as error:
            errors.append(error)

    thread = threading.Thread(target=run, name="password")
    thread.start()
    thread.join()
    for error in errors:
        raise error
    return results[0]
