"""Says which build runs: plain Python, or the one whose hot path is compiled (`make compile`)."""

from types import FunctionType


def is_compiled() -> bool:
    """Whether the modules of the hot path run as machine code; the results are the same either way."""
    return not isinstance(is_compiled, FunctionType)
