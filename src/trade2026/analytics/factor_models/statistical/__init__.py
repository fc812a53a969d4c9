"""Factors found in the returns themselves: principal components, and how many of them there are."""
