"""What really left for a venue and what came from it, written down beside the journal for whoever watches.

The journal says what may leave; this says what did. It is no record to rebuild anything from: it is not
synced, old parts of it go, and a desk whose wire log fails trades on, with an alarm.
"""

from typing import Protocol

import msgspec

from trade2026.model.events import OrderApproved, OrderPendingCancel, OrderPendingReplace
from trade2026.model.execution import ExecutionReport

WireRequest = OrderApproved | OrderPendingCancel | OrderPendingReplace


class WireOpened(msgspec.Struct, frozen=True, array_like=True, tag=1):
    """The core began: what it sends and hears follows. Orders sent before are not sent again.

    `keeps_orders`: whether the venue went on while the core was away; a paper venue in its process did not.
    """

    pid: int
    seq: int
    keeps_orders: bool


class WireSent(msgspec.Struct, frozen=True, array_like=True, tag=2, gc=False):
    """A request was handed to the venue when the journal's last number was `seq`, synced or not."""

    seq: int
    request: WireRequest


class WireReceived(msgspec.Struct, frozen=True, array_like=True, tag=3, gc=False):
    """A report came from the venue."""

    report: ExecutionReport


WireRecord = WireOpened | WireSent | WireReceived


class WireFrame(msgspec.Struct, frozen=True, array_like=True):
    """Records that were written at once.

    Attributes
    ----------
    opened_ns, number : int
        When the core that writes began, and the count of its frames, from 1: one that is missing is noticed.
    wall_ns : int
        When it was written, UTC nanoseconds.
    lost : int
        Records that could not be written before it.
    """

    opened_ns: int
    number: int
    wall_ns: int
    lost: int
    records: tuple[WireRecord, ...]


class WireLog(Protocol):
    """Where the desk writes. Nothing here raises or waits: trading never depends on it."""

    def sent(self, seq: int, request: WireRequest) -> None:
        """Note what is handed to the venue in this moment."""
        ...

    def received(self, report: ExecutionReport) -> None:
        """Note what the venue says."""
        ...


class WireReader(Protocol):
    """Follows a wire log from another process."""

    def skip(self) -> None:
        """Leave out everything that has been written."""
        ...

    def read(self) -> list[WireFrame]:
        """What has come since, in order; a part where it is much."""
        ...

    def take_trouble(self) -> str:
        """What could not be read since the last call: damage, or parts that were gone; "" for nothing."""
        ...
