"""A slice of the long random histories; `make histories STEPS=100000` plays more."""

from tests.oms.whole_life import play


def test_orders_of_every_kind_live_as_they_must():
    assert play(2_500) >= 2_500
