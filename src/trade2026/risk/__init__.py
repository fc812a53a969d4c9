"""The pre-trade risk engine: every order passes its checks before a venue may see it.

A refusal is data: it carries the limit, its use and the largest quantity that would pass. What has no
limit is refused. It may import `model`, `ports` and `primitives`, and does no I/O. Start at `state.py`,
then `decide.py`.
"""
