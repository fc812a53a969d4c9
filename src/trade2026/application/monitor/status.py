"""What others see of the monitor: one small file, written when something has changed."""

from typing import Any, Final

import msgspec

from trade2026.ports.storage import Storage
from trade2026.primitives.time import format_ns

FILE: Final = "monitor.json"
KEPT: Final = 20


class Alarm(msgspec.Struct, frozen=True):
    """Something that was wrong; `did` says what the monitor did about it, "" for nothing."""

    wall_ns: int
    rule: str
    text: str
    did: str


class MonitorStatus(msgspec.Struct, frozen=True):
    """How the monitor is.

    Attributes
    ----------
    since_ns : int
        When it began to watch, UTC nanoseconds.
    wall_ns : int
        When this was written.
    seq : int
        The journal's number it has read.
    orders_in, orders_out, fills : int
        New orders that were approved, that left, and fills that came, since it began.
    is_core_up : bool
        Whether its line to the core is there.
    alarms : int
        How many things were wrong since it began; `last` are the latest, newest first.
    """

    since_ns: int
    wall_ns: int
    seq: int
    orders_in: int
    orders_out: int
    fills: int
    is_core_up: bool
    alarms: int
    last: tuple[Alarm, ...]


def shown(status: MonitorStatus | None) -> dict[str, Any]:
    """As others print it: times as text, the latest alarm in words; empty where nothing was written."""
    if status is None:
        return {}
    return {
        "since": format_ns(status.since_ns), "written": format_ns(status.wall_ns), "seq": status.seq,
        "orders_in": status.orders_in, "orders_out": status.orders_out, "fills": status.fills,
        "core": "connected" if status.is_core_up else "away", "alarms": status.alarms,
        "last": [
            {"at": format_ns(each.wall_ns), "rule": each.rule, "text": each.text, "did": each.did}
            for each in status.last
        ],
    }  # fmt: skip


def save_status(storage: Storage, status: MonitorStatus) -> None:
    """Replace the file; raises StoreUnavailable."""
    storage.replace(FILE, msgspec.json.encode(status), durable=False)


def load_status(storage: Storage) -> MonitorStatus | None:
    """What was written last; None where there is nothing that can be read."""
    if not storage.exists(FILE):
        return None
    try:
        return msgspec.json.decode(storage.read(FILE), type=MonitorStatus)
    except msgspec.MsgspecError:
        return None
