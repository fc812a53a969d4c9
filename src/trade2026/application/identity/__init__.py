"""Who may do what: users and their roles, passwords, sessions, and the tokens that prove them.

Everything durable is in one private folder behind `ports.storage`: users, sessions, keys. Hashes come from
`ports.passwords`, time from the real clock (never trading time), randomness from the caller. It may import
primitives and ports, never an adapter. Start at `identity`, which the web process owns one of;
`administration` is the same list of users for the command line, whether the desk is up or down.
"""
