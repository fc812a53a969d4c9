"""The client for asyncio, from which the one that waits is made.

`line` sends requests, logs in and asks again; every other module is the requests about one subject;
`client` joins them. It imports what `client` may. Whatever is written here must read well without `async`
and `await`: `tools/make_sync_client.py` leaves them out, and a test compares.
"""
