"""The double-entry ledger: balances per account and commodity, lots, cost, commissions, rates and equity.

Debits equal credits after every event, to the last unit, because money is an integer throughout. It may
import `model`, `ports` and `primitives`, and does no I/O. Start at `state`, then `decide` (what a fill is
worth), `evolve` (how the books change), `postings` (the entries behind it) and `docs/ledger.md`.
"""
