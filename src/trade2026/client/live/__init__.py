"""The live feed from Python: topics subscribed to, frames decoded, lines that break taken up again.

`feed.LiveFeed` is where to start; `subscription` is what is known of one topic, `frames` what arrives.
docs/live-feed.md is the protocol. It imports what `client` may; numpy only where arrays are asked for.
"""
