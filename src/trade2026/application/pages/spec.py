"""What a page is made of: sources, blocks, forms, actions and parameters, as frozen values."""

from enum import StrEnum
from typing import Any

import msgspec

from trade2026.application.pages.views import Options


class Role(StrEnum):
    """Who may; each includes those before it."""

    VIEWER = "viewer"
    TRADER = "trader"
    OPERATOR = "operator"
    ADMIN = "admin"


class Workspace(StrEnum):
    """The first level of navigation."""

    HOME = "home"
    TRADE = "trade"
    PORTFOLIO = "portfolio"
    RESEARCH = "research"
    STRATEGIES = "strategies"
    SIM = "sim"
    OPS = "ops"


class Kind(StrEnum):
    """What sort of page it is; CUSTOM ones are drawn by code of their own, COMPARE shows two of a kind."""

    BOARD = "board"
    LIST = "list"
    DETAIL = "detail"
    FORM = "form"
    COMPARE = "compare"
    CUSTOM = "custom"


class View(StrEnum):
    """How a block is drawn.

    A TREE is a dendrogram of an object with `leaves`, names, and `merges`, rows of left, right and height;
    left and right number leaves from 0 and, behind those, merges in their order. A HISTOGRAM is of rows with
    the ends of a bin and its height, a STACK of parts that stand on one another along a number.
    """

    KPI = "kpi"
    TABLE = "table"
    LINE = "line"
    BAR = "bar"
    HEATMAP = "heatmap"
    SCATTER = "scatter"
    HISTOGRAM = "histogram"
    STACK = "stack"
    TREE = "tree"
    CANDLES = "candles"
    MARKDOWN = "markdown"
    JSON = "json"
    NOTICES = "notices"


class Mode(StrEnum):
    """Whether a form is answered at once, or starts a job whose progress is shown."""

    SYNC = "sync"
    JOB = "job"


class Condition(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """That the value at a pointer is one of some texts."""

    data: str
    values: tuple[str, ...]


class Source(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Something to load.

    Attributes
    ----------
    path : str
        Below /api/v1; "{name}" is filled from the context (account), the address or the parameters. A source
        with a name that is not known yet is not loaded.
    query : dict, optional
        Query parameters, filled alike; one whose names are not known is left out.
    needs : tuple of str
        Those of them without which it is not loaded, because its route requires them.
    topic : str, optional
        Live topic that says when it has changed.
    refresh_s : int, optional
        Seconds after which it is loaded again.
    paged : bool
        Whether more can be loaded with `next_cursor`.
    optional : bool
        Whether the page makes sense without it.
    when : Condition, optional
        Loaded only while it holds.
    """

    path: str
    query: dict[str, str] | None = None
    needs: tuple[str, ...] = ()
    topic: str | None = None
    refresh_s: int | None = None
    paged: bool = False
    optional: bool = False
    when: Condition | None = None


class Choices(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Where the values to choose from are: rows at a pointer, the value and the words for it by column."""

    data: str
    value: str
    title: str | None = None


class Parameter(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the reader may set at the head of a page; kept in the address."""

    name: str
    title: str
    default: str | None = None
    choices: tuple[str, ...] | None = None
    choices_from: Choices | None = None
    doc: str | None = None


class Block(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One part of a page.

    Attributes
    ----------
    data : str
        JSON pointer into an object of all sources by name.
    span : int
        Columns of three it takes on a wide screen.
    empty : str, optional
        Said where there is nothing to show, with the next step.
    doc : str, optional
        What it shows and by which convention.
    words : dict of str to dict, optional
        Plain words for names that stand in a column, by the key of the column and the name. All else in
        the block, such as groups whose points are joined, says these words.
    """

    view: View
    title: str
    data: str
    opts: Options | None = None
    span: int = 1
    empty: str | None = None
    doc: str | None = None
    words: dict[str, dict[str, str]] | None = None


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """Where the result of a job is; "{job_id}" is filled."""

    path: str


class Preset(msgspec.Struct, frozen=True, kw_only=True):
    """A filled form under a name."""

    title: str
    values: dict[str, Any]


class Confirm(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is asked before an action; with `reason` a text of at least `reason_min` characters is sent."""

    title: str
    text: str
    reason: bool = False
    reason_min: int = 0


class Form(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Something to fill in and send.

    Attributes
    ----------
    form_schema : dict
        JSON Schema of the body, sent as "schema". Beside its own words: "x-choices" {data, value, title,
        match: {column: field}, search} takes the values to choose from the sources, of rows whose column
        equals another field where it says so, and has them searched by typing, "x-schema" {data, match:
        {column: field}, value} takes the schema of an object from the row whose column equals another field,
        "x-unit" is written behind the field, "x-fill" is a "{name}" of the context used as the default.
    done : str, optional
        Address of the page to go to afterwards.
    """

    form_id: str = msgspec.field(name="id")
    title: str
    method: str
    path: str
    form_schema: dict[str, Any] = msgspec.field(name="schema")
    submit: str
    role: Role
    mode: Mode = Mode.SYNC
    result: Result | None = None
    presets: tuple[Preset, ...] = ()
    confirm: Confirm | None = None
    is_danger: bool = msgspec.field(default=False, name="danger")
    done: str | None = None
    doc: str | None = None

    def schema_properties(self) -> dict[str, Any] | None:
        """The schema's properties; None where it is not that of an object."""
        found = self.form_schema.get("properties")
        return found if isinstance(found, dict) and self.form_schema.get("type") == "object" else None


class Action(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Something to do, for the page or for a row of a table.

    Attributes
    ----------
    path : str
        "{name}" is filled from the row, then from what sources' paths are filled from.
    body : dict, optional
        What is sent; texts are filled alike.
    row : bool
        Whether it belongs to the rows of the tables that name it.
    when : dict, optional
        Columns and the values at which it is offered.
    is_danger : bool
        Whether it is drawn as one that stops or destroys.
    """

    action_id: str = msgspec.field(name="id")
    title: str
    method: str
    path: str
    role: Role
    body: dict[str, Any] | None = None
    confirm: Confirm | None = None
    row: bool = False
    when: dict[str, tuple[str, ...]] | None = None
    is_danger: bool = msgspec.field(default=False, name="danger")


class PageSpec(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One page.

    Attributes
    ----------
    path : str
        Its address below the base; "{name}" is a part that varies. Pages with one are not in the navigation.
    doc : str
        What one sees and does there, in a sentence or two.
    order : int
        Place within its workspace.
    role : Role
        Who may open it.
    tab : bool
        Whether it is among the tabs of its workspace; others are reached by links.
    """

    page_id: str = msgspec.field(name="id")
    workspace: Workspace
    path: str
    title: str
    doc: str
    kind: Kind
    order: int
    role: Role
    keywords: tuple[str, ...]
    params: tuple[Parameter, ...] = ()
    sources: dict[str, Source]
    forms: tuple[Form, ...] = ()
    actions: tuple[Action, ...] = ()
    tab: bool = True
    layout: tuple[Block, ...]
