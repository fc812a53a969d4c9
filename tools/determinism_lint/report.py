"""Which packages are checked, what a finding is, and the comment that excuses one."""

import ast
import io
import re
import tokenize
from pathlib import Path
from typing import Final, NamedTuple

from tools.determinism_lint.rules import Violation, find_violations
from tools.determinism_lint.sets import attribute_kinds

# The deterministic core: standard library and msgspec only.
CORE: Final = ("primitives", "model", "ports", "oms", "risk", "ledger", "matching")
# Everything whose behavior one seed must reproduce.
SCOPE: Final = (*CORE, "trading", "simulation", "strategies")
# Where money is counted: integers only.
MONEY: Final = ("oms", "risk", "ledger", "matching")

_EXCUSE = re.compile(r"#\s*dst-ok\b:?\s*(?P<reason>.*)")


class Finding(NamedTuple):
    """One place that could make two runs differ."""

    path: str
    line: int
    rule: str
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: [{self.rule}] {self.message}"


def check_source(
    source: str, package: str, path: str = "<text>", foreign: dict[str, str] | None = None
) -> list[Finding]:
    """Findings in one module of `package` (a name of `SCOPE`), in the order of its lines.

    `foreign` maps the names of attributes that other modules annotate to their kind (see `attribute_kinds`).
    """
    try:
        tree = ast.parse(source)
    except SyntaxError as error:
        return [Finding(path, error.lineno or 1, "syntax", f"cannot be parsed: {error.msg}")]
    kinds = {**(foreign or {}), **attribute_kinds(tree)}
    violations = find_violations(tree, kinds, core=package in CORE, money=package in MONEY)
    excuses = _excuses(source)
    findings = [Finding(path, *each) for each in violations if each.line not in excuses]
    findings += _misused(excuses, violations, path)
    return sorted(set(findings))


def check_tree(root: Path) -> tuple[list[Finding], int]:
    """Findings in every module of the scoped packages below `root`, and how many modules were read."""
    sources = {
        path: path.read_text(encoding="utf-8")
        for package in SCOPE
        for path in sorted((root / package).rglob("*.py"))
    }
    foreign = _shared_kinds(sources)
    findings: list[Finding] = []
    for path, source in sources.items():
        relative = path.relative_to(root)
        findings += check_source(source, relative.parts[0], str(relative), foreign)
    return findings, len(sources)


def _shared_kinds(sources: dict[Path, str]) -> dict[str, str]:
    """Attribute names that are sets wherever they are annotated; a name with two meanings is left out."""
    seen: dict[str, list[str]] = {}
    for source in sources.values():
        try:
            tree = ast.parse(source)
        except SyntaxError:
            continue  # Reported by check_source.
        for name, kind in attribute_kinds(tree).items():
            seen.setdefault(name, []).append(kind)
    return {name: kinds[0] for name, kinds in seen.items() if all(kind == kinds[0] for kind in kinds)}


def _excuses(source: str) -> dict[int, str]:
    """Line -> reason of each `# dst-ok` comment; a text that only looks like one, in a string, is none."""
    excuses: dict[int, str] = {}
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        match = _EXCUSE.search(token.string) if token.type == tokenize.COMMENT else None
        if match:
            excuses[token.start[0]] = match["reason"].strip()
    return excuses


def _misused(excuses: dict[int, str], violations: list[Violation], path: str) -> list[Finding]:
    """Excuses that give no reason, or excuse nothing."""
    lines = [violation.line for violation in violations]
    findings = []
    for line, reason in excuses.items():
        if not reason:
            findings.append(Finding(path, line, "excuse", "state why: `# dst-ok: reason`"))
        elif line not in lines:
            findings.append(Finding(path, line, "excuse", "excuses nothing on this line; remove it"))
    return findings
