"""The runner's side of its line."""

from collections.abc import Callable

from trade2026.adapters.embedded import asking
from trade2026.adapters.embedded.runner_link.connection import LINE
from trade2026.ports.runner_link import RunnerService


async def serve(
    path: str, service: RunnerService, note: Callable[[str], None] = lambda _: None
) -> asking.AskingServer:
    """Listen at `path` in the running event loop; raises OperatingError where it is in use."""
    return await asking.serve(path, LINE, service, note)
