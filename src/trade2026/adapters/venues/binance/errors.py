"""What an answer without a yes means: a no, no room for now, or that nothing is known."""

from typing import Final

import msgspec

from trade2026.primitives.errors import OperatingError, RateLimited, Trade2026Error, VenueUnreachable
from trade2026.primitives.time import SECOND_NS


class Refused(Trade2026Error):
    """The venue's definite no: what was asked is not done, and never will be by this request.

    Parameters
    ----------
    code : int
        The venue's; 0 where its front end said no without one.
    data : dict
        What goes along with the no to a cancel-and-replace.
    """

    def __init__(self, code: int, text: str, data: "Halves | None" = None) -> None:
        super().__init__(f"{text} ({code})")
        self.code = code
        self.data = data or Halves()


class Body(msgspec.Struct, frozen=True):
    """The body of an answer with an error."""

    code: int
    msg: str = ""
    data: "Halves | None" = None


class Half(msgspec.Struct, frozen=True):
    """The error of one half of a cancel-and-replace."""

    code: int = 0
    msg: str = ""


class Halves(msgspec.Struct, frozen=True, rename="camel"):
    """What became of both halves of a cancel-and-replace that did not go through."""

    cancel_result: str = ""
    new_order_result: str = ""
    cancel_response: Half | None = None
    new_order_response: Half | None = None


UNKNOWN_CODES: Final = frozenset({-1000, -1001, -1006, -1007, -1008, -1010, -1016})
"""With these the venue does not say whether it was done: unknown error, disconnected, unexpected response,
timeout, overloaded, garbled, shutting down. The documented -1006 and -1007 are "execution status unknown";
the others leave it open, and a question costs less than a wrong no.
"""

_SPARED: Final = frozenset({418, 429})
"""Banned, and too many requests: turned away at the door."""

_BODY: Final = msgspec.json.Decoder(Body)
_WAIT_S: Final = 10


def error_of(status: int, body: bytes, retry_after: str | None) -> Trade2026Error:
    """The error that an answer stands for whose status is not 200.

    Returns
    -------
    Refused, RateLimited or VenueUnreachable
        Only with the first two it is certain that nothing was done.
    """
    try:
        said = _BODY.decode(body)
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        said = None
    words = f"status {status}" if said is None else f"{said.msg} ({said.code})"
    if status in _SPARED:
        is_number = retry_after is not None and retry_after.isascii() and retry_after.isdigit()
        wait_s = int(retry_after or 0) if is_number else _WAIT_S
        return RateLimited(
            f"the venue takes no more for now: {words}", retryable=True, retry_after_ns=wait_s * SECOND_NS
        )
    if status == 403 and said is None:
        return Refused(0, "turned away by the venue's firewall")
    if 400 <= status < 500 and said is not None and said.code < 0 and said.code not in UNKNOWN_CODES:
        return Refused(said.code, said.msg, said.data)
    return unreachable(words)


def unreachable(words: str) -> OperatingError:
    """Nothing is known."""
    return VenueUnreachable(f"the venue did not say: {words}", retryable=True)
