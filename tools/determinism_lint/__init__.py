"""The determinism lint: it reads the code that must replay to the same bytes and names what could differ.

A run of the trading core is a function of its commands and one seed. This lint bans, in the packages of
`SCOPE`, whatever would smuggle in something else: the wall clock, unseeded randomness, threads, the order of
a set, the address of an object, the order of a folder, the environment; and, where money is counted, floats.
A line that is safe for a reason the lint cannot see ends with `# dst-ok: reason`. Start at `rules.py`; the
flow of sets is followed in `sets.py`. Standard library only.
"""

from tools.determinism_lint.report import CORE, MONEY, SCOPE, Finding, check_source, check_tree

__all__ = ["CORE", "MONEY", "SCOPE", "Finding", "check_source", "check_tree"]
