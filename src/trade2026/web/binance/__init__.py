"""The door of a simulated exchange in the words of Binance's spot API, so that clients of that API work
unchanged.

REST at `/api/v3` and a little of `/sapi`, streams at `/ws` and `/stream`, the WebSocket API at
`/ws-api/v3`; what is spoken and what is refused stands in docs/binance-door.md. `app.binance_app` puts it
together; handlers are the same for REST and the WebSocket API. Imports `simulation.exchange`, `matching`,
`model`, `primitives`, and of `web` the reading of bodies."""
