"""What an operator may set of jobs."""

from typing import Annotated

import msgspec
from msgspec import Meta

_Count = Annotated[int, Meta(ge=1, le=1_000)]


class UserLimits(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How many jobs one user may have running and waiting; None where only the limit of all kinds holds."""

    running: _Count | None = None
    queued: _Count | None = None


class JobSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How many jobs there may be, and whether a worker waits for the next analysis.

    Attributes
    ----------
    running : int or None
        Of all users together; None for one less than the machine has cores, and one at least.
    running_per_user, queued_per_user : int
        Of one user, of all kinds together.
    backtest, analysis : UserLimits
        Of one user, of this kind.
    warm : bool
        Whether a process that has done an analysis is kept for the next one, which is answered sooner then.
    """

    running: _Count | None = None
    running_per_user: _Count = 2
    queued_per_user: _Count = 20
    backtest: UserLimits = UserLimits()
    analysis: UserLimits = UserLimits()
    warm: bool = True

    def of_kind(self, kind: str) -> UserLimits:
        """The limits of a kind of job."""
        limits: UserLimits = getattr(self, kind)
        return limits
