"""What the platform needs from the outside, as Protocols; adapters fill them, `bootstrap` chooses.

Imports `model`, `primitives` and the standard library only. Start with `venue` and `strategy`.
"""
