"""The client that waits is what the tool makes of the other, and no file of it was changed by hand."""

import inspect
from pathlib import Path

import pytest

from tools import make_sync_client
from trade2026.client import AsyncClient, Client


def test_it_is_what_the_tool_makes() -> None:
    assert make_sync_client.stale() == []


def test_a_change_by_hand_is_noticed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(make_sync_client, "TARGET", tmp_path)
    assert make_sync_client.stale() != []
    make_sync_client.main([])
    assert make_sync_client.stale() == []
    (tmp_path / "line.py").write_text("changed\n")
    (tmp_path / "other.py").write_text("")
    assert {path.name for path in make_sync_client.stale()} == {"line.py", "other.py"}


def test_both_have_the_same_methods() -> None:
    def public(kind: type) -> dict[str, list[str]]:
        return {
            name.removeprefix("a") if name == "aclose" else name: list(inspect.signature(each).parameters)
            for name, each in inspect.getmembers(kind, inspect.isfunction)
            if not name.startswith("_")
        }

    assert public(AsyncClient) == public(Client)
