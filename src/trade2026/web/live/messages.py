"""Control messages: what a client may say, what it is told, and why a connection ends."""

from collections.abc import Sequence
from enum import IntEnum, StrEnum
from typing import Annotated, Final

import msgspec


class CloseCode(IntEnum):
    """Why the server ends a connection."""

    GOING_AWAY = 1001
    FAULT = 1011
    BAD_MESSAGE = 4400
    NOT_AUTHENTICATED = 4401
    FORBIDDEN = 4403
    SLOW_CONSUMER = 4408
    TOO_MANY_CONNECTIONS = 4409


class ErrorCode(StrEnum):
    """Why a request was not done; the connection goes on."""

    BAD_MESSAGE = "bad_message"
    TOO_MANY_MESSAGES = "too_many_messages"
    NOT_AUTHENTICATED = "not_authenticated"
    UNKNOWN_TOPIC = "unknown_topic"
    UNKNOWN_ACCOUNT = "unknown_account"
    UNKNOWN_SUBSCRIPTION = "unknown_subscription"
    DUPLICATE_SUBSCRIPTION = "duplicate_subscription"
    TOO_MANY_SUBSCRIPTIONS = "too_many_subscriptions"
    NO_REPLAY = "no_replay"


SubscriptionId = Annotated[int, msgspec.Meta(ge=0, le=2**32 - 1)]
Hertz = Annotated[float, msgspec.Meta(ge=1, le=30)]
Seq = Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]
Token = Annotated[str, msgspec.Meta(max_length=16_384)]
ShortText = Annotated[str, msgspec.Meta(max_length=256)]


class Subscribe(msgspec.Struct, frozen=True, tag_field="op", tag="sub"):
    """Begin to send a topic; `id` is the client's and names the subscription in every frame."""

    id: SubscriptionId
    topic: ShortText
    max_hz: Hertz | None = None
    from_seq: Seq | None = None
    account_id: ShortText | None = None


class Unsubscribe(msgspec.Struct, frozen=True, tag_field="op", tag="unsub"):
    """Stop sending a topic."""

    id: SubscriptionId


class Ping(msgspec.Struct, frozen=True, tag_field="op", tag="ping"):
    """Ask for a `pong` with the same `t`."""

    t: int | float


class Authenticate(msgspec.Struct, frozen=True, tag_field="op", tag="auth"):
    """Say who one is: as the first message, and again with a newer token to stay longer."""

    token: Token


FromClient = Subscribe | Unsubscribe | Ping | Authenticate

_decoder: Final[msgspec.json.Decoder[FromClient]] = msgspec.json.Decoder(FromClient)
_encoder: Final = msgspec.json.Encoder()


def decode(text: str) -> FromClient:
    """Read a client's message; raises msgspec.DecodeError (ValidationError is one) saying what is wrong."""
    return _decoder.decode(text)


def _encode(**fields: object) -> str:
    return _encoder.encode({name: value for name, value in fields.items() if value is not None}).decode()


def hello(connection_id: str, server_time: str, heartbeat_s: int) -> str:
    """The client is known and may subscribe."""
    return _encode(op="hello", conn=connection_id, server_time=server_time, heartbeat_s=heartbeat_s)


def authed(name: str) -> str:
    """A newer token was taken."""
    return _encode(op="authed", name=name)


def subbed(
    subscription_id: int,
    topic: str,
    kind: str,
    *,
    columns: Sequence[str] | None = None,
    keys: Sequence[str] | None = None,
    max_hz: float | None = None,
    seq: int | None = None,
    kept: int | None = None,
) -> str:
    """A subscription begins; frames of it follow. Of its rows the newest `kept` are all there is."""
    return _encode(
        op="subbed",
        id=subscription_id,
        topic=topic,
        kind=kind,
        columns=columns,
        keys=keys,
        max_hz=max_hz,
        seq=seq,
        kept=kept,
    )


def keys(subscription_id: int, names: Sequence[str]) -> str:
    """Names of rows that the next frames may use; their indices go on from those known."""
    return _encode(op="keys", id=subscription_id, keys=names)


def unsubbed(subscription_id: int) -> str:
    """A subscription has ended."""
    return _encode(op="unsubbed", id=subscription_id)


def pong(t: float) -> str:
    """The answer to a ping."""
    return _encode(op="pong", t=t)


def beat(t_ms: float, seq: int) -> str:
    """The server lives; `seq` is the journal's number it has read up to."""
    return _encode(op="beat", t=t_ms, seq=seq)


def error(code: ErrorCode, detail: str, remedy: str, subscription_id: int | None = None) -> str:
    """A request was not done."""
    return _encode(op="error", id=subscription_id, code=code.value, detail=detail, remedy=remedy)


def bye(code: int, reason: str) -> str:
    """Last message before the connection is closed with this code."""
    return _encode(op="bye", code=code, reason=reason)
