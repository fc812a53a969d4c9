"""Finds strategies: those that ship by name, others by the path of their Python file."""

import hashlib
import importlib
import importlib.util
import sys
import traceback
from difflib import get_close_matches
from pathlib import Path
from types import ModuleType
from typing import Final

import msgspec

from trade2026.application.services import StrategyDefinition
from trade2026.ports.strategy import Strategy
from trade2026.primitives.errors import InputError, Trade2026Error

SHIPPED: Final[dict[str, tuple[str, str]]] = {
    "momentum": ("trade2026.strategies.momentum", "Momentum"),
    "dual_moving_average": ("trade2026.strategies.dual_moving_average", "DualMovingAverage"),
}
"""Name to module and class."""

_MODULE_PREFIX: Final = "trade2026_strategy_"
_ID_LENGTH: Final = 32


class StrategyFinder:
    """`application.services.Strategies`."""

    def names(self) -> tuple[str, ...]:
        """Strategies that ship with the desk."""
        return tuple(SHIPPED)

    def find(self, text: str) -> StrategyDefinition:
        """The strategy of a name of `names`, of "FILE.py" or of "FILE.py:CLASS".

        Raises
        ------
        InputError
            No such name or file, an error in the file with its line, or not exactly one strategy in it.
        """
        if text in SHIPPED:
            module_name, class_name = SHIPPED[text]
            module = importlib.import_module(module_name)
            source = Path(str(module.__file__)).read_bytes()
            return _define(text, text, getattr(module, class_name), hashlib.sha256(source).hexdigest())
        path_text, colon, class_name = text.partition(":")
        if not path_text.endswith(".py"):
            near = get_close_matches(text, SHIPPED, n=1)
            hint = f"did you mean {near[0]!r}?" if near else f"known are {', '.join(SHIPPED)}"
            raise InputError(f"strategy must be a known name or a file FILE.py[:CLASS], was {text!r}; {hint}")
        return _from_file(Path(path_text), class_name if colon else "")


def _from_file(path: Path, class_name: str) -> StrategyDefinition:
    if path.is_dir():
        raise InputError(f"strategy file must be a Python file, was the folder {str(path)!r}")
    try:
        source = path.read_bytes()
    except FileNotFoundError:
        raise InputError(f"strategy file must exist, was {str(path)!r}; check the path") from None
    except OSError as error:
        raise InputError(f"strategy file {str(path)!r} cannot be read: {error.strerror}") from None
    before = set(sys.modules)
    module = _load(path, source)
    strategy_class = _choose(path, _strategies(module), class_name)
    return _define(
        f"{path.name}:{strategy_class.__name__}",
        strategy_class.__name__[:_ID_LENGTH],
        strategy_class,
        _source_sha256(path, source, before),
    )


def _load(path: Path, source: bytes) -> ModuleType:
    """Run the file as a module of its own; what it raises is told with the line in the file."""
    name = _MODULE_PREFIX + hashlib.sha256(str(path.resolve()).encode()).hexdigest()[:12]
    folder = str(path.resolve().parent)
    if folder not in sys.path:
        sys.path.append(folder)  # Last, so that modules beside the file are found and hide no other.
    spec = importlib.util.spec_from_loader(name, loader=None, origin=str(path))
    assert spec is not None, "a spec needs no loader"
    module = importlib.util.module_from_spec(spec)
    module.__file__ = str(path.resolve())
    sys.modules[name] = module
    try:
        exec(compile(source, str(path), "exec", dont_inherit=True), module.__dict__)  # noqa: S102 - that is what running a strategy by path is
    except SyntaxError as error:
        if error.lineno is None:  # Null bytes; they have no line.
            raise InputError(f"strategy file {path} must be Python source: {error.msg}") from None
        raise InputError(
            f"strategy file {error.filename} line {error.lineno} must be Python: {error.msg}: "
            f"{(error.text or '').strip()!r}"
        ) from None
    except ValueError as error:  # Null bytes, or an encoding that is not what the file says.
        if not _line_in(path, error):
            raise InputError(f"strategy file {path} must be Python source: {error}") from None
        raise _raised(path, error) from None
    except (Exception, SystemExit) as error:
        raise _raised(path, error) from None
    return module


def _raised(path: Path, error: BaseException) -> InputError:
    return InputError(
        f"strategy file {path} line {_line_in(path, error)} raised {type(error).__name__}: {error}; "
        f"the file must be importable by itself"
    )


def _line_in(path: Path, error: BaseException) -> int:
    """The last line of the file itself that was running; 0 when none was."""
    lines = [
        frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == str(path)
    ]
    return (lines[-1] or 0) if lines else 0


def _strategies(module: ModuleType) -> dict[str, type[Strategy]]:
    """Strategy classes written in the module itself, not those it imports."""
    return {
        name: value
        for name, value in vars(module).items()
        if isinstance(value, type) and value.__module__ == module.__name__ and Strategy in value.__mro__
    }


def _choose(path: Path, found: dict[str, type[Strategy]], class_name: str) -> type[Strategy]:
    listed = ", ".join(found)
    if class_name:
        if class_name not in found:
            hint = f"it has {listed}" if found else "it has no subclass of trade2026.ports.strategy.Strategy"
            raise InputError(f"strategy file {path} must define {class_name!r}; {hint}")
        return found[class_name]
    if not found:
        raise InputError(
            f"strategy file {path} must define a subclass of trade2026.ports.strategy.Strategy, had none"
        )
    if len(found) > 1:
        raise InputError(f"strategy file {path} defines {listed}; choose one: {path}:{next(iter(found))}")
    return next(iter(found.values()))


def _source_sha256(path: Path, source: bytes, before: set[str]) -> str:
    """Over the file and every module beside it that it brought in, by name."""
    digest = hashlib.sha256(source)
    folder = path.resolve().parent
    for name in sorted(set(sys.modules) - before):
        file = getattr(sys.modules[name], "__file__", None)
        if not file or name.startswith(_MODULE_PREFIX) or "site-packages" in Path(file).parts:
            continue
        if folder in Path(file).resolve().parents:
            digest.update(name.encode() + b"\0" + Path(file).read_bytes())
    return digest.hexdigest()


def _define(name: str, strategy_id: str, cls: type[Strategy], source_sha256: str) -> StrategyDefinition:
    parameters_type = getattr(cls, "parameters_type", None)
    if not (isinstance(parameters_type, type) and issubclass(parameters_type, msgspec.Struct)):
        raise InputError(
            f"strategy {name} must set parameters_type to a frozen msgspec.Struct, was {parameters_type!r}; "
            f"see docs/first-strategy.md"
        )
    if not parameters_type.__struct_config__.frozen:
        raise InputError(
            f"parameters_type of strategy {name} must be frozen; write class {parameters_type.__name__}"
            f"(msgspec.Struct, frozen=True)"
        )

    def make(parameters: msgspec.Struct) -> Strategy:
        try:
            return cls(parameters)
        except Trade2026Error:
            raise
        except Exception as error:
            raise InputError(
                f"strategy {name} could not be made: its constructor raised {type(error).__name__}: {error}"
            ) from error

    summary = (cls.__doc__ or "").strip().partition("\n")[0] if cls.__doc__ != Strategy.__doc__ else ""
    return StrategyDefinition(name, strategy_id, summary, parameters_type, source_sha256, make)
