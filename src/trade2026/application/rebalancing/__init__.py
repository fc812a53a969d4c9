"""From target weights to orders: a proposal at live quotes, its risk preview, and a confirm that sends it
once.

`planner` is pure: what is held, what is quoted and what is wanted in, orders out, all of it in raw integers.
`gathering` reads what it needs from the read models and the market, `checking` asks risk, `keeping` writes
down what was confirmed, and `service` holds proposals and sends their orders. Decision 0044 says why it is
so. Start with `plan`.
"""
