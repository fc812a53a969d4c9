"""What a long run with the simulated market as the venue must have met."""

from tests.simulation.coverage import listed

_FAULTS = """
    power loss; power loss at a disk operation; power loss during recovery; process killed; sync error;
    disk full; clock set; answer not awaited;
    market killed; market killed at an entry; market killed with the desk; order by hand; market's power lost;
    entries lost with the market's power; entries lost with a sync; entries lost with a write;
    market ended by its disk: sync error; market ended by its disk: write error;
    market ended by its disk: short write; market ended by its disk: no room;
    order for the day sent; order for the day expired;
    market begun anew with orders open; log made short while it ran;
    line cut; line cut before a request; line cut before an answer; line stalled; connection refused;
    messages lost with a line;
    request slow; request lost; request late; response lost; error although placed; report dropped;
    fill dropped; gap told; stream lost; stream half open; maintenance; query rate limited;
    query not answered; request failed
"""
_RACES = """
    1 fill crosses cancel; 2 filled while a cancel is on its way; 2 cancel refused after a fill;
    3 late fill of an ended order; 7 replace refused after a fill; 10 fill before its acknowledgement;
    11 fill while a replace is on its way; 16 canceled because the line was lost;
    18 crash between journal and send; 18 crash between send and acknowledgement;
    18 never received, proved
"""
_CELLS = """
    UNKNOWN > NEW, UNKNOWN > FILLED, UNKNOWN > NOT_RECEIVED, PENDING_NEW > UNKNOWN,
    PENDING_NEW > NOT_RECEIVED, PENDING_CANCEL > NOT_RECEIVED, PENDING_REPLACE > NOT_RECEIVED,
    NEW > EXPIRED, PARTIALLY_FILLED > EXPIRED, EXTERNAL taken up
"""
NEEDED = frozenset(listed(_FAULTS, ";") | listed(_RACES, ";", "race ") | listed(_CELLS, ",", "cell "))
