"""What markets and executions look like in numbers: spreads, flow, impact, stylised facts, and a scorecard.

Plain arrays in; a small frozen struct out, with value, confidence interval, sample size and method. May
import `primitives`, the rest of `analytics`, numpy and msgspec; never `model` or `ports`. Times are int64 UTC
nanoseconds, signs +1 where the buyer was the aggressor and -1 where the seller was; prices may be in money or
in ticks, and results are in the same unit. A sample that cannot carry a measure gives `NotTestable` with the
size it would need, an effect that a good sample does not show gives `Absent`; neither is ever a zero. Start
with `scorecard`, which asks a tape for every fact; `docs/market-measures.md` has each definition and its
source.
"""
