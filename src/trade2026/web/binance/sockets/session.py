"""One connection to the WebSocket API: requests in, answers out, and the events of accounts that it listens
to.
"""

from collections.abc import Callable
from typing import Any, Final

import msgspec

from trade2026.web.binance import refusals
from trade2026.web.binance.account import order_counts
from trade2026.web.binance.calls import Call, Route
from trade2026.web.binance.door import BinanceDoor
from trade2026.web.binance.keys import ApiKey, Permission
from trade2026.web.binance.params import Params
from trade2026.web.binance.refusals import Refusal
from trade2026.web.binance.rest import ROUTES
from trade2026.web.binance.signing import check_signature, check_time, message_payload
from trade2026.web.binance.sockets.events import AccountEvents, Subscription
from trade2026.web.binance.sockets.line import Line

_ENCODER: Final = msgspec.json.Encoder()
_SUBSCRIPTIONS_MAX: Final = 100
_ID_CHARACTERS_MAX: Final = 36
_ROUTES: Final[dict[str, Route]] = {route.ws: route for route in ROUTES if route.ws}
_RETIRED: Final = frozenset({"userDataStream.start", "userDataStream.ping", "userDataStream.stop"})


class Asked(msgspec.Struct):
    """A request; what else it has is passed over."""

    id: int | str | None = None
    method: str = ""
    params: dict[str, Any] = {}


_DECODER: Final = msgspec.json.Decoder(Asked)


class Session:
    """One connection.

    Parameters
    ----------
    tells_limits : bool
        Whether answers say what has been used, unless a request says otherwise.
    """

    def __init__(self, door: BinanceDoor, events: AccountEvents, line: Line, *, tells_limits: bool) -> None:
        self._door = door
        self._events = events
        self._line = line
        self._tells_limits = tells_limits
        self._connected_ms = door.now_ms()
        self._key: str | None = None
        self._since_ms = 0
        self._subscriptions: dict[int, Subscription] = {}
        self._next_subscription = 0
        self._under_way = 0
        self._own: dict[str, Callable[[Call], Any]] = {
            "session.logon": self._log_on,
            "session.status": self._status,
            "session.logout": self._log_out,
            "session.subscriptions": self._list,
            "userDataStream.subscribe": self._subscribe,
            "userDataStream.subscribe.signature": self._subscribe_signed,
            "userDataStream.unsubscribe": self._unsubscribe,
        }

    def end(self) -> None:
        """Listen no more."""
        for each in self._subscriptions.values():
            self._events.leave(each)
        self._subscriptions.clear()

    def hear(self, message: str) -> None:
        """Begin to answer a request; those of one connection begin in their order."""
        try:
            asked = _DECODER.decode(message)
        except (msgspec.DecodeError, RecursionError, UnicodeError):
            self._answer(None, "", _no(Refusal(-1135, "Invalid JSON Request")), says_limits=False)
            return
        if isinstance(asked.id, str) and len(asked.id) > _ID_CHARACTERS_MAX:
            self._answer(None, "", _no(refusals.not_valid("id")), says_limits=False)
        elif self._under_way >= self._door.limits.requests_open:
            text = "Server is currently overloaded with other requests. Please try again in a few minutes."
            self._answer(asked.id, "", _no(Refusal(-1008, text, status=503)), says_limits=False)
        else:
            self._under_way += 1
            self._door.spawn(self._serve(asked))

    async def _serve(self, asked: Asked) -> None:
        says_limits = self._tells_limits
        answer = _no(refusals.fault())
        call = Call(self._door, Params({}), self._line.address)
        try:
            call.params = Params.of_message(asked.params)
            says_limits = call.params.flag("returnRateLimits", default=self._tells_limits)
            answer = {"status": 200, "result": await self._do(asked.method, call)}
        except Refusal as refusal:
            answer = _no(refusal)
        finally:
            self._under_way -= 1
            self._answer(asked.id, call.owner, answer, says_limits=says_limits)

    async def _do(self, method: str, call: Call) -> Any:
        door, params = self._door, call.params
        now = door.clock.now_ns()
        own = self._own.get(method)
        if own is not None:
            door.counters.charge(call.address, 2, now)
            return own(call)
        route = _ROUTES.get(method)
        door.counters.charge(call.address, 1 if route is None else route.cost(params), now)
        if method in _RETIRED:
            raise refusals.gone("Listen keys are retired; use userDataStream.subscribe.signature.")
        if route is None:
            raise Refusal(-1020, "This operation is not supported.")
        if route.permission is not None:
            self._prove(call, route.permission)
        else:
            params.optional("apiKey")
        return await route.answer(call)

    # --------------------------------------------------------------------------------- who asks

    def _prove(self, call: Call, permission: Permission) -> None:
        """By a signature, or by the session where it is logged on and nothing is signed."""
        params = call.params
        if "apiKey" in params.values or "signature" in params.values:
            key = self._signed(call)
        else:
            key = self._session_key()
            check_time(params, self._door.clock.now_ns())
        call.admit(key, permission)

    def _signed(self, call: Call) -> ApiKey:
        params = call.params
        key = self._door.keys.find(params.text("apiKey"))
        if key is None:
            raise refusals.bad_key()
        check_time(params, self._door.clock.now_ns())
        check_signature(key, params, message_payload(params.values))
        return key

    def _session_key(self) -> ApiKey:
        key = None if self._key is None else self._door.keys.find(self._key)
        if key is None:
            self._key = None
            raise refusals.missing("apiKey")
        return key

    def _log_on(self, call: Call) -> Any:
        key = self._signed(call)
        call.params.done()
        if not key.public_key:
            raise Refusal(-4056, "HMAC_SHA256 API key is not supported.")
        self._key, self._since_ms = key.key, self._door.now_ms()
        return self._described()

    def _status(self, call: Call) -> Any:
        call.params.done()
        return self._described()

    def _log_out(self, call: Call) -> Any:
        call.params.done()
        for number in [number for number, each in self._subscriptions.items() if each.key == self._key]:
            self._events.leave(self._subscriptions.pop(number))
        self._key = None
        return self._described()

    def _described(self) -> dict[str, Any]:
        is_on = self._key is not None
        return {
            "apiKey": self._key, "authorizedSince": self._since_ms if is_on else None,
            "connectedSince": self._connected_ms, "returnRateLimits": self._tells_limits,
            "serverTime": self._door.now_ms(), "userDataStream": bool(self._subscriptions),
        }  # fmt: skip

    # ------------------------------------------------------------------------------- events of accounts

    def _subscribe(self, call: Call) -> Any:
        call.params.done()
        return self._begin(call, self._session_key())

    def _subscribe_signed(self, call: Call) -> Any:
        key = self._signed(call)
        call.params.done()
        return self._begin(call, key)

    def _begin(self, call: Call, key: ApiKey) -> Any:
        call.admit(key, Permission.READ)
        if len(self._subscriptions) >= _SUBSCRIPTIONS_MAX:
            raise Refusal(-1034, "Too many concurrent connections; current limit is '100'.")
        number = self._next_subscription
        self._next_subscription += 1
        found = self._subscriptions[number] = Subscription(self._line, number, key.key, key.owner)
        self._events.listen(found)
        return {"subscriptionId": number}

    def _unsubscribe(self, call: Call) -> Any:
        number = call.params.integer("subscriptionId")
        call.params.done()
        if number is not None and number not in self._subscriptions:
            raise refusals.not_valid("subscriptionId")
        for each in list(self._subscriptions) if number is None else [number]:
            self._events.leave(self._subscriptions.pop(each))
        return {}

    def _list(self, call: Call) -> Any:
        call.params.done()
        return [{"subscriptionId": number} for number in self._subscriptions]

    # ----------------------------------------------------------------------------------------- answering

    def _answer(self, identity: Any, owner: str, said: dict[str, Any], *, says_limits: bool) -> None:
        answer: dict[str, Any] = {"id": identity, **said}
        if says_limits:
            door = self._door
            used = door.counters.weight(self._line.address, door.clock.now_ns())
            limits = [{
                "rateLimitType": "REQUEST_WEIGHT", "interval": "MINUTE", "intervalNum": 1,
                "limit": door.limits.weight_1m, "count": used,
            }]  # fmt: skip
            answer["rateLimits"] = [*(order_counts(door, owner) if owner else ()), *limits]
        self._line.say(_ENCODER.encode(answer).decode())


def _no(refusal: Refusal) -> dict[str, Any]:
    """A refusal as the part of an answer."""
    return {"status": refusal.status, "error": refusal.body}
