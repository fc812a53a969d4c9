"""Who a client is: the tokens it holds, and which request brings newer ones."""

from typing import Final

import msgspec

from trade2026.client.call import PREFIX, Call, decoder
from trade2026.client.results.desk import Tokens
from trade2026.primitives.errors import InputError

_TOKENS: Final = decoder(Tokens)
_EARLY_S: Final = 60.0
"""A token that ends within this is exchanged before it is used."""


class Login:
    """Tokens and where they come from.

    Parameters
    ----------
    name, password : str or None
        Log in with these when there is no token that is good.
    token : str or None
        An access token, instead or to begin with.
    refresh_token : str or None
        Brings the next tokens; used up by it.
    """

    def __init__(
        self, name: str | None, password: str | None, token: str | None, refresh_token: str | None
    ) -> None:
        if (name is None) != (password is None):
            raise InputError("name and password must be given together, or neither of them")
        self._name = name
        self._password = password
        self._refresh_token = refresh_token
        self._ends: float | None = None
        self._is_kept = False
        self.token = token
        self.tokens: Tokens | None = None

    @property
    def is_own(self) -> bool:
        """Whether the session was begun here, and so is to be ended here."""
        return self.tokens is not None and self._name is not None and not self._is_kept

    def keep(self) -> None:
        """The session goes on elsewhere."""
        self._is_kept = True

    def is_due(self, now: float) -> bool:
        """Whether there is no token, or one that ends soon."""
        return self.token is None or (self._ends is not None and now > self._ends - _EARLY_S)

    def next_call(self) -> Call[Tokens] | None:
        """The request that brings newer tokens; None where nothing can."""
        if self._refresh_token is not None:
            return _call("refresh", {"refresh_token": self._refresh_token})
        return self.login_call()

    def login_call(self) -> Call[Tokens] | None:
        """The request that logs in anew; None without a password."""
        if self._name is None:
            return None
        return _call("login", {"name": self._name, "password": self._password})

    def take(self, tokens: Tokens, now: float) -> None:
        """Hold newer tokens from now on."""
        self.tokens = tokens
        self.token = tokens.access_token
        self._refresh_token = tokens.refresh_token
        self._ends = now + tokens.expires_in

    def forget_refresh(self) -> bool:
        """The refresh token is no longer good; whether there was one."""
        had_one = self._refresh_token is not None
        self._refresh_token = None
        return had_one

    def forget(self) -> None:
        """Hold nothing any more."""
        self.token = self._refresh_token = self.tokens = self._ends = None

    def change_password(self, password: str) -> None:
        """Log in with another password from now on."""
        if self._name is not None:
            self._password = password


def _call(what: str, body: dict[str, str | None]) -> Call[Tokens]:
    return Call(
        "POST", f"{PREFIX}/auth/{what}", msgspec.json.encode(body), _TOKENS, is_repeatable=what == "login",
        is_public=True,
    )  # fmt: skip
