"""Write the table of New York sessions that ships with the package, from exchange_calendars.

Run it when the exchange announces a closure or the library learns of one: `python -m tools.session_table`.
The table is there because importing pandas costs more than a whole backtest of daily bars.
"""

from pathlib import Path

import exchange_calendars

TARGET = (
    Path(__file__).parents[1]
    / "src"
    / "trade2026"
    / "adapters"
    / "embedded"
    / "samples"
    / "xnys_sessions.csv"
)
FIRST_DAY = "1970-01-01"
LAST_DAY = "2030-12-31"  # Beyond what is announced the rules of today are assumed.


def session_table() -> str:
    """The table as text: a line for each session with its date and UTC opening and closing time."""
    calendar = exchange_calendars.get_calendar("XNYS", start=FIRST_DAY, end=LAST_DAY)
    lines = ["date,open,close"]
    for opening, closing in zip(calendar.opens, calendar.closes, strict=True):
        assert opening.date() == closing.date(), f"the session of {opening} closes on another UTC day"
        lines.append(f"{opening:%Y-%m-%d,%H:%M},{closing:%H:%M}")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    TARGET.write_text(session_table(), encoding="ascii")
    print(f"wrote {TARGET.name}: sessions {FIRST_DAY} to {LAST_DAY}")
