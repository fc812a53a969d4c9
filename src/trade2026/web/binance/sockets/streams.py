"""The conversation about streams: subscribe, unsubscribe, list, and whether names are sent along."""

from typing import Any, Final
from urllib.parse import parse_qs, unquote

import msgspec

from trade2026.web.binance.door import BinanceDoor
from trade2026.web.binance.sockets.hub import StreamHub
from trade2026.web.binance.sockets.line import Line

_ENCODER: Final = msgspec.json.Encoder()
_DECODER: Final = msgspec.json.Decoder()
_METHODS: Final = ("SUBSCRIBE", "UNSUBSCRIBE", "LIST_SUBSCRIPTIONS", "SET_PROPERTY", "GET_PROPERTY")
_ID_CHARACTERS_MAX: Final = 36


class _No(Exception):
    """A message that is not acted upon."""

    def __init__(self, code: int, text: str) -> None:
        super().__init__(text)
        self.code = code


class StreamTalk:
    """One connection to the streams."""

    def __init__(self, door: BinanceDoor, hub: StreamHub, line: Line, *, is_combined: bool) -> None:
        self._door = door
        self._hub = hub
        self._line = line
        self._is_combined = is_combined
        self._names: dict[str, None] = {}

    def begin(self, names: list[str]) -> None:
        """Listen to what the address of the connection names; what is no stream is passed over."""
        for name in names[: self._door.limits.streams]:
            if self._hub.listen(self._line, name, is_combined=self._is_combined):
                self._names[name] = None

    def end(self) -> None:
        """Listen no more."""
        for name in self._names:
            self._hub.leave(self._line, name)
        self._names.clear()

    def hear(self, message: str) -> None:
        """Do what a message asks, and say so."""
        identity: Any = None
        try:
            try:
                asked = _DECODER.decode(message)
            except (msgspec.DecodeError, RecursionError, UnicodeError):
                raise _No(3, "Invalid JSON: expected value at line 1 column 1") from None
            if not isinstance(asked, dict):
                raise _No(2, "Invalid request: expected an object")
            identity = asked.get("id")
            if not _is_id(identity):
                identity = None
                raise _No(2, "Invalid request: request ID must be an unsigned integer or a short string")
            answer = {"result": self._act(asked), "id": identity}
        except _No as no:
            answer = {"error": {"code": no.code, "msg": str(no)}, "id": identity}
        self._line.say(_ENCODER.encode(answer).decode())

    def _act(self, asked: dict[str, Any]) -> Any:
        method, params = asked.get("method"), asked.get("params", [])
        if method is None:
            raise _No(2, "Invalid request: missing field `method`")
        if method not in _METHODS:
            raise _No(2, f"Invalid request: unknown variant, expected one of {', '.join(_METHODS)}")
        if not set(asked) <= {"id", "method", "params"}:
            raise _No(0, "Unknown property")
        if not isinstance(params, list):
            raise _No(2, "Invalid request: params must be a list")
        if method == "LIST_SUBSCRIPTIONS":
            return list(self._names)
        if method.endswith("PROPERTY"):
            return self._property(method, params)
        if not all(isinstance(each, str) for each in params):
            raise _No(2, "Invalid request: stream names must be strings")
        if method == "SUBSCRIBE":
            self._subscribe(params)
        else:
            for name in params:
                if self._names.pop(name, 0) is None:
                    self._hub.leave(self._line, name)
        return None

    def _subscribe(self, names: list[str]) -> None:
        fresh = [name for name in dict.fromkeys(names) if name not in self._names]
        if len(fresh) + len(self._names) > self._door.limits.streams:
            raise _No(2, "Invalid request: too many parameters")
        done: list[str] = []
        for name in fresh:
            if not self._hub.listen(self._line, name, is_combined=self._is_combined):
                for each in done:
                    self._hub.leave(self._line, each)
                raise _No(2, "Invalid request: invalid stream")
            done.append(name)
        self._names.update(dict.fromkeys(done))

    def _property(self, method: str, params: list[Any]) -> Any:
        if not params or params[0] != "combined":
            raise _No(0, "Unknown property")
        if method == "GET_PROPERTY":
            return self._is_combined
        if len(params) != 2 or not isinstance(params[1], bool):
            raise _No(1, "Invalid value type: expected Boolean")
        self._is_combined = params[1]
        for name in self._names:
            self._hub.listen(self._line, name, is_combined=self._is_combined)
        return None


def _is_id(identity: Any) -> bool:
    if identity is None:
        return True
    if isinstance(identity, bool):
        return False
    if isinstance(identity, int):
        return 0 <= identity < 2**64
    return isinstance(identity, str) and len(identity) <= _ID_CHARACTERS_MAX


def named_streams(path: str, query: bytes) -> tuple[list[str], bool] | None:
    """The streams that an address names, and whether their names are sent along; None for other addresses."""
    if path == "/ws" or path.startswith("/ws/"):
        return [unquote(name) for name in path[4:].split("/") if name], False
    if path == "/stream" or path.startswith("/stream/"):
        try:
            given = parse_qs(query.decode("latin-1"), max_num_fields=16).get("streams", [])
        except ValueError:  # More fields than that.
            given = []
        return [name for each in given for name in each.split("/") if name], True
    return None
