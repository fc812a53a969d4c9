"""Questions and answers between two processes over a Unix socket: a server, and an asyncio client.

What is asked and answered is the user's, as MessagePack in frames with a length; `messages` is what lies on
the line around it. A question is answered by a reply or by why there is none, and the server may tell
everybody something. It may import `line`, `ports`, `model`, `primitives`. Start at `messages`.
"""

from trade2026.adapters.embedded.asking.connection import AskingConnection
from trade2026.adapters.embedded.asking.messages import Line
from trade2026.adapters.embedded.asking.server import AskingServer, serve

__all__ = ["AskingConnection", "AskingServer", "Line", "serve"]
