"""The desk over HTTP: REST under `/api/v1`, the live socket, the page, and a form to halt that needs none.

It translates: requests to intents and queries, events and views to answers, every no to a problem document.
It may import `application`, `ports`, `model` and `primitives`, and no adapter. Start with `app.create_app`;
`edge` is what every request passes, `orders` the routes that must be fast, `routes` all others, `roles` the
one table of who may do what, `live` the socket.
"""
