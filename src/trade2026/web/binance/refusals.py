"""What the door says no with: Binance's codes and texts, as its documentation of errors has them."""

from collections.abc import Mapping
from typing import Any, Final

from trade2026.matching.words import NoReason, Refused
from trade2026.primitives.errors import Trade2026Error

_ILLEGAL: Final = "Illegal characters found in parameter '{}'; legal range is '{}'."
_BY_REASON: Final = {
    NoReason.DUPLICATE_ORDER: "Duplicate order sent.",
    NoReason.FUNDS: "Account has insufficient balance for requested action.",
    NoReason.PHASE: "Market is closed.",
    NoReason.NO_REFERENCE: "Order book liquidity is less than LOT_SIZE filter minimum quantity.",
    NoReason.WOULD_TAKE: "Order would immediately match and take.",
}


class Refusal(Trade2026Error):
    """A no with a code.

    Parameters
    ----------
    data : mapping or None
        What goes along with it, of a cancel-and-replace that went half way.
    """

    def __init__(
        self, code: int, text: str, *, status: int = 400, data: Mapping[str, Any] | None = None,
        headers: tuple[tuple[bytes, bytes], ...] = (),
    ) -> None:  # fmt: skip
        super().__init__(text)
        self.code = code
        self.text = text
        self.status = status
        self.data = data
        self.headers = headers

    @property
    def body(self) -> dict[str, Any]:
        """As it is sent."""
        if self.data is None:
            return {"code": self.code, "msg": self.text}
        return {"code": self.code, "msg": self.text, "data": self.data}


def unknown_path() -> Refusal:
    """Nothing is there."""
    return Refusal(-1000, "The endpoint does not exist.", status=404)


def wrong_method() -> Refusal:
    """Something is there, and not for this method."""
    return Refusal(-1000, "The endpoint does not take this method.", status=405)


def gone(text: str) -> Refusal:
    """What the protocol had once."""
    return Refusal(-1000, text, status=410)


def fault() -> Refusal:
    """A fault of ours."""
    return Refusal(-1000, "An unknown error occurred while processing the request.", status=500)


def unknown_outcome() -> Refusal:
    """It was asked of the exchange, and whether it was done nobody knows."""
    text = "An unexpected response was received from the message bus. Execution status unknown."
    return Refusal(-1006, text, status=500)


def missing(name: str) -> Refusal:
    """A parameter has to be there."""
    return Refusal(-1102, f"Mandatory parameter '{name}' was not sent, was empty/null, or malformed.")


def neither(one: str, other: str) -> Refusal:
    """One of two has to be there."""
    return Refusal(-1102, f"Param '{one}' or '{other}' must be sent, but both were empty/null!")


def empty(name: str) -> Refusal:
    """A parameter says nothing."""
    return Refusal(-1105, f"Parameter '{name}' was empty.")


def not_required(name: str) -> Refusal:
    """A parameter that does not go with the others."""
    return Refusal(-1106, f"Parameter '{name}' sent when not required.")


def illegal(name: str, legal: str) -> Refusal:
    """A parameter is not of its kind."""
    return Refusal(-1100, _ILLEGAL.format(name, legal))


def not_valid(name: str) -> Refusal:
    """A parameter is of its kind and makes no sense."""
    return Refusal(-1130, f"Data sent for parameter '{name}' is not valid.")


def too_precise(name: str) -> Refusal:
    """More decimals than the asset has."""
    return Refusal(-1111, f"Parameter '{name}' has too much precision.")


def duplicate_parameter() -> Refusal:
    """A parameter twice."""
    return Refusal(-1101, "Duplicate values for a parameter detected.")


def unread(read: int, sent: int) -> Refusal:
    """More parameters than there are."""
    return Refusal(
        -1104,
        f"Not all sent parameters were read; read '{read}' parameter(s) but was sent '{sent}'.",
    )


def invalid_symbol() -> Refusal:
    """No such symbol."""
    return Refusal(-1121, "Invalid symbol.")


def bad_time_in_force() -> Refusal:
    """No such time in force."""
    return Refusal(-1115, "Invalid timeInForce.")


def bad_order_type() -> Refusal:
    """No such type of order."""
    return Refusal(-1116, "Invalid orderType.")


def bad_side() -> Refusal:
    """Neither buy nor sell."""
    return Refusal(-1117, "Invalid side.")


def bad_interval() -> Refusal:
    """No such candles."""
    return Refusal(-1120, "Invalid interval.")


def bad_restrictions() -> Refusal:
    """No such restriction of a cancel."""
    return Refusal(-1145, "Invalid cancelRestrictions")


def filter_failure(name: str) -> Refusal:
    """An order is not as the symbol's filter asks."""
    return Refusal(-1013, f"Filter failure: {name}")


def rejected(text: str) -> Refusal:
    """The exchange does not take the order."""
    return Refusal(-2010, text)


def unknown_order() -> Refusal:
    """Nothing to cancel."""
    return Refusal(-2011, "Unknown order sent.")


def no_such_order() -> Refusal:
    """Nothing to show."""
    return Refusal(-2013, "Order does not exist.")


def no_such_list() -> Refusal:
    """No list to show."""
    return Refusal(-2018, "Order list does not exist.")


def bad_key_format() -> Refusal:
    """No key, or nothing that looks like one."""
    return Refusal(-2014, "API-key format invalid.", status=401)


def bad_key() -> Refusal:
    """A key that nobody has, or that may not do this."""
    return Refusal(-2015, "Invalid API-key, IP, or permissions for action.", status=401)


def bad_signature() -> Refusal:
    """Not signed with the key's secret."""
    return Refusal(-1022, "Signature for this request is not valid.")


def outside_window() -> Refusal:
    """Too old."""
    return Refusal(-1021, "Timestamp for this request is outside of the recvWindow.")


def ahead() -> Refusal:
    """From the future."""
    return Refusal(-1021, "Timestamp for this request was 1000ms ahead of the server's time.")


def too_much_weight(limit: int, wait_s: int) -> Refusal:
    """The address has asked too much."""
    return Refusal(
        -1003,
        f"Too much request weight used; current limit is {limit} request weight per 1 MINUTE. "
        "Please use WebSocket Streams for live updates to avoid polling the API.",
        status=429, headers=((b"retry-after", str(wait_s).encode()),),
    )  # fmt: skip


def too_many_orders(limit: int, interval: str, wait_s: int) -> Refusal:
    """The account has placed too many orders."""
    return Refusal(
        -1015, f"Too many new orders; current limit is {limit} orders per {interval}.", status=429,
        headers=((b"retry-after", str(wait_s).encode()),),
    )  # fmt: skip


def by_market(refused: Refused) -> Refusal:
    """The market's no to an order, in these words."""
    if refused.reason is NoReason.PRICE_BAND:
        return filter_failure("PERCENT_PRICE_BY_SIDE")
    if refused.reason is NoReason.SIZE:
        if "parts" in refused.text:
            return filter_failure("ICEBERG_PARTS")
        return filter_failure("LOT_SIZE" if "lots" in refused.text else "NOTIONAL")
    text = _BY_REASON.get(refused.reason)
    if text is None:
        return Refusal(-1013, f"Invalid order: {refused.text}")
    return rejected(text)
