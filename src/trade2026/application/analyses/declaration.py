"""What an analysis is: a request, a result, the function between them, and how it is shown."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Generic, NamedTuple, TypeVar

import msgspec

from trade2026.application.analyses.panel import Panel
from trade2026.application.analyses.requests import ReturnsRequest
from trade2026.application.pages.spec import Block, Preset, Workspace
from trade2026.primitives.errors import InputError

RequestT = TypeVar("RequestT", bound=ReturnsRequest)
ResultT = TypeVar("ResultT", bound=msgspec.Struct)

Tell = Callable[[float, str], None]
"""Told how far it is, from 0 to 1, and what it is doing; raises when the work was canceled."""

_ID: Final = re.compile(r"[a-z]+(-[a-z]+)*/[a-z]+(-[a-z]+)*\Z")


class Found(NamedTuple, Generic[ResultT]):
    """A result, and what its reader must know beside it."""

    value: ResultT
    warnings: tuple[str, ...] = ()
    solved: tuple[str, ...] = ()
    """How it was found, for whoever wants to know."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Analysis(Generic[RequestT, ResultT]):
    """One analysis.

    Attributes
    ----------
    analysis_id : str
        Two names with a slash, "portfolio/assets": its route below /api/v1, and its name everywhere.
    title, doc : str
        For people: a few words, and what it answers by which convention.
    request, result : type
        Frozen msgspec structs; fields have their bounds, title, description and unit ("x-unit") in
        `msgspec.Meta`.
    compute : callable
        From the request and the returns that it asks for to what was found. Pure: the same arguments give
        the same bytes; raises InputError naming the value and the remedy.
    layout : tuple of Block
        How a result is shown; pointers begin at the result itself: "/weights".
    example : RequestT
        One that works on data that ships.
    presets : tuple of Preset
        Filled forms, beside the defaults.
    """

    analysis_id: str
    title: str
    doc: str
    workspace: Workspace
    order: int
    keywords: tuple[str, ...]
    request: type[RequestT]
    result: type[ResultT]
    compute: Callable[[RequestT, Panel, Tell], Found[ResultT]]
    layout: tuple[Block, ...]
    example: RequestT
    presets: tuple[Preset, ...] = ()

    @property
    def page_id(self) -> str:
        """The id of its page."""
        return self.analysis_id.replace("/", "-")

    @property
    def page_path(self) -> str:
        """The address of its page."""
        return f"/{self.workspace.value}/{self.analysis_id.rpartition('/')[2]}"


def check_analyses(analyses: tuple[Analysis[Any, Any], ...]) -> dict[str, Analysis[Any, Any]]:
    """By their ids, when all are sound.

    Raises
    ------
    InputError
        An id is not two names or is used twice, or an example is not of its request.
    """
    found: dict[str, Analysis[Any, Any]] = {}
    for each in analyses:
        if not _ID.match(each.analysis_id):
            raise InputError(f"analysis_id must be two names with a slash, was {each.analysis_id!r}")
        if each.analysis_id in found:
            raise InputError(f"analysis_id must be used once, {each.analysis_id!r} is used twice")
        if type(each.example) is not each.request:
            raise InputError(f"the example of {each.analysis_id} must be a {each.request.__name__}")
        found[each.analysis_id] = each
    return found
