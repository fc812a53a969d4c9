"""Users from the command line: the same list that the desk reads, whether it is up or down.

Who may write the desk's folder is its administrator. A running desk hears of a change within a second or two,
and ends the sessions of whom it concerns.
"""

from collections.abc import Callable

from trade2026.application.identity import changes
from trade2026.application.identity.first_login import SALT_BYTES
from trade2026.application.identity.passwords import check_password, make_password
from trade2026.application.identity.roles import ALL_ACCOUNTS, Role
from trade2026.application.identity.users import FIRST_LOGIN, User, UserBook
from trade2026.ports.clock import Clock
from trade2026.ports.passwords import PasswordHasher
from trade2026.ports.storage import Storage


class UserAdministration:
    """Add, list, change and remove users; every call blocks. Errors: InputError, StoreUnavailable."""

    def __init__(
        self, storage: Storage, clock: Clock, random_bytes: Callable[[int], bytes], hasher: PasswordHasher
    ) -> None:
        """The folder of the desk's state, the real clock, cryptographic randomness."""
        self._storage, self._clock, self._random_bytes, self._hasher = storage, clock, random_bytes, hasher
        self._book = UserBook(storage)

    @property
    def folder(self) -> str:
        """Where the list is."""
        return self._storage.folder

    @property
    def first_login_file(self) -> str | None:
        """Where the first user's password lies, until it is changed."""
        return f"{self.folder}/{FIRST_LOGIN}" if self._storage.exists(FIRST_LOGIN) else None

    def users(self) -> tuple[User, ...]:
        """All users, by name."""
        self._book.reload()
        return tuple(record.user for record in self._book.users.values())

    def check_new(self, name: str, accounts: tuple[str, ...]) -> None:
        """Raise InputError where no such user can be added: before anybody types a password."""
        self._book.reload()
        changes.check_new(self._book.users, name, accounts)

    def require(self, name: str) -> User:
        """The user of that name, or InputError."""
        self._book.reload()
        return self._book.require(name).user

    def make_password(self) -> str:
        """A password made up: four groups of five characters."""
        return make_password(self._random_bytes)

    def add(
        self, name: str, role: Role, accounts: tuple[str, ...], password: str, *, must_change: bool
    ) -> User:
        """A new user; a desk's first must be an admin. `must_change`: somebody else chose the password."""
        self.check_new(name, accounts)
        stored = self._hash(check_password(password, name))
        now = self._clock.now_ns()
        return self._book.change(
            lambda users: changes.add(users, name, role, accounts, stored, now, must_change=must_change)
        )

    def set_password(self, name: str, password: str, *, must_change: bool) -> User:
        """Another password; the user is enabled again, and every session of theirs ends."""
        record = self.require(name)
        stored = self._hash(check_password(password, record.name))
        now = self._clock.now_ns()
        return self._book.change(
            lambda users: changes.change(
                users, record.name, now, disabled=False, password_hash=stored, must_change=must_change
            )
        )

    def remove(self, name: str) -> User:
        """Remove a user and end their sessions; one enabled admin must be left."""
        record = self.require(name)
        return self._book.change(lambda users: changes.remove(users, record.name))

    def _hash(self, password: str) -> str:
        return self._hasher.hash(password, self._random_bytes(SALT_BYTES))


DEFAULT_ACCOUNTS = (ALL_ACCOUNTS,)
"""What a new user sees where nothing is said."""
