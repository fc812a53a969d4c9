"""The line to the trading core over a Unix socket: the core's side, and clients for both kinds of process.

It carries the messages of `ports.core_link` as MessagePack in frames with a length, after a greeting that
names the protocol's version. It may import `ports`, `model`, `primitives`. `server` is the core's side,
`connection` the asyncio client that reconnects, `blocking` the client of a strategy; `framing` says which
protocol it is. What every line does is in `line`. Start at `connection`.
"""

from trade2026.adapters.embedded.core_link.blocking import BlockingCoreConnection
from trade2026.adapters.embedded.core_link.connection import CoreConnection
from trade2026.adapters.embedded.core_link.server import CoreServer, serve

__all__ = ["BlockingCoreConnection", "CoreConnection", "CoreServer", "serve"]
