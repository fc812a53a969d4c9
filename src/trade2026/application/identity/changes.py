"""The changes a list of users may go through; each alters the list in place, or raises and leaves it."""

import msgspec

from trade2026.application.identity.roles import Role
from trade2026.application.identity.users import User, UserRecord, Users, check_accounts, check_user_name
from trade2026.primitives.errors import InputError
from trade2026.primitives.time import UnixNanos


def check_new(users: Users, name: str, accounts: tuple[str, ...]) -> None:
    """Raise InputError where no such user can be added."""
    check_user_name(name)
    check_accounts(accounts)
    if name in users:
        raise InputError(f"user {name!r} is there already; change that one, or take another name")


def add(
    users: Users,
    name: str,
    role: Role,
    accounts: tuple[str, ...],
    password_hash: str,
    now: UnixNanos,
    *,
    must_change: bool,
) -> User:
    """A new user."""
    check_new(users, name, accounts)
    record = UserRecord(
        name=name,
        role=role,
        accounts=check_accounts(accounts),
        disabled=False,
        must_change_password=must_change,
        created=now,
        password_changed=now,
        password_hash=password_hash,
        version=now,  # Larger than that of a user of the same name who was removed: no session comes back.
    )
    users[name] = record
    return record.user


def change(
    users: Users,
    name: str,
    now: UnixNanos,
    *,
    role: Role | None = None,
    accounts: tuple[str, ...] | None = None,
    disabled: bool | None = None,
    password_hash: str | None = None,
    must_change: bool = True,
) -> User:
    """Change what is given. `must_change`: whether a new password is somebody else's choice."""
    record = _require(users, name)
    changed = msgspec.structs.replace(
        record,
        role=record.role if role is None else role,
        accounts=record.accounts if accounts is None else check_accounts(accounts),
        disabled=record.disabled if disabled is None else disabled,
    )
    if password_hash is not None:
        changed = msgspec.structs.replace(
            changed, password_hash=password_hash, password_changed=now, must_change_password=must_change
        )
    if changed != record:
        changed = msgspec.structs.replace(changed, version=max(record.version + 1, now))
    users[name] = changed
    return changed.user


def store_rehashed(users: Users, name: str, old_hash: str, new_hash: str) -> None:
    """The same password under stronger parameters: no session ends; nothing where it changed meanwhile."""
    record = users.get(name)
    if record is not None and record.password_hash == old_hash:
        users[name] = msgspec.structs.replace(record, password_hash=new_hash)


def remove(users: Users, name: str) -> User:
    """Remove a user; who it was."""
    record = _require(users, name)
    del users[name]
    return record.user


def _require(users: Users, name: str) -> UserRecord:
    found = users.get(name)
    if found is None:
        raise InputError(f"there is no user {name!r}; 'trade2026 user list' shows those there are")
    return found
