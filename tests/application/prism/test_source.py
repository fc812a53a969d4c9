"""The simulated market as a data set: its listings, and the past that it has written."""

import pytest

from trade2026.adapters.embedded.disk import DiskStorage
from trade2026.application.live.assemble import _told
from trade2026.application.live.config import DeskConfig
from trade2026.application.prism.history import BarWriter
from trade2026.application.prism.source import PrismSource
from trade2026.application.requests import DataRequest
from trade2026.bootstrap.config import Config
from trade2026.bootstrap.wiring import make_services
from trade2026.model.market_data import Bar
from trade2026.ports.prism import DATA
from trade2026.primitives.errors import InputError
from trade2026.primitives.time import MINUTE_NS
from trade2026.simulation.prism.config import PrismConfig

PRISM = DataRequest(names=(DATA,))


def test_it_says_what_is_traded_and_that_it_is_simulated(tmp_path) -> None:
    source = PrismSource(PrismConfig(), DiskStorage(tmp_path))
    names = [each.instrument_id for each in source.instruments()]
    assert names == sorted(f"{asset}USDT.PRISM" for asset in ("BTC", "ETH", "SOL", "BNB", "ADA"))
    described = source.describe()
    assert (described.name, described.bar_interval_ns, described.event_count) == ("prism", MINUTE_NS, None)
    assert "simulated" in described.limits[0]
    assert described.sha256 == PrismSource(PrismConfig(), DiskStorage(tmp_path)).describe().sha256
    other = PrismSource(PrismConfig(diversity=0.1), DiskStorage(tmp_path))
    assert described.sha256 != other.describe().sha256


def test_a_desk_finds_it_in_the_folder_of_its_home(tmp_path) -> None:
    services = make_services(Config(str(tmp_path)))
    source = services.data.open(PRISM)
    assert list(source.batches(None, None)) == []
    writer = BarWriter(DiskStorage(tmp_path / "prism"))
    name = "ADAUSDT.PRISM"
    bars = [Bar(name, ts, ts, 7, 7, 7, 7, 2) for ts in (2 * MINUTE_NS, 3 * MINUTE_NS)]
    writer.take(bars)
    writer.close()
    assert [list(batch) for batch in source.batches(None, None)] == [bars]


def test_there_is_a_line_to_what_lives_and_none_to_what_was_recorded(tmp_path) -> None:
    data = make_services(Config(str(tmp_path))).data
    assert data.live(PRISM) is not None
    assert data.live(DataRequest(names=("sp500",))) is None
    assert DATA not in data.names()


def test_a_desk_that_trades_there_is_told_quotes_and_trades_though_the_past_is_bars(tmp_path) -> None:
    services = make_services(Config(str(tmp_path)))
    source = services.data.open(PRISM)
    assert source.describe().bar_interval_ns == MINUTE_NS
    told, instruments, _ = _told(source, services, DeskConfig(data=PRISM))
    assert told.bar_interval_ns == 0  # A reference price is old after seconds, not after two bars.
    assert instruments == source.instruments()
    sample = DataRequest(names=("sp500",))
    recorded = services.data.open(sample)
    assert _told(recorded, services, DeskConfig(data=sample))[0] == recorded.describe()


@pytest.mark.parametrize(
    ("request_", "word"),
    [
        (DataRequest(names=("prism", "sp500")), "prism alone"),
        (DataRequest(names=("prism",), kind="EQUITY"), "--kind"),
    ],
)
def test_what_does_not_go_with_it_is_refused(tmp_path, request_, word) -> None:
    with pytest.raises(InputError, match=word):
        make_services(Config(str(tmp_path))).data.open(request_)


def test_a_market_that_cannot_be_made_is_named(tmp_path) -> None:
    (tmp_path / "prism").mkdir()
    (tmp_path / "prism" / "config.json").write_text('{"books": []}')
    with pytest.raises(InputError, match=r"config\.json must describe a market: books must have"):
        make_services(Config(str(tmp_path))).data.open(PRISM)
