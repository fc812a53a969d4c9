"""Whether a request was signed by who has the key, lately: the checks of every signed call."""

from typing import Final
from urllib.parse import unquote

from trade2026.primitives.time import MICROSECOND_NS, MILLISECOND_NS
from trade2026.web.binance import refusals
from trade2026.web.binance.keys import ApiKey
from trade2026.web.binance.params import Params
from trade2026.web.binance.refusals import Refusal

_WINDOW_MS: Final = 5_000
_WINDOW_MS_MAX: Final = 60_000
_AHEAD_NS: Final = 1_000 * MILLISECOND_NS
_MICROSECONDS_FROM: Final = 10**14
"""A timestamp as large as this counts microseconds: in milliseconds it is the year 5138."""
_MARK: Final = b"signature="


def payload_of(query: bytes, body: bytes) -> bytes:
    """What is signed: the query string and the body behind it, without the signature."""
    return _without_signature(query) + _without_signature(body)


def _without_signature(part: bytes) -> bytes:
    if _MARK not in part:
        return part
    return b"&".join(pair for pair in part.split(b"&") if not pair.startswith(_MARK))


def message_payload(values: dict[str, str]) -> bytes:
    """What is signed of a message: its parameters by the alphabet, without the signature."""
    return "&".join(f"{name}={values[name]}" for name in sorted(values) if name != "signature").encode()


def check_signature(key: ApiKey, params: Params, payload: bytes) -> None:
    """Refusal unless the signature is the key's over the payload, as it was sent or as it reads decoded."""
    signature = params.text("signature")
    if key.proves(payload, signature):
        return
    # Clients that encode after they have signed; what they meant is the same.
    if b"%" in payload and key.proves(unquote(payload.decode("latin-1")).encode(), signature):
        return
    if "%" in signature and key.proves(payload, unquote(signature)):
        return
    raise refusals.bad_signature()


def check_time(params: Params, now_ns: int) -> None:
    """Refusal unless the request was made within its window before now."""
    timestamp = params.integer("timestamp")
    if timestamp is None:
        raise refusals.missing("timestamp")
    window_ns = _window_ns(params)
    unit = MICROSECOND_NS if timestamp >= _MICROSECONDS_FROM else MILLISECOND_NS
    at_ns = timestamp * unit
    if at_ns >= now_ns + _AHEAD_NS:
        raise refusals.ahead()
    if now_ns - at_ns > window_ns:
        raise refusals.outside_window()


def _window_ns(params: Params) -> int:
    if "recvWindow" not in params.values:
        return _WINDOW_MS * MILLISECOND_NS
    raw = params.decimal("recvWindow")
    assert raw is not None, "it was sent"
    if raw > _WINDOW_MS_MAX * 10**9:
        raise Refusal(-1131, "recvWindow must be less than 60000")
    return raw // 1_000
