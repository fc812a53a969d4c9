"""What the monitor takes for normal; `monitor` in the desk's configuration."""

from typing import Annotated

import msgspec

_POSITIVE = Annotated[int, msgspec.Meta(gt=0)]
_SECONDS = Annotated[float, msgspec.Meta(gt=0, le=3_600)]


class MonitorConfig(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Bounds; every one has a default that a desk of one machine does not meet in good health.

    Attributes
    ----------
    halts : bool
        Whether it halts. Without it, it only raises alarms.
    max_new_orders_per_s : int
        New orders that may leave within one second.
    approval_factor : float
        How many times as many new orders may leave within ten seconds as the journal allowed in them;
        `approval_slack` more are let pass.
    fill_seconds : float
        How long a fill that came from the venue may take to be in the journal.
    halts_on_lost_fills : bool
        Whether one that does not come halts trading; it is an alarm anyway.
    halts_on_overfills : bool
        Whether more filled than left halts trading; it is an alarm anyway, and may be a bust on its way.
    unseen_seconds : float
        How long an approved order may be neither on the wire nor ended.
    """

    halts: bool = True
    max_new_orders_per_s: _POSITIVE = 25_000
    approval_factor: Annotated[float, msgspec.Meta(ge=1)] = 1.5
    approval_slack: _POSITIVE = 100
    fill_seconds: _SECONDS = 5.0
    halts_on_lost_fills: bool = False
    halts_on_overfills: bool = False
    unseen_seconds: _SECONDS = 5.0
