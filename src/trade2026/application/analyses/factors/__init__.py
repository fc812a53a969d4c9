"""Analyses of factors: found in returns, or given beside them; each file is one declaration."""
