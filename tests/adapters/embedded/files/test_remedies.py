"""What a file's faults are told with: the remedy, spelled as whoever states the options spells them."""

import pytest

from tests.adapters.embedded.files.given import BARS, BTC, refused
from trade2026.adapters.embedded.files import FileOptions
from trade2026.primitives.errors import InputError


def test_fields_beyond_the_header_are_refused_also_when_every_line_has_them(tmp_path):
    decimal_commas = "timestamp,close,volume\n2021-01-08T00:00:00Z,10,5,7\n2021-01-08T00:01:00Z,11,5,7\n"
    refused(tmp_path, decimal_commas, "line 2 must have 3 fields, had 4; write decimals with a point")


def test_remedies_are_spelled_as_whoever_states_the_options_spells_them(tmp_path):
    def spell(option, value):
        return f"<{option}:{value}>"

    again = BARS + BARS.splitlines()[-1] + "\n"
    refused(tmp_path, again, r"remove them, or on_duplicate=\"first\" \(or last\)")
    refused(tmp_path, again, r"remove them, or <on_duplicate:first> \(or last\)", spell=spell)
    refused(
        tmp_path, BARS.replace("2.5", "2.0000000001"), "round it, or <on_excess_decimals:round>", spell=spell
    )
    refused(tmp_path, "time,close\n2021-01-08T00:00:00Z,1\n", "state <bar_interval_ns:>", spell=spell)
    refused(tmp_path, "time,close\n12,1\n", "state <timestamp_unit:>, or write dates", spell=spell)
    refused(tmp_path, "time,end\n12,1\n", "state <kind:>, or <columns:>", spell=spell)
    with pytest.raises(InputError, match="<on_gap:> must be one of report, refuse, was 'no'"):
        FileOptions(instruments=BTC, on_gap="no", spell=spell)  # type: ignore[arg-type]
