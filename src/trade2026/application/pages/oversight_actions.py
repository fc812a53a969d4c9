"""What people do about venues, differences and halts, row by row."""

from typing import Final

from trade2026.application.pages.ops_forms import RESUME_REASON_MIN
from trade2026.application.pages.spec import Action, Confirm, Role

_HALTS: Final = "New orders are refused and open ones are canceled at once. Positions stay."
_COMPARES: Final = "Nothing new is sent there until the books agree; cancels go out meanwhile."

HALT_RUNG: Final = Action(
    action_id="halt-rung",
    title="Halt",
    method="POST",
    path="/halt",
    body={"scope": "{scope}", "target": "{target}"},
    role=Role.TRADER,
    row=True,
    when={"state": ("ACTIVE", "REDUCING")},
    confirm=Confirm(title="Halt {scope} {target}", text=_HALTS, reason=True, reason_min=1),
    is_danger=True,
)

RESUME_RUNG: Final = Action(
    action_id="resume-rung",
    title="Resume",
    method="POST",
    path="/resume",
    body={"scope": "{scope}", "target": "{target}"},
    role=Role.OPERATOR,
    row=True,
    when={"state": ("HALTED", "REDUCING")},
    confirm=Confirm(
        title="Resume {scope} {target}",
        text="Orders are taken again at once; canceled ones do not come back. Say what was wrong and why it "
        "is right now.",
        reason=True,
        reason_min=RESUME_REASON_MIN,
    ),
)

COMPARE: Final = Action(
    action_id="compare",
    title="Reconcile now",
    method="POST",
    path="/venues/{venue}/reconcile",
    role=Role.OPERATOR,
    row=True,
    confirm=Confirm(title="Reconcile {venue} now", text=_COMPARES, reason=True, reason_min=1),
)

HALT_VENUE: Final = Action(
    action_id="halt-venue",
    title="Halt",
    method="POST",
    path="/halt",
    body={"scope": "VENUE", "target": "{venue}"},
    role=Role.TRADER,
    row=True,
    confirm=Confirm(title="Halt venue {venue}", text=_HALTS, reason=True, reason_min=1),
    is_danger=True,
)

ACCEPT: Final = Action(
    action_id="accept",
    title="Accept",
    method="POST",
    path="/venues/{venue}/accept",
    body={"account_id": "{account_id}", "kind": "{kind}", "name": "{name}"},
    role=Role.OPERATOR,
    row=True,
    when={"decision": ("ACCEPT",)},
    confirm=Confirm(
        title="Take the word of {venue}",
        text="{kind} {name} of {account_id}. Ours: {ours}. The venue's: {venues}. Our books will say what "
        "the venue's say; state how you know that it is right.",
        reason=True,
        reason_min=10,
    ),
)

COMPARE_LINE: Final = Action(
    action_id="compare-line",
    title="Compare again",
    method="POST",
    path="/venues/{venue}/reconcile",
    role=Role.OPERATOR,
    row=True,
    when={"decision": ("ACCEPT", "REPAIR")},
    confirm=Confirm(
        title="Compare with {venue} again",
        text=f"For what was repaired at the venue, or by us. {_COMPARES}",
        reason=True,
        reason_min=1,
    ),
)
