"""Pure numerics by topic: arrays in, numbers out.

Returns, drawdowns, risk measures and trade statistics, each with its convention, units, sign and NaN
policy in the docstring and an independent oracle in its test. It may import `primitives`, numpy and the
numerical libraries; it knows no order, no instrument and no port. Start at the module named after the
topic.
"""
