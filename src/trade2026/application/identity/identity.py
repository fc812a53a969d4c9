"""The identity of the desk: log-in, sessions, tokens and users, as the web process owns them.

Lives in one event loop; only hashing and writing leave it. A session ends in memory before it ends on disk,
and begins on disk before anybody holds its tokens.
"""

import hashlib
from collections.abc import Callable
from typing import Final

from trade2026.application.identity import changes
from trade2026.application.identity.first_login import SALT_BYTES, make_first_user
from trade2026.application.identity.gate import HashGate
from trade2026.application.identity.keys import KeyRing, base64_url
from trade2026.application.identity.lockout import LockOut, fold_address
from trade2026.application.identity.passwords import LENGTH_MAX, check_password, make_password
from trade2026.application.identity.roles import Principal, Role, require_fresh
from trade2026.application.identity.sessions import SESSIONS, Session, SessionBook, SessionRecord
from trade2026.application.identity.tokens import (
    ACCESS_LIFETIME_NS,
    LEEWAY_NS,
    TOKEN_LENGTH_MAX,
    TokenCache,
    make_token,
    read_token,
)
from trade2026.application.identity.users import User, UserBook, UserRecord, Users, fold_name
from trade2026.ports.clock import Clock
from trade2026.ports.passwords import PasswordHasher
from trade2026.ports.storage import Storage
from trade2026.primitives.errors import (
    AuthenticationFailed,
    InputError,
    IntegrityError,
    LockedOut,
    OperatingError,
    StoreUnavailable,
)
from trade2026.primitives.time import SECOND_NS, UnixNanos

CACHED_TOKENS_MAX: Final = 10_000
_TOKEN_ID_BYTES: Final = 16
_LOOK_NS: Final = SECOND_NS
"""How often the list of users is looked at where no bell rings, and ended sessions are cleared away."""
_WRONG: Final = "name or password is wrong"


class Identity:
    """Who may do what. Errors: AuthenticationFailed, LockedOut, InputError, StoreUnavailable."""

    def __init__(
        self, storage: Storage, clock: Clock, random_bytes: Callable[[int], bytes], hasher: PasswordHasher
    ) -> None:
        """Read what is stored, or make keys and the first user. Blocks for a hash or two and some writes.

        Parameters
        ----------
        storage : Storage
            A folder that only the desk's own user may read: keys and password hashes are in it.
        clock : Clock
            The real one.
        random_bytes : callable
            Cryptographic randomness.
        """
        self._storage, self._clock, self._random_bytes, self._hasher = storage, clock, random_bytes, hasher
        now = clock.now_ns()
        self._first_login = make_first_user(storage, random_bytes, hasher, now)
        self._book = UserBook(storage)
        self._keys = KeyRing(storage, random_bytes, now, ACCESS_LIFETIME_NS + LEEWAY_NS)
        self._sessions = SessionBook(storage, self._keys.refresh_key, random_bytes)
        self._cache = TokenCache(CACHED_TOKENS_MAX)
        self._lockout = LockOut()
        self._gate = HashGate()
        self._listeners: list[Callable[[], None]] = []
        self._nobody = hasher.hash(make_password(random_bytes), random_bytes(SALT_BYTES))
        self._sessions.end_where(self._is_over)
        for session in self._sessions.all():
            self._lockout.trust(session.name, session.address)
        self.trouble = ""
        """Why the list of users cannot be read anew; "" while it can. The last good one is in force."""

    # ------------------------------------------------------------------------------------- log-in

    def first_login(self) -> tuple[str, str] | None:
        """Name and password of the first user if this start made it; it is in `first-login.txt` too."""
        return self._first_login

    async def login(self, name: str, password: str, client_address: str) -> Session:
        """Begin a session. A wrong name and a wrong password look and last the same."""
        folded, address = fold_name(name)[: LENGTH_MAX + 1], fold_address(client_address)
        record = await self._prove(folded, password, address)
        now = self._clock.now_ns()
        if self._hasher.needs_rehash(record.password_hash):
            await self._rehash(record, password)
        if self._sessions.make_room(folded):
            self._ended()
        session, refresh_token = self._sessions.begin(folded, record.version, address, now)
        try:
            await self._save_sessions()
        except StoreUnavailable:
            self._end(session.session_id)
            raise
        return self._hand_out(session, record, refresh_token, now)

    async def refresh(self, token: str) -> Session:
        """The next tokens of a session; the token given is used up, but for a few seconds of grace."""
        now = self._clock.now_ns()
        try:
            session, refresh_token, is_new = self._sessions.refresh(token, now)
        except AuthenticationFailed as error:
            if error.reason in ("reused", "expired"):
                self._ended()
                await self._save_sessions()
            raise
        record = self._book.get(session.name)
        if record is None or self._is_over(session):
            self._end(session.session_id)
            await self._save_sessions()
            raise AuthenticationFailed("the session has ended; log in again", reason="ended")
        if is_new:
            await self._save_sessions()
        return self._hand_out(session, record, refresh_token, now)

    async def logout(self, token: str) -> None:
        """End the session of an access or refresh token, and all its tokens at once. Unknown is fine."""
        session = self._sessions.find(token)
        if session is not None:
            session_id = session.session_id
        else:
            try:
                session_id = self.authenticate(token).session_id
            except AuthenticationFailed:
                return
        self._end(session_id)
        await self._save_sessions()

    # ------------------------------------------------------------------------------------- tokens

    def authenticate(self, token: str) -> Principal:
        """Who an access token stands for, or AuthenticationFailed; a token seen before costs a look-up."""
        if len(token) > TOKEN_LENGTH_MAX or not token.isascii():
            raise AuthenticationFailed("the access token is not valid; log in again", reason="size")
        digest = hashlib.sha256(token.encode("ascii")).digest()
        now = self._clock.now_ns()
        principal = self._cache.get(digest, now)
        if principal is None:
            principal = self._verify(token, now)
            self._cache.put(digest, principal)
        return principal

    def is_valid(self, principal: Principal, now: UnixNanos) -> bool:
        """Whether the principal may go on: the token has not expired, and nothing ended its session."""
        return now < principal.expires_at and self._lives(principal)

    def require_fresh(self, principal: Principal, max_age_ns: int) -> None:
        """Raise AuthenticationFailed unless the password was given at most `max_age_ns` ago."""
        require_fresh(principal, max_age_ns, self._clock.now_ns())

    def jwks(self) -> dict[str, list[dict[str, str]]]:
        """The public keys as a JWK set."""
        return self._keys.jwks(self._clock.now_ns())

    async def rotate_keys(self) -> str:
        """Sign with a new key from now on; its kid. Tokens of the old key stay good until they expire."""
        now = self._clock.now_ns()
        kid = await self._storage.in_background(lambda: self._keys.rotate(now))
        self._cache.clear()
        return kid

    # -------------------------------------------------------------------------------------- users

    def users(self) -> tuple[User, ...]:
        """All users, by name."""
        return tuple(record.user for record in self._book.users.values())

    def user(self, name: str) -> User | None:
        """One user."""
        record = self._book.get(name)
        return None if record is None else record.user

    async def add_user(
        self, name: str, role: Role, accounts: tuple[str, ...], password: str | None = None
    ) -> tuple[User, str | None]:
        """A new user, and the password that was made up where none is given; they should change either."""
        made = make_password(self._random_bytes) if password is None else None
        given = made if password is None else check_password(password, name)
        changes.check_new(self._book.users, name, accounts)
        stored = await self._hash(given or "")
        now = self._clock.now_ns()
        user = await self._change(
            lambda users: changes.add(users, name, role, accounts, stored, now, must_change=True)
        )
        return user, made

    async def change_user(
        self,
        name: str,
        *,
        role: Role | None = None,
        accounts: tuple[str, ...] | None = None,
        disabled: bool | None = None,
        password: str | None = None,
    ) -> User:
        """Change what is given; any change ends the user's sessions. One enabled admin must be left."""
        record = self._book.require(name)
        stored = None
        if password is not None:
            stored = await self._hash(check_password(password, record.name))
        now = self._clock.now_ns()
        return await self._change(
            lambda users: changes.change(
                users, record.name, now, role=role, accounts=accounts, disabled=disabled, password_hash=stored
            )
        )

    async def remove_user(self, name: str) -> None:
        """Remove a user and end the sessions. One enabled admin must be left."""
        record = self._book.require(name)
        await self._change(lambda users: changes.remove(users, record.name))

    async def change_password(self, principal: Principal, current: str, new: str) -> None:
        """A user's own change: this session goes on, every other one of theirs ends."""
        place = f"session {principal.session_id}"
        check_password(new, principal.name)
        if current == new:
            raise InputError("new password must differ from the current one")
        await self._prove(principal.name, current, place, holds_session=True)
        stored = await self._hash(new)
        now = self._clock.now_ns()

        def apply(users: Users) -> int:
            changes.change(users, principal.name, now, password_hash=stored, must_change=False)
            return users[principal.name].version

        version = await self._storage.in_background(lambda: self._book.change(apply))
        self._sessions.keep(principal.session_id, version)
        await self._apply_users()

    # ----------------------------------------------------------------------------------- changes

    def on_change(self, callback: Callable[[], None]) -> None:
        """Have `callback` called, in the event loop, each time a session or a user's rights ended.

        It should ask `is_valid` of every principal it serves; it must neither block nor raise.
        """
        self._listeners.append(callback)

    async def watch(self) -> None:
        """Run for ever: notice what the command line changed, clear away what ended, replace an old key."""
        bell = self._storage.listen()
        try:
            while True:
                await bell.wait_async(_LOOK_NS)
                await self.look()
        finally:
            bell.close()

    async def look(self) -> None:
        """One round of `watch`. What cannot be read or written is told in `trouble` and tried again."""
        try:
            is_changed = await self._storage.in_background(self._book.reload)
            if self._sessions.end_where(self._is_over) or is_changed:
                self._ended()
                await self._save_sessions()
            if self._keys.is_due(self._clock.now_ns()):
                await self.rotate_keys()
            self.trouble = ""
        except (StoreUnavailable, IntegrityError) as error:
            self.trouble = str(error)

    # ------------------------------------------------------------------------------------ inside

    async def _prove(
        self, name: str, password: str, address: str, *, holds_session: bool = False
    ) -> UserRecord:
        """The user, if the password is theirs and they are not disabled."""
        self._lockout.begin(name, address, self._clock.monotonic_ns())
        if len(password) > LENGTH_MAX:  # Nobody's: no need to hash it, whoever the user is.
            raise AuthenticationFailed(_WRONG, reason="password")
        record = self._book.get(name)
        stored = self._nobody if record is None else record.password_hash
        trusted = holds_session or self._lockout.is_trusted(name, address)
        try:
            is_right = await self._gate.run(
                lambda: self._hasher.verify(stored, password), address=address, trusted=trusted
            )
        except (LockedOut, OperatingError, IntegrityError):
            self._lockout.take_back(name, address)
            raise
        if not is_right or record is None:
            raise AuthenticationFailed(_WRONG, reason="password")
        record = self._book.get(name)  # As it is after the wait.
        if record is None or record.password_hash != stored or record.disabled:
            raise AuthenticationFailed(_WRONG, reason="disabled")
        self._lockout.forgive(name, address)
        return record

    async def _hash(self, password: str) -> str:
        salt = self._random_bytes(SALT_BYTES)
        return await self._gate.run(lambda: self._hasher.hash(password, salt), address="", trusted=True)

    async def _rehash(self, record: UserRecord, password: str) -> None:
        """Store the password under the parameters of today."""
        new = await self._hash(password)
        old = record.password_hash
        await self._storage.in_background(
            lambda: self._book.change(lambda users: changes.store_rehashed(users, record.name, old, new))
        )

    def _verify(self, token: str, now: UnixNanos) -> Principal:
        """The principal of a token not seen before."""
        claims = read_token(self._keys, token, now)
        record = self._book.get(claims.name)
        if record is None or record.name != claims.name or record.disabled:
            raise AuthenticationFailed("the access token is not valid; log in again", reason="user")
        if record.role.value != claims.role:
            raise AuthenticationFailed("your role has changed; log in again", reason="role")
        principal = Principal(
            claims.name, record.role, record.accounts, claims.auth_time, claims.expires_at, claims.session_id,
            claims.token_id,
        )  # fmt: skip
        if not self._lives(principal):
            raise AuthenticationFailed("the session has ended; log in again", reason="revoked")
        return principal

    def _lives(self, principal: Principal) -> bool:
        session = self._sessions.get(principal.session_id)
        if session is None or session.name != principal.name or self._is_over(session):
            return False
        record = self._book.get(principal.name)
        return record is not None and record.role is principal.role and record.accounts == principal.accounts

    def _is_over(self, session: SessionRecord) -> bool:
        """Whether time, or a change of its user, has ended the session."""
        record = self._book.users.get(session.name)
        if record is None or record.disabled or record.version != session.user_version:
            return True
        return self._clock.now_ns() >= session.refresh_ends

    def _hand_out(
        self, session: SessionRecord, record: UserRecord, refresh_token: str, now: UnixNanos
    ) -> Session:
        """An access token beside the refresh token."""
        if self._sessions.get(session.session_id) is None or self._is_over(session):  # Meanwhile.
            raise AuthenticationFailed("the session has ended; log in again", reason="ended")
        ends = min(now + ACCESS_LIFETIME_NS, session.ends) // SECOND_NS * SECOND_NS
        principal = Principal(
            name=record.name,
            role=record.role,
            accounts=record.accounts,
            auth_time=session.auth_time // SECOND_NS * SECOND_NS,
            expires_at=ends,
            session_id=session.session_id,
            token_id=base64_url(self._random_bytes(_TOKEN_ID_BYTES)),
        )
        return Session(
            access_token=make_token(self._keys, principal, now),
            access_expires=ends,
            refresh_token=refresh_token,
            refresh_expires=session.refresh_ends,
            principal=principal,
            must_change_password=record.must_change_password,
        )

    async def _change(self, change: Callable[[Users], User]) -> User:
        user = await self._storage.in_background(lambda: self._book.change(change))
        await self._apply_users()
        return user

    async def _apply_users(self) -> None:
        """The list of users is another: end the sessions of whom it changed, and tell."""
        self._sessions.end_where(self._is_over)
        self._ended()
        await self._save_sessions()

    def _end(self, session_id: str) -> None:
        if self._sessions.end(session_id):
            self._ended()

    def _ended(self) -> None:
        self._cache.clear()
        for listener in self._listeners:
            listener()

    async def _save_sessions(self) -> None:
        data = self._sessions.encode()
        await self._storage.in_background(lambda: self._storage.replace(SESSIONS, data))
