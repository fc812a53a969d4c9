"""Shocks: one notation for every analysis that asks for them, and what cannot be read is quoted."""

import pytest

from trade2026.application.analyses.factors.stress import StressRequest
from trade2026.application.analyses.shocks import Shock, Shockable, joint_shocks_of, shock_of
from trade2026.application.analyses.tail_risk import TailRequest
from trade2026.primitives.errors import InputError

AMONG = Shockable(("MKT", "A=B"), "factors", low=-1.0, high=10.0)


@pytest.mark.parametrize(
    ("text", "shock"),
    [
        ("MKT=-0.1", Shock("MKT", -0.1)),
        (" MKT = -10 % ", Shock("MKT", -0.1)),
        ("MKT=-1", Shock("MKT", -1.0)),
        ("MKT=+2.5%", Shock("MKT", 0.025)),
        ("A=B=1e-2", Shock("A=B", 0.01)),
    ],
)
def test_a_return_is_a_fraction_or_a_percentage(text: str, shock: Shock) -> None:
    assert shock_of(text, AMONG) == shock


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("MKT", "readable, was 'MKT'; write it as NAME=RETURN, such as MKT=-0.1 or MKT=-10%"),
        ("SMB=-0.1", r"name factors \(MKT, A=B\), 'SMB' of 'SMB=-0.1' is none"),
        ("=-0.1", r"'' of '=-0.1' is none"),
        ("MKT=much", "readable, was 'MKT=much'"),
        ("MKT=%", "readable, was 'MKT=%'"),
        ("MKT=nan", "finite, was 'MKT=nan'"),
        ("MKT=-150%", "returns from -1 to 10, was 'MKT=-150%'"),
        ("MKT=11", "returns from -1 to 10, was 'MKT=11'"),
    ],
)
def test_what_cannot_be_read_is_quoted(text: str, words: str) -> None:
    with pytest.raises(InputError, match=words):
        shock_of(text, AMONG)


def test_shocks_that_happen_together_name_each_once() -> None:
    assert joint_shocks_of(("MKT=-0.1", "A=B=2%"), AMONG) == {"MKT": -0.1, "A=B": 0.02}
    with pytest.raises(InputError, match="each of the factors once, 'MKT' is named twice"):
        joint_shocks_of(("MKT=-0.1", "MKT=0.1"), AMONG)


def test_requests_say_one_notation() -> None:
    for request in (StressRequest, TailRequest):
        described = str(request.__annotations__["shocks"])
        assert "=RETURN with commas between them" in described
        assert "=-10%" in described or "=-20%" in described
