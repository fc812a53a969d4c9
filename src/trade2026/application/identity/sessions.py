"""Sessions: what a log-in begins, its rotating refresh tokens, and how a stolen one is noticed.

A refresh token is "SESSION.GENERATION.SECRET.MAC". The secret of the next generation is an HMAC of this
one's under a key of the desk, so that two tabs which refresh at once, or a client that lost the answer, get
the same token within a few seconds of grace. Only the SHA-256 of the latest secret is stored. The MAC shows
that an old token is genuine: then somebody uses a copy, and the whole session ends. Without a genuine MAC
nothing ends, so that knowing a session's id harms nobody.
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Callable, Iterable
from typing import Final

import msgspec

from trade2026.application.identity.keys import base64_url
from trade2026.application.identity.roles import Principal
from trade2026.ports.storage import Storage
from trade2026.primitives.errors import AuthenticationFailed, IntegrityError
from trade2026.primitives.time import DAY_NS, HOUR_NS, SECOND_NS, UnixNanos

SESSIONS: Final = "sessions.json"
REFRESH_LIFETIME_NS: Final = 12 * HOUR_NS
SESSION_LIFETIME_NS: Final = 7 * DAY_NS
"""However often it is refreshed, a session ends so long after its log-in."""
GRACE_NS: Final = 10 * SECOND_NS
SESSIONS_PER_USER_MAX: Final = 20
"""One more log-in ends the user's session that was used least lately."""
_FORMAT: Final = 1
_FORM: Final = re.compile(
    r"([A-Za-z0-9_-]{22})\.([0-9]{1,9})\.([A-Za-z0-9_-]{43})\.([A-Za-z0-9_-]{22})\Z", re.ASCII
)
_ID_BYTES: Final = 16
_SECRET_BYTES: Final = 32
_MAC_BYTES: Final = 16


class Session(msgspec.Struct, frozen=True):
    """What a log-in or a refresh hands out. Times are UTC nanoseconds of the real clock.

    Attributes
    ----------
    access_expires, refresh_expires : int
        When each token ends; the principal's `expires_at` is the first.
    must_change_password : bool
        Somebody else chose the password.
    """

    access_token: str
    access_expires: UnixNanos
    refresh_token: str
    refresh_expires: UnixNanos
    principal: Principal
    must_change_password: bool


class SessionRecord(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A session as stored; times are UTC nanoseconds.

    Attributes
    ----------
    user_version : int
        The user's version at the log-in; another one now ends the session.
    generation : int
        Refreshes so far.
    secret_sha256 : bytes
        Of the latest refresh token's secret.
    rotated : int
        When that token was made.
    """

    session_id: str
    name: str
    user_version: int
    address: str
    auth_time: UnixNanos
    generation: int
    secret_sha256: bytes
    rotated: UnixNanos

    @property
    def refresh_ends(self) -> UnixNanos:
        """When the latest refresh token ends."""
        return min(self.rotated + REFRESH_LIFETIME_NS, self.ends)

    @property
    def ends(self) -> UnixNanos:
        """When the session ends, however often it is refreshed."""
        return self.auth_time + SESSION_LIFETIME_NS


class _Document(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    format: int
    sessions: tuple[SessionRecord, ...]


class SessionBook:
    """All sessions in memory; `encode` is what the owner writes to disk after each change."""

    def __init__(self, storage: Storage, key: bytes, random_bytes: Callable[[int], bytes]) -> None:
        """Read the document; none is no sessions. Raises IntegrityError where it is damaged."""
        self._key = key
        self._random_bytes = random_bytes
        self._sessions: dict[str, SessionRecord] = {}
        if storage.exists(SESSIONS):
            self._sessions = _decode(storage.read(SESSIONS), storage.folder)

    def encode(self) -> bytes:
        """The document."""
        return msgspec.json.encode(_Document(_FORMAT, tuple(self._sessions.values())))

    def get(self, session_id: str) -> SessionRecord | None:
        """The session, unless it has ended."""
        return self._sessions.get(session_id)

    def all(self) -> Iterable[SessionRecord]:
        """Every session, in the order of log-in."""
        return tuple(self._sessions.values())

    def begin(self, name: str, user_version: int, address: str, now: UnixNanos) -> tuple[SessionRecord, str]:
        """A new session and its first refresh token; `make_room` comes before."""
        secret = self._random_bytes(_SECRET_BYTES)
        session = SessionRecord(
            session_id=base64_url(self._random_bytes(_ID_BYTES)),
            name=name,
            user_version=user_version,
            address=address,
            auth_time=now,
            generation=0,
            secret_sha256=hashlib.sha256(secret).digest(),
            rotated=now,
        )
        self._sessions[session.session_id] = session
        return session, self._token(session, secret)

    def make_room(self, name: str) -> bool:
        """End the user's stalest session if one more would be too many; whether it did."""
        own = [session for session in self._sessions.values() if session.name == name]
        if len(own) < SESSIONS_PER_USER_MAX:
            return False
        return self.end(min(own, key=lambda session: session.rotated).session_id)

    def refresh(self, token: str, now: UnixNanos) -> tuple[SessionRecord, str, bool]:
        """The session, the next refresh token, and whether anything changed (not so within the grace).

        Raises AuthenticationFailed; with the reason "reused" the session has ended.
        """
        session, generation, secret = self._read(token)
        if now >= session.refresh_ends:
            self.end(session.session_id)
            raise AuthenticationFailed("the session has expired; log in again", reason="expired")
        next_secret = self._next(session.session_id, secret)
        if generation == session.generation and _is_sha256(secret, session.secret_sha256):
            session = msgspec.structs.replace(
                session,
                generation=generation + 1,
                secret_sha256=hashlib.sha256(next_secret).digest(),
                rotated=now,
            )
            self._sessions[session.session_id] = session
            return session, self._token(session, next_secret), True
        is_previous = generation + 1 == session.generation and _is_sha256(next_secret, session.secret_sha256)
        if is_previous and now - session.rotated <= GRACE_NS:
            return session, self._token(session, next_secret), False
        self.end(session.session_id)
        raise AuthenticationFailed(
            "this refresh token was used before, so the session has ended; log in again, and change the "
            "password if it was not you",
            reason="reused",
        )

    def find(self, token: str) -> SessionRecord | None:
        """The session of a genuine refresh token, whatever its generation."""
        try:
            return self._read(token)[0]
        except AuthenticationFailed:
            return None

    def keep(self, session_id: str, user_version: int) -> None:
        """Let a session go on after its user changed the password in it."""
        session = self._sessions.get(session_id)
        if session is not None:
            self._sessions[session_id] = msgspec.structs.replace(session, user_version=user_version)

    def end(self, session_id: str) -> bool:
        """End a session; False where there is none."""
        return self._sessions.pop(session_id, None) is not None

    def end_where(self, is_over: Callable[[SessionRecord], bool]) -> int:
        """End all sessions of which that is true; how many."""
        over = [session.session_id for session in self._sessions.values() if is_over(session)]
        for session_id in over:
            del self._sessions[session_id]
        return len(over)

    def _read(self, token: str) -> tuple[SessionRecord, int, bytes]:
        found = _FORM.match(token)
        if found is None:
            raise _unknown("form")
        session_id, generation, secret, mac = found.groups()
        if not hmac.compare_digest(self._mac(session_id, int(generation), secret), mac):
            raise _unknown("forged")
        session = self._sessions.get(session_id)
        if session is None:
            raise _unknown("ended")
        return session, int(generation), base64.urlsafe_b64decode(secret + "=")

    def _token(self, session: SessionRecord, secret: bytes) -> str:
        text = base64_url(secret)
        mac = self._mac(session.session_id, session.generation, text)
        return f"{session.session_id}.{session.generation}.{text}.{mac}"

    def _mac(self, session_id: str, generation: int, secret: str) -> str:
        data = f"mac.{session_id}.{generation}.{secret}".encode("ascii")
        return base64_url(hmac.digest(self._key, data, "sha256")[:_MAC_BYTES])

    def _next(self, session_id: str, secret: bytes) -> bytes:
        return hmac.digest(self._key, f"next.{session_id}.".encode("ascii") + secret, "sha256")


def _is_sha256(secret: bytes, digest: bytes) -> bool:
    return hmac.compare_digest(hashlib.sha256(secret).digest(), digest)


def _unknown(reason: str) -> AuthenticationFailed:
    return AuthenticationFailed("the session has ended; log in again", reason=reason)


def _decode(data: bytes, folder: str) -> dict[str, SessionRecord]:
    try:
        document = msgspec.json.decode(data, type=_Document)
    except msgspec.MsgspecError as error:
        raise _damaged(folder, str(error)) from error
    if document.format != _FORMAT:
        raise _damaged(folder, f"format {document.format}")
    return {session.session_id: session for session in document.sessions}


def _damaged(folder: str, why: str) -> IntegrityError:
    return IntegrityError(
        f"{folder}/{SESSIONS} cannot be read: {why}. Remove it: everybody logs in again, nothing else is lost"
    )
