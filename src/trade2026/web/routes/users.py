"""Users: who there is, and what an administrator does about it."""

from typing import Annotated, Final, Literal

import msgspec
from fastapi import Response
from pydantic import Field

from trade2026.application.identity.roles import Role
from trade2026.application.identity.users import User
from trade2026.primitives.time import format_ns
from trade2026.web.api import Routes, Said, reply
from trade2026.web.context import Here, WebContext
from trade2026.web.entitlement import sync_entitlements
from trade2026.web.errors import ProblemRaised, not_found
from trade2026.web.roles import ADMIN
from trade2026.web.routes import examples
from trade2026.web.routes.queries import Id, Name, NewPassword, NoQuery, Strict

ROUTES: Final = Routes("users")

RoleName = Literal["viewer", "trader", "operator", "admin"]
Accounts = Annotated[list[Id | Literal["*"]], Field(max_length=100)]
UserName = Annotated[
    str,
    Field(min_length=1, max_length=32, json_schema_extra={"pattern": "^[a-z][a-z0-9._-]{0,31}$"}),
]


class UserView(msgspec.Struct, frozen=True):
    """A user; times are of the real clock."""

    name: str
    role: str
    accounts: tuple[str, ...]
    disabled: bool
    must_change_password: bool
    created: str
    password_changed: str


class UserList(msgspec.Struct, frozen=True):
    """Users by name."""

    items: tuple[UserView, ...]


class UserCreated(msgspec.Struct, frozen=True):
    """A new user; `password` is the one that was made up, shown this once, None where one was given."""

    user: UserView
    password: str | None


class NewUser(Strict):
    """A user to be; without a password one is made up. `accounts` may be ["*"] for all."""

    name: UserName
    role: RoleName
    accounts: Accounts
    password: NewPassword | None = None


class UserChange(Strict):
    """What to change; what is left out stays. Any change ends the user's sessions."""

    role: RoleName | None = None
    accounts: Accounts | None = None
    disabled: bool | None = None
    password: NewPassword | None = None


@ROUTES.add("GET", "/users", ADMIN, Said("Users by name.", UserList, {"items": [examples.USER]}))
async def list_users(here: Here, _: NoQuery) -> Response:
    """List users."""
    return reply(UserList(tuple(map(user_view, here.services.identity.users()))))


@ROUTES.add(
    "POST",
    "/users",
    ADMIN,
    Said("The user.", UserCreated, {"user": examples.USER, "password": None}, 201),
    problems=("conflict", "core-away"),
    body_example={"name": "ann", "role": "trader", "accounts": ["main"], "password": "a few words to keep"},
)
async def create_user(here: Here, body: NewUser, _: NoQuery) -> Response:
    """Make a user."""
    if here.services.identity.user(body.name) is not None:
        raise ProblemRaised(
            "conflict", f"there is a user {body.name!r} already", field="name", value=body.name
        )
    role, accounts = Role(body.role), tuple(body.accounts)
    user, password = await here.services.identity.add_user(body.name, role, accounts, body.password)
    await sync_entitlements(here)
    return reply(UserCreated(user_view(user), password), 201)


@ROUTES.add(
    "PATCH",
    "/users/{name}",
    ADMIN,
    Said("The user as it is now.", UserView, examples.USER),
    problems=("not-found",),
    body_example={"disabled": True},
)
async def change_user(here: Here, name: Name, body: UserChange, _: NoQuery) -> Response:
    """Change a user; the user's sessions end."""
    _check_known(here, name)
    user = await here.services.identity.change_user(
        name,
        role=None if body.role is None else Role(body.role),
        accounts=None if body.accounts is None else tuple(body.accounts),
        disabled=body.disabled,
        password=body.password,
    )
    await sync_entitlements(here)
    return reply(user_view(user))


@ROUTES.add("DELETE", "/users/{name}", ADMIN, Said("Removed.", status=204), problems=("not-found",))
async def remove_user(here: Here, name: Name, _: NoQuery) -> Response:
    """Remove a user; the user's sessions end."""
    removed = _check_known(here, name).name
    await here.services.identity.remove_user(removed)
    await sync_entitlements(here, (removed,))
    return Response(status_code=204)


def user_view(user: User) -> UserView:
    """A user as it is shown."""
    return UserView(
        user.name, user.role.value, user.accounts, user.disabled, user.must_change_password,
        format_ns(user.created), format_ns(user.password_changed),
    )  # fmt: skip


def _check_known(context: WebContext, name: str) -> User:
    found = context.services.identity.user(name)
    if found is None:
        raise not_found(f"there is no user {name!r}", field="name", value=name)
    return found
