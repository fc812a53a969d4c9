"""Order management as a pure engine: which orders exist, what may be asked of them, what a report changes.

Imports `model` and `primitives` only. `decide` answers a command with an event and changes nothing,
`evolve` applies an event to the state it owns, `status` derives the one word a person wants to see.
Start with `state`.
"""
