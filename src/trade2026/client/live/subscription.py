"""What is known of one subscription: what to ask for when the line is new, and what has been seen."""

from typing import Any

from trade2026.client.live.frames import Frame, Update, read_columns, read_rows


class GapSeen(Exception):
    """Frames of a topic are missing: the line is to be made anew."""


class Subscription:
    """One topic.

    Parameters
    ----------
    from_seq : int or None
        Of a lossless topic: the journal's number of the first rows wanted; None for those from now on.
    """

    def __init__(
        self,
        number: int,
        topic: str,
        *,
        max_hz: float | None,
        from_seq: int | None,
        account_id: str | None,
    ) -> None:
        self.id = number
        self.topic = topic
        self.is_ready = False
        self._max_hz = max_hz
        self._account_id = account_id
        self._next_seq = from_seq
        self._kind = ""
        self._keys: list[str] = []
        self._last_q = 0

    def ask(self) -> dict[str, Any]:
        """The message that subscribes, from where it was left."""
        self.is_ready = False
        wanted = {
            "op": "sub", "id": self.id, "topic": self.topic, "max_hz": self._max_hz,
            "from_seq": self._next_seq, "account_id": self._account_id,
        }  # fmt: skip
        return {name: value for name, value in wanted.items() if value is not None}

    def begun(self, message: dict[str, Any]) -> None:
        """The server says `subbed`."""
        self.is_ready = True
        self._kind = message["kind"]
        self._keys = list(message.get("keys") or ())
        self._last_q = 0
        if self._kind == "lossless" and self._next_seq is None:
            self._next_seq = message["seq"] + 1

    def keys_added(self, names: list[str]) -> None:
        """The server names further rows."""
        self._keys += names

    def take(self, frame: Frame) -> Update | None:
        """What a frame brings; None where all of it was seen before. Raises GapSeen."""
        if self._kind == "lossless":
            return self._take_lossless(frame)
        if frame.q != self._last_q + 1:
            raise GapSeen(f"frame {frame.q} of {self.topic} came after {self._last_q}")
        self._last_q = frame.q
        if self._kind == "conflated":
            columns = read_columns(frame, self._keys)
            return Update(self.topic, self.id, frame.q, frame.snap, (), columns)
        return Update(self.topic, self.id, frame.q, frame.snap, read_rows(self.topic, frame))

    def _take_lossless(self, frame: Frame) -> Update | None:
        first = self._next_seq or 0
        rows = tuple(row for row in read_rows(self.topic, frame) if row.seq >= first)
        self._next_seq = max(first, frame.q + 1)
        return Update(self.topic, self.id, frame.q, False, rows) if rows else None
