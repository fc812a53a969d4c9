"""Venues that are reached over a line: one package each, none knows another.

Each is a `ports.venue.LiveVenue`. It may import `ports`, `model`, `primitives` and the libraries that speak
its protocol; start at `binance`.
"""
