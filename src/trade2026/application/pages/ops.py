"""Pages of operations: services, the event log, users, and what this desk is."""

from typing import Final

from trade2026.application.pages.ops_forms import ADD_USER, DISABLE, ENABLE, REMOVE_USER
from trade2026.application.pages.spec import Block, Kind, PageSpec, Parameter, Role, Source, View, Workspace
from trade2026.application.pages.views import (
    Column,
    Figure,
    Format,
    KpiOptions,
    TableOptions,
    TextOptions,
)

SERVICES: Final = PageSpec(
    page_id="ops",
    workspace=Workspace.OPS,
    path="/ops",
    title="Services",
    doc="The processes of the desk: whether they run, since when, and how often they were started again.",
    kind=Kind.BOARD,
    order=10,
    role=Role.VIEWER,
    keywords=("services", "processes", "health", "restart", "supervisor"),
    sources={
        "services": Source(path="/services", topic="services", refresh_s=5),
        "health": Source(path="/health", refresh_s=5, optional=True),
        "feed": Source(path="/feed", topic="feed", optional=True),
    },
    layout=(
        Block(
            view=View.KPI,
            title="Desk",
            data="/health",
            opts=KpiOptions(
                items=(
                    Figure(key="status", title="Health", format=Format.STATUS),
                    Figure(key="core", title="Core", format=Format.STATUS),
                    Figure(key="feed", title="Feed", format=Format.STATUS),
                    Figure(key="journal_seq", title="Journal at", format=Format.QTY),
                    Figure(key="version", title="Version", format=Format.ID),
                    Figure(key="text", title="Text"),
                )
            ),
            span=3,
        ),
        Block(
            view=View.TABLE,
            title="Services",
            data="/services/items",
            opts=TableOptions(
                columns=(
                    Column("role", "Service", Format.ID),
                    Column("state", "State", Format.STATUS),
                    Column("pid", "Process", Format.ID),
                    Column("started", "Running for", Format.AGE),
                    Column("restarts", "Restarts", Format.QTY),
                    Column("text", "Text"),
                ),
                row_key="role",
            ),
            span=2,
            empty="No supervisor answers; the desk was started without one.",
        ),
        Block(
            view=View.KPI,
            title="Market data feed",
            data="/feed",
            opts=KpiOptions(
                items=(
                    Figure(key="state", title="State", format=Format.STATUS),
                    Figure(key="kind", title="Kind", format=Format.ID),
                    Figure(key="data", title="Data", format=Format.ID),
                    Figure(key="now", title="Trading time", format=Format.TIME),
                    Figure(key="speed", title="Steps a second", format=Format.DECIMAL),
                    Figure(key="error", title="Error"),
                )
            ),
        ),
        Block(
            view=View.KPI,
            title="Independent monitor",
            data="/services/monitor",
            opts=KpiOptions(
                items=(
                    Figure(key="core", title="Its line to the core", format=Format.STATUS),
                    Figure(key="orders_in", title="Orders approved", format=Format.QTY),
                    Figure(key="orders_out", title="Orders that left", format=Format.QTY),
                    Figure(key="fills", title="Fills", format=Format.QTY),
                    Figure(key="alarms", title="Alarms", format=Format.QTY),
                )
            ),
            span=1,
        ),
        Block(
            view=View.TABLE,
            title="Its alarms",
            data="/services/monitor/last",
            opts=TableOptions(
                columns=(
                    Column("at", "At", Format.TIME),
                    Column("rule", "Rule", Format.ID),
                    Column("text", "What"),
                    Column("did", "What it did"),
                ),
                row_key="at",
            ),
            span=2,
            empty="Nothing left that was not approved, and nothing is missing.",
        ),
        Block(view=View.JSON, title="Trading core", data="/services/core", span=3),
    ),
)

EVENTS: Final = PageSpec(
    page_id="ops-events",
    workspace=Workspace.OPS,
    path="/ops/events",
    title="Event log",
    doc="Every event of the journal by its number: what happened, when, and with which content.",
    kind=Kind.LIST,
    order=20,
    role=Role.VIEWER,
    keywords=("events", "journal", "audit", "log", "search"),
    params=(
        Parameter(name="text", title="Text", doc="Part of the content, such as an order's id."),
        Parameter(name="types", title="Types", doc="Names with commas, such as OrderFilled,OrderCanceled."),
        Parameter(name="first", title="From number", doc="First number of the journal to show."),
        Parameter(name="last", title="To number", doc="Last number of the journal to show."),
    ),
    sources={
        "events": Source(
            path="/events",
            query={
                "text": "{text}",
                "types": "{types}",
                "first": "{first}",
                "last": "{last}",
                "limit": "200",
            },
            paged=True,
        )
    },
    layout=(
        Block(
            view=View.TABLE,
            title="Events",
            data="/events/items",
            opts=TableOptions(
                columns=(
                    Column("seq", "Number", Format.ID),
                    Column("ts", "Trading time", Format.TIME),
                    Column("wall", "Real time", Format.TIME),
                    Column("type", "Type", Format.ID),
                    Column("data", "Content", Format.JSON),
                ),
                row_key="seq,n",
                detail="data",
            ),
            span=3,
            empty="No event matches. Shorten the text, or leave the types empty for all.",
            doc="The journal is the truth of the desk: each frame is chained to the one before by its hash.",
        ),
    ),
)

USERS: Final = PageSpec(
    page_id="ops-users",
    workspace=Workspace.OPS,
    path="/ops/users",
    title="Users",
    doc="Who may log in, with which role, and to which accounts.",
    kind=Kind.LIST,
    order=40,
    role=Role.ADMIN,
    keywords=("users", "roles", "access", "password", "accounts"),
    sources={"users": Source(path="/users")},
    forms=(ADD_USER,),
    actions=(DISABLE, ENABLE, REMOVE_USER),
    layout=(
        Block(
            view=View.TABLE,
            title="Users",
            data="/users/items",
            opts=TableOptions(
                columns=(
                    Column("name", "Name", Format.ID),
                    Column("role", "Role", Format.STATUS),
                    Column("accounts", "Accounts"),
                    Column("disabled", "Disabled", Format.STATUS),
                    Column("created", "Created", Format.TIME),
                ),
                row_key="name",
                filter=True,
                actions=("disable", "enable", "remove"),
            ),
            span=2,
            empty="There are no users but you.",
        ),
        Block(
            view=View.MARKDOWN,
            title="Roles",
            data="",
            opts=TextOptions(
                text="Each role includes those before it.\n\n"
                "- **viewer** sees everything of its accounts\n"
                "- **trader** sends orders, starts and stops strategies, halts\n"
                "- **operator** resumes trading after a halt\n"
                "- **admin** manages users and keys"
            ),
        ),
    ),
)

SETTINGS: Final = PageSpec(
    page_id="ops-settings",
    workspace=Workspace.OPS,
    path="/ops/settings",
    title="About",
    doc="What this desk is and which keys work; the look is chosen in the menu of the context bar.",
    kind=Kind.BOARD,
    order=50,
    role=Role.VIEWER,
    keywords=("settings", "about", "version", "shortcuts", "keys", "help"),
    sources={"health": Source(path="/health"), "me": Source(path="/me")},
    layout=(
        Block(
            view=View.KPI,
            title="Desk",
            data="/health",
            opts=KpiOptions(
                items=(
                    Figure(key="version", title="Version", format=Format.ID),
                    Figure(key="status", title="Health", format=Format.STATUS),
                    Figure(key="journal_seq", title="Journal at", format=Format.QTY),
                )
            ),
            span=3,
        ),
        Block(
            view=View.KPI,
            title="You",
            data="/me",
            opts=KpiOptions(
                items=(
                    Figure(key="name", title="Name", format=Format.ID),
                    Figure(key="role", title="Role", format=Format.STATUS),
                    Figure(key="auth_time", title="Logged in", format=Format.TIME),
                    Figure(key="expires_at", title="Session until", format=Format.TIME),
                )
            ),
            span=3,
        ),
        Block(
            view=View.MARKDOWN,
            title="Keys",
            data="",
            opts=TextOptions(
                text="| Key | What it does |\n|---|---|\n"
                "| `?` | help |\n"
                "| `Ctrl+K` | find a page, an instrument, a run |\n"
                "| `g` then `h` `t` `p` `s` `o` | home, trade, portfolio, strategies, operations |\n"
                "| `/` | filter the table |\n"
                "| `j` `k` | next and previous row |\n"
                "| `Enter` | open the row |\n"
                "| `Ctrl+Enter` | send the form |\n"
                "| `Esc` | one level up |"
            ),
            span=2,
        ),
        Block(
            view=View.MARKDOWN,
            title="For programs",
            data="",
            opts=TextOptions(
                text="The page uses the same interface as any other program: REST below `/api/v1` and live "
                "data on `/ws/v1`.\n\n"
                "Without JavaScript, trading can be halted at `/ops/halt`."
            ),
        ),
    ),
)

PAGES: Final = (SERVICES, EVENTS, USERS, SETTINGS)
