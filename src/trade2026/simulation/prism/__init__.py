"""PRISM: a market whose prices come from the orders of its traders alone."""
