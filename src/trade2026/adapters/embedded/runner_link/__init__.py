"""The line to the runner over a Unix socket: the questions of `ports.runner_link` on a line of `asking`.

It may import `ports`, `model`, `primitives`, and `asking`, which has the frames and both sides. Start at
`connection`.
"""

from trade2026.adapters.embedded.runner_link.connection import LINE, RunnerConnection
from trade2026.adapters.embedded.runner_link.server import serve

__all__ = ["LINE", "RunnerConnection", "serve"]
