"""What everything else stands on: errors, time, exact decimals, identifiers, seeds.

Imports the standard library only. Start with `fixed_point`, the numbers of the whole platform.
"""
