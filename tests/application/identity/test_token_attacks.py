"""Attacks on access tokens, one row each: none is accepted, and each is refused for the reason in its row.

`Forge` writes tokens by hand, with the desk's own key where the attack assumes a mistake elsewhere rather
than a forged signature. The canary shows that its plain token is accepted: each row fails for its change.
"""

import asyncio
import base64
import hashlib
import hmac
import json
import logging
from collections.abc import Callable
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256

from tests.application.identity.fakes import ADDRESS, PASSWORD, World
from trade2026.application.identity.roles import Role
from trade2026.primitives.errors import AuthenticationFailed
from trade2026.primitives.time import MINUTE_NS, SECOND_NS


def b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def dumps(value: Any) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


class Forge:
    """A desk with a logged-in trader, and the means to write any token."""

    def __init__(self) -> None:
        self.world = World()
        identity = self.world.identity
        asyncio.run(identity.add_user("ada", Role.TRADER, ("PAPER",), PASSWORD))
        asyncio.run(identity.add_user("bob", Role.VIEWER, ("PAPER",), PASSWORD))
        self.session = asyncio.run(identity.login("ada", PASSWORD, ADDRESS))
        self.other = asyncio.run(identity.login("bob", PASSWORD, ADDRESS))
        stored = json.loads(self.world.folder.files["token-keys.json"])["keys"][0]["private"]
        self.key = Ed25519PrivateKey.from_private_bytes(base64.b64decode(stored))
        self.header, self.claims = self.parts(self.session.access_token)
        self.signature = self.session.access_token.split(".")[2]

    @staticmethod
    def parts(token: str) -> tuple[dict[str, Any], dict[str, Any]]:
        head, payload, _ = (base64.urlsafe_b64decode(part + "==") for part in token.split("."))
        return json.loads(head), json.loads(payload)

    @property
    def public(self) -> bytes:
        return self.key.public_key().public_bytes_raw()

    def sign(self, head: bytes, payload: bytes, key: Ed25519PrivateKey | None = None) -> str:
        text = f"{b64(head)}.{b64(payload)}"
        return f"{text}.{b64((key or self.key).sign(text.encode()))}"

    def token(
        self, header: dict[str, Any] | None = None, key: Ed25519PrivateKey | None = None, **claims: Any
    ) -> str:
        """The plain token but for what is given; a claim that is None is left out."""
        merged = {name: value for name, value in {**self.claims, **claims}.items() if value is not None}
        return self.sign(dumps({**self.header, **(header or {})}), dumps(merged), key)

    def raw(self, head: str | None = None, payload: str | None = None) -> str:
        """With a header or payload that is no dictionary."""
        return self.sign(
            dumps(self.header) if head is None else head.encode(),
            dumps(self.claims) if payload is None else payload.encode(),
        )

    def hmac_token(self, algorithm: str, secret: bytes) -> str:
        text = f"{b64(dumps({**self.header, 'alg': algorithm}))}.{b64(dumps(self.claims))}"
        return f"{text}.{b64(hmac.digest(secret, text.encode(), algorithm.replace('HS', 'sha')))}"

    def unsigned(self, algorithm: str, signature: str = "") -> str:
        return f"{b64(dumps({**self.header, 'alg': algorithm}))}.{b64(dumps(self.claims))}.{signature}"

    def with_kid(self, kid: Any) -> str:
        return self.token({"kid": kid})

    @property
    def now(self) -> int:
        return self.world.clock.now // SECOND_NS


OWN = Ed25519PrivateKey.from_private_bytes(b"\x07" * 32)


def pem(forge: Forge) -> bytes:
    return forge.key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )


def own_jwk() -> dict[str, str]:
    return {"kty": "OKP", "crv": "Ed25519", "x": b64(OWN.public_key().public_bytes_raw())}


def rs256(forge: Forge) -> str:
    from cryptography.hazmat.primitives.asymmetric import padding

    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    text = f"{b64(dumps({**forge.header, 'alg': 'RS256'}))}.{b64(dumps(forge.claims))}"
    return f"{text}.{b64(key.sign(text.encode(), padding.PKCS1v15(), SHA256()))}"


def es256(forge: Forge) -> str:
    key = ec.generate_private_key(ec.SECP256R1())
    text = f"{b64(dumps({**forge.header, 'alg': 'ES256'}))}.{b64(dumps(forge.claims))}"
    return f"{text}.{b64(key.sign(text.encode(), ec.ECDSA(SHA256()))[:64].ljust(64, b'0'))}"


def duplicate(forge: Forge, name: str, value: str) -> str:
    return forge.raw(payload=json.dumps(forge.claims)[:-1] + f', "{name}": {value}}}')


def exp_text(forge: Forge, text: str) -> str:
    return json.dumps({**forge.claims, "exp": 0}).replace('"exp": 0', f'"exp": {text}')


def flipped(forge: Forge) -> str:
    head, payload, signature = forge.session.access_token.split(".")
    data = bytearray(base64.urlsafe_b64decode(signature + "=="))
    data[10] ^= 1
    return f"{head}.{payload}.{b64(bytes(data))}"


def non_canonical(forge: Forge, part: int) -> str:
    """The last character's unused bits set: the same bytes, another text."""
    if part == 2:
        head, payload, signature = forge.session.access_token.split(".")
        alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
        return f"{head}.{payload}.{signature[:-1]}{alphabet[alphabet.index(signature[-1]) + 1]}"
    claims = dumps(forge.claims)
    while len(claims) % 3 != 1:
        claims += b" "
    text = b64(claims)
    text = text[:-1] + chr(ord(text[-1]) + 1)
    signed = f"{b64(dumps(forge.header))}.{text}"
    return f"{signed}.{b64(forge.key.sign(signed.encode()))}"


def order_of_l(forge: Forge) -> str:
    """The signature's number plus the order of the group: the same equation, so a lax verifier takes it."""
    head, payload, signature = forge.session.access_token.split(".")
    data = base64.urlsafe_b64decode(signature + "==")
    number = int.from_bytes(data[32:], "little") + 2**252 + 27742317777372353535851937790883648493
    return f"{head}.{payload}.{b64(data[:32] + number.to_bytes(32, 'little'))}"


def jwe(forge: Forge) -> str:
    header = dumps({"alg": "dir", "enc": "A256GCM"})
    return ".".join((b64(header), "", b64(b"iv"), b64(dumps(forge.claims)), b64(b"tag")))


def serialized_json(forge: Forge) -> str:
    head, payload, signature = forge.session.access_token.split(".")
    return json.dumps({"protected": head, "payload": payload, "signature": signature})


def logged_out(forge: Forge) -> str:
    asyncio.run(forge.world.identity.logout(forge.session.access_token))
    return forge.session.access_token


def changed(**change: Any) -> Callable[[Forge], str]:
    def attack(forge: Forge) -> str:
        asyncio.run(forge.world.identity.change_user("ada", **change))
        return forge.session.access_token

    return attack


def removed(forge: Forge) -> str:
    asyncio.run(forge.world.identity.remove_user("ada"))
    return forge.session.access_token


def removed_and_made_again(forge: Forge) -> str:
    removed(forge)
    asyncio.run(forge.world.identity.add_user("ada", Role.TRADER, ("PAPER",), PASSWORD))
    return forge.session.access_token


def refresh_reused(forge: Forge) -> str:
    asyncio.run(forge.world.identity.refresh(forge.session.refresh_token))
    forge.world.clock.advance(60 * SECOND_NS)
    with pytest.raises(AuthenticationFailed):
        asyncio.run(forge.world.identity.refresh(forge.session.refresh_token))
    return forge.session.access_token


def cached_then(attack: Callable[[Forge], str]) -> Callable[[Forge], str]:
    """The token was accepted a moment before, so that it is in the cache."""

    def cached(forge: Forge) -> str:
        forge.world.identity.authenticate(forge.session.access_token)
        return attack(forge)

    return cached


def expired(forge: Forge) -> str:
    forge.world.clock.advance(15 * MINUTE_NS)
    return forge.session.access_token


def expired_just_now(forge: Forge) -> str:
    forge.world.clock.now = forge.claims["exp"] * SECOND_NS
    return forge.session.access_token


def old_key_late(forge: Forge) -> str:
    """Made with a key that was replaced, after it was."""
    asyncio.run(forge.world.identity.rotate_keys())
    forge.world.clock.advance(10 * SECOND_NS)
    return forge.token(iat=forge.now, nbf=forge.now, exp=forge.now + 60)


def old_key_gone(forge: Forge) -> str:
    asyncio.run(forge.world.identity.rotate_keys())
    forge.world.clock.advance(20 * MINUTE_NS)
    return forge.token(iat=forge.now, nbf=forge.now, exp=forge.now + 60)


def before_restart(forge: Forge) -> str:
    """Logged out, and the process started anew: what ended stays ended."""
    token = logged_out(forge)
    forge.world = forge.world.restarted()
    return token


def other_desk(forge: Forge) -> str:
    other = World(seed="another desk")
    asyncio.run(other.identity.add_user("ada", Role.TRADER, ("PAPER",), PASSWORD))
    return asyncio.run(other.identity.login("ada", PASSWORD, ADDRESS)).access_token


def spliced(forge: Forge) -> str:
    """The head and claims of an admin's wish under a signature that is good for something else."""
    return f"{b64(dumps(forge.header))}.{b64(dumps({**forge.claims, 'role': 'admin'}))}.{forge.signature}"


ATTACKS: list[tuple[str, str, Callable[[Forge], str]]] = [
    # name, reason it is refused for, attack
    ("alg none, no signature", "form", lambda f: f.unsigned("none")),
    ("alg none, the old signature", "algorithm", lambda f: f.unsigned("none", f.signature)),
    ("alg None", "algorithm", lambda f: f.unsigned("None", f.signature)),
    ("alg nOnE", "algorithm", lambda f: f.unsigned("nOnE", f.signature)),
    ("alg empty", "algorithm", lambda f: f.unsigned("", f.signature)),
    ("alg HS256 over the public key", "form", lambda f: f.hmac_token("HS256", f.public)),
    ("alg HS256 over the public key as PEM", "form", lambda f: f.hmac_token("HS256", pem(f))),
    ("alg HS512, a signature as long as ours", "algorithm", lambda f: f.hmac_token("HS512", f.public)),
    ("alg HS512 over an empty secret", "algorithm", lambda f: f.hmac_token("HS512", b"")),
    ("alg RS256 with a key of their own", "form", rs256),
    ("alg ES256 with a key of their own", "algorithm", es256),
    ("alg eddsa in small letters", "algorithm", lambda f: f.token({"alg": "eddsa"})),
    ("alg Ed25519, its other name", "algorithm", lambda f: f.token({"alg": "Ed25519"})),
    ("alg as a list", "algorithm", lambda f: f.token({"alg": ["EdDSA"]})),
    ("alg missing", "header", lambda f: f.raw(head=json.dumps({"typ": "at+jwt", "kid": f.header["kid"]}))),
    ("alg twice", "form", lambda f: f.raw(head=json.dumps(f.header)[:-1] + ', "alg": "EdDSA"}')),
    ("kid of a path", "key", lambda f: f.with_kid("../../../../dev/null")),
    ("kid of a path, percent-encoded", "key", lambda f: f.with_kid("%2e%2e%2fusers.json")),
    ("kid with SQL", "key", lambda f: f.with_kid("x' UNION SELECT 'key'--")),
    ("kid with a command", "key", lambda f: f.with_kid("|cat /etc/passwd")),
    ("kid of an address", "key", lambda f: f.with_kid("https://attacker.example/key")),
    ("kid empty", "key", lambda f: f.with_kid("")),
    ("kid null", "key", lambda f: f.with_kid(None)),
    ("kid as a list", "key", lambda f: f.with_kid([f.header["kid"]])),
    ("kid with a zero byte", "key", lambda f: f.with_kid(f.header["kid"] + "\0")),
    ("kid missing", "header", lambda f: f.raw(head='{"alg":"EdDSA","typ":"at+jwt"}')),
    ("kid of ours, their key", "signature", lambda f: f.token(key=OWN)),
    ("jwk in the header", "header", lambda f: f.token({"jwk": own_jwk()}, key=OWN)),
    ("jku in the header", "header", lambda f: f.token({"jku": "https://attacker.example/jwks"}, key=OWN)),
    ("x5u in the header", "header", lambda f: f.token({"x5u": "https://attacker.example/x"}, key=OWN)),
    ("x5c in the header", "header", lambda f: f.token({"x5c": [b64(b"certificate")]}, key=OWN)),
    ("crit in the header", "header", lambda f: f.token({"crit": ["exp"]})),
    ("b64 false in the header", "header", lambda f: f.token({"b64": False, "crit": ["b64"]})),
    ("zip in the header", "header", lambda f: f.token({"zip": "DEF"})),
    ("cty JWT: a token in a token", "header", lambda f: f.token({"cty": "JWT"})),
    ("typ JWT", "type", lambda f: f.token({"typ": "JWT"})),
    ("typ of an id token", "type", lambda f: f.token({"typ": "id+jwt"})),
    ("typ missing", "header", lambda f: f.raw(head=json.dumps({"alg": "EdDSA", "kid": f.header["kid"]}))),
    ("iss of another", "issuer", lambda f: f.token(iss="https://attacker.example")),
    ("iss missing", "claims", lambda f: f.token(iss=None)),
    ("iss as a list", "claims", lambda f: f.token(iss=["trade2026"])),
    ("aud of another", "audience", lambda f: f.token(aud="another-desk")),
    ("aud as a list that holds ours", "claims", lambda f: f.token(aud=["trade2026-desk", "other"])),
    ("aud missing", "claims", lambda f: f.token(aud=None)),
    ("expired", "expired", expired),
    ("expired at this nanosecond", "expired", expired_just_now),
    ("expired at this nanosecond, from the cache", "expired", cached_then(expired_just_now)),
    ("expired by a second", "expired", lambda f: f.token(exp=f.now)),
    ("expired, from the cache", "expired", cached_then(expired)),
    ("exp missing", "claims", lambda f: f.token(exp=None)),
    ("exp as text", "claims", lambda f: f.token(exp=str(f.claims["exp"]))),
    ("exp as a fraction", "claims", lambda f: f.token(exp=f.claims["exp"] + 0.5)),
    ("exp true", "claims", lambda f: f.token(exp=True)),
    ("exp negative", "claims", lambda f: f.token(exp=-1)),
    ("exp far beyond the lifetime", "lifetime", lambda f: f.token(exp=f.now + 86_400)),
    ("exp of infinity", "claims", lambda f: f.raw(payload=exp_text(f, "1e999"))),
    ("exp of NaN", "form", lambda f: f.raw(payload=exp_text(f, "NaN"))),
    ("exp of a thousand digits", "claims", lambda f: f.raw(payload=exp_text(f, "9" * 1000))),
    ("nbf in the future", "future", lambda f: f.token(nbf=f.now + 31)),
    ("nbf missing", "claims", lambda f: f.token(nbf=None)),
    ("iat in the future", "future", lambda f: f.token(iat=f.now + 31, exp=f.now + 60)),
    ("iat missing", "claims", lambda f: f.token(iat=None)),
    ("auth_time in the future, to look fresh", "future", lambda f: f.token(auth_time=f.now + 3_600)),
    ("sub of another user", "revoked", lambda f: f.token(sub="bob", role="viewer")),
    ("sub of nobody", "user", lambda f: f.token(sub="mallory")),
    ("sub in capitals", "user", lambda f: f.token(sub="ADA")),
    ("sub as a number", "claims", lambda f: f.token(sub=7)),
    ("sub twice", "form", lambda f: duplicate(f, "sub", '"admin"')),
    ("role raised, well signed", "role", lambda f: f.token(role="admin")),
    ("role of none", "role", lambda f: f.token(role="root")),
    ("role twice", "form", lambda f: duplicate(f, "role", '"admin"')),
    ("role spelt with an escape, twice", "form", lambda f: duplicate(f, "r\\u006fle", '"admin"')),
    ("a claim more", "claims", lambda f: f.token(admin=True)),
    ("accounts as a claim", "claims", lambda f: f.token(accounts=["*"])),
    ("sid of another's session", "revoked", lambda f: f.token(sid=f.other.principal.session_id)),
    ("sid of no session", "revoked", lambda f: f.token(sid="A" * 22)),
    ("jti missing", "claims", lambda f: f.token(jti=None)),
    ("jti of a thousand characters", "claims", lambda f: f.token(jti="x" * 1000)),
    ("signature stripped", "form", lambda f: f.session.access_token.rsplit(".", 1)[0] + "."),
    ("signature and dot stripped", "form", lambda f: f.session.access_token.rsplit(".", 1)[0]),
    ("signature of zeros", "signature", lambda f: f.unsigned("EdDSA", b64(bytes(64)))),
    ("signature with a bit flipped", "signature", flipped),
    ("signature cut", "form", lambda f: f.session.access_token[:-4]),
    ("signature of another of our tokens", "signature", spliced),
    ("signature plus the group order", "signature", order_of_l),
    ("signature in another base64 text", "form", lambda f: non_canonical(f, 2)),
    ("claims in another base64 text", "form", lambda f: non_canonical(f, 1)),
    ("padding", "form", lambda f: f.session.access_token + "=="),
    ("a blank before", "form", lambda f: " " + f.session.access_token),
    ("a new line after", "form", lambda f: f.session.access_token + "\n"),
    ("plain base64 letters", "form", lambda f: f.session.access_token.replace("-", "+") + "+"),
    ("letters beyond ASCII", "size", lambda f: f.session.access_token + "é"),
    ("a lone surrogate", "size", lambda f: f.session.access_token + "\ud800"),
    ("four parts", "form", lambda f: f.session.access_token + ".x"),
    ("five parts: an encrypted token", "form", jwe),
    ("the JSON serialization", "form", serialized_json),
    ("claims that are a list", "form", lambda f: f.raw(payload="[]")),
    ("claims that are null", "form", lambda f: f.raw(payload="null")),
    ("claims that are no JSON", "form", lambda f: f.raw(payload="{'sub': 'admin'}")),
    ("claims nested a thousand deep", "form", lambda f: f.raw(payload="[" * 1000 + "]" * 1000)),
    ("claims in UTF-16", "form", lambda f: f.sign(dumps(f.header), json.dumps(f.claims).encode("utf-16"))),
    ("a header that is a text", "form", lambda f: f.raw(head='"EdDSA"')),
    ("one megabyte", "size", lambda f: f.token(jti="x" * 1_000_000)),
    ("4097 characters", "size", lambda f: "a" * 4097),
    ("nothing", "form", lambda f: ""),
    ("two dots", "form", lambda f: ".."),
    ("a refresh token", "form", lambda f: f.session.refresh_token),
    ("a token of another desk", "key", other_desk),
    ("logged out", "revoked", logged_out),
    ("logged out, from the cache", "revoked", cached_then(logged_out)),
    ("logged out, before a restart", "revoked", before_restart),
    ("user disabled", "user", changed(disabled=True)),
    ("user disabled, from the cache", "user", cached_then(changed(disabled=True))),
    ("user removed", "user", cached_then(removed)),
    ("user removed and made again", "revoked", cached_then(removed_and_made_again)),
    ("role lowered", "role", cached_then(changed(role=Role.VIEWER))),
    ("role raised since", "role", cached_then(changed(role=Role.ADMIN))),
    ("accounts taken away", "revoked", cached_then(changed(accounts=("OTHER",)))),
    ("password changed by an admin", "revoked", cached_then(changed(password="another password 1"))),
    ("its refresh token was stolen and used", "revoked", cached_then(refresh_reused)),
    ("made with a replaced key, later", "key", old_key_late),
    ("made with a key that has ended", "key", old_key_gone),
]  # fmt: skip


def test_there_are_enough_and_each_is_named_once() -> None:
    names = [name for name, _, _ in ATTACKS]
    assert len(names) == len(set(names)) >= 45


def test_canary_the_plain_token_is_accepted() -> None:
    forge = Forge()
    for token in (forge.session.access_token, forge.token()):
        assert forge.world.identity.authenticate(token).name == "ada"
    assert forge.token(exp=forge.now + 1)
    assert forge.world.identity.authenticate(forge.token(exp=forge.now + 1)).name == "ada"
    assert forge.world.identity.authenticate(forge.token(iat=forge.now + 5, nbf=forge.now + 5)).name == "ada"


@pytest.mark.parametrize(("reason", "attack"), [row[1:] for row in ATTACKS], ids=[row[0] for row in ATTACKS])
def test_no_attack_is_accepted(reason: str, attack: Callable[[Forge], str], caplog: Any) -> None:
    forge = Forge()
    token = attack(forge)
    for _ in range(2):  # The second time: a refusal leaves nothing in the cache.
        with caplog.at_level(logging.DEBUG), pytest.raises(AuthenticationFailed) as caught:
            forge.world.identity.authenticate(token)
        assert caught.value.reason == reason
        assert len(str(caught.value)) < 100
        assert "mallory" not in str(caught.value)
    assert (
        hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
        not in forge.world.identity._cache._principals
    )
    assert token not in caplog.text or token == ""
