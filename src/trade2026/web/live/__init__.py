"""Live data over one WebSocket: who may connect, what is kept of each topic, how it is paced and sent.

Imports `application`, `ports`, `model`, `primitives`, numpy, msgspec, starlette, and uvicorn for its
protocol class. `door` is what every WebSocket of the desk shares (who comes in, for how long, how it ends),
with `guest` for one connection; `hub` is that of the feed. `topics` is the table of what can be subscribed
to; `conflated`, `keyed` and `lossless` hold what is known of a topic and encode each frame once for everyone
who sees the same; `subscriptions` are one client's positions in them; `connection` sends, `session` reads,
`transport` is the server's side of the socket; `publishers` joins the hub to the desk,
with `market_rows` for prices and `sim_rows` for the simulated market. Start with `hub.Hub`; the protocol is
described in docs/live-feed.md.
"""

from trade2026.web.live.hub import Hub
from trade2026.web.live.limits import LiveLimits
from trade2026.web.live.publishers import LivePublishers, replay_of
from trade2026.web.live.transport import LIVE_SERVER_OPTIONS, LiveProtocol

__all__ = ["LIVE_SERVER_OPTIONS", "Hub", "LiveLimits", "LiveProtocol", "LivePublishers", "replay_of"]
