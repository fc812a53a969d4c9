"""The double-entry ledger: postings per account and currency, lots, cost basis, fees and equity.

Debits equal credits per currency after every event, to the last unit, because money is an integer
throughout. It may import `model`, `ports` and `primitives`, and does no I/O. Start at `state.py`, then
`evolve.py`.
"""
