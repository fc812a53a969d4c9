"""Scenarios as somebody at a form has them: their kinds with fields and defaults, and the last ones."""

from collections import deque
from collections.abc import Callable
from typing import Any, Final, assert_never

import msgspec

from trade2026.application.prism.instruments import instrument_id_of
from trade2026.application.repeats import Repeats
from trade2026.model.enums import Side
from trade2026.ports.prism import VENUE
from trade2026.ports.sim_shown import (
    SimField,
    SimInjected,
    SimKind,
)
from trade2026.ports.sim_view import InjectScenario
from trade2026.primitives.errors import InputError
from trade2026.primitives.time import SECOND_NS
from trade2026.simulation.prism.scenarios import (
    FatFinger,
    FlashCrash,
    Halt,
    LiquidityWithdrawal,
    Metaorder,
    NewsShock,
    Scenario,
    inject,
)
from trade2026.simulation.prism.timeline import Timeline

KEPT: Final = 50
"""Scenarios that are shown."""

_FOR: Final = 3_600.0
_CLIPS: Final = 5_000.0
_ONE: Final = 0.001

_WORDS: Final[dict[str, tuple[str, str, float, float]]] = {
    "after_s": ("Begins in", "s", 0.0, _FOR),
    "move_bps": ("Move of the value", "bps", -2_000.0, 2_000.0),
    "for_s": ("Lasts", "s", _ONE, _FOR),
    "clips": ("Size", "usual orders", _ONE, _CLIPS),
    "children": ("Orders", "", 1, 1_000),
    "auction_s": ("Auction after it", "s", _ONE, 600.0),
}
"""Of every field that is a number: title, unit, least, most."""

_KINDS: Final[dict[type[Scenario], tuple[str, str, dict[str, Any]]]] = {
    NewsShock: (
        "News", "The value jumps, and everybody hears that there is news: makers widen, informed traders "
        "look again soon.", {"move_bps": -100.0},
    ),
    LiquidityWithdrawal: (
        "Liquidity withdrawal", "Market makers take their quotes away and stay away.", {"for_s": 60.0},
    ),
    FatFinger: (
        "Fat finger", "One market order of far too many; the market's protection bounds its price.",
        {"side": Side.SELL, "clips": 400.0},
    ),
    Metaorder: (
        "Metaorder", "A large order, worked off in equal market orders at equal times.",
        {"side": Side.BUY, "clips": 1_000.0, "for_s": 60.0, "children": 50},
    ),
    FlashCrash: (
        "Flash crash", "Market makers are away, and somebody sells meanwhile.",
        {"clips": 400.0, "for_s": 30.0, "children": 100},
    ),
    Halt: (
        "Halt", "No trading, then an auction, then trading as before.", {"for_s": 30.0, "auction_s": 10.0},
    ),
}  # fmt: skip
"""Title, what happens, and what one sees at once on the default market."""

_TYPES: Final[dict[str, type[Scenario]]] = {str(kind.__struct_config__.tag): kind for kind in _KINDS}


class Injections:
    """What was brought about in a market.

    Parameters
    ----------
    note : callable
        Takes a line of the process's log: whoever has something befall the market is named there.
    """

    def __init__(self, timeline: Timeline, note: Callable[[str], None] = lambda _: None) -> None:
        self._timeline, self._note = timeline, note
        books = timeline.market.config.books
        self._ids = tuple(instrument_id_of(book.listing.symbol) for book in books)
        self._last: deque[SimInjected] = deque(maxlen=KEPT)
        self._done: Repeats[InjectScenario, SimInjected] = Repeats()

    @property
    def last(self) -> tuple[SimInjected, ...]:
        """The last ones, newest first."""
        return tuple(reversed(self._last))

    def kinds(self) -> tuple[SimKind, ...]:
        """Forms of all kinds."""
        return tuple(
            SimKind(kind=tag, title=_KINDS[kind][0], text=_KINDS[kind][1], fields=self._fields(kind))
            for tag, kind in _TYPES.items()
        )

    def _fields(self, kind: type[Scenario]) -> tuple[SimField, ...]:
        ids, defaults = self._ids, _KINDS[kind][2]
        found = [
            SimField(name="instrument_id", title="Book", unit="", type="choice", default=ids[0], choices=ids)
        ]
        names = [name for name in kind.__struct_fields__ if name in defaults]
        for name in (*names, "after_s"):
            default = defaults.get(name, 0.0)
            if name == "side":
                sides = tuple(side.value for side in Side)
                found.append(
                    SimField(
                        name=name, title="Side", unit="", type="choice", default=default.value, choices=sides
                    )
                )
                continue
            title, unit, least, most = _WORDS[name]
            sort = "integer" if isinstance(default, int) else "number"
            found.append(
                SimField(
                    name=name, title=title, unit=unit, type=sort, default=default, minimum=least, maximum=most
                )
            )
        return tuple(found)

    def inject(self, question: InjectScenario) -> SimInjected:
        """Bring one about; a second time under one key is the first time again.

        Raises
        ------
        InputError
            Kind, field or value cannot be.
        KeyReused
            The key named another one.
        """
        known = self._done.answer(question.trader_id, question.key, question)
        if known is not None:
            return known
        scenario, instrument_id = self._scenario(question)
        now_ns = self._timeline.market.now_ns
        inject(self._timeline, scenario)
        begins = now_ns + int(scenario.after_s * SECOND_NS)
        injected = SimInjected(
            at=now_ns, begins=begins, kind=question.kind, instrument_id=instrument_id,
            text=describe(scenario), trader_id=question.trader_id, reason=question.reason,
        )  # fmt: skip
        self._last.append(injected)
        self._done.keep(question.trader_id, question.key, question, injected)
        what = f"{injected.kind} on {instrument_id}: {injected.text}"
        self._note(f"{question.trader_id} has brought about {what} ({question.reason})")
        return injected

    def _scenario(self, question: InjectScenario) -> tuple[Scenario, str]:
        kind = _TYPES.get(question.kind)
        if kind is None:
            raise InputError(f"kind must be one of {', '.join(_TYPES)}, was {question.kind!r}")
        forms = {field.name: field for field in self._fields(kind)}
        for name in question.fields:
            if name not in forms:
                raise InputError(f"fields of {question.kind} must be {', '.join(forms)}, had {name!r}")
        values = {name: form.default for name, form in forms.items()} | question.fields
        for name, form in forms.items():
            _check(form, values[name])
            if form.type == "integer":
                values[name] = int(values[name])
        instrument_id = str(values.pop("instrument_id"))
        symbol = instrument_id.removesuffix(f".{VENUE}")
        try:
            made: Scenario = msgspec.convert(values | {"symbol": symbol, "kind": question.kind}, kind)
        except msgspec.ValidationError as error:
            raise InputError(f"fields of {question.kind} cannot be used: {error}") from None
        return made, instrument_id


def _check(form: SimField, value: Any) -> None:
    """Raise InputError for what the form does not offer."""
    if form.type == "choice":
        if value not in form.choices:
            raise InputError(f"{form.name} must be one of {', '.join(form.choices)}, was {value!r}")
        return
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise InputError(f"{form.name} must be a {form.type}, was {value!r}")
    assert form.minimum is not None
    assert form.maximum is not None
    if not form.minimum <= value <= form.maximum:
        bounds = f"{form.minimum:g} to {form.maximum:g} {form.unit}".strip()
        raise InputError(f"{form.name} must be {bounds}, was {value!r}")
    if form.type == "integer" and value != int(value):
        raise InputError(f"{form.name} must be whole, was {value!r}")


def describe(scenario: Scenario) -> str:
    """What it does, in a few words."""
    match scenario:
        case NewsShock(move_bps=move_bps):
            text = f"the value jumps by {move_bps:+g} bps"
        case LiquidityWithdrawal(for_s=for_s):
            text = f"makers are away for {for_s:g} s"
        case FatFinger(side=side, clips=clips):
            text = f"{_verb(side)} {clips:g} usual orders at once"
        case Metaorder(side=side, clips=clips, for_s=for_s, children=children):
            text = f"{_verb(side)} {clips:g} usual orders in {children} over {for_s:g} s"
        case FlashCrash(clips=clips, for_s=for_s):
            text = f"makers are away for {for_s:g} s, somebody sells {clips:g} usual orders"
        case Halt(for_s=for_s, auction_s=auction_s):
            text = f"halted for {for_s:g} s, then an auction of {auction_s:g} s"
        case _:
            assert_never(scenario)
    return text if not scenario.after_s else f"{text}, in {scenario.after_s:g} s"


def _verb(side: Side) -> str:
    return "buys" if side is Side.BUY else "sells"
