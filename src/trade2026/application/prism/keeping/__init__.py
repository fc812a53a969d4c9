"""What a simulated market keeps of its customers over its ends and starts.

A market is made anew at every start; what its customers have, have asked for and have traded is not. Every
change of that is an entry of a log, on the disk before anybody is told. `entries` says what there is, `state`
and `shown` what they add up to, `log` how they get to the disk, `keeper` joins them. It may import `ports`,
`model`, `matching`, `primitives`, an exchange's records, and the journal's framing. Start at `keeper`.
"""

from trade2026.application.prism.keeping.keeper import Keeper

__all__ = ["Keeper"]
