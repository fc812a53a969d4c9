"""The list of users: one durable document that the web process and the command line both change.

A change takes a lock, reads the document anew, writes it whole and rings the folder's bell, so that neither
undoes what the other did and the running desk hears of it at once.
"""

import re
from collections.abc import Callable
from typing import Final, TypeVar

import msgspec

from trade2026.application.identity.roles import ALL_ACCOUNTS, Role
from trade2026.ports.storage import Lock, Storage
from trade2026.primitives.errors import InputError, IntegrityError, OperatingError, StoreUnavailable
from trade2026.primitives.identifiers import check_identifier
from trade2026.primitives.time import UnixNanos

ResultT = TypeVar("ResultT")

USERS: Final = "users.json"
FIRST_LOGIN: Final = "first-login.txt"
_LOCK: Final = "users.lock"
_LOCK_ATTEMPTS: Final = 50
_FORMAT: Final = 1
_NAME: Final = re.compile(r"[a-z][a-z0-9._-]{0,31}\Z")
_RUN: Final = re.compile(r"-[0-9]+\Z")
USERS_MAX: Final = 1_000
_ACCOUNTS_MAX: Final = 100


class User(msgspec.Struct, frozen=True):
    """A user as others may see them; times are UTC nanoseconds of the real clock.

    Attributes
    ----------
    accounts : tuple of str
        Accounts they may see and trade; "*" is all.
    disabled : bool
        Cannot log in, and has no session.
    must_change_password : bool
        Somebody else chose the password.
    """

    name: str
    role: Role
    accounts: tuple[str, ...]
    disabled: bool
    must_change_password: bool
    created: UnixNanos
    password_changed: UnixNanos


class UserRecord(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A user as stored. `version` grows with each change that ends their sessions: all but the name."""

    name: str
    role: Role
    accounts: tuple[str, ...]
    disabled: bool
    must_change_password: bool
    created: UnixNanos
    password_changed: UnixNanos
    password_hash: str
    version: int

    @property
    def user(self) -> User:
        """Without what nobody may see."""
        return User(
            self.name, self.role, self.accounts, self.disabled, self.must_change_password, self.created,
            self.password_changed,
        )  # fmt: skip


class _Document(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    format: int
    users: tuple[UserRecord, ...]


Users = dict[str, UserRecord]


def fold_name(name: str) -> str:
    """The name as it is stored: users may log in with capitals and blanks around."""
    return name.strip().lower()


def check_user_name(name: str) -> str:
    """Return a name a new user may have, else raise InputError."""
    if not _NAME.match(name):
        raise InputError(
            f"user name must be 1 to 32 lower-case letters, digits and ._- from a letter on, was {name!r}"
        )
    if _RUN.search(name):  # A strategy that runs has such a name, and rights of its own under it.
        raise InputError(f"user name must not end in a number like a run of a strategy, was {name!r}")
    return name


def check_accounts(accounts: tuple[str, ...]) -> tuple[str, ...]:
    """Accounts sorted and once each; raises InputError for what cannot be an account."""
    if len(accounts) > _ACCOUNTS_MAX:
        raise InputError(
            f"accounts must be at most {_ACCOUNTS_MAX}, were {len(accounts)}; '*' stands for all"
        )
    for account in accounts:
        if account != ALL_ACCOUNTS:
            check_identifier(account, "account")
    return (ALL_ACCOUNTS,) if ALL_ACCOUNTS in accounts else tuple(sorted(dict.fromkeys(accounts)))


class UserBook:
    """The document in memory. One writer at a time among all processes; readers see all old or all new."""

    def __init__(self, storage: Storage) -> None:
        """Read the document; none is no users. Raises IntegrityError where it is damaged."""
        self._storage = storage
        self._bytes: bytes | None = None
        self._users: Users = {}
        self.reload()

    @property
    def users(self) -> Users:
        """By name, in the order of names; not to be changed."""
        return self._users

    def get(self, name: str) -> UserRecord | None:
        """The user of that name, folded."""
        return self._users.get(fold_name(name))

    def require(self, name: str) -> UserRecord:
        """The user of that name, or InputError."""
        found = self.get(name)
        if found is None:
            raise InputError(f"there is no user {name!r}; 'trade2026 user list' shows those there are")
        return found

    def reload(self) -> bool:
        """Read the document anew, and tell whether it has changed."""
        data = self._storage.read(USERS) if self._storage.exists(USERS) else None
        if data == self._bytes:
            return False
        users = {} if data is None else _decode(data, self._storage.folder)
        self._users, self._bytes = users, data
        return True

    def change(self, change: Callable[[Users], ResultT]) -> ResultT:
        """Apply the change to the newest list and write it; what the change raises leaves all as it was.

        Blocks for a write to disk. The change is given a copy and alters it in place. An enabled admin must
        be left, else InputError; the first log-in's file goes with the password it holds.
        """
        lock = self._lock()
        try:
            self.reload()
            users = dict(self._users)
            result = change(users)
            self._check(users)
            users = {name: users[name] for name in sorted(users)}
            data = msgspec.json.format(
                msgspec.json.encode(_Document(_FORMAT, tuple(users.values()))), indent=1
            )
            self._storage.replace(USERS, data)
            self._users, self._bytes = users, data
            if self._storage.exists(FIRST_LOGIN) and not _is_first(users):
                self._storage.remove(FIRST_LOGIN)
                self._storage.sync_folder()
        finally:
            lock.release()
        self._storage.ring()
        return result

    def _check(self, users: Users) -> None:
        if len(users) > USERS_MAX:
            raise InputError(f"users must be at most {USERS_MAX}; remove some")
        if not any(user.role is Role.ADMIN and not user.disabled for user in users.values()):
            raise InputError("one enabled user must keep the role admin; make another one first")

    def _lock(self) -> Lock:
        for attempt in range(_LOCK_ATTEMPTS):
            try:
                return self._storage.lock(_LOCK)
            except StoreUnavailable:
                raise
            except OperatingError:  # Held for the time of one write; the storage waits a little by itself.
                if attempt == _LOCK_ATTEMPTS - 1:
                    raise
        raise AssertionError("unreachable")


FIRST_USER: Final = "admin"


def _is_first(users: Users) -> bool:
    """Whether the generated password of the first start is still the one."""
    first = users.get(FIRST_USER)
    return first is not None and first.must_change_password and first.password_changed == first.created


def _decode(data: bytes, folder: str) -> Users:
    try:
        document = msgspec.json.decode(data, type=_Document)
    except msgspec.MsgspecError as error:
        raise IntegrityError(
            f"{folder}/{USERS} cannot be read: {error}; restore it from a backup. Without it nobody can log "
            f"in; moved away, the next start makes a new first user"
        ) from error
    if document.format != _FORMAT:
        raise IntegrityError(
            f"{folder}/{USERS} must have format {_FORMAT}, was {document.format}; "
            f"run the version that wrote it"
        )
    return {user.name: user for user in document.users}
