"""Benchmarks, one module each: `python -m bench NAME` prints one JSON line with median and spread.

A figure is never asserted in a test. Peers run in environments of their own, in the same run and on the
same data; where one cannot be installed its figure is absent. Start with `harness`.
"""
