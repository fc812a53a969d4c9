"""The first user of a new desk: `admin`, with a password made up and left in a file for its owner."""

from collections.abc import Callable
from typing import Final

from trade2026.application.identity import changes
from trade2026.application.identity.passwords import make_password
from trade2026.application.identity.roles import ALL_ACCOUNTS, Role
from trade2026.application.identity.users import FIRST_LOGIN, FIRST_USER, USERS, UserBook
from trade2026.ports.passwords import PasswordHasher
from trade2026.ports.storage import Storage
from trade2026.primitives.time import UnixNanos

SALT_BYTES: Final = 16

_TEXT: Final = """The first log-in of this desk.

name: {name}
password: {password}

Change the password after the first log-in; this file goes with it.
Lost it later: trade2026 user password {name}
"""


def make_first_user(
    storage: Storage, random_bytes: Callable[[int], bytes], hasher: PasswordHasher, now: UnixNanos
) -> tuple[str, str] | None:
    """Name and password of a first user where there is no list of users yet; None where there is.

    The file is written before the list: after a crash between the two the next start writes both anew.
    """
    if storage.exists(USERS):
        return None
    password = make_password(random_bytes)
    stored = hasher.hash(password, random_bytes(SALT_BYTES))
    storage.replace(FIRST_LOGIN, _TEXT.format(name=FIRST_USER, password=password).encode())
    UserBook(storage).change(
        lambda users: changes.add(
            users, FIRST_USER, Role.ADMIN, (ALL_ACCOUNTS,), stored, now, must_change=True
        )
    )
    return FIRST_USER, password
