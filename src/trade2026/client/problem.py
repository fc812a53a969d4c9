"""Problem documents (RFC 9457) as the desk sends them."""

from decimal import Decimal

import msgspec


class FieldProblem(msgspec.Struct, frozen=True, kw_only=True):
    """One field that cannot be used: which, what it was, what is wrong, and what would be right."""

    field: str
    message: str
    value: str | None = None
    remedy: str | None = None


class Failure(msgspec.Struct, frozen=True, kw_only=True):
    """One check of risk that said no: the limit, and what it would have become."""

    check: str
    limit: str
    used: str
    text: str


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """A problem document; `type` is "/problems/SLUG", and the `request_id` finds it in the desk's logs."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    request_id: str
    field: str | None = None
    value: str | None = None
    remedy: str | None = None
    errors: tuple[FieldProblem, ...] = ()
    failures: tuple[Failure, ...] = ()
    largest_qty: Decimal | None = None

    @property
    def slug(self) -> str:
        """The last part of the type, such as "order-refused"."""
        return self.type.rpartition("/")[2]
