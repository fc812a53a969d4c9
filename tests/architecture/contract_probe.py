"""Runs import-linter over a copy of the source once per seeded violation; prints what broke, as JSON.

A process of its own, because import-linter finds the package through the import system and the test process
has the real one loaded. Usage: PYTHONPATH=COPY python contract_probe.py PYPROJECT COPY < violations.json,
where violations.json maps a name to {file: text to append}. The answer maps each name to {contract id:
[[importer, imported], ...]}; `exhaustive` stands as the importer of a package that no layer declares.
"""

import json
import sys
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

from importlinter import configuration
from importlinter.application.use_cases import _register_contract_types, create_report, read_user_options


def broken(options: Any) -> dict[str, list[list[str]]]:
    """Contract id -> the package pairs that break it, for the tree as it stands."""
    ids = {each["name"]: each["id"] for each in options.contracts_options}
    report = create_report(options, cache_dir=None)  # The files change faster than a cache would notice.
    found: dict[str, list[list[str]]] = {}
    for contract, check in report.get_contracts_and_checks():
        if not check.kept:
            found[ids[contract.name]] = sorted(_pairs(check.metadata))
    return found


def _pairs(metadata: dict[str, Any]) -> list[list[str]]:
    pairs = [
        [each["downstream_module"], each["upstream_module"]] for each in metadata.get("invalid_chains", [])
    ]
    pairs += [[each["importer"], each["imported"]] for each in metadata.get("invalid_dependencies", [])]
    pairs += [
        [link["importer"], link["imported"]]
        for each in metadata.get("illegal_imports", [])
        for link in each.illegal_links
    ]
    pairs += [["exhaustive", name] for name in metadata.get("undeclared_modules", [])]
    return pairs


def main(pyproject: str, copy: Path, violations: dict[str, dict[str, str]]) -> None:
    """Apply one violation after the other, undoing each."""
    configuration.configure()
    options = read_user_options(pyproject)
    _register_contract_types(options)
    answer = {}
    for name, files in violations.items():
        before = {
            copy / path: (copy / path).read_text() if (copy / path).exists() else None for path in files
        }
        for path, text in files.items():
            target = copy / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text((before[target] or "") + text)
        with redirect_stdout(sys.stderr):  # import-linter shows its progress.
            answer[name] = broken(options)
        for target, original in before.items():
            if original is None:
                target.unlink()
                if not any(target.parent.iterdir()):
                    target.parent.rmdir()
            else:
                target.write_text(original)
    print(json.dumps(answer))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), json.load(sys.stdin))
