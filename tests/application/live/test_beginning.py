"""What a new desk trades on is written down once, and an old desk keeps what it has."""

import json

import pytest

from trade2026.adapters.embedded.disk import DiskStorage
from trade2026.application.live.beginning import MARKETS, begin_desk
from trade2026.application.live.config import DEFAULT, FILE, load_desk_config
from trade2026.primitives.errors import InputError


@pytest.fixture
def storage(tmp_path):
    return DiskStorage(tmp_path)


@pytest.mark.parametrize("market", MARKETS)
def test_what_is_written_down_is_what_was_asked_for(storage, market) -> None:
    begin_desk(storage, market, is_new=True)
    assert load_desk_config(storage) == MARKETS[market]
    assert json.loads(storage.read(FILE))["data"] == {"names": [market]}


def test_a_new_desk_trades_on_the_simulated_market(storage) -> None:
    begin_desk(storage, "", is_new=True)
    config = load_desk_config(storage)
    assert (config.data.names, config.accounts[0].venue) == (("prism",), "PRISM")
    before = storage.read(FILE)
    begin_desk(storage, "", is_new=False)
    begin_desk(storage, "", is_new=True)
    assert storage.read(FILE) == before


def test_a_desk_with_a_journal_and_no_configuration_keeps_the_default(storage) -> None:
    begin_desk(storage, "", is_new=False)
    assert not storage.exists(FILE)
    assert load_desk_config(storage) == DEFAULT


def test_a_market_goes_with_a_new_desk(storage) -> None:
    with pytest.raises(InputError, match="--market must be one of prism, sp500, was 'moon'"):
        begin_desk(storage, "moon", is_new=True)
    with pytest.raises(InputError, match="--market goes with a new desk"):
        begin_desk(storage, "sp500", is_new=False)
    begin_desk(storage, "sp500", is_new=True)
    with pytest.raises(InputError, match="--market goes with a new desk"):
        begin_desk(storage, "prism", is_new=True)
