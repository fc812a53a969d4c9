"""The desk itself: health, processes, the journal's events, and users."""

from collections.abc import AsyncIterator, Sequence
from typing import Final

import msgspec

from trade2026.client.asynchronous.line import AsyncLine
from trade2026.client.call import PREFIX, Call, decoder, get, nothing, post, rows_decoder, segment, text
from trade2026.client.results.desk import Alert, Event, Health, Me, NewUser, Services, User
from trade2026.client.rows import Rows

_HEALTH: Final = decoder(Health)
_ME: Final = decoder(Me)
_SERVICES: Final = decoder(Services)
_ALERTS: Final = rows_decoder(Alert)
_EVENTS: Final = rows_decoder(Event)
_USER: Final = decoder(User)
_USERS: Final = rows_decoder(User)
_NEW_USER: Final = decoder(NewUser)


class AsyncDesk(AsyncLine):
    """Requests about the desk."""

    async def health(self) -> Health:
        """How the desk is; needs no login."""
        return await self._send(
            Call("GET", f"{PREFIX}/health", None, _HEALTH, is_repeatable=True, is_public=True)
        )

    async def services(self) -> Services:
        """The processes of the desk, and how the core is."""
        return await self._send(get(_SERVICES, "/services"))

    async def metrics(self) -> str:
        """Figures in the text format of Prometheus."""
        return await self._send(get(text, "/metrics"))

    async def me(self) -> Me:
        """Who one is and what one may do."""
        return await self._send(get(_ME, "/me"))

    async def events(
        self,
        *,
        first: int | None = None,
        last: int | None = None,
        types: Sequence[str] = (),
        text: str = "",
        oldest_first: bool = False,
        limit: int = 100,
        cursor: str | None = None,
    ) -> Rows[Event]:
        """Events of the journal, newest first; a part may be short, even empty, and have a cursor."""
        query = {
            "first": first, "last": last, "types": ",".join(types), "text": text,
            "oldest_first": oldest_first or None, "limit": limit, "cursor": cursor,
        }  # fmt: skip
        return await self._send(get(_EVENTS, "/events", query))

    def each_event(
        self,
        *,
        first: int | None = None,
        last: int | None = None,
        types: Sequence[str] = (),
        text: str = "",
        oldest_first: bool = True,
    ) -> AsyncIterator[Event]:
        """Every event from `first` to `last`, in order of the journal unless asked otherwise."""
        query = {
            "first": first, "last": last, "types": ",".join(types), "text": text,
            "oldest_first": oldest_first or None, "limit": 1000,
        }  # fmt: skip
        return self._each(lambda cursor: get(_EVENTS, "/events", {**query, "cursor": cursor}))

    async def alerts(self, *, limit: int = 100, cursor: str | None = None) -> Rows[Alert]:
        """What a person should know, newest first."""
        return await self._send(get(_ALERTS, "/alerts", {"limit": limit, "cursor": cursor}))

    async def users(self) -> Rows[User]:
        """Users by name; for admins."""
        return await self._send(get(_USERS, "/users"))

    async def create_user(
        self, name: str, role: str, accounts: Sequence[str], password: str | None = None
    ) -> NewUser:
        """Make a user; without a password one is made up and told this once."""
        body = {"name": name, "role": role, "accounts": list(accounts), "password": password}
        return await self._send(post(_NEW_USER, "/users", body))

    async def change_user(
        self,
        name: str,
        *,
        role: str | None = None,
        accounts: Sequence[str] | None = None,
        disabled: bool | None = None,
        password: str | None = None,
    ) -> User:
        """Change a user; the user's sessions end."""
        given = {
            "role": role, "accounts": None if accounts is None else list(accounts), "disabled": disabled,
            "password": password,
        }  # fmt: skip
        body = msgspec.json.encode({key: value for key, value in given.items() if value is not None})
        path = f"{PREFIX}/users/{segment(name)}"
        return await self._send(Call("PATCH", path, body, _USER, is_repeatable=True))

    async def remove_user(self, name: str) -> None:
        """Remove a user; the user's sessions end."""
        await self._send(Call("DELETE", f"{PREFIX}/users/{segment(name)}", None, nothing))

    async def change_password(self, current: str, new: str) -> None:
        """Change one's own password; one's other sessions end."""
        body = {"current_password": current, "new_password": new}
        await self._send(post(nothing, "/auth/password", body))
        self._login.change_password(new)
