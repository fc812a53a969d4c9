"""What a page must keep to, so that the browser can draw it: a fault in one is found when it is imported."""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from trade2026.application.pages.spec import Action, Block, Form, Kind, Mode, PageSpec, Role, Source, View
from trade2026.application.pages.views import (
    BarOptions,
    CandlesOptions,
    Column,
    HeatmapOptions,
    HistogramOptions,
    KpiOptions,
    LineOptions,
    NoticesOptions,
    Options,
    ScatterOptions,
    StackOptions,
    TableOptions,
    TextOptions,
)
from trade2026.primitives.errors import InputError

CONTEXT: Final = ("account", "symbol", "job")
"""Names that the page itself fills in: account and symbol of the context bar, the job of a form."""

METHODS: Final = ("POST", "PUT", "PATCH", "DELETE")
OPTIONS: Final[dict[View, type[Options]]] = {
    View.KPI: KpiOptions,
    View.TABLE: TableOptions,
    View.LINE: LineOptions,
    View.BAR: BarOptions,
    View.HEATMAP: HeatmapOptions,
    View.SCATTER: ScatterOptions,
    View.HISTOGRAM: HistogramOptions,
    View.STACK: StackOptions,
    View.CANDLES: CandlesOptions,
    View.MARKDOWN: TextOptions,
    View.NOTICES: NoticesOptions,
}
_NEED_NO_OPTIONS: Final = (View.JSON, View.MARKDOWN, View.TREE)
_ID: Final = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*\Z")
_NAME: Final = re.compile(r"[a-z][a-z0-9_]*\Z")
_PATH: Final = re.compile(r"(/([a-z0-9_-]+|\{[a-z_]+\}))+\Z")
_POINTER: Final = re.compile(r"(/([^/~]|~[01])*)*\Z")
_PLACEHOLDER: Final = re.compile(r"\{([^{}]*)\}")


def check_pages(pages: Sequence[PageSpec]) -> tuple[PageSpec, ...]:
    """The pages, sorted as the navigation shows them, when all are sound.

    Raises
    ------
    InputError
        Names the page, what is wrong with it and the value.
    """
    faults = [f"page {page.page_id}: {fault}" for page in pages for fault in page_faults(page)]
    faults += [f"page id {each!r} is used twice" for each in _doubled(page.page_id for page in pages)]
    faults += [f"path {each!r} is used twice" for each in _doubled(page.path for page in pages)]
    if faults:
        raise InputError("pages must be sound, were not: " + "; ".join(faults))
    places = {page.workspace: number for number, page in reversed(list(enumerate(pages)))}
    return tuple(sorted(pages, key=lambda page: (places[page.workspace], page.order)))


def page_faults(page: PageSpec) -> list[str]:
    """What is wrong with one page, in words; empty for a sound one."""
    return [
        *_head_faults(page),
        *(
            f"source {name}: {fault}"
            for name, each in page.sources.items()
            for fault in _source(page, name, each)
        ),
        *(f"block {each.title!r}: {fault}" for each in page.layout for fault in _block(page, each)),
        *(f"form {each.form_id}: {fault}" for each in page.forms for fault in _form(page, each)),
        *(f"action {each.action_id}: {fault}" for each in page.actions for fault in _action(page, each)),
    ]


def _head_faults(page: PageSpec) -> Iterator[str]:
    if not _ID.match(page.page_id):
        yield f"its id must be words with hyphens, was {page.page_id!r}"
    if not _PATH.match(page.path):
        yield f"its path must be parts of lower-case letters, was {page.path!r}"
    if not page.title or not page.doc:
        yield "it needs a title and a doc"
    if page.kind is not Kind.CUSTOM and not page.layout:
        yield "it has no block; only a custom page may have none"
    for each in _doubled(
        [*(form.form_id for form in page.forms), *(each.action_id for each in page.actions)]
    ):
        yield f"the id {each!r} is used twice among forms and actions"
    for parameter in page.params:
        if not _NAME.match(parameter.name):
            yield f"the parameter must be a lower-case name, was {parameter.name!r}"
        if parameter.choices_from is not None:
            yield from _pointer(page, parameter.choices_from.data)
    if page.kind is Kind.COMPARE and not {"a", "b"} <= set(page.sources):
        yield "a page that compares needs the sources a and b"


def _source(page: PageSpec, name: str, source: Source) -> Iterator[str]:
    if not _NAME.match(name):
        yield "its name must be a lower-case name"
    if not _PATH.match(source.path):
        yield f"its path must be below /api/v1, was {source.path!r}"
    yield from _names(page, (source.path, *(source.query or {}).values()))
    if source.when is not None:
        yield from _pointer(page, source.when.data)


def _block(page: PageSpec, block: Block) -> Iterator[str]:
    if block.span not in (1, 2, 3):
        yield f"span must be 1, 2 or 3, was {block.span}"
    expected = OPTIONS.get(block.view)
    if block.opts is None:
        if block.view not in _NEED_NO_OPTIONS:
            yield f"the view {block.view.value} needs options"
    elif expected is None or not isinstance(block.opts, expected):
        yield f"the view {block.view.value} cannot be set up with {type(block.opts).__name__}"
    for pointer in block_pointers(block):
        yield from _pointer(page, pointer)
    if isinstance(block.opts, TableOptions):
        known = {action.action_id for action in page.actions if action.row}
        for name in block.opts.actions:
            if name not in known:
                yield f"the row action {name!r} is not among the page's"


def block_pointers(block: Block) -> list[str]:
    """Every pointer a block reads, its own first."""
    found = [block.data]
    match block.opts:
        case KpiOptions(items=items):
            found += [item.data for item in items if item.data is not None]
        case NoticesOptions(rules=rules):
            found += [rule.data for rule in rules]
        case TableOptions(columns=columns):
            found += [column.share_of for column in columns if column.share_of is not None]
    return found


def links(page: PageSpec) -> list[str]:
    """Every address a page links to, as it is written."""
    found = [form.done for form in page.forms if form.done is not None]
    for block in page.layout:
        if isinstance(block.opts, TableOptions):
            columns: tuple[Column, ...] = block.opts.columns
            found += [column.link for column in columns if column.link is not None]
        if isinstance(block.opts, NoticesOptions):
            found += [rule.link for rule in block.opts.rules if rule.link is not None]
    return found


def _form(page: PageSpec, form: Form) -> Iterator[str]:
    if form.method not in METHODS:
        yield f"its method must be one of {', '.join(METHODS)}, was {form.method!r}"
    if form.schema_properties() is None:
        yield "its schema must be that of an object with properties"
    if (form.mode is Mode.JOB) != (form.result is not None):
        yield "a job needs to say where its result is, and only a job"
    if form.role not in Role:
        yield f"its role is unknown, was {form.role!r}"
    yield from _names(page, (form.path,))
    for each in (form.schema_properties() or {}).values():
        for word in ("x-choices", "x-schema"):
            if word in each:
                yield from _pointer(page, each[word]["data"])
        if "x-fill" in each:
            yield from _names(page, (each["x-fill"],))


def _action(page: PageSpec, action: Action) -> Iterator[str]:
    if action.method not in METHODS:
        yield f"its method must be one of {', '.join(METHODS)}, was {action.method!r}"
    if not _PATH.match(action.path):
        yield f"its path must be below /api/v1, was {action.path!r}"
    if action.row:
        return
    yield from _names(page, (action.path,))
    for pointer in action.when or {}:
        yield from _pointer(page, pointer)


def _pointer(page: PageSpec, pointer: str) -> Iterator[str]:
    if not _POINTER.match(pointer):
        yield f"the pointer must be parts that begin with a slash, was {pointer!r}"
    elif pointer and pointer.split("/")[1] not in page.sources:
        yield f"the pointer {pointer!r} begins with no source; there are {', '.join(page.sources) or 'none'}"


def _names(page: PageSpec, texts: Iterable[str]) -> Iterator[str]:
    known = {*CONTEXT, *(each.name for each in page.params), *_PLACEHOLDER.findall(page.path)}
    for text in texts:
        for name in _PLACEHOLDER.findall(text):
            if name not in known:
                yield f"nothing fills {{{name}}} of {text!r}; known are {', '.join(sorted(known))}"


def _doubled(names: Iterable[str]) -> list[str]:
    seen: dict[str, int] = {}
    for name in names:
        seen[name] = seen.get(name, 0) + 1
    return [name for name, count in seen.items() if count > 1]
