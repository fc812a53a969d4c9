"""Invariants of the three kinds of topic, over random publications and random moments of looking.

- conflated: a client that applies its frames ends with the latest of every key, however rarely it looked;
- state: a client ends with exactly the latest rows that it may see;
- lossless: a client gets every row it may see once and in order, whatever fell out of the queue meanwhile.
"""

from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.web.live.harness import FakeReadModels, Kept, msgpack
from trade2026.primitives.time import SECOND_NS
from trade2026.web.live.audience import Audience
from trade2026.web.live.conflated import ConflatedTopic
from trade2026.web.live.keyed import StateTopic
from trade2026.web.live.limits import TokenBucket
from trade2026.web.live.lossless import LosslessTopic
from trade2026.web.live.subscriptions import (
    ConflatedSubscription,
    LosslessSubscription,
    StateSubscription,
)
from trade2026.web.live.topics import PlainRow, TopicKind, TopicSpec

NUMBERS = TopicSpec(name="numbers", kind=TopicKind.CONFLATED, columns=("a", "b"))
THINGS = TopicSpec(name="things", kind=TopicKind.STATE, key_fields=("key",))
EVENTS = TopicSpec(name="events", kind=TopicKind.LOSSLESS)

KEYS = st.sampled_from([f"K{number}" for number in range(12)])
VALUES = st.floats(-1e6, 1e6) | st.just(float("nan"))
ACCOUNTS = st.sampled_from([None, "A", "B", "C"])
AUDIENCES = st.builds(
    Audience,
    st.none() | st.frozensets(st.sampled_from(["A", "B", "C"])),
    st.none() | st.sampled_from(["A", "B"]),
)


def take_all(subscription, n_most=10**6):
    taken: list[Any] = []
    while len(taken) < n_most and (payload := subscription.take()) is not None:
        taken.append(payload if isinstance(payload, str) else msgpack.unpackb(payload))
    return taken


def sees(audience: Audience, account: str | None) -> bool:
    """The rule again, in other words: of no account, or of one that both lists allow."""
    allowed = {"A", "B", "C"} if audience.accounts is None else set(audience.accounts)
    asked = {"A", "B", "C"} if audience.account_id is None else {audience.account_id}
    return account is None or account in allowed & asked


@settings(max_examples=60)
@given(st.lists(st.dictionaries(KEYS, st.tuples(VALUES, VALUES), max_size=6) | st.just("look"), max_size=25))
def test_conflated_ends_with_the_latest(steps):
    topic = ConflatedTopic(NUMBERS, lambda: 0.0)
    subscription = ConflatedSubscription(1, topic)
    latest: dict[str, tuple[float, float]] = {}
    shown: dict[int, tuple[float, float]] = {}
    n_frames = 0
    for step in [*steps, "look"]:
        if isinstance(step, dict):
            columns = {name: [pair[i] for pair in step.values()] for i, name in enumerate("ab")}
            topic.publish(list(step), columns)
            latest.update(step)
            continue
        subscription.target = topic.generation
        for frame in take_all(subscription):
            if isinstance(frame, str):
                continue
            n_frames += 1
            assert frame["q"] == n_frames
            assert frame["snap"] is (n_frames == 1)
            pairs = [np.frombuffer(frame["c"][name], dtype="<f8").tolist() for name in "ab"]
            indices = np.frombuffer(frame["k"], dtype="<u4").tolist()
            assert len(indices) == frame["n"] == len(set(indices))
            shown.update(zip(indices, zip(*pairs, strict=True), strict=True))
    np.testing.assert_equal({topic.keys[index]: pair for index, pair in shown.items()}, latest)


def test_a_key_that_comes_twice_keeps_its_last_values():
    topic = ConflatedTopic(NUMBERS, lambda: 0.0)
    topic.publish(["x", "x"], {"a": [1.0, 2.0], "b": [3.0, 4.0]})
    frame = take_all(ConflatedSubscription(1, topic))[0]
    assert np.frombuffer(frame["c"]["a"], dtype="<f8").tolist() == [2.0]


ROWS = st.lists(st.tuples(KEYS, ACCOUNTS, st.integers(0, 2)), max_size=6, unique_by=lambda row: row[0])


@settings(max_examples=60)
@given(st.lists(st.tuples(ROWS, st.booleans()) | st.just("look"), max_size=20), AUDIENCES)
def test_state_ends_with_the_rows_one_may_see(steps, audience):
    topic = StateTopic(THINGS)
    subscription = StateSubscription(1, topic, audience)
    latest: dict[str, tuple[str | None, int]] = {}
    shown: dict[str, int] = {}
    n_frames = 0
    for step in [*steps, "look"]:
        if isinstance(step, tuple):
            rows, whole = step
            topic.publish([PlainRow(acc, {"key": key, "n": n}) for key, acc, n in rows], whole=whole)
            if whole:
                latest.clear()
            latest.update({key: (account, n) for key, account, n in rows})
            continue
        subscription.target = topic.generation
        for frame in take_all(subscription):
            n_frames += 1
            assert frame["q"] == n_frames
            if frame["snap"]:
                shown.clear()
            shown.update({row["key"]: row["n"] for row in frame["rows"]})
    moved_away = {key for key in shown if key in latest and not sees(audience, latest[key][0])}
    assert {key: n for key, n in shown.items() if key not in moved_away} == {
        key: n for key, (account, n) in latest.items() if sees(audience, account)
    }


KEPT_ROWS = TopicSpec(name="kept", kind=TopicKind.STATE, key_fields=("key",), kept=5)


@settings(max_examples=60)
@given(st.lists(st.tuples(st.integers(0, 9), st.booleans()) | st.just("look"), max_size=25))
def test_of_rows_that_only_come_the_newest_are_kept_on_both_sides(steps):
    topic = StateTopic(KEPT_ROWS)
    subscription = StateSubscription(1, topic, Audience(None, None))
    count = 0
    latest: list[int] = []
    shown: dict[int, None] = {}
    for step in [*steps, "look"]:
        if isinstance(step, tuple):
            new = list(range(count, count + step[0]))
            count += step[0]
            topic.publish([PlainRow(None, {"key": key}) for key in new], whole=step[1])
            latest = ([] if step[1] else latest) + new
            latest = latest[-5:]
            continue
        subscription.target = topic.generation
        for frame in take_all(subscription):
            if frame["snap"]:
                shown.clear()
            shown.update(dict.fromkeys(row["key"] for row in frame["rows"]))
            while len(shown) > 5:
                del shown[next(iter(shown))]
    assert list(shown) == latest


EVENTS_AT_ONCE = st.lists(ACCOUNTS, min_size=1, max_size=4)


@settings(max_examples=100)
@given(
    steps=st.lists(EVENTS_AT_ONCE | st.integers(1, 3), max_size=40),
    audience=AUDIENCES,
    queue_rows=st.integers(1, 12),
    before=st.lists(EVENTS_AT_ONCE, max_size=8),
    from_seq=st.none() | st.integers(0, 12),
)
def test_lossless_misses_and_repeats_nothing(steps, audience, queue_rows, before, from_seq):
    models = FakeReadModels()
    topic = LosslessTopic(EVENTS, queue_rows=queue_rows, queue_bytes=10**6)

    def publish(accounts, is_wanted):
        models.seq += 1
        rows = [Kept(models.seq, account, {"n": [models.seq, i]}) for i, account in enumerate(accounts)]
        models.rows.setdefault("events", []).extend(rows)
        topic.publish(models.seq, rows, is_wanted=is_wanted)

    for accounts in before:
        publish(accounts, is_wanted=False)
    first = models.seq + 1 if from_seq is None else from_seq
    subscription = LosslessSubscription(
        1, topic, audience, from_seq=from_seq, next_seq=models.seq + 1, replay=models.replay_topic
    )
    frames = []
    for step in steps:
        if isinstance(step, int):
            frames += take_all(subscription, step)
        else:
            publish(step, is_wanted=True)
    frames += take_all(subscription)
    expected = [
        row.view["n"]
        for row in models.rows.get("events", [])
        if row.seq >= first and sees(audience, row.account_id)
    ]
    assert [row["n"] for frame in frames for row in frame["rows"]] == expected
    assert all(frame["rows"][-1]["n"][0] == frame["q"] for frame in frames) or audience != Audience(
        None, None
    )
    assert [frame["q"] for frame in frames] == sorted({frame["q"] for frame in frames})


@settings(max_examples=60)
@given(st.lists(st.integers(0, 3 * SECOND_NS), max_size=60), st.integers(1, 5))
def test_a_bucket_lets_through_its_size_and_its_rate_and_no_more(gaps, size):
    bucket = TokenBucket(size, SECOND_NS, 0)
    now, taken = 0, []
    for gap in gaps:
        now += gap
        if bucket.take(now):
            taken.append(now)
    for i, start in enumerate(taken):
        for j in range(i, len(taken)):
            assert j - i + 1 <= size + (taken[j] - start) // SECOND_NS + 1
    if gaps:
        assert taken[0] == gaps[0]
