"""Pages of what may go wrong: alerts, the halt ladder, venues, and where books differ."""

from typing import Final

from trade2026.application.pages.ops_forms import HALT, RESUME
from trade2026.application.pages.oversight_actions import (
    ACCEPT,
    COMPARE,
    COMPARE_LINE,
    HALT_RUNG,
    HALT_VENUE,
    RESUME_RUNG,
)
from trade2026.application.pages.spec import Block, Kind, PageSpec, Role, Source, View, Workspace
from trade2026.application.pages.views import Column, Figure, Format, KpiOptions, TableOptions, TextOptions

VENUES_SOURCE: Final = Source(path="/venues", topic="venues", refresh_s=5)
_DIFFERENCES: Final = Source(path="/reconciliations/differences", topic="venues", refresh_s=15)

ALERTS: Final = PageSpec(
    page_id="ops-alerts",
    workspace=Workspace.OPS,
    path="/ops/alerts",
    title="Alerts",
    doc="What a person should know, newest first, each with a link to the page that shows more.",
    kind=Kind.LIST,
    order=15,
    role=Role.VIEWER,
    keywords=("alerts", "alarms", "warnings", "rejected", "unknown", "double fill", "monitor"),
    sources={"alerts": Source(path="/alerts", query={"limit": "200"}, topic="alerts", paged=True)},
    layout=(
        Block(
            view=View.TABLE,
            title="Alerts",
            data="/alerts/items",
            opts=TableOptions(
                columns=(
                    Column("wall", "Real time", Format.TIME),
                    Column("severity", "Severity", Format.STATUS),
                    Column("title", "What", link="{link}"),
                    Column("text", "Text"),
                    Column("account_id", "Account", Format.ID),
                    Column("ts", "Trading time", Format.TIME),
                    Column("seq", "Number", Format.ID),
                ),
                row_key="seq,title,account_id,text",
                filter=True,
            ),
            span=3,
            empty="Nothing has happened that a person should know.",
            doc="Critical ones want a person now. Older ones are in the event log.",
        ),
    ),
)

TRADING_STATE: Final = PageSpec(
    page_id="ops-trading-state",
    workspace=Workspace.OPS,
    path="/ops/trading-state",
    title="Halt and resume",
    doc="What is halted in each scope, by whom and why, and what the venue has not confirmed yet. "
    "Traders halt, operators resume.",
    kind=Kind.BOARD,
    order=30,
    role=Role.VIEWER,
    keywords=("halt", "resume", "kill switch", "stop", "trading state", "ladder", "scope"),
    sources={
        "states": Source(path="/trading-state", topic="trading-state", refresh_s=10),
        "ladder": Source(path="/trading-state/ladder", topic="trading-state", refresh_s=2),
        "targets": Source(path="/trading-state/targets", refresh_s=60, optional=True),
    },
    forms=(HALT, RESUME),
    actions=(HALT_RUNG, RESUME_RUNG),
    layout=(
        Block(
            view=View.KPI,
            title="Now",
            data="/states",
            opts=KpiOptions(
                items=(
                    Figure(key="halted", title="Everything halted", format=Format.STATUS),
                    Figure(key="can_resume_at", title="Resume possible from", format=Format.TIME),
                    Figure(
                        key="state",
                        title="Scopes halted",
                        data="/ladder/items",
                        reduce="count",
                        where={"state": ("HALTED",)},
                    ),
                    Figure(
                        key="venue_word",
                        title="Not confirmed by the venue",
                        data="/ladder/items",
                        reduce="count",
                        where={"venue_word": ("OUTSTANDING",)},
                    ),
                )
            ),
            span=3,
        ),
        Block(
            view=View.TABLE,
            title="Halt ladder",
            data="/ladder/items",
            opts=TableOptions(
                columns=(
                    Column("scope", "Scope", Format.STATUS),
                    Column("target", "Target", Format.ID),
                    Column("state", "State", Format.STATUS),
                    Column("venue_word", "Venue", Format.STATUS),
                    Column("open_orders", "Open orders", Format.QTY),
                    Column("cancels_pending", "Cancels asked", Format.QTY),
                    Column("unknown", "In doubt", Format.QTY),
                    Column("wall", "Since", Format.TIME),
                    Column("by", "By", Format.ID),
                    Column("text", "Reason"),
                ),
                row_key="scope,target",
                filter=True,
                actions=("halt-rung", "resume-rung"),
            ),
            span=3,
            empty="The desk has no account and no instrument yet.",
            doc="From everything down to single instruments: venues, accounts, strategies that run, and "
            "instruments that are halted or have open orders; any other is halted with the form. A halt is "
            "confirmed when the venue has ended the last order of its scope.",
        ),
    ),
)

VENUES: Final = PageSpec(
    page_id="ops-venues",
    workspace=Workspace.OPS,
    path="/ops/venues",
    title="Venues",
    doc="How far each venue is trusted, since when and why, and which requests it has not answered.",
    kind=Kind.BOARD,
    order=32,
    role=Role.VIEWER,
    keywords=("venues", "session", "connection", "ready", "paused", "down", "unknown", "broker"),
    sources={
        "venues": VENUES_SOURCE,
        "unknown": Source(path="/unknown-outcomes", topic="venues", refresh_s=5),
    },
    actions=(COMPARE, HALT_VENUE),
    layout=(
        Block(
            view=View.TABLE,
            title="Venues",
            data="/venues/items",
            opts=TableOptions(
                columns=(
                    Column("venue", "Venue", Format.ID),
                    Column("state", "Session", Format.STATUS),
                    Column("wall", "For", Format.AGE),
                    Column("text", "Why"),
                    Column("unknown", "In doubt", Format.QTY),
                    Column("unknown_wall", "Oldest doubt", Format.AGE),
                    Column("reconciliation.open", "To decide", Format.QTY, link="/ops/reconciliation"),
                    Column("reconciliation.converged", "Books agree", Format.STATUS),
                    Column("reconciliation.wall", "Compared", Format.TIME),
                ),
                row_key="venue",
                actions=("compare", "halt-venue"),
            ),
            span=3,
            empty="No venue is reached over a line. The paper venue lives in the core and needs no session.",
            doc="New orders go out in Ready alone; cancels always do.",
        ),
        Block(
            view=View.TABLE,
            title="Outcomes in doubt",
            data="/unknown/items",
            opts=TableOptions(
                columns=(
                    Column("venue", "Venue", Format.ID),
                    Column("wall", "For", Format.AGE),
                    Column("request", "Request", Format.STATUS),
                    Column("order_id", "Order", Format.ID, link="/trade?order={order_id}"),
                    Column("account_id", "Account", Format.ID),
                    Column("instrument_id", "Instrument", Format.ID),
                    Column("side", "Side", Format.SIDE),
                    Column("reserved_qty", "Reserved", Format.QTY),
                    Column("text", "What happened"),
                ),
                row_key="order_id,client_order_id",
            ),
            span=2,
            empty="Nothing is in doubt: every request was answered.",
            doc="Sent and not answered. It is not sent again; what it may still fill counts against the "
            "limits until the venue's word, or the proof that it never arrived.",
        ),
        Block(
            view=View.MARKDOWN,
            title="What the words mean",
            data="",
            opts=TextOptions(
                text="| Session | Means | Goes out |\n|---|---|---|\n"
                "| Down | there is no line; it is opened again by itself | cancels wait |\n"
                "| Reconciling | books are being compared | cancels |\n"
                "| Ready | books agree | everything |\n"
                "| Paused | books differ, or clocks do; a person decides | cancels |"
            ),
        ),
    ),
)

RECONCILIATION: Final = PageSpec(
    page_id="ops-reconciliation",
    workspace=Workspace.OPS,
    path="/ops/reconciliation",
    title="Reconciliation",
    doc="Our books against each venue's, line by line. What could not be settled waits for an operator.",
    kind=Kind.BOARD,
    order=34,
    role=Role.VIEWER,
    keywords=("reconciliation", "differences", "books", "breaks", "accept", "repair", "compare"),
    sources={
        "differences": _DIFFERENCES,
        "history": Source(path="/reconciliations", topic="venues", refresh_s=15),
    },
    actions=(ACCEPT, COMPARE_LINE),
    layout=(
        Block(
            view=View.KPI,
            title="Last comparison of each venue",
            data="/differences",
            opts=KpiOptions(
                items=(
                    Figure(
                        key="decision",
                        title="Wait for a person",
                        data="/differences/items",
                        reduce="count",
                        where={"decision": ("ACCEPT", "REPAIR")},
                    ),
                    Figure(
                        key="decision",
                        title="Settled by themselves",
                        data="/differences/items",
                        reduce="count",
                        where={"decision": ("DONE",)},
                    ),
                    Figure(key="as_of_seq", title="Journal at", format=Format.QTY),
                )
            ),
            span=3,
        ),
        Block(
            view=View.TABLE,
            title="Differences",
            data="/differences/items",
            opts=TableOptions(
                columns=(
                    Column("decision", "Decision", Format.STATUS),
                    Column("venue", "Venue", Format.ID),
                    Column("kind", "Kind", Format.STATUS),
                    Column("account_id", "Account", Format.ID),
                    Column("name", "Name", Format.ID),
                    Column("ours", "Ours", align="right"),
                    Column("venues", "Venue's", align="right"),
                    Column("difference", "Venue's less ours", Format.DECIMAL, signed=True),
                    Column("action", "What was done"),
                ),
                row_key="venue,kind,account_id,name,ours,venues",
                filter=True,
                actions=("accept", "compare-line"),
            ),
            span=3,
            empty="Nothing differs: no line was found in the last comparison of any venue.",
            doc="Accept: the venue's word may be taken, and is booked with your name and reason. Repair: "
            "to be settled at the venue first, then compared again. Done: the venue's word was proof enough.",
        ),
        Block(
            view=View.TABLE,
            title="Comparisons",
            data="/history/items",
            opts=TableOptions(
                columns=(
                    Column("wall", "Real time", Format.TIME),
                    Column("venue", "Venue", Format.ID),
                    Column("result", "Result", Format.STATUS),
                    Column("passes", "Passes", Format.QTY),
                    Column("orders", "Orders", Format.QTY),
                    Column("executions", "Executions", Format.QTY),
                    Column("count", "Differences", Format.QTY),
                    Column("open", "To decide", Format.QTY),
                    Column("seq", "Number", Format.ID),
                ),
                row_key="seq,venue",
                detail="differences",
            ),
            span=3,
            empty="No venue was compared yet.",
            doc="The last fifty of each venue, newest first. Passes: how often both sides were read until "
            "nothing changed any more.",
        ),
    ),
)

PAGES: Final = (ALERTS, TRADING_STATE, VENUES, RECONCILIATION)
