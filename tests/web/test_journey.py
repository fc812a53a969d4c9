"""The walk of docs/api.md, run as it is written: real curl, port and desk, and what is shown is answered."""

import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.docs.markdown import ROOT, Block, blocks
from tests.web.serving import serve
from trade2026.web.errors import KINDS

GUIDE = ROOT / "docs" / "api.md"
MARK = "---- end of step ----"


def steps() -> list[tuple[str, Any]]:
    """Each command with the answer shown behind it."""
    found = [each for each in blocks(GUIDE.read_text()) if each.language in ("sh", "json")]
    assert [each.language for each in found] == ["sh", "json"] * (len(found) // 2)
    pairs: list[tuple[Block, Block]] = list(zip(found[::2], found[1::2], strict=True))
    return [(command.text, msgspec.json.decode(shown.text)) for command, shown in pairs]


def missing(shown: Any, answered: Any, at: str = "") -> list[str]:
    """What is shown and was not answered; "..." is anything, and an answer may have more."""
    if shown == "...":
        return [] if answered is not None else [f"{at}: nothing"]
    if isinstance(shown, dict) and isinstance(answered, dict):
        return [fault for key in shown for fault in missing(shown[key], answered.get(key), f"{at}/{key}")]
    if isinstance(shown, list) and isinstance(answered, list):
        if len(shown) > len(answered):
            return [f"{at}: {len(answered)} items"]
        return [
            fault
            for number, item in enumerate(shown)
            for fault in missing(item, answered[number], f"{at}/{number}")
        ]
    return [] if shown == answered else [f"{at}: {answered!r}, not {shown!r}"]


@pytest.mark.process
@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_the_guide_shows_what_is_answered(tmp_path: Path) -> None:
    with serve(tmp_path / "home") as served:
        script = "\n".join(f"{command}\necho; echo '{MARK}'" for command, _ in steps())
        done = subprocess.run(
            ["bash", "-eu", "-c", script],
            env={
                "PATH": os.environ["PATH"], "DESK": served.url, "NAME": "admin",
                "PASSWORD": served.desk.password,
            },
            cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
    answers = done.stdout.split(MARK)
    assert done.returncode == 0, done.stderr
    assert len(answers) == len(steps()) + 1
    faults = []
    for (command, shown), answer in zip(steps(), answers, strict=False):
        faults += [f"{command}: {fault}" for fault in missing(shown, msgspec.json.decode(answer))]
    assert faults == []


def test_canary_a_wrong_answer_is_found() -> None:
    assert missing({"a": "..."}, {"a": 1, "b": 2}) == []
    assert missing({"a": {"b": [1]}}, {"a": {"b": [1, 2]}}) == []
    others: list[Any] = [{}, {"a": {"b": []}}, {"a": {"b": [2]}}, {"a": None}]
    for answered in others:
        assert missing({"a": {"b": [1]}}, answered)


def test_every_kind_of_problem_is_in_the_guide() -> None:
    table = GUIDE.read_text().partition("## Errors")[2].partition("## Lists")[0]
    assert [slug for slug in KINDS if f"`{slug}`" not in table] == ["internal-error"]
