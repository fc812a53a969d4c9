"""Trade2026: a trading desk for a quant, alone or in a small firm, in one package.

Prices come in, a strategy decides, risk checks, the order is journaled, a venue fills it, positions and
ledger move, and the whole replays to the same bytes. The packages below are layers: `primitives` and
`model` at the bottom, `bootstrap` at the top, and imports only point down (see `docs/architecture.md`).
Start at `trade2026.trading` for the life of an order, or at `trade2026.ports` to write a strategy.
"""

from typing import Final

__version__: Final = "0.1.0"
