"""All topics, who listens to them, and how fast: what is published goes in here, and connections are told."""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import TypeVar

import msgspec
import numpy as np
import numpy.typing as npt

from trade2026.ports.clock import Clock
from trade2026.primitives.errors import InputError
from trade2026.primitives.identifiers import check_identifier
from trade2026.primitives.time import MILLISECOND_NS
from trade2026.web.live import messages
from trade2026.web.live.audience import Audience
from trade2026.web.live.conflated import ConflatedTopic
from trade2026.web.live.connection import Connection
from trade2026.web.live.keyed import StateTopic
from trade2026.web.live.limits import LiveLimits
from trade2026.web.live.lossless import LosslessTopic, Replay
from trade2026.web.live.messages import CloseCode, ErrorCode
from trade2026.web.live.pacing import Pace
from trade2026.web.live.subscriptions import (
    ConflatedSubscription,
    LosslessSubscription,
    StateSubscription,
)
from trade2026.web.live.topics import LiveRow, TopicKind, TopicSpec

T = TypeVar("T")


class Refused(Exception):
    """A subscription is not made; the message says why."""

    def __init__(self, code: ErrorCode, detail: str, remedy: str) -> None:
        super().__init__(detail)
        self.code = code
        self.remedy = remedy


class Board:
    """Topics and their listeners; a topic of a family is there while somebody listens to it.

    Parameters
    ----------
    replay : Replay
        Gives rows of lossless topics that are no longer held.
    journal_seq : callable
        The journal's number that everything published so far reaches up to.

    Attributes
    ----------
    on_wanted : callable
        Told the name of a topic right before its first listener is shown its state.
    """

    def __init__(
        self,
        specs: Iterable[TopicSpec],
        *,
        limits: LiveLimits,
        clock: Clock,
        replay: Replay,
        journal_seq: Callable[[], int],
    ) -> None:
        self.on_wanted: Callable[[str], None] = lambda topic: None
        self._limits = limits
        self._replay = replay
        self._journal_seq = journal_seq
        specs = tuple(specs)
        self._names = tuple(spec.name for spec in specs)
        self._families = {spec.family: spec for spec in specs if spec.family}
        self._specs = {spec.name: spec for spec in specs if not spec.family}
        self._conflated: dict[str, ConflatedTopic] = {}
        self._states: dict[str, StateTopic] = {}
        self._lossless: dict[str, LosslessTopic] = {}
        for name, spec in self._specs.items():
            if spec.kind is TopicKind.CONFLATED:
                self._conflated[name] = ConflatedTopic(spec, lambda: clock.now_ns() / MILLISECOND_NS)
            elif spec.kind is TopicKind.STATE:
                self._states[name] = StateTopic(spec)
            else:
                self._lossless[name] = LosslessTopic(
                    spec, queue_rows=limits.queue_rows, queue_bytes=limits.queue_bytes
                )
        self._paces: dict[str, dict[int, Pace]] = {name: {} for name in self._specs}
        self._listeners: dict[str, dict[LosslessSubscription, Connection]] = {
            name: {} for name in self._lossless
        }
        self._followers: dict[str, dict[StateSubscription, Connection]] = {}
        self._encoded_before = 0
        for spec in self._families.values():
            if spec.kind is not TopicKind.STATE:
                raise InputError(f"a family of topics must be of state, {spec.name} was {spec.kind}")

    # ---------------------------------------------------------------------------------- publishing

    def publish_rows(
        self,
        topic: str,
        keys: Sequence[str],
        columns: Mapping[str, Sequence[float] | npt.NDArray[np.float64]],
    ) -> None:
        """Set rows of a conflated topic."""
        found = _topic(self._conflated, topic)
        found.publish(keys, columns)
        self._changed(topic)

    def publish_state(self, topic: str, rows: Sequence[LiveRow], *, whole: bool) -> None:
        """Set rows of a state topic."""
        if _topic(self._states, topic).publish(rows, whole=whole):
            self._changed(topic)

    def publish_lossless(self, topic: str, seq: int, rows: Sequence[LiveRow]) -> None:
        """Add the rows of one journal number."""
        listeners = _topic(self._listeners, topic)
        self._lossless[topic].publish(seq, rows, is_wanted=bool(listeners))
        for subscription, connection in listeners.items():
            if subscription.has_fallen_off and connection.blocked_since_ns is not None:
                connection.end(
                    CloseCode.SLOW_CONSUMER,
                    f"slow consumer: too far behind on {topic}; resume from the last q + 1",
                )
            else:
                connection.mark(subscription)

    def is_wanted(self, topic: str) -> bool:
        """Whether anyone listens to a topic."""
        return bool(self._listeners.get(topic)) or any(
            pace.members for pace in self._paces.get(topic, {}).values()
        )

    def _changed(self, topic: str) -> None:
        for pace in self._paces[topic].values():
            pace.changed()

    # --------------------------------------------------------------------------------- subscribing

    def subscribe(self, connection: Connection, asked: messages.Subscribe) -> None:
        """Make a subscription, answer, and send what there is; raises Refused."""
        spec = self._specs.get(asked.topic) or self._member(asked.topic)
        if spec is None:
            raise Refused(
                ErrorCode.UNKNOWN_TOPIC,
                f"topic must be one of {', '.join(self._names)}, was {asked.topic!r}",
                "subscribe to one of these",
            )
        self._check(connection, asked)
        if asked.topic not in self._specs:
            self._open(spec)
        if not self.is_wanted(asked.topic):
            self.on_wanted(asked.topic)
        audience = Audience(connection.accounts, asked.account_id)
        hz = round(min(asked.max_hz or spec.hz_default, spec.hz_max))
        if spec.kind is TopicKind.CONFLATED:
            self._subscribe_conflated(connection, asked, hz)
        elif spec.kind is TopicKind.STATE:
            self._subscribe_state(connection, asked, audience, hz)
        else:
            self._subscribe_lossless(connection, asked, audience)

    def _member(self, topic: str) -> TopicSpec | None:
        """What a topic of a family is; None where no family has it."""
        for begin, spec in self._families.items():
            if topic.startswith(begin):
                try:
                    check_identifier(topic.removeprefix(begin), "the end of topic")
                except InputError as error:
                    raise Refused(ErrorCode.UNKNOWN_TOPIC, str(error), "name what it is about") from None
                return msgspec.structs.replace(spec, name=topic)
        return None

    def _open(self, spec: TopicSpec) -> None:
        self._specs[spec.name] = spec
        self._states[spec.name] = StateTopic(spec)
        self._paces[spec.name] = {}
        self._followers[spec.name] = {}

    def _close_unless_followed(self, topic: str) -> None:
        """Let a topic of a family go with its last listener."""
        if not self._followers[topic]:
            for pace in self._paces.pop(topic).values():
                pace.close()
            self._encoded_before += self._states[topic].encoded
            del self._specs[topic], self._states[topic], self._followers[topic]

    def _check(self, connection: Connection, asked: messages.Subscribe) -> None:
        if asked.id in connection.subscriptions:
            raise Refused(
                ErrorCode.DUPLICATE_SUBSCRIPTION,
                f"id must be new, was {asked.id}, which is subscribed already",
                "unsubscribe it first, or use another id",
            )
        if len(connection.subscriptions) >= self._limits.subscriptions:
            raise Refused(
                ErrorCode.TOO_MANY_SUBSCRIPTIONS,
                f"a connection has at most {self._limits.subscriptions} subscriptions",
                "unsubscribe what is not shown",
            )
        accounts = connection.accounts
        if asked.account_id is not None and accounts is not None and asked.account_id not in accounts:
            raise Refused(
                ErrorCode.UNKNOWN_ACCOUNT,
                f"there is no account {asked.account_id!r}",
                "ask for an account that GET /api/v1/accounts lists",
            )

    def _subscribe_conflated(self, connection: Connection, asked: messages.Subscribe, hz: int) -> None:
        topic = self._conflated[asked.topic]
        subscription = ConflatedSubscription(asked.id, topic)
        connection.say(
            messages.subbed(
                asked.id,
                asked.topic,
                TopicKind.CONFLATED,
                columns=topic.spec.columns,
                keys=topic.keys,
                max_hz=hz,
            )
        )
        self._pace(asked.topic, hz, topic).members[subscription] = partial(connection.mark, subscription)
        connection.subscriptions[asked.id] = subscription
        connection.mark(subscription)

    def _subscribe_state(
        self, connection: Connection, asked: messages.Subscribe, audience: Audience, hz: int
    ) -> None:
        topic = self._states[asked.topic]
        subscription = StateSubscription(asked.id, topic, audience)
        connection.say(
            messages.subbed(
                asked.id,
                asked.topic,
                TopicKind.STATE,
                keys=topic.spec.key_fields,
                max_hz=hz,
                kept=topic.spec.kept or None,
            )
        )
        if asked.topic in self._followers:
            self._followers[asked.topic][subscription] = connection
        self._pace(asked.topic, hz, topic).members[subscription] = partial(connection.mark, subscription)
        connection.subscriptions[asked.id] = subscription
        connection.mark(subscription)

    def _subscribe_lossless(
        self, connection: Connection, asked: messages.Subscribe, audience: Audience
    ) -> None:
        seq = self._journal_seq()
        subscription = LosslessSubscription(
            asked.id,
            self._lossless[asked.topic],
            audience,
            from_seq=asked.from_seq,
            next_seq=seq + 1,
            replay=self._replay,
        )
        connection.say(messages.subbed(asked.id, asked.topic, TopicKind.LOSSLESS, seq=seq))
        self._listeners[asked.topic][subscription] = connection
        connection.subscriptions[asked.id] = subscription
        connection.mark(subscription)

    def _pace(self, topic: str, hz: int, source: ConflatedTopic | StateTopic) -> Pace:
        paces = self._paces[topic]
        if hz not in paces:
            paces[hz] = Pace(hz, lambda: source.generation, asyncio.get_running_loop())
        return paces[hz]

    def unsubscribe(self, connection: Connection, subscription_id: int) -> bool:
        """End a subscription; False where there is none of this id."""
        subscription = connection.subscriptions.pop(subscription_id, None)
        if subscription is None:
            return False
        if isinstance(subscription, LosslessSubscription):
            self._listeners[subscription.topic.spec.name].pop(subscription, None)
        elif isinstance(subscription, ConflatedSubscription | StateSubscription):
            topic = subscription.topic.spec.name
            for pace in self._paces[topic].values():
                pace.members.pop(subscription, None)
            if isinstance(subscription, StateSubscription) and topic in self._followers:
                del self._followers[topic][subscription]
                self._close_unless_followed(topic)
        return True

    def refuse(self, topic: str, detail: str, remedy: str) -> None:
        """End every subscription of a topic of a family: there is nothing of this name."""
        for subscription, connection in list(self._followers.get(topic, {}).items()):
            self.unsubscribe(connection, subscription.id)
            connection.say(messages.error(ErrorCode.UNKNOWN_TOPIC, detail, remedy, subscription.id))

    def drop(self, connection: Connection) -> None:
        """End all subscriptions of a connection."""
        for subscription_id in list(connection.subscriptions):
            self.unsubscribe(connection, subscription_id)

    def change_accounts(self, connection: Connection) -> None:
        """The client may see other accounts now."""
        for subscription in connection.subscriptions.values():
            if isinstance(subscription, StateSubscription | LosslessSubscription):
                subscription.change_accounts(connection.accounts)
                connection.mark(subscription)

    def encoded(self) -> int:
        """How often any frame was encoded."""
        return (
            self._encoded_before
            + sum(topic.encoded for topic in self._conflated.values())
            + sum(topic.encoded for topic in self._states.values())
            + sum(topic.encoded for topic in self._lossless.values())
        )

    def close(self) -> None:
        """Stop all timers."""
        for paces in self._paces.values():
            for pace in paces.values():
                pace.close()


def _topic(topics: Mapping[str, T], name: str) -> T:
    found = topics.get(name)
    if found is None:
        raise InputError(
            f"topic must be one of {', '.join(topics)}, was {name!r}; publish it as its kind says"
        )
    return found
