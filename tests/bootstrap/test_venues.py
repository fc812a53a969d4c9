"""Venues by configuration: what files make of them, what is refused, and that secrets stay where they are."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from tests.adapters.venues.binance.served import SYMBOLS, Heard, RealClock, setting
from trade2026.bootstrap.config import Config
from trade2026.bootstrap.venues import VenueKey, load_venues
from trade2026.bootstrap.wiring import make_services
from trade2026.model.enums import Environment
from trade2026.ports.venue import StreamState
from trade2026.primitives.errors import InputError, StoreUnavailable

KEY = {"api_key": "annkey", "secret": "annsecret"}
CONFIG: dict[str, Any] = {"account_id": "a", "symbols": SYMBOLS}
ENTRY: dict[str, Any] = {"kind": "binance", "key": "ann", "config": CONFIG}


def written(home: Path, *entries: Any, key: Any = KEY, mode: int = 0o600) -> str:
    (home / "desk").mkdir()
    (home / "desk" / "venues.json").write_text(json.dumps(entries))
    (home / "keys").mkdir()
    path = home / "keys" / "ann.json"
    path.write_text(key if isinstance(key, str) else json.dumps(key))
    path.chmod(mode)
    return str(home)


def test_a_desk_without_the_file_has_none(tmp_path: Path) -> None:
    assert make_services(Config(str(tmp_path))).live_venues() == ()


def test_a_venue_is_where_it_is_said_to_be(tmp_path: Path) -> None:
    (venue,) = make_services(Config(written(tmp_path, ENTRY))).live_venues()
    assert (venue.name, venue.environment) == ("BINANCE", Environment.PAPER)


def test_a_venue_of_the_files_trades_at_a_door(tmp_path: Path) -> None:
    with setting() as door:
        hosts = {
            "rest_url": f"http://{door.served.host}",
            "ws_url": f"ws://{door.served.host}/ws-api/v3",
        }
        home = written(tmp_path, {**ENTRY, "at": "hosts", "config": {**CONFIG, "hosts": hosts}})

        async def main() -> Heard:
            (venue,) = load_venues(home, RealClock())
            heard = Heard(venue)  # type: ignore[arg-type]  # It is the adapter of this test.
            await venue.open()
            assert (await venue.holdings("a")).items
            await venue.close()
            return heard

        assert asyncio.run(main()).states() == [StreamState.CONNECTED]


@pytest.mark.parametrize(
    ("entries", "why"),
    [
        ([{**ENTRY, "kind": "other"}], "kind"),
        ([{**ENTRY, "odd": 1}], "odd"),
        ([{**ENTRY, "key": "a/b"}], "name of a file"),
        ([{**ENTRY, "key": "../a"}], "key must be"),
        ([{**ENTRY, "at": "real"}], "LIVE"),
        ([{**ENTRY, "config": {**CONFIG, "environment": "LIVE"}}], "LIVE"),
        ([{**ENTRY, "config": {**CONFIG, "odd": 1}}], "odd"),
        ([ENTRY, ENTRY], "once"),
        ("{", "cannot be used"),
    ],
)
def test_what_is_refused(tmp_path: Path, entries: Any, why: str) -> None:
    home = written(tmp_path, *entries)
    with pytest.raises(InputError, match=why):
        load_venues(home, RealClock())


def test_a_key_has_to_be_there_and_the_owners_alone(tmp_path: Path) -> None:
    home = written(tmp_path, ENTRY, mode=0o640)
    with pytest.raises(InputError, match="chmod 600"):
        load_venues(home, RealClock())
    (tmp_path / "keys" / "ann.json").unlink()
    with pytest.raises(StoreUnavailable, match="Put the venue's key there"):
        load_venues(home, RealClock())


@pytest.mark.parametrize("key", ['{"api_key": "annkey", "secret": 17}', "annsecret", '["annsecret"]'])
def test_no_message_has_a_secret(tmp_path: Path, key: str) -> None:
    home = written(tmp_path, ENTRY, key=key)
    with pytest.raises(InputError) as raised:
        load_venues(home, RealClock())
    assert "annsecret" not in str(raised.value)
    assert "annsecret" not in repr(VenueKey("annkey", "annsecret"))
