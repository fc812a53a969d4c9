"""One client's positions in the topics it asked for: what it has yet to be sent, and in which frames."""

from collections import deque
from typing import Final, Protocol

from trade2026.web.live import frames, messages
from trade2026.web.live.audience import Audience
from trade2026.web.live.conflated import NOTHING_SEEN, ConflatedTopic
from trade2026.web.live.guest import Payload
from trade2026.web.live.keyed import StateTopic
from trade2026.web.live.lossless import LosslessTopic, Replay, replayed_tails

REPLAY_ROWS: Final = 1_000


class Subscription(Protocol):
    """What a connection needs of any subscription.

    Attributes
    ----------
    is_due : bool
        Whether it waits in the connection's line to be asked for payloads.
    """

    id: int
    is_due: bool

    def take(self) -> Payload | None:
        """The next message, encoded as late as possible; None when there is none for now."""
        ...


class ConflatedSubscription:
    """Numbers of a conflated topic, in generations."""

    def __init__(self, subscription_id: int, topic: ConflatedTopic) -> None:
        self.id = subscription_id
        self.is_due = False
        self.target = topic.generation
        self.topic = topic
        self._head = frames.conflated_head(subscription_id)
        self._seen = NOTHING_SEEN
        self._keys_sent = len(topic.keys)
        self._q = 0
        self._waiting: deque[bytes] = deque()

    def take(self) -> Payload | None:
        """New keys first, then what changed."""
        if not self._waiting:
            if self._seen >= self.target:
                return None
            self._waiting.extend(self.topic.frames(self._seen, self.target))
            self._seen = self.target
        keys = self.topic.keys
        if len(keys) > self._keys_sent:
            text = messages.keys(self.id, keys[self._keys_sent :])
            self._keys_sent = len(keys)
            return text
        if not self._waiting:
            return None
        self._q += 1
        return frames.join(self._head, self._q, self._waiting.popleft())


class StateSubscription:
    """Rows of a state topic, in generations; `q` counts frames."""

    def __init__(self, subscription_id: int, topic: StateTopic, audience: Audience) -> None:
        self.id = subscription_id
        self.is_due = False
        self.target = topic.generation
        self.topic = topic
        self._audience = audience
        self._head = frames.rows_head(subscription_id)
        self._seen = NOTHING_SEEN
        self._q = 0
        self._waiting: deque[bytes] = deque()

    def change_accounts(self, accounts: frozenset[str] | None) -> None:
        """Show other accounts from now on: everything is sent again."""
        self._audience = self._audience._replace(accounts=accounts)
        self._waiting.clear()
        self._seen = NOTHING_SEEN

    def take(self) -> Payload | None:
        """What changed."""
        if not self._waiting:
            if self._seen >= self.target:
                return None
            self._waiting.extend(self.topic.frames(self._seen, self.target, self._audience))
            self._seen = self.target
            if not self._waiting:
                return None
        self._q += 1
        return frames.join(self._head, self._q, self._waiting.popleft())


class LosslessSubscription:
    """Rows of a lossless topic: a position in its queue, or a number to replay from.

    Parameters
    ----------
    from_seq : int or None
        The first number wanted; None for what comes from now on.
    next_seq : int
        The number after those told so far.
    replay : Replay
        Gives what the queue no longer holds.
    """

    def __init__(
        self,
        subscription_id: int,
        topic: LosslessTopic,
        audience: Audience,
        *,
        from_seq: int | None,
        next_seq: int,
        replay: Replay,
    ) -> None:
        self.id = subscription_id
        self.is_due = False
        self.topic = topic
        self._audience = audience
        self._head = frames.rows_head(subscription_id)
        self._replay = replay
        self._replay_from = from_seq
        self._fetched_from = 0
        self._position = topic.end
        self._next_seq = next_seq
        self._waiting: deque[tuple[int, bytes]] = deque()
        self._is_gone = False

    @property
    def has_fallen_off(self) -> bool:
        """Whether the queue no longer holds what is to be sent next."""
        return self._replay_from is None and self._position < self.topic.first

    def change_accounts(self, accounts: frozenset[str] | None) -> None:
        """Show other accounts from now on; what is being replayed is fetched again for them."""
        self._audience = self._audience._replace(accounts=accounts)
        if self._waiting:
            self._waiting.clear()
            self._replay_from = self._fetched_from

    def take(self) -> Payload | None:
        """The next rows, from the queue or replayed; an error, and then nothing, where neither has them."""
        while not self._is_gone:
            if self._waiting:
                seq, tail = self._waiting.popleft()
                return frames.join(self._head, seq, tail)
            if self.has_fallen_off:
                self._replay_from = self._next_seq
            if self._replay_from is not None:
                is_reached = self._fetch(self._replay_from)
                if self._is_gone:
                    return self._no_replay()
                if not is_reached:
                    return None
            elif self._position >= self.topic.end:
                return None
            else:
                batch = self.topic.batch(self._position, self._audience)
                self._position = batch.next_position
                self._next_seq = batch.seq + 1
                if batch.tail is not None:
                    return frames.join(self._head, batch.seq, batch.tail)
        return None

    def _fetch(self, from_seq: int) -> bool:
        """Replay a page; False where the number is yet to come and there is nothing to do but wait."""
        page = self._replay(self.topic.spec.name, from_seq, self._audience.accounts, REPLAY_ROWS)
        self._is_gone = page.is_gone
        if page.is_gone:
            return True
        if page.next_from_seq is None and not page.rows and self._is_ahead(from_seq):
            return False
        self._waiting.extend(replayed_tails(page, self._audience))
        self._fetched_from = from_seq
        self._replay_from = page.next_from_seq
        if page.next_from_seq is None:  # That was everything told so far: go on with what is told next.
            self._position = self.topic.end
            self._next_seq = max(self._next_seq, from_seq, self.topic.last_seq + 1)
        return True

    def _is_ahead(self, seq: int) -> bool:
        """Whether a number is not reached yet: a server that restarted may know less than the client."""
        return seq > max(self._next_seq, self.topic.last_seq + 1)

    def _no_replay(self) -> str:
        return messages.error(
            messages.ErrorCode.NO_REPLAY,
            f"rows of {self.topic.spec.name} from {self._replay_from} on are no longer kept",
            "unsubscribe, read the list over REST, and subscribe from its as_of_seq + 1",
            self.id,
        )
