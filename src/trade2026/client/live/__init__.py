"""The live feed from Python: topics subscribed to, frames decoded, lines that break taken up again.

`feed.LiveFeed` is where to start; `subscription` is what is known of one topic, `frames` what arrives.
docs/live-feed.md is the protocol. `order_line.OrderLine` sends orders the other way, docs/order-socket.md. It
imports what `client` may; numpy only where arrays are asked for.
"""
