"""From the bytes of a request about orders to the intents for the core."""

import re
from collections.abc import Callable
from typing import Any, Final, NamedTuple, NoReturn, Protocol, TypeVar

import msgspec

from trade2026.model.enums import ContingencyType, OrderType
from trade2026.model.lists import opposite
from trade2026.ports.core_link import CancelIntent, ReplaceIntent, SubmitIntent
from trade2026.primitives.errors import InputError
from trade2026.primitives.identifiers import check_identifier
from trade2026.web.errors import FieldError, ProblemRaised, invalid, not_found
from trade2026.web.exchange import check_json
from trade2026.web.orders.bodies import BracketRequest, OrderRequest, ReplaceRequest, StopLoss, parse
from trade2026.web.orders.instructions import check_limit_price, instructions_of, is_plain

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


def submit_intent(body: OrderRequest, request_id: str, trader_id: str, at: str = "") -> SubmitIntent:
    """The intent of an order; `at` begins the names of fields in problems."""
    check_limit_price(body, at)
    quantity = parse(body.order_qty, f"{at}order_qty")
    if quantity <= 0:
        raise invalid(
            f"{at}order_qty", "order_qty must be positive", body.order_qty, "say SELL with side instead"
        )
    price = None if body.limit_price is None else parse(body.limit_price, f"{at}limit_price")
    instructions = None if is_plain(body) else instructions_of(body, at)
    return SubmitIntent(
        body.account_id, request_id, trader_id, body.strategy_id, body.instrument_id, body.side,
        body.order_type, body.time_in_force, quantity, price, instructions,
    )  # fmt: skip


def bracket_orders(body: BracketRequest, entry_id: str) -> list[tuple[str, OrderRequest]]:
    """The orders of a bracket, with where their fields stand; `entry_id` names the entry and the list."""
    entry, profit, loss = body.entry, body.take_profit, body.stop_loss
    orders = [("entry.", msgspec.structs.replace(entry, client_order_id=entry_id))]
    has_both = profit is not None and loss is not None
    exits: dict[str, Any] = {
        "account_id": entry.account_id,
        "instrument_id": entry.instrument_id,
        "strategy_id": entry.strategy_id,
        "side": opposite(entry.side),
        "order_qty": entry.order_qty,
        "contingency_type": ContingencyType.OCO if has_both else ContingencyType.OTO,
        "list_id": entry_id if has_both else None,
        "parent_client_order_id": entry_id,
    }
    if profit is not None:
        given = msgspec.structs.asdict(profit)
        orders.append(("take_profit.", OrderRequest(order_type=OrderType.LIMIT, **given, **exits)))
    if loss is not None:
        given = msgspec.structs.asdict(loss)
        orders.append(("stop_loss.", OrderRequest(order_type=_stop_type(loss), **given, **exits)))
    if len(orders) == 1:
        raise invalid(
            "take_profit",
            "take_profit or stop_loss must be given, both were missing",
            None,
            "send a single order to /api/v1/orders instead",
        )
    return orders


def _stop_type(loss: StopLoss) -> OrderType:
    if loss.trailing_offset is not None:
        return OrderType.TRAILING_STOP
    return OrderType.STOP if loss.limit_price is None else OrderType.STOP_LIMIT


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
    trigger = None if body.trigger_price is None else parse(body.trigger_price, f"{at}trigger_price")
    return ReplaceIntent(account_id, request_id, trader_id, order_id, quantity, price, trigger)


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
