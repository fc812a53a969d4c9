"""The configuration from the environment, and what it says about values that cannot be used."""

from pathlib import Path

import pytest

from trade2026.bootstrap.config import Config, load_config
from trade2026.primitives.errors import InputError


def test_only_the_home_may_be_given(tmp_path: Path) -> None:
    assert load_config({"TRADE2026_HOME": str(tmp_path)}) == Config(str(tmp_path), "127.0.0.1", 8026)
    empty = {"TRADE2026_HOME": str(tmp_path), "TRADE2026_PORT": "", "TRADE2026_HOST": ""}
    assert load_config(empty) == Config(str(tmp_path))


@pytest.mark.parametrize(
    ("host", "kept"),
    [("0.0.0.0", "0.0.0.0"), ("localhost", "127.0.0.1"), ("::1", "::1"), ("::0001", "::1")],
)
def test_addresses(tmp_path: Path, host: str, kept: str) -> None:
    assert load_config({"TRADE2026_HOME": str(tmp_path), "TRADE2026_HOST": host}).host == kept


@pytest.mark.parametrize(("port", "kept"), [("1", 1), ("08026", 8026), ("65535", 65_535)])
def test_ports(tmp_path: Path, port: str, kept: int) -> None:
    assert load_config({"TRADE2026_HOME": str(tmp_path), "TRADE2026_PORT": port}).port == kept


@pytest.mark.parametrize(
    "port", ["0", "65536", "-1", "80 26", "8026.0", "http", "٨٠٢٦", "9" * 5_000, "0000080260", "8_026"]
)
def test_what_is_no_port_is_named_with_its_variable(tmp_path: Path, port: str) -> None:
    with pytest.raises(InputError, match=r"TRADE2026_PORT must be a port from 1 to 65,535, was .*8026"):
        load_config({"TRADE2026_HOME": str(tmp_path), "TRADE2026_PORT": port})


@pytest.mark.parametrize(
    "host", ["example.com", "127.0.0", "127.0.0.1:80", "http://127.0.0.1", "\ud800", " "]
)
def test_what_is_no_address_is_named_with_its_variable(tmp_path: Path, host: str) -> None:
    with pytest.raises(InputError, match=r"TRADE2026_HOST must be an address of this machine such as 127\.0"):
        load_config({"TRADE2026_HOME": str(tmp_path), "TRADE2026_HOST": host})
