"""What is said on the socket for orders: batches of requests in, a result for each out, in either form.

A text message is JSON, a binary one MessagePack, with the same names and values; an answer has the form of
its batch. Requests have the fields they have over REST.
"""

from enum import StrEnum
from typing import Annotated, Any, Final

import msgspec

from trade2026.web.errors import Problem, ProblemRaised
from trade2026.web.live.messages import Authenticate, Ping
from trade2026.web.orders.bodies import (
    BATCH_MAX,
    CancelRequest,
    Identifier,
    OrderRequest,
    ReplaceRequest,
)
from trade2026.web.orders.requests import JSON, Form, decode

BatchId = Annotated[int, msgspec.Meta(ge=0, le=2**53 - 1)]
OrderId = Annotated[int, msgspec.Meta(ge=1, le=2**63 - 1)]


class Submit(OrderRequest, frozen=True, kw_only=True, tag_field="do", tag="submit"):
    """Send an order. Its name is given, never made: only so can it be asked for again."""

    client_order_id: Identifier


class Cancel(CancelRequest, frozen=True, kw_only=True, tag_field="do", tag="cancel"):
    """Cancel what is left of an order; `client_order_id` names this request."""

    account_id: Identifier
    order_id: OrderId
    client_order_id: Identifier


class Replace(ReplaceRequest, frozen=True, kw_only=True, tag_field="do", tag="replace"):
    """Ask for other terms; `client_order_id` names this request."""

    account_id: Identifier
    order_id: OrderId
    client_order_id: Identifier


Request = Submit | Cancel | Replace


class Batch(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="op", tag="batch"):
    """Requests to be decided in one go, in this order, cancels before others; `id` names the answer."""

    id: BatchId
    requests: Annotated[list[Request], msgspec.Meta(min_length=1, max_length=BATCH_MAX)]


FromClient = Batch | Authenticate | Ping


class Word(StrEnum):
    """What became of a request."""

    APPROVED = "approved"
    DENIED = "denied"
    REFUSED = "refused"
    REPEATED = "repeated"
    ERROR = "error"


class Result(msgspec.Struct, omit_defaults=True, gc=False):
    """One of a batch: the word, the order it made or is about, and the problem of a no."""

    result: Word
    order_id: int | None = None
    problem: Problem | None = None


class Results(msgspec.Struct, tag_field="op", tag="results", gc=False):
    """The answer to a batch, in the order of its requests; all of it is on disk up to number `seq`."""

    id: int
    seq: int
    results: list[Result]


class Refusal(msgspec.Struct, frozen=True, tag_field="op", tag="problem", omit_defaults=True):
    """A message that was not done, or of which nobody knows: see the type of the problem.

    `id` is that of the batch, where one could be read. `retry_after_s` says when to try again.
    """

    problem: Problem
    id: int | None = None
    retry_after_s: int | None = None


class _Named(msgspec.Struct):
    """Whatever has the id of a batch."""

    id: BatchId


class Codec:
    """One of the two forms."""

    def __init__(
        self, form: Form, codec: Any, *, is_text: bool
    ) -> None:  # msgspec's two modules have no common type.
        self.form = form
        self._is_text = is_text
        self._decoder = codec.Decoder(FromClient)
        self._named = codec.Decoder(_Named)
        self._encoder = codec.Encoder()

    def decode(self, data: str | bytes) -> FromClient:
        """A message; ProblemRaised names field, value and remedy."""
        message: FromClient = decode(self._decoder, data, self.form)
        return message

    def batch_id(self, data: str | bytes) -> int | None:
        """The id in a message that cannot be used; None where there is none."""
        try:
            found: int = self._named.decode(data).id
        except (msgspec.DecodeError, UnicodeError, RecursionError):
            return None
        return found

    def encode(self, message: Results | Refusal) -> str | bytes:
        """A message to the client."""
        data: bytes = self._encoder.encode(message)
        return data.decode() if self._is_text else data


def _check_msgpack(data: bytes) -> None:
    """Raise ProblemRaised unless the bytes are MessagePack."""
    try:
        msgspec.msgpack.decode(data)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise ProblemRaised("malformed-frame", f"the frame must be MessagePack: {error}") from None


MSGPACK: Final = Form("MessagePack", "malformed-frame", _check_msgpack, msgspec.msgpack.decode)

TEXT: Final = Codec(JSON, msgspec.json, is_text=True)
BINARY: Final = Codec(MSGPACK, msgspec.msgpack, is_text=False)
