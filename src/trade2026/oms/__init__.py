"""The order management engine: `decide(state, command) -> events` and `evolve(state, event) -> state`.

The status of an order is derived from facts about it, never stored beside them. It may import `model`,
`ports` and `primitives`, and does no I/O; risk and ledger are siblings it does not see. Start at
`state.py`, then `decide.py` and `evolve.py`.
"""
