"""Access tokens: JSON Web Tokens signed with Ed25519, made here and read with suspicion.

The form is fixed: `alg` EdDSA, `typ` at+jwt, a `kid` of our own and nothing else in the header; in the
payload exactly the claims below. Whatever differs is refused before a signature is computed, for the reason
that the error names. RFC 7519, 8037, 8725, 9068.
"""

import base64
import json
import re
from collections import OrderedDict
from typing import Any, Final, NoReturn

import jwt

from trade2026.application.identity.keys import KeyRing
from trade2026.application.identity.roles import Principal, Role
from trade2026.primitives.errors import AuthenticationFailed
from trade2026.primitives.time import MINUTE_NS, SECOND_NS, UnixNanos

ACCESS_LIFETIME_NS: Final = 15 * MINUTE_NS
LEEWAY_NS: Final = 5 * SECOND_NS
"""How far the clock may have been set back since a token was made. An expired token gets none."""
TOKEN_LENGTH_MAX: Final = 4096
ISSUER: Final = "trade2026"
AUDIENCE: Final = "trade2026-desk"
TYPE: Final = "at+jwt"
ALGORITHM: Final = "EdDSA"

_FORM: Final = re.compile(r"[A-Za-z0-9_-]{1,1024}\.[A-Za-z0-9_-]{1,3000}\.[A-Za-z0-9_-]{86}\Z", re.ASCII)
_HEADER: Final = frozenset(("alg", "typ", "kid"))
_TEXTS: Final = ("iss", "aud", "sub", "role", "sid", "jti")
_TIMES: Final = ("iat", "nbf", "exp", "auth_time")
_CLAIMS: Final = frozenset((*_TEXTS, *_TIMES))
_TEXT_LENGTH_MAX: Final = 128
_SECONDS_MAX: Final = 2**33
_JWS: Final = jwt.PyJWS(algorithms=[ALGORITHM])


class Claims:
    """What a verified token says; times are UTC nanoseconds."""

    __slots__ = ("auth_time", "expires_at", "name", "role", "session_id", "token_id")

    def __init__(self, claims: dict[str, Any]) -> None:
        """From a checked payload."""
        self.name: str = claims["sub"]
        self.role: str = claims["role"]
        self.session_id: str = claims["sid"]
        self.token_id: str = claims["jti"]
        self.auth_time: UnixNanos = claims["auth_time"] * SECOND_NS
        self.expires_at: UnixNanos = claims["exp"] * SECOND_NS


def make_token(keys: KeyRing, principal: Principal, now: UnixNanos) -> str:
    """Sign a token for the principal; its times are cut to whole seconds."""
    issued = now // SECOND_NS
    claims = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": principal.name,
        "role": principal.role.value,
        "sid": principal.session_id,
        "jti": principal.token_id,
        "iat": issued,
        "nbf": issued,
        "exp": principal.expires_at // SECOND_NS,
        "auth_time": principal.auth_time // SECOND_NS,
    }
    signer = keys.signer
    return jwt.encode(claims, signer.private, algorithm=ALGORITHM, headers={"typ": TYPE, "kid": signer.kid})


def read_token(keys: KeyRing, token: str, now: UnixNanos) -> Claims:
    """The claims of a token that we signed and that is in force. Raises AuthenticationFailed otherwise.

    Whether its session and user are still there is for the caller to see.
    """
    if len(token) > TOKEN_LENGTH_MAX:
        _refuse("size")
    if not _FORM.match(token):
        _refuse("form")
    head, payload, signature = token.split(".")
    header = _read_json(head)
    if header.keys() != _HEADER:
        _refuse("header")
    if header["alg"] != ALGORITHM:
        _refuse("algorithm")
    if header["typ"] != TYPE:
        _refuse("type")
    kid = header["kid"]
    key = keys.verifier(kid, now) if isinstance(kid, str) else None
    if key is None:
        _refuse("key")
    claims = _read_json(payload)
    _check_form(claims)
    _base64(signature)
    try:
        _JWS.decode(token, key.public, algorithms=[ALGORITHM])
    except jwt.InvalidTokenError:
        _refuse("signature")
    _check_claims(claims, now, key.retired)
    return Claims(claims)


def _check_form(claims: dict[str, Any]) -> None:
    """Exactly the claims we make, texts that are texts and times that are whole seconds."""
    if claims.keys() != _CLAIMS:
        _refuse("claims")
    for name in _TEXTS:
        value = claims[name]
        if not isinstance(value, str) or not 0 < len(value) <= _TEXT_LENGTH_MAX:
            _refuse("claims")
    for name in _TIMES:
        value = claims[name]
        if type(value) is not int or not 0 <= value < _SECONDS_MAX:  # True is an int too.
            _refuse("claims")


def _check_claims(claims: dict[str, Any], now: UnixNanos, key_retired: UnixNanos | None) -> None:
    if claims["iss"] != ISSUER:
        _refuse("issuer")
    if claims["aud"] != AUDIENCE:
        _refuse("audience")
    if claims["role"] not in Role.__members__.values():
        _refuse("role")
    issued, begins, ends = (claims[name] * SECOND_NS for name in ("iat", "nbf", "exp"))
    if now >= ends:
        _refuse("expired")
    if max(issued, begins, claims["auth_time"] * SECOND_NS) > now + LEEWAY_NS:
        _refuse("future")
    if ends - issued > ACCESS_LIFETIME_NS:
        _refuse("lifetime")
    if key_retired is not None and issued > key_retired:
        _refuse("key")


def _read_json(part: str) -> dict[str, Any]:
    """The JSON object of a part, each name once."""
    try:
        text = _base64(part).decode("utf-8")  # Given bytes, `json` would guess among encodings.
        value = json.loads(text, object_pairs_hook=_each_once, parse_constant=_no_number)
    except (ValueError, RecursionError):
        _refuse("form")
    if not isinstance(value, dict):
        _refuse("form")
    return value


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name twice")
    return found


def _no_number(text: str) -> NoReturn:
    raise ValueError(f"{text} is no number")


def _base64(part: str) -> bytes:
    """The bytes of a part in the one way to write them, else refused."""
    try:
        data = base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
    except ValueError:
        _refuse("form")
    if base64.urlsafe_b64encode(data).rstrip(b"=") != part.encode("ascii"):
        _refuse("form")
    return data


def _refuse(reason: str) -> NoReturn:
    if reason == "expired":
        raise AuthenticationFailed("the access token has expired; refresh it or log in again", reason=reason)
    raise AuthenticationFailed("the access token is not valid; log in again", reason=reason)


class TokenCache:
    """Principals of tokens verified lately, by the token's SHA-256: bounded, the least used goes first."""

    __slots__ = ("_limit", "_principals")

    def __init__(self, limit: int) -> None:
        """Hold at most `limit`."""
        self._limit = limit
        self._principals: OrderedDict[bytes, Principal] = OrderedDict()

    def __len__(self) -> int:
        return len(self._principals)

    def get(self, digest: bytes, now: UnixNanos) -> Principal | None:
        """The principal of a token that is known and has not expired."""
        found = self._principals.get(digest)
        if found is None:
            return None
        if now >= found.expires_at:
            del self._principals[digest]
            return None
        self._principals.move_to_end(digest)
        return found

    def put(self, digest: bytes, principal: Principal) -> None:
        """Remember a principal."""
        self._principals[digest] = principal
        if len(self._principals) > self._limit:
            self._principals.popitem(last=False)

    def clear(self) -> None:
        """Forget all: a session ended, and which tokens were its own is not worth keeping."""
        self._principals.clear()
