"""Which expressions are sets, and where one is iterated.

The order of a set follows the hashes of its members, which differ between processes for text. Membership,
size and `sorted` do not depend on it; a loop, `list` or `pop` do. Types are not inferred: a name is a set
when its latest assignment or its annotation in the same function says so, an attribute when a class annotates
it so or a method assigns one. `dict[..., set[...]]` makes each of its values a set.
"""

import ast
from typing import Final

SET: Final = "set"
MAPPING: Final = "mapping of sets"
OTHER: Final = "other"

_SET_TYPES = ("set", "frozenset", "Set", "FrozenSet", "AbstractSet", "MutableSet")
_MAPPING_TYPES = ("dict", "Dict", "Mapping", "MutableMapping", "defaultdict", "OrderedDict")
_SET_METHODS = ("union", "intersection", "difference", "symmetric_difference", "copy")
_WRAPPERS = ("Annotated", "ClassVar", "Final", "Optional", "Required")
# Calls that walk their arguments in order, and those for which the order cannot matter.
_ORDERED_CALLS = ("list", "tuple", "iter", "enumerate", "zip", "map", "filter", "reversed", "deque")
_UNORDERED_CALLS = ("sorted", "set", "frozenset", "any", "all", "len", "min", "max", "sum")

_Function = ast.FunctionDef | ast.AsyncFunctionDef


def annotation_kind(node: ast.expr | None) -> str:
    """SET, MAPPING or OTHER for an annotation, given as syntax or as quoted text."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        try:
            node = ast.parse(node.value, mode="eval").body
        except SyntaxError:
            return OTHER
    if isinstance(node, ast.BinOp):  # set[int] | None
        sides = (annotation_kind(node.left), annotation_kind(node.right))
        return next((kind for kind in sides if kind != OTHER), OTHER)
    if isinstance(node, ast.Subscript):
        inner = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        if _last_name(node.value) in _WRAPPERS:
            return annotation_kind(inner[0])
        if _last_name(node.value) in _MAPPING_TYPES:
            return MAPPING if annotation_kind(inner[-1]) == SET else OTHER
        return annotation_kind(node.value)
    return SET if _last_name(node) in _SET_TYPES else OTHER


def attribute_kinds(tree: ast.AST) -> dict[str, str]:
    """Attribute name -> kind, from the annotations of classes and from `self.name = ...` in their methods."""
    kinds: dict[str, str] = {}
    for owner in (node for node in ast.walk(tree) if isinstance(node, ast.ClassDef)):
        for node in ast.walk(owner):
            if isinstance(node, ast.AnnAssign):
                name = _last_name(node.target)
                if node in owner.body or isinstance(node.target, ast.Attribute):
                    kinds[name] = annotation_kind(node.annotation)
            elif isinstance(node, ast.Assign) and _is_plain_set(node.value):
                for target in node.targets:
                    if isinstance(target, ast.Attribute):
                        kinds.setdefault(target.attr, SET)
    return kinds


class Scope:
    """The names of one function, module or class body, each with its kind from a line onward."""

    def __init__(self, node: ast.AST, parent: "Scope | None", attributes: dict[str, str]) -> None:
        self._parent = parent
        self._attributes = attributes
        self._names: dict[str, list[tuple[int, str]]] = {}
        if isinstance(node, _Function | ast.Lambda):
            arguments = node.args
            for argument in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs):
                self._names[argument.arg] = [(0, annotation_kind(argument.annotation))]
        assignments = [child for child in own_nodes(node) if isinstance(child, ast.Assign | ast.AnnAssign)]
        for child in sorted(assignments, key=lambda each: each.lineno):
            self._record(child)

    def _record(self, node: ast.Assign | ast.AnnAssign) -> None:
        targets: list[ast.expr]
        if isinstance(node, ast.AnnAssign):
            targets, kind = [node.target], annotation_kind(node.annotation)
            if kind == OTHER and node.value is not None:  # `: Final = frozenset(...)`
                kind = self.kind(node.value)
        else:
            targets, kind = node.targets, self.kind(node.value)
        for target in targets:
            if isinstance(target, ast.Name):
                self._names.setdefault(target.id, []).append((node.lineno, kind))

    def kind(self, node: ast.expr) -> str:
        """SET, MAPPING or OTHER for an expression, as far as this file tells."""
        if isinstance(node, ast.Set | ast.SetComp):
            return SET
        if isinstance(node, ast.Name):
            return self._name_kind(node.id, node.lineno)
        if isinstance(node, ast.Attribute):
            return self._attributes.get(node.attr, OTHER)
        if isinstance(node, ast.IfExp):
            return SET if SET in (self.kind(node.body), self.kind(node.orelse)) else OTHER
        if isinstance(node, ast.Subscript):
            return SET if self.kind(node.value) == MAPPING else OTHER
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr | ast.BitAnd | ast.Sub | ast.BitXor):
            return SET if any(self._is_set_like(side) for side in (node.left, node.right)) else OTHER
        if isinstance(node, ast.Call):
            return self._call_kind(node)
        return OTHER

    def _is_set_like(self, node: ast.expr) -> bool:
        """A set, or the keys of a dict, whose union or difference is a set."""
        keys = (
            isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "keys"
        )
        return keys or self.kind(node) == SET

    def _call_kind(self, node: ast.Call) -> str:
        if _is_plain_set(node):
            return SET
        if isinstance(node.func, ast.Attribute):
            owner = self.kind(node.func.value)
            if owner == SET and node.func.attr in _SET_METHODS:
                return SET
            if owner == MAPPING and node.func.attr in ("get", "setdefault", "pop"):
                return SET
        return OTHER

    def _name_kind(self, name: str, line: int) -> str:
        if name not in self._names:
            return self._parent._name_kind(name, 10**9) if self._parent else OTHER
        earlier = [kind for start, kind in self._names[name] if start < line]
        return earlier[-1] if earlier else self._names[name][0][1]

    def iterations(self, node: ast.AST) -> list[ast.expr]:
        """The sets that `node` itself walks in order, not those its children walk."""
        walked: list[ast.expr] = []
        if isinstance(node, ast.For | ast.AsyncFor):
            walked = [node.iter]
        elif isinstance(node, ast.ListComp | ast.DictComp | ast.GeneratorExp):
            walked = [generator.iter for generator in node.generators]
        elif isinstance(node, ast.Starred | ast.YieldFrom):
            walked = [node.value]
        elif isinstance(node, ast.Call):
            walked = self._walked_by_call(node)
        return [each for each in walked if self.kind(each) == SET]

    def _walked_by_call(self, node: ast.Call) -> list[ast.expr]:
        if isinstance(node.func, ast.Name):
            keyed = node.func.id in ("min", "max") and node.keywords  # Ties are broken by order.
            return list(node.args) if node.func.id in _ORDERED_CALLS or keyed else []
        if isinstance(node.func, ast.Attribute):
            if node.func.attr == "pop" and not node.args:
                return [node.func.value]
            if node.func.attr in ("join", "fromkeys", "extend", "extendleft"):
                return list(node.args)
        return []


def own_nodes(scope: ast.AST) -> list[ast.AST]:
    """The nodes of a scope without those of the functions and classes inside it."""
    found: list[ast.AST] = []
    waiting = list(ast.iter_child_nodes(scope))
    while waiting:
        node = waiting.pop(0)
        found.append(node)
        if not isinstance(node, _Function | ast.ClassDef | ast.Lambda):
            waiting += ast.iter_child_nodes(node)
    return found


def order_free(node: ast.AST) -> list[ast.AST]:
    """What a call such as `sorted` is given: its argument, and what that walks if it is a comprehension."""
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name)):
        return []
    keyed = node.func.id in ("min", "max") and node.keywords
    if node.func.id not in _UNORDERED_CALLS or keyed or not node.args:
        return []
    argument = node.args[0]
    if isinstance(argument, ast.GeneratorExp | ast.ListComp | ast.SetComp):
        return [argument, *(generator.iter for generator in argument.generators)]
    return [argument]


def _is_plain_set(node: ast.expr | None) -> bool:
    if isinstance(node, ast.Set | ast.SetComp):
        return True
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _SET_TYPES[:2]


def _last_name(node: ast.AST | None) -> str:
    """`Set` of `collections.abc.Set`, the name itself of a name, else nothing."""
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""
