"""Factor models of returns: what many assets have in common, what it earned and how much risk it is.

`cross_section` has the model of known exposures whose factor returns are estimated period by period. Arrays
in, frozen dataclasses out; returns are simple, per period, as fractions, and nothing is annualized here.
"""
