"""The rules: what the deterministic code may not name, call or iterate.

Names are resolved through the imports of the file, so `from time import time as t` is seen. What hides behind
`getattr` or comes through another module is not; import-linter and the seeded simulation stand behind this.
"""

import ast
import sys
from typing import Final, NamedTuple

from tools.determinism_lint.sets import Scope, order_free, own_nodes

# Dotted name, or prefix of one -> (rule, what to do instead).
_CLOCK = ("wall-clock", "take the time from the command or the injected clock")
_CHANCE = ("randomness", "take a seeded generator or an identifier as an argument")
_THREAD = ("threads", "no threads or executors here; the caller injects them")
_SPAWN = ("task-spawn", "start tasks through the injected spawn")
_ENVIRONMENT = ("environment", "take configuration as an argument")

BANNED: Final = {
    **{
        f"time.{name}{unit}": _CLOCK
        for name in ("time", "monotonic", "perf_counter", "process_time", "thread_time")
        for unit in ("", "_ns")
    },
    **{f"time.{name}": _CLOCK for name in ("sleep", "localtime", "gmtime", "ctime", "asctime")},
    **{f"datetime.datetime.{name}": _CLOCK for name in ("now", "utcnow", "today")},
    "datetime.date.today": _CLOCK,
    "uuid.uuid1": _CHANCE,
    "uuid.uuid4": _CHANCE,
    "secrets": _CHANCE,
    "os.urandom": _CHANCE,
    "os.getrandom": _CHANCE,
    "threading": _THREAD,
    "_thread": _THREAD,
    "multiprocessing": _THREAD,
    "concurrent": _THREAD,
    "asyncio.to_thread": _THREAD,
    "asyncio.create_task": _SPAWN,
    "asyncio.ensure_future": _SPAWN,
    "asyncio.gather": _SPAWN,
    "asyncio.TaskGroup": _SPAWN,
    "os.environ": _ENVIRONMENT,
    "os.environb": _ENVIRONMENT,
    "os.getenv": _ENVIRONMENT,
}
# Methods known by name alone, whatever the object.
_METHODS = {"run_in_executor": _THREAD, "to_thread": _THREAD, "create_task": _SPAWN}
# Generators that are fine with a seed and banned without one.
_SEEDED = ("random.Random", "numpy.random.default_rng", "numpy.random.Generator", "numpy.random.PCG64",
           "numpy.random.Philox", "numpy.random.SeedSequence")  # fmt: skip
_FOLDER_CALLS = ("os.listdir", "os.scandir", "os.walk", "glob.glob", "glob.iglob")
_FOLDER_METHODS = ("glob", "rglob", "iterdir")
_CORE_PACKAGES = ("msgspec", "trade2026")


class Violation(NamedTuple):
    """A line that breaks a rule."""

    line: int
    rule: str
    message: str


def find_violations(tree: ast.Module, kinds: dict[str, str], *, core: bool, money: bool) -> list[Violation]:
    """Every violation in a module; `kinds` are the attributes known as sets (see `sets`).

    `core` adds the rule that only the standard library and msgspec are imported, `money` that
    against floats.
    """
    finder = _Finder(tree, kinds, core=core, money=money)
    finder.visit_scope(tree, None)
    return sorted(finder.found)


class _Finder:
    """Walks the scopes of one module and collects what it finds."""

    def __init__(self, tree: ast.Module, kinds: dict[str, str], *, core: bool, money: bool) -> None:
        self.found: list[Violation] = []
        self._kinds = kinds
        self._core = core
        self._money = money
        self._aliases = _imported_names(tree)

    def visit_scope(self, node: ast.AST, parent: Scope | None) -> None:
        """Check the nodes of one scope, then the scopes inside it."""
        scope = Scope(node, parent, self._kinds)
        nodes = own_nodes(node)
        # What stands inside sorted(...) may be a set or a folder in any order.
        excused = [inner for each in nodes for inner in order_free(each)]
        for each in nodes:
            self._check_names(each)
            if each not in excused:
                self._check_sets(each, scope)
                self._check_folders(each)
            self._check_identity(each, node)
            if self._core:
                self._check_imports(each)
            if self._money:
                self._check_floats(each)
            if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda):
                self.visit_scope(each, scope)

    def _add(self, node: ast.AST, rule: str, message: str) -> None:
        self.found.append(Violation(getattr(node, "lineno", 1), rule, message))

    def _dotted(self, node: ast.AST) -> str:
        """`datetime.datetime.now` for a name or attribute that leads back to an import, else nothing."""
        parts: list[str] = []
        while isinstance(node, ast.Attribute):
            parts.append(node.attr)
            node = node.value
        if not isinstance(node, ast.Name) or node.id not in self._aliases:
            return ""
        return ".".join([self._aliases[node.id], *reversed(parts)])

    def _check_names(self, node: ast.AST) -> None:
        for name in self._names_of(node):
            rule = next((BANNED[prefix] for prefix in _prefixes(name) if prefix in BANNED), None)
            if rule:
                self._add(node, rule[0], f"{name}: {rule[1]}")
        if isinstance(node, ast.Call):
            self._check_chance(node)
            if isinstance(node.func, ast.Attribute) and node.func.attr in _METHODS:
                rule = _METHODS[node.func.attr]
                self._add(node, rule[0], f".{node.func.attr}(): {rule[1]}")

    def _names_of(self, node: ast.AST) -> list[str]:
        if isinstance(node, ast.Import):
            return [alias.name for alias in node.names]
        if isinstance(node, ast.ImportFrom):
            return [f"{node.module}.{alias.name}" for alias in node.names]
        return [self._dotted(node)] if isinstance(node, ast.Name | ast.Attribute) else []

    def _check_chance(self, node: ast.Call) -> None:
        name = self._dotted(node.func)
        if not name.startswith(("random.", "numpy.random.")):
            return
        unseeded = not node.args and not node.keywords
        none_seed = bool(node.args) and isinstance(node.args[0], ast.Constant) and node.args[0].value is None
        if name not in _SEEDED or unseeded or none_seed:
            self._add(node, _CHANCE[0], f"{name}() without a seed of ours: {_CHANCE[1]}")

    def _check_sets(self, node: ast.AST, scope: Scope) -> None:
        for walked in scope.iterations(node):
            text = ast.unparse(walked)
            self._add(walked, "set-order", f"{text} is a set; its order differs between runs: sorted(...)")

    def _check_folders(self, node: ast.AST) -> None:
        if not isinstance(node, ast.Call):
            return
        name = self._dotted(node.func)
        method = node.func.attr if isinstance(node.func, ast.Attribute) and not name else ""
        if name in _FOLDER_CALLS or method in _FOLDER_METHODS:
            self._add(node, "folder-order", f"{name or method}() lists in any order: sorted(...)")

    def _check_identity(self, node: ast.AST, scope: ast.AST) -> None:
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
            return
        defines_hash = isinstance(scope, ast.FunctionDef) and scope.name == "__hash__"
        if node.func.id in ("hash", "id") and not defines_hash and node.func.id not in self._aliases:
            self._add(node, "identity", f"{node.func.id}() differs between processes: compare by value")

    def _check_imports(self, node: ast.AST) -> None:
        modules: list[str] = []
        if isinstance(node, ast.Import):
            modules = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            modules = [node.module or ""]
        for module in modules:
            package = module.partition(".")[0]
            if package not in sys.stdlib_module_names and package not in _CORE_PACKAGES:
                self._add(node, "core-import", f"{module}: the core takes the standard library and msgspec")

    def _check_floats(self, node: ast.AST) -> None:
        if isinstance(node, ast.Constant) and isinstance(node.value, float):
            self._add(node, "float-money", f"{node.value!r}: money is counted in integers of 1e-9")
        elif isinstance(node, ast.Name) and node.id == "float":
            self._add(node, "float-money", "float: money is counted in integers of 1e-9")
        elif isinstance(node, ast.BinOp | ast.AugAssign) and isinstance(node.op, ast.Div):
            self._add(node, "float-money", "/ gives a float: use // and name the rounding")


def _imported_names(tree: ast.Module) -> dict[str, str]:
    """Local name -> dotted name of everything the module imports, at any depth."""
    aliases: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                top = alias.name.partition(".")[0]
                aliases[alias.asname or top] = alias.name if alias.asname else top
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                aliases[alias.asname or alias.name] = f"{node.module}.{alias.name}"
    return aliases


def _prefixes(name: str) -> list[str]:
    """`a`, `a.b`, `a.b.c` for `a.b.c`."""
    parts = name.split(".")
    return [".".join(parts[: count + 1]) for count in range(len(parts))] if name else []
