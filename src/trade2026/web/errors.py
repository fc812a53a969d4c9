"""Problem documents (RFC 9457): every kind of no that HTTP callers meet, and how errors become one."""

from collections.abc import Mapping
from typing import Final, NamedTuple

import msgspec

from trade2026.ports.asking import KeyReused, TooManyJobs, UnknownId
from trade2026.primitives.errors import (
    AuthenticationFailed,
    Forbidden,
    InputError,
    LockedOut,
    OperatingError,
    Trade2026Error,
)
from trade2026.primitives.time import SECOND_NS

PROBLEM_TYPE: Final = "application/problem+json"


class Kind(NamedTuple):
    """A kind of problem: its status, and a title that is the same for every one of the kind."""

    status: int
    title: str


KINDS: Final[dict[str, Kind]] = {
    "malformed-request": Kind(400, "The request is not HTTP"),
    "not-logged-in": Kind(401, "Log in first"),
    "login-failed": Kind(401, "Name or password is wrong"),
    "role-too-low": Kind(403, "Your role does not allow this"),
    "origin-refused": Kind(403, "The request comes from another site"),
    "fresh-login-needed": Kind(403, "Log in again to confirm this"),
    "not-found": Kind(404, "There is no such thing here"),
    "method-not-allowed": Kind(405, "This address does not take that method"),
    "request-timeout": Kind(408, "The request did not arrive in time"),
    "conflict": Kind(409, "Not in the state it is in"),
    "cool-down": Kind(409, "Too soon after the halt"),
    "body-too-large": Kind(413, "The body is too large"),
    "address-too-long": Kind(414, "The address is too long"),
    "unsupported-media-type": Kind(415, "The body is of a type this address does not take"),
    "invalid-input": Kind(422, "Something in the request cannot be used"),
    "malformed-json": Kind(422, "The body is not JSON"),
    "malformed-frame": Kind(422, "The frame is not MessagePack"),
    "order-refused": Kind(422, "Risk refused the order"),
    "order-denied": Kind(422, "Order management denied the request"),
    "idempotency-conflict": Kind(422, "The key was used for another request"),
    "command-denied": Kind(422, "The core denied the command"),
    "too-many-requests": Kind(429, "Too many requests"),
    "headers-too-large": Kind(431, "The headers are too large"),
    "internal-error": Kind(500, "A fault of ours"),
    "unavailable": Kind(503, "A part of the desk is away"),
    "core-away": Kind(503, "The trading core is away"),
    "journal-full": Kind(503, "The journal has no room for new orders"),
    "outcome-unknown": Kind(504, "Whether it was done is not known"),
}


class FieldError(msgspec.Struct, frozen=True, omit_defaults=True):
    """One field that cannot be used: which, what it was, what is wrong, and what would be right."""

    field: str
    message: str
    value: str | None = None
    remedy: str | None = None


class Failure(msgspec.Struct, frozen=True):
    """One check of risk that said no: the limit, and what it would have become."""

    check: str
    limit: str
    used: str
    text: str


class Problem(msgspec.Struct, frozen=True, omit_defaults=True):
    """An RFC 9457 problem document.

    Attributes
    ----------
    type : str
        "/problems/SLUG"; the slug is a key of `KINDS`.
    instance : str
        Path of the request.
    field, value, remedy : str
        Of the first error, where there is one.
    failures, largest_qty
        Of an order that risk refused: every failed check, and the largest quantity that would have passed.
    """

    type: str
    title: str
    status: int
    detail: str
    instance: str
    request_id: str
    field: str | None = None
    value: str | None = None
    remedy: str | None = None
    errors: tuple[FieldError, ...] = ()
    failures: tuple[Failure, ...] = ()
    largest_qty: str | None = None


class ProblemRaised(Trade2026Error):
    """Ends a request with a problem document.

    Parameters
    ----------
    slug : str
        A key of `KINDS`.
    detail : str
        What is wrong with this request, for a person.
    headers : mapping
        Further headers of the answer, such as Retry-After.
    """

    def __init__(
        self,
        slug: str,
        detail: str,
        *,
        field: str | None = None,
        value: str | None = None,
        remedy: str | None = None,
        errors: tuple[FieldError, ...] = (),
        failures: tuple[Failure, ...] = (),
        largest_qty: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.slug = slug
        self.kind = KINDS[slug]
        self.detail = detail
        if errors and field is None:
            field, value, remedy = errors[0].field, errors[0].value, errors[0].remedy
        self.field, self.value, self.remedy = field, value, remedy
        self.errors, self.failures, self.largest_qty = errors, failures, largest_qty
        self.headers = dict(headers or {})

    def document(self, instance: str, request_id: str) -> Problem:
        """The document for the request at `instance`."""
        return Problem(
            f"/problems/{self.slug}", self.kind.title, self.kind.status, self.detail, instance, request_id,
            self.field, self.value, self.remedy, self.errors, self.failures, self.largest_qty,
        )  # fmt: skip


def not_found(detail: str, *, field: str | None = None, value: str | None = None) -> ProblemRaised:
    """404: unknown, or of an account the caller may not see; the two are not told apart."""
    return ProblemRaised("not-found", detail, field=field, value=value)


def invalid(field: str, message: str, value: str | None = None, remedy: str | None = None) -> ProblemRaised:
    """422 about one field."""
    error = FieldError(field, message, value, remedy)
    return ProblemRaised("invalid-input", message, errors=(error,))


def fault() -> ProblemRaised:
    """500: our own mistake; what it was is for the log alone."""
    return ProblemRaised(
        "internal-error", "the request failed by a fault of ours", remedy="report the request id"
    )


def try_again_after(wait_ns: int | None) -> dict[str, str]:
    """Retry-After in whole seconds, at least one."""
    seconds = 1 if wait_ns is None else max(1, -(-wait_ns // SECOND_NS))
    return {"Retry-After": str(seconds)}


def to_problem(error: Trade2026Error) -> ProblemRaised:
    """What an error of the desk is over HTTP; the only table of it."""
    if isinstance(error, ProblemRaised):
        return error
    if isinstance(error, AuthenticationFailed):
        return ProblemRaised("login-failed", str(error), headers={"WWW-Authenticate": "Bearer"})
    if isinstance(error, Forbidden):
        return ProblemRaised("role-too-low", str(error), field="role", value=error.role_needed or None)
    if isinstance(error, LockedOut):
        return ProblemRaised("too-many-requests", str(error), headers=try_again_after(error.retry_after_ns))
    if isinstance(error, UnknownId):
        return not_found(str(error))
    if isinstance(error, KeyReused):
        return ProblemRaised("idempotency-conflict", str(error), remedy="choose another Idempotency-Key")
    if isinstance(error, TooManyJobs):
        return ProblemRaised("conflict", str(error), headers=try_again_after(error.retry_after_ns))
    if isinstance(error, InputError):
        return ProblemRaised("invalid-input", str(error))
    wait = error.retry_after_ns if isinstance(error, OperatingError) else None
    return ProblemRaised("unavailable", str(error), headers=try_again_after(wait))


def encode_problem(error: ProblemRaised, instance: str, request_id: str) -> bytes:
    """The document as JSON."""
    return msgspec.json.encode(error.document(instance, request_id))
