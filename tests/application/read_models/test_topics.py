"""Keyed topics by themselves: one row a key, whole frames, in order of the last change."""

import msgspec

from trade2026.application.read_models.topics import Topic, TopicRow, Topics


class Row(msgspec.Struct, frozen=True):
    key: str


def filled(*changes):
    topics = Topics()
    topics.make_rows(Topic.ACCOUNTS, lambda seq, key: TopicRow(seq, str(key), lambda: Row(str(key))))
    for key, seq in changes:
        topics.touch(Topic.ACCOUNTS, key, seq)
    return topics


def test_a_frame_is_never_cut_in_two():
    topics = filled(("a", 1), ("b", 1), ("c", 2))
    first = topics.replay(Topic.ACCOUNTS, 1, None, 1)
    assert [row.view for row in first.rows] == [Row("a"), Row("b")]
    assert first.next_from_seq == 2
    rest = topics.replay(Topic.ACCOUNTS, 2, None, 1)
    assert [(row.seq, row.account_id) for row in rest.rows] == [(2, "c")]
    assert rest.next_from_seq is None


def test_a_key_has_one_row_at_its_last_change():
    topics = filled(("a", 1), ("b", 2), ("a", 3))
    assert [row.account_id for row in topics.replay(Topic.ACCOUNTS, 0, None, 9).rows] == ["b", "a"]
    assert [row.account_id for row in topics.replay(Topic.ACCOUNTS, 3, None, 9).rows] == ["a"]
    assert topics.replay(Topic.ACCOUNTS, 0, frozenset({"x"}), 9).rows == ()
    assert (topics.seq_of(Topic.ACCOUNTS, "a"), topics.seq_of(Topic.ACCOUNTS, "x")) == (3, 0)
