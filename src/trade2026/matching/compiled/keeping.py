"""Compiled code that is kept on disk for its very sources."""

import hashlib
import inspect
from collections.abc import Callable, Iterable
from types import CellType, FunctionType, ModuleType
from typing import ParamSpec, TypeVar, cast

from numba import njit  # dst-ok: compiles integer arithmetic
from numba.extending import register_jitable  # dst-ok: compiles integer arithmetic

from trade2026.matching.compiled.ingredients import (
    IngredientCompiler,
    PieceCompiler,
    RareCompiler,
    WholeCompiler,
)

P = ParamSpec("P")
R = TypeVar("R")


_OPTIONS = {"nogil": True, "no_cpython_wrapper": True, "no_cfunc_wrapper": True}


def part(function: Callable[P, R]) -> Callable[P, R]:
    """Have a function compiled where compiled code calls it; called from Python it is what it was.

    It has no way in from Python, which would take the compiler as long as the function itself. And it is
    compiled once for numbers, not once more for every literal that somebody hands over, as `njit` alone does.
    """
    return register_jitable(pipeline_class=IngredientCompiler, **_OPTIONS)(function)


def rare(function: Callable[P, R]) -> Callable[P, R]:
    """A `part` that is seldom called: kept out of the way of what is."""
    return register_jitable(pipeline_class=RareCompiler, **_OPTIONS)(function)


def piece(function: Callable[P, R]) -> Callable[P, R]:
    """A `part` that is not called but becomes a piece of whatever uses it, for its constants.

    What it calls is called as ever, which numba's own `forceinline` takes away: that is passed on to all that
    the function calls, so that half of a kernel was compiled twice. A copy, for what is also a `part`.
    """
    copy = FunctionType(function.__code__, function.__globals__, function.__name__)
    copy.__doc__ = function.__doc__
    return cast(Callable[P, R], register_jitable(pipeline_class=PieceCompiler, **_OPTIONS)(copy))


def sources_of(modules: Iterable[ModuleType]) -> str:
    """The sources of these modules, one behind the other."""
    return "".join(inspect.getsource(module) for module in modules)


def sha256_of(sources: str) -> str:
    """SHA-256 of sources, hexadecimal."""
    return hashlib.sha256(sources.encode()).hexdigest()


def kept(sha256: str, function: Callable[P, R]) -> Callable[P, R]:
    """Compile a way into a kernel and keep it on disk, for sources with this hash.

    numba looks for what it kept by the file of the function itself, and would go on with the old code after
    a change in a file that this one imports. It also looks at the values that a function closes over: so a
    name is added to these which nothing reads, and which holds the hash of all sources.
    """
    code = function.__code__.replace(co_freevars=("_sources",))
    closes = FunctionType(code, function.__globals__, function.__name__, None, (CellType(sha256),))
    closes.__doc__, closes.__module__ = function.__doc__, function.__module__
    closes.__qualname__ = function.__qualname__
    return cast(Callable[P, R], njit(cache=True, nogil=True, pipeline_class=WholeCompiler)(closes))
