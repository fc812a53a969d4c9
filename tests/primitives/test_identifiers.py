"""Identifiers and seeds are derived: the same inputs give the same for ever, other inputs give others."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trade2026.primitives.errors import InputError
from trade2026.primitives.identifiers import check_identifier, derive_identifier
from trade2026.primitives.seeds import derive_seed

_parts = st.lists(st.text(max_size=6) | st.integers(-99, 99), max_size=4)


def test_derived_values_never_change():
    """Journals and reproduced runs hold them."""
    assert derive_identifier() == "e3b0c44298fc1c149afbf4c8"
    assert derive_identifier("run", 7) == "2c596b9e5289e11849c01bd8"
    assert derive_identifier("a", "bc") == "b534ce16ac9c8b36823f39a3"
    assert derive_seed(0) == 12345577252699952557
    assert derive_seed(7, "latency") == 13375903640327671224
    assert derive_seed(7, "latency", 3) == 13786608747818345596


@given(_parts, _parts)
def test_other_inputs_give_others(one, other):
    same = [str(part) for part in one] == [str(part) for part in other]
    assert (derive_identifier(*one) == derive_identifier(*other)) == same
    assert (derive_seed(1, *one) == derive_seed(1, *other)) == same


@given(st.integers(), st.integers(), st.text())
def test_seeds_fit_64_bits_and_follow_the_top(seed, other, purpose):
    assert 0 <= derive_seed(seed, purpose) < 2**64
    assert (derive_seed(seed, purpose) == derive_seed(other, purpose)) == (seed == other)


@given(st.text(max_size=70))
def test_an_identifier_is_returned_or_refused(text):
    allowed = set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._:/+-")
    good = 0 < len(text) <= 64 and set(text) <= allowed and text[0].isalnum()
    if good:
        assert check_identifier(text, "name") == text
    else:
        with pytest.raises(InputError, match=r"^name must be"):
            check_identifier(text, "name")


@pytest.mark.parametrize("text", ["a\n", "é", "\u0661", "-a", ".a", "a b", "a" * 65, ""])
def test_what_may_not_name_anything(text):
    with pytest.raises(InputError):
        check_identifier(text, "name")
