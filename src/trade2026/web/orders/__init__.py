"""The routes that must be fast: orders in, answers out, bare ASGI and msgspec in front of the router.

They share admission, body limits and problem documents with all other routes through plain functions, and
stand in the same table of roles and the same OpenAPI document. Start with `handlers.OrderHandlers`;
`requests` is what may be asked, `answers` what the core's events are over HTTP, `describe` the OpenAPI.
`socket.OrderSocket` takes the same requests in batches over a WebSocket: `frames` is what is said there,
`batches` what a batch is for the core; its door is that of `web.live`. It imports what `web` may, and nothing
above the routes.
"""
