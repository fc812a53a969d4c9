"""The desk while it runs: the trading core as a service, on paper against a replay of recorded data.

One process, one event loop, one writer of the journal. It imports trading, simulation and ports; other
processes reach it through `ports.core_link`. Start at `service.LiveDesk`; `opening` says what a new desk
begins with, `replay_feed` moves trading time, `restore` gives the paper venue its orders back.
"""
