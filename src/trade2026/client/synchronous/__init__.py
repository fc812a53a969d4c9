"""The client that waits for its answers, made from `client.asynchronous`.

Change that, and run `tools/make_sync_client.py`. It imports what `client` may. Start with `client`.
"""
