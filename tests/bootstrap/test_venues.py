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
from trade2026.ports.venue import LiveVenue, StreamState
from trade2026.primitives.errors import InputError, StoreUnavailable, VenueUnreachable

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

        async def main() -> "Heard[LiveVenue]":
            (venue,) = load_venues(home, RealClock())
            heard = Heard(venue)
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


# -------------------------------------------------------------------------------------- the simulated market


def desk_config(home: Path, *accounts: dict[str, str]) -> str:
    (home / "desk").mkdir(exist_ok=True)
    (home / "desk" / "config.json").write_text(json.dumps({"accounts": accounts}))
    return str(home)


PRISM_ACCOUNT = {"account_id": "SIMULATED", "venue": "PRISM", "currency": "USDT", "cash": "5000"}


def test_an_account_at_the_simulated_market_needs_no_file_and_no_key(tmp_path: Path) -> None:
    home = desk_config(tmp_path, {"account_id": "PAPER"}, PRISM_ACCOUNT)
    (venue,) = load_venues(home, RealClock())
    assert (venue.name, venue.environment) == ("PRISM", Environment.PAPER)


def test_it_may_be_named_beside_others(tmp_path: Path) -> None:
    home = written(tmp_path, ENTRY, {"kind": "prism"})
    desk_config(tmp_path, PRISM_ACCOUNT)
    assert [venue.name for venue in load_venues(home, RealClock())] == ["BINANCE", "PRISM"]


def test_it_is_named_for_nobody(tmp_path: Path) -> None:
    home = written(tmp_path, {"kind": "prism"})
    with pytest.raises(InputError, match="no account of the desk is held"):
        load_venues(home, RealClock())


def test_it_is_named_twice(tmp_path: Path) -> None:
    home = written(tmp_path, {"kind": "prism"}, {"kind": "prism"})
    desk_config(tmp_path, PRISM_ACCOUNT)
    with pytest.raises(InputError, match="once"):
        load_venues(home, RealClock())


def test_the_market_away_is_a_venue_that_cannot_be_reached(tmp_path: Path) -> None:
    home = desk_config(tmp_path, PRISM_ACCOUNT)

    async def main() -> None:
        (venue,) = load_venues(home, RealClock())
        venue.watch(lambda state, text: None, lambda account_id, name, text: None)
        with pytest.raises(VenueUnreachable, match=r"cannot connect to .*prism\.sock"):
            await venue.open()
        await venue.close()

    asyncio.run(main())
