"""Asking the core: away before, lost while waiting, how far the answer goes; the same for all routes."""

from trade2026.ports.core_link import Answer, Intent
from trade2026.primitives.errors import OperatingError
from trade2026.web.context import WebContext
from trade2026.web.errors import ProblemRaised, try_again_after


def check_connected(context: WebContext) -> None:
    """Raise ProblemRaised, a 503, while the core is away; nothing has been sent then."""
    if not context.services.core.is_connected:
        raise ProblemRaised(
            "core-away",
            "the trading core does not answer; nothing was sent",
            remedy="try again; the supervisor restarts the core",
            headers=try_again_after(None),
        )


async def ask(context: WebContext, *intents: Intent) -> Answer:
    """The core's answer; ProblemRaised 503 before anything was sent, 504 when the outcome is unknown."""
    check_connected(context)
    try:
        answer = await context.services.core.ask(*intents)  # Gives up by itself after `core_seconds`.
    except OperatingError as error:
        raise unknown(error) from None
    context.acknowledge(answer.seq)
    return answer


def unknown(error: OperatingError) -> ProblemRaised:
    """The problem of who asked and has no answer."""
    return ProblemRaised(
        "outcome-unknown",
        f"the trading core went away before it answered: {error}",
        remedy="ask again under the same Idempotency-Key or client_order_id: nothing is done twice",
        headers=try_again_after(None),
    )
