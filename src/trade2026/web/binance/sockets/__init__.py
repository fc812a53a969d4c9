"""The WebSockets of the door: streams of market data, and the WebSocket API with the events of accounts.

`line` is one connection with its bounded queue; `hub` knows who listens to what, `channels` what is said
there, `streams` the conversation about it; `session` is a connection to the WebSocket API, `events` what
accounts hear. Imports what `web.binance` imports, and `web.live.transport` for cutting a connection whose
client takes nothing."""
