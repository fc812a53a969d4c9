"""The independent monitor: compares what left for the venue with what the journal allows, and halts.

It shares nothing with order management and risk: it reads the journal's events and the wire log, and counts
for itself. `config` has its bounds, `watch` its rules (pure), `monitor` reads, halts and tells, `status` is
what others see of it. Start at `watch`. It may import what `application` may.
"""
