"""Who may do what: the one table of routes and the role each needs, and what a role may do.

A route that is not in the table cannot be reached: `check_declared` fails when the application is made.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from starlette.routing import BaseRoute, Mount, Route

from trade2026.web.errors import ProblemRaised

NOBODY: Final = "none"
"""In place of a role: no login is needed."""
VIEWER: Final = "viewer"
TRADER: Final = "trader"
OPERATOR: Final = "operator"
ADMIN: Final = "admin"
ROLES: Final = (VIEWER, TRADER, OPERATOR, ADMIN)
"""From least to most; each may do all that those before it may."""

_RANKS: Final = {NOBODY: 0, **{role: rank for rank, role in enumerate(ROLES, start=1)}}

PERMISSIONS: Final[dict[str, str]] = {
    "read": VIEWER,
    "trade": TRADER,
    "halt": TRADER,
    "steer-feed": TRADER,
    "run-strategies": TRADER,
    "resume": OPERATOR,
    "manage-users": ADMIN,
    "rotate-keys": ADMIN,
}
"""What the page shows or hides by, each with the least role that has it."""


def permissions_of(role: str) -> list[str]:
    """Names of `PERMISSIONS` that a role has."""
    return [name for name, needed in PERMISSIONS.items() if _RANKS[role] >= _RANKS[needed]]


def check_role(role: str, needed: str) -> None:
    """Raise ProblemRaised naming the role needed, unless `role` is that or above."""
    if _RANKS.get(role, 0) < _RANKS[needed]:
        raise ProblemRaised(
            "role-too-low",
            f"this needs the role {needed!r}, yours is {role!r}",
            field="role",
            value=needed,
            remedy=f"ask an admin for the role {needed!r}",
        )


@dataclass(frozen=True, slots=True)
class Declared:
    """A route as declared: method, path with its {parameters}, least role, and which limit of rate holds."""

    method: str
    path: str
    role: str
    limit: str = "reads"


class RoleTable:
    """Every route of the application.

    Attributes
    ----------
    sockets : dict of str to Declared
        WebSockets by their path; what they take is in their own documents, not in the OpenAPI one.
    """

    def __init__(self) -> None:
        self.sockets: dict[str, Declared] = {}
        self._declared: dict[tuple[str, str], Declared] = {}
        self._patterns: list[tuple[list[str], Declared]] = []
        self._spelled_out: set[str] = set()

    def declare(self, declared: Declared) -> Declared:
        """Add a route; a second one of the same method and path is a fault of ours."""
        key = declared.method, declared.path
        assert key not in self._declared, f"{key} is declared twice"
        assert declared.role in _RANKS, f"{key} needs a role, was {declared.role!r}"
        self._declared[key] = declared
        if "{" in declared.path:
            self._patterns.append((declared.path.split("/"), declared))
        else:
            self._spelled_out.add(declared.path)
        return declared

    def declare_socket(self, path: str, role: str, limit: str = "reads") -> Declared:
        """Add a WebSocket; a second one at the same path is a fault of ours."""
        assert path not in self.sockets, f"the socket {path} is declared twice"
        assert role in _RANKS, f"the socket {path} needs a role, was {role!r}"
        declared = self.sockets[path] = Declared("GET", path, role, limit)
        return declared

    def __iter__(self) -> Iterator[Declared]:
        return iter(self._declared.values())

    def find(self, method: str, path: str) -> Declared | None:
        """The declaration of a method and a path template."""
        return self._declared.get((method, path))

    def match(self, method: str, path: str) -> Declared | None:
        """The declaration that a request meets; a path spelled out goes before one with parameters."""
        found = self._declared.get((method, path))
        if found is not None and "{" not in path:
            return found
        if path in self._spelled_out:  # GET /orders/batch is no order whose number is "batch".
            return None
        parts = path.split("/")
        for wanted, declared in self._patterns:
            if declared.method == method and _matches(wanted, parts):
                return declared
        return None

    def methods(self, path: str) -> tuple[str, ...]:
        """Methods that a requested path takes, sorted; none for an unknown path."""
        parts = path.split("/")
        found = {each.method for each in self._declared.values() if each.path == path}
        if not found:
            found = {each.method for wanted, each in self._patterns if _matches(wanted, parts)}
        return tuple(sorted(found))


def _matches(wanted: list[str], parts: list[str]) -> bool:
    if len(wanted) != len(parts):
        return False
    return all(
        part == want or (want.startswith("{") and part != "")
        for want, part in zip(wanted, parts, strict=True)
    )


def check_declared(routes: Iterable[BaseRoute], table: RoleTable) -> None:
    """Deny by default: raise AssertionError for a route that declared no role."""
    for route in routes:
        assert not isinstance(route, Mount), f"{route.path} is mounted past the table of roles"
        if not isinstance(route, Route) and not hasattr(route, "methods"):
            raise AssertionError(f"{route} is of a kind that declares no role")
        for method in route.methods or ():
            path = route.path_format  # type: ignore[attr-defined]
            assert table.find(method, path), f"{method} {path} declares no role"
