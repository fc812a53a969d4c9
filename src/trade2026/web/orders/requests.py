"""What may be asked about orders: bodies as strict types, and from them the intents for the core."""

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Annotated, Any, Final, NamedTuple, NoReturn, Protocol, TypeVar

import msgspec

from trade2026.model.enums import OrderType, Side, TimeInForce
from trade2026.ports.core_link import CancelIntent, ReplaceIntent, SubmitIntent
from trade2026.primitives.errors import InputError
from trade2026.primitives.fixed_point import INT64_MAX, parse_raw
from trade2026.primitives.identifiers import check_identifier
from trade2026.web.errors import FieldError, ProblemRaised, invalid, not_found
from trade2026.web.exchange import check_json

BATCH_MAX: Final = 500

Decimal = Annotated[
    str,
    msgspec.Meta(
        description="A decimal with at most nine places, as a string; JSON numbers are refused.",
        pattern=r"^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,3})?$",
        max_length=64,
        extra_json_schema={"examples": ["101.25"]},
    ),
]
Identifier = Annotated[
    str,
    msgspec.Meta(
        description="1 to 64 letters, digits and ._:/+- starting with a letter or digit.",
        pattern=r"^[A-Za-z0-9][A-Za-z0-9._:/+-]*$",
        min_length=1,
        max_length=64,
    ),
]


class OrderRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An order to be sent; `limit_price` stands on LIMIT orders and only there."""

    account_id: Identifier
    instrument_id: Identifier
    side: Side
    order_type: OrderType
    time_in_force: TimeInForce = TimeInForce.DAY
    order_qty: Decimal
    limit_price: Decimal | None = None
    client_order_id: Identifier | None = None
    strategy_id: Annotated[
        str, msgspec.Meta(max_length=64, pattern=r"^([A-Za-z0-9][A-Za-z0-9._:/+-]*)?$")
    ] = ""


class BatchRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Orders to be decided in this order, in one go."""

    orders: Annotated[list[OrderRequest], msgspec.Meta(min_length=1, max_length=BATCH_MAX)]


class CancelRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A request to cancel what is left of an order."""

    client_order_id: Identifier | None = None


class ReplaceRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A request for other terms; `order_qty` is the new total, the filled part included."""

    order_qty: Decimal
    limit_price: Decimal | None = None
    client_order_id: Identifier | None = None


Body_co = TypeVar("Body_co", covariant=True)


class Decoder(Protocol[Body_co]):
    """Reads bytes, or a text of JSON, as one type."""

    def decode(self, data: bytes | str, /) -> Body_co:
        """The value; raises a msgspec.DecodeError."""
        ...


class Form(NamedTuple):
    """A form in which requests come.

    Attributes
    ----------
    name, slug : str
        For messages; the kind of problem that bytes are which are none of the form.
    check : callable
        Raises ProblemRaised for such bytes.
    plain : callable
        Reads what was checked without a type.
    """

    name: str
    slug: str
    check: Callable[[bytes], None]
    plain: Callable[[bytes], Any]


JSON: Final = Form("JSON", "malformed-json", check_json, msgspec.json.decode)

_PATH: Final = re.compile(r"(.*?)(?: - at `(?:key in )?\$\.?(.*)`)?\Z", re.DOTALL)
_UNKNOWN: Final = re.compile(r"Object contains unknown field `(.*)`\Z", re.DOTALL)
_MISSING: Final = re.compile(r"Object missing required field `(.*)`\Z", re.DOTALL)


def decode(decoder: Decoder[Body_co], data: bytes | str, form: Form = JSON) -> Body_co:
    """The body, or ProblemRaised that names field, value and remedy."""
    try:
        return decoder.decode(data)
    except msgspec.ValidationError as error:
        _explain(str(error), data if isinstance(data, bytes) else data.encode(), form)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise ProblemRaised(form.slug, f"the body must be {form.name}: {error}") from None


def _explain(text: str, data: bytes, form: Form) -> NoReturn:
    form.check(data)  # What follows the field may be nothing of the form at all.
    found = _PATH.match(text)
    assert found is not None, "the pattern takes every text"
    message, path = found[1], found[2] or ""
    value = None
    remedy = "see /api/v1/docs for what is taken"
    for pattern, words in ((_UNKNOWN, "there is no such field"), (_MISSING, "must be given, was missing")):
        named = pattern.match(message)
        if named is not None:
            path = f"{path}.{named[1]}" if path else named[1]
            message = words
            break
    else:
        value = _value_at(form.plain(data), path)
    if message.startswith("Expected `str`"):
        remedy = 'write it as a string, such as "101.25"'
    field = _clean(path) or "body"
    shown = "" if value is None else f", was {value}"
    raise invalid(field, f"{field}: {message}{shown}", value, remedy)


def _value_at(value: Any, path: str) -> str | None:
    """What stands at a path such as "orders[3].side", as short JSON."""
    for part in re.findall(r"[^.\[\]]+", path):
        if isinstance(value, list) and part.isdecimal() and int(part) < len(value):
            value = value[int(part)]
        elif isinstance(value, dict) and part in value:
            value = value[part]
        else:
            return None
    try:
        return msgspec.json.encode(value).decode()[:200]
    except (TypeError, ValueError):  # MessagePack has values that JSON lacks.
        return repr(value)[:200]


def _clean(text: str) -> str:
    return text[:200]


def client_order_id(named: str | None, key: str | None, make_id: Callable[[], str], suffix: str = "") -> str:
    """The id of a request: its body's, else the Idempotency-Key, else a new one.

    Raises
    ------
    ProblemRaised
        The key is no identifier, or differs from the body's id.
    """
    if key is None:
        return named or make_id()
    try:
        check_identifier(key + suffix, "Idempotency-Key")
    except InputError as error:
        raise invalid("Idempotency-Key", str(error), key[:200], "send another key") from None
    if named is None:
        return key + suffix
    if not suffix and named != key:
        raise invalid(
            "client_order_id",
            f"client_order_id must equal Idempotency-Key {key!r} where both are given, was {named!r}",
            named,
            "send one of the two",
        )
    return named


@lru_cache(maxsize=4_096)
def _raw(text: str) -> int | None:
    """Raw units, None for what is no decimal; the same few prices and quantities come again and again."""
    try:
        return parse_raw(text, "it", maximum=INT64_MAX)
    except InputError:
        return None


def parse(text: str, field: str) -> int:
    """Raw units of a decimal field; ProblemRaised naming the field otherwise."""
    known = _raw(text)
    if known is not None:
        return known
    try:
        return parse_raw(text, field, maximum=INT64_MAX)
    except InputError as error:
        raise invalid(field, str(error), text[:200], "send a decimal within bounds") from None


def check_terms(order_type: OrderType, limit_price: str | None, at: str = "") -> None:
    """Raise ProblemRaised unless a limit price stands where the type wants one."""
    if limit_price is None and order_type is not OrderType.MARKET:
        raise invalid(f"{at}limit_price", f"limit_price must be given for {order_type}, was missing")
    if limit_price is not None and order_type is OrderType.MARKET:
        raise invalid(
            f"{at}limit_price",
            "limit_price must not be given for MARKET",
            limit_price,
            "send LIMIT, or leave it out",
        )


def submit_intent(body: OrderRequest, request_id: str, trader_id: str, at: str = "") -> SubmitIntent:
    """The intent of an order; `at` begins the names of fields in problems."""
    check_terms(body.order_type, body.limit_price, at)
    quantity = parse(body.order_qty, f"{at}order_qty")
    if quantity <= 0:
        raise invalid(
            f"{at}order_qty", "order_qty must be positive", body.order_qty, "say SELL with side instead"
        )
    price = None if body.limit_price is None else parse(body.limit_price, f"{at}limit_price")
    return SubmitIntent(
        body.account_id, request_id, trader_id, body.strategy_id, body.instrument_id, body.side,
        body.order_type, body.time_in_force, quantity, price,
    )  # fmt: skip


def replace_intent(
    body: ReplaceRequest, account_id: str, request_id: str, trader_id: str, order_id: int, at: str = ""
) -> ReplaceIntent:
    """The intent of a replace; `at` begins the names of fields in problems."""
    quantity = parse(body.order_qty, f"{at}order_qty")
    if quantity <= 0:
        raise invalid(
            f"{at}order_qty", "order_qty must be positive", body.order_qty, "cancel the order instead"
        )
    price = None if body.limit_price is None else parse(body.limit_price, f"{at}limit_price")
    return ReplaceIntent(account_id, request_id, trader_id, order_id, quantity, price)


def cancel_intent(account_id: str, request_id: str, trader_id: str, order_id: int) -> CancelIntent:
    """The intent of a cancel."""
    return CancelIntent(account_id, request_id, trader_id, order_id)


def unknown_account(account_id: str) -> ProblemRaised:
    """404 for an account that does not exist, or is not the caller's."""
    return not_found(f"there is no account {account_id!r}", field="account_id", value=account_id)


def field_errors(problems: list[ProblemRaised]) -> ProblemRaised:
    """One problem of many."""
    errors: tuple[FieldError, ...] = tuple(error for problem in problems for error in problem.errors)
    return ProblemRaised("invalid-input", problems[0].detail, errors=errors)


BATCH_KEY_MAX: Final = 60
PREFIX_MAX: Final = 44
"""Longest keys that begin the ids of others: leave room for the number of an order behind them."""


def check_batch_key(key: str | None) -> None:
    """Raise ProblemRaised for a key that leaves no room for the place of an order in its batch."""
    if key is not None:
        _check_length(key, BATCH_KEY_MAX)


def check_prefix(key: str | None, make_id: Callable[[], str]) -> str:
    """What begins the ids of many cancels: the Idempotency-Key, or a new id."""
    if key is None:
        return make_id()
    try:
        check_identifier(key, "Idempotency-Key")
    except InputError as error:
        raise invalid("Idempotency-Key", str(error), key[:200], "send another key") from None
    _check_length(key, PREFIX_MAX)
    return key


def _check_length(key: str, maximum: int) -> None:
    if len(key) > maximum:
        raise invalid(
            "Idempotency-Key",
            f"Idempotency-Key must be at most {maximum} characters here, had {len(key)}",
            key[:200],
            "send a shorter one",
        )
