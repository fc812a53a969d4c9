"""The line to the runner over a Unix socket: its side, and the asyncio client of other processes.

It carries the questions of `ports.runner_link` as MessagePack in frames with a length; `messages` is what
lies on the line around them. It may import `ports`, `model`, `primitives`. Start at `messages`.
"""

from trade2026.adapters.embedded.runner_link.connection import RunnerConnection
from trade2026.adapters.embedded.runner_link.server import RunnerServer, serve

__all__ = ["RunnerConnection", "RunnerServer", "serve"]
