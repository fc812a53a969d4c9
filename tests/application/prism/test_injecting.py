"""Scenarios of a form: every default does something one sees, and what cannot be is named."""

from typing import Any

import numpy as np
import pytest

from tests.application.prism.watched import BTC, ETH, Watched
from tests.simulation.prism.helpers import SECOND
from trade2026.application.prism.injecting import KEPT, Injections
from trade2026.matching.words import Phase
from trade2026.ports.asking import KeyReused
from trade2026.ports.sim_shown import SimKind
from trade2026.ports.sim_view import InjectScenario
from trade2026.primitives.errors import InputError
from trade2026.simulation.prism.scenarios import Scenario

KINDS = ("news_shock", "liquidity_withdrawal", "fat_finger", "metaorder", "flash_crash", "halt")


class Floor(Watched):
    """One that can be asked to have something befall it."""

    def __init__(self, seed: int = 3) -> None:
        super().__init__(seed)
        self.injections = Injections(self.timeline)

    def ask(self, kind: str, fields: dict[str, Any] | None = None, key: str = "", trader: str = "ann") -> Any:
        question = InjectScenario(kind=kind, fields=fields or {}, trader_id=trader, reason="look", key=key)
        return self.injections.inject(question)


@pytest.fixture(scope="module")
def floor() -> Floor:
    found = Floor()
    found.pass_s(5)
    return found


def kinds(floor: Floor) -> dict[str, SimKind]:
    return {each.kind: each for each in floor.injections.kinds()}


def test_every_kind_has_a_form_of_all_its_fields(floor: Floor) -> None:
    tags = {kind.__struct_config__.tag: kind for kind in Scenario.__args__}
    assert set(kinds(floor)) == set(tags) == set(KINDS)
    for tag, form in kinds(floor).items():
        names = {each.name for each in form.fields}
        assert names == set(tags[tag].__struct_fields__) - {"symbol"} | {"instrument_id"}
        assert form.fields[0].choices == (BTC, ETH)
        assert form.title
        assert form.text
        for each in form.fields:
            assert each.title
            if each.type == "choice":
                assert each.default in each.choices
            else:
                assert each.minimum is not None
                assert each.maximum is not None
                assert each.minimum <= float(each.default) <= each.maximum


@pytest.mark.parametrize("kind", KINDS)
def test_every_default_is_seen(kind: str) -> None:
    with_it, without = Floor(), Floor()
    for floor in (with_it, without):
        floor.pass_s(120)
    injected = with_it.ask(kind)
    assert (injected.kind, injected.instrument_id, injected.trader_id) == (kind, BTC, "ann")
    assert injected.at == injected.begins == with_it.market.now_ns
    seen = []
    for floor in (with_it, without):
        phases = set()
        mids = []
        for _ in range(400):
            floor.pass_s(0.2)
            phases.add(floor.market.exchange.books[0].phase)
            mids.append(floor.market.mids()[0])
        spreads = [column.ask - column.bid for column in list(floor.observer.books[0].columns)[-80:]]
        seen.append((phases, np.array(mids), np.median(spreads[:30])))
    (phases, moved, spread), (_, usual, usual_spread) = seen
    if kind == "halt":
        assert phases == {Phase.HALTED, Phase.AUCTION, Phase.CONTINUOUS}
    elif kind == "liquidity_withdrawal":
        assert spread > 2 * usual_spread
    else:
        assert np.abs(moved / usual - 1).max() > 2e-4  # Two basis points; the spread has a third of one.


def test_another_book_and_a_later_time(floor: Floor) -> None:
    injected = floor.ask("news_shock", {"instrument_id": ETH, "after_s": 2, "move_bps": 50})
    assert injected.instrument_id == ETH
    assert injected.begins - injected.at == 2 * SECOND
    assert injected.text == "the value jumps by +50 bps, in 2 s"
    before, news = floor.market.values()[1], floor.market.news_count
    floor.pass_s(1.9)
    assert floor.market.news_count == news
    floor.pass_s(0.2)
    assert floor.market.news_count == news + 1
    assert floor.market.values()[1] / before == pytest.approx(1.005, abs=5e-4)


@pytest.mark.parametrize(
    ("kind", "fields", "said"),
    [
        ("crash", {}, "kind must be one of news_shock"),
        ("halt", {"sides": 1}, "had 'sides'"),
        ("halt", {"instrument_id": "DOGE.PRISM"}, "instrument_id must be one of BTCUSDT.PRISM"),
        ("halt", {"for_s": 0}, "for_s must be 0.001 to 3600 s, was 0"),
        ("halt", {"for_s": "long"}, "for_s must be a number, was 'long'"),
        ("halt", {"for_s": True}, "for_s must be a number"),
        ("metaorder", {"children": 1.5}, "children must be whole"),
        ("metaorder", {"side": "HOLD"}, "side must be one of BUY, SELL"),
        ("metaorder", {"clips": float("nan")}, "clips must be"),
        ("metaorder", {"clips": 0.001, "children": 500}, "clips must make 500"),
        ("news_shock", {"move_bps": 0}, "move_bps must not be 0"),
        ("news_shock", {"symbol": "BTCUSDT"}, "had 'symbol'"),
    ],
)
def test_what_cannot_be_is_named(floor: Floor, kind: str, fields: dict[str, Any], said: str) -> None:
    known = len(floor.injections.last)
    with pytest.raises(InputError, match=said):
        floor.ask(kind, fields)
    assert len(floor.injections.last) == known


def test_a_key_is_done_once(floor: Floor) -> None:
    first = floor.ask("liquidity_withdrawal", {"for_s": 1}, key="k")
    floor.pass_s(0.1)
    assert floor.ask("liquidity_withdrawal", {"for_s": 1}, key="k") == first
    assert sum(each == first for each in floor.injections.last) == 1
    with pytest.raises(KeyReused, match="'k'"):
        floor.ask("liquidity_withdrawal", {"for_s": 2}, key="k")
    assert floor.ask("liquidity_withdrawal", {"for_s": 2}, key="k", trader="bob") != first


def test_the_last_are_kept_newest_first(floor: Floor) -> None:
    for number in range(KEPT + 3):
        floor.ask("liquidity_withdrawal", {"for_s": 1 + number})
    last = floor.injections.last
    assert len(last) == KEPT
    assert last[0].text == f"makers are away for {KEPT + 3} s"
