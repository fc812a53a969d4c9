"""The frame that is being applied, as projections see it."""

from collections.abc import Callable
from typing import Any, TypeAlias

from trade2026.model.commands import Command


class Moment:
    """Number, trading time and command of the frame whose events are handled; one object, used again.

    `is_repeated` says of a refusal that it is the first answer again, to the same request.
    """

    __slots__ = ("command", "is_repeated", "now", "seq")

    def __init__(self) -> None:
        self.seq = 0
        self.now = 0
        self.command: Command | None = None
        self.is_repeated = False


Handlers: TypeAlias = dict[type, Callable[[Moment, Any], None]]
