"""Tells the core who of the users may trade which account, whenever that may have changed."""

import logging
from collections.abc import Collection
from typing import Final

from trade2026.application.entitlements import missing_entitlements
from trade2026.model.events import CommandDenied
from trade2026.web.context import WebContext
from trade2026.web.errors import ProblemRaised
from trade2026.web.orders.asking import ask

LOG: Final = logging.getLogger("trade2026.web.entitlement")


async def sync_entitlements(context: WebContext, removed: Collection[str] = ()) -> None:
    """Make the core's list equal to that of the users, without those `removed`; asks nothing where it is so.

    While the core is away it stays as it is, which the log says: the next login, or the next change of a
    user, makes up for it. Until then the core refuses who is new, and who was removed cannot log in.
    """
    await context.catch_up()  # A change of a moment ago has to be in what is compared.
    known = context.services.read_models.core.engines.oms.accounts
    entitled = {account_id: each.account.entitled for account_id, each in known.items()}
    intents = missing_entitlements(context.services.identity.users(), entitled, removed)
    if not intents:
        return
    try:
        answer = await ask(context, *intents)
    except ProblemRaised as error:
        LOG.warning("entitlements are as they were: %s", error.detail)
        return
    for decision in answer.decisions:
        for event in decision.events:
            if isinstance(event, CommandDenied):
                LOG.warning("an entitlement was denied: %s", event.text)
