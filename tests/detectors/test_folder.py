"""The evidence of a batch: cells and panes, judges that share, caps that no order moves, messages written and read."""

from __future__ import annotations

from random import Random

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detectors import folder as folders
from detectors.columns import LONGEST
from detectors.evidence import SUM, ordering_of
from detectors.feeds import MAX_MINUTES, Feed
from detectors.folder import VERSION, Folder, judge_of, load_message
from detectors.kinds import Key, Kind
from detectors.registry import kinds_of
from redactors.base import ConfigurationError
from tests.detectors.stories import Batch, Row, deliveries
from tests.detectors.toys import SEED, START, TOYS, folded

ORDER = ordering_of(SEED)
FEW = Kind("test", "few", 60, 1, (SUM,), keys=5)
SHARED = Kind("test", "shared", 60, 1, (SUM,), everywhere=True)
KINDS = {each.id: each for each in (FEW, SHARED)}
KEYS = st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 30)), max_size=60)


def of(keys: list[Key], judges: int = 1) -> list[bytes]:
    """Fold keys, each once for each time it is there."""
    folder = Folder(ORDER)
    for key in keys:
        folder.cell(FEW, key, START * 1000)[0] += 1
    return folder.pack(judges)


def counts(data: bytes) -> dict[Key, int]:
    """Return what was counted under each key."""
    return {key: cell[0] for *_, key, cell in load_message(data, KINDS).cells()}


def test_a_cell_is_found_by_key_and_pane() -> None:
    folder = Folder(ORDER)
    for second in (0, 59, 60):
        folder.cell(FEW, ("a", 1), (START + second) * 1000 + 999)[0] += 1
    (data,) = folder.pack()
    message = load_message(data, KINDS)
    assert [(pane - START, cell[0]) for _, _, pane, _, cell in message.cells()] == [(0, 2), (60, 1)]


def test_a_packed_folder_begins_anew() -> None:
    folder = Folder(ORDER)
    empty = folder.pack()
    folder.cell(FEW, ("a", 1), START * 1000)[0] += 1
    assert folder.pack() != empty
    assert folder.pack() == empty


@given(keys=KEYS, turn=st.randoms(use_true_random=False))
def test_above_the_cap_the_same_keys_stay_in_any_order(keys: list[Key], turn: Random) -> None:
    mixed = keys[:]
    turn.shuffle(mixed)
    assert of(mixed) == of(keys)
    kept = counts(of(keys)[0])
    for owner in "ab":
        assert len([key for key in kept if key[0] == owner]) == min(5, len({key for key in keys if key[0] == owner}))
    assert all(keys.count(key) == count for key, count in kept.items())
    cut = len(set(keys)) > len(kept)
    assert bool(load_message(of(keys)[0], KINDS).capped) == cut


def test_owners_are_bounded_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folders, "MAX_OWNERS", 7)
    assert len(counts(of([(f"owner {at}", 0) for at in range(100)])[0])) == 7


def test_a_long_name_in_a_key_is_cut_and_counted_under_what_is_left() -> None:
    assert counts(of([("a" * 500, 1), ("a" * 600, 1)])[0]) == {("a" * LONGEST, 1): 2}


@given(keys=KEYS, judges=st.integers(1, 7))
def test_judges_share_all_evidence_and_each_owner_has_one(keys: list[Key], judges: int) -> None:
    parts = [counts(data) for data in of(keys, judges)]
    assert {key: count for part in parts for key, count in part.items()} == counts(of(keys)[0])
    for number, part in enumerate(parts):
        assert all(judge_of(FEW, key, judges) == number for key in part)


def test_what_every_judge_must_know_goes_to_all() -> None:
    folder = Folder(ORDER)
    folder.cell(SHARED, ("a", "deploy"), START * 1000)[0] += 1
    folder.feeds["http_requests", "a"] = Feed(zone="a", minutes={START // 60: 1})
    for data in folder.pack(4):
        assert counts(data) == {("a", "deploy"): 1}
        assert list(load_message(data, KINDS).feeds) == [("http_requests", "a")]


@given(batches=deliveries())
def test_a_message_is_read_as_it_was_written(batches: list[Batch]) -> None:
    for batch in batches:
        (data,) = folded(batch.rows)
        assert folders.dump_message(load_message(data, kinds_of(TOYS))) == data


def test_a_message_of_a_newer_version_is_refused() -> None:
    newer = orjson.dumps({**orjson.loads(of([("a", 1)])[0]), "v": VERSION + 1})
    with pytest.raises(ConfigurationError, match=f"format version {VERSION + 1}; right would be workers no newer"):
        load_message(newer, KINDS)


@pytest.mark.parametrize("data", [b"", b"{}", b"[1]", b'{"v":1}', b'{"v":null}', b"\xff"], ids=repr)
def test_what_is_no_message_is_refused(data: bytes) -> None:
    with pytest.raises(ConfigurationError, match="evidence: unreadable"):
        load_message(data, KINDS)


def test_evidence_of_a_kind_that_is_not_known_is_left_out() -> None:
    assert list(load_message(of([("a", 1)])[0], {}).cells()) == []


def test_parts_that_an_older_version_did_not_write_are_empty() -> None:
    more = Kind("test", "few", 60, 1, (SUM, SUM), keys=5)
    (item,) = load_message(of([("a", 1)])[0], {more.id: more}).cells()
    assert item[-1] == [1, 0]


def test_minutes_of_a_feed_are_bounded_and_none_is_lost() -> None:
    rows: list[Row] = [
        {"time": (START + 60 * at) * 1000, "dataset": "d", "scope": "a", "side": "edge"}
        for at in range(2 * MAX_MINUTES)
    ]
    (feed,) = load_message(folded(rows)[0], {}).feeds.values()
    assert len(feed.minutes) <= MAX_MINUTES + 1
    assert feed.rows == 2 * MAX_MINUTES


def test_a_feed_says_how_far_it_has_come_and_what_was_filled() -> None:
    rows: list[Row] = [
        {"time": (START + at) * 1000, "dataset": "d", "scope": "a", "side": "edge", "zone": "a", "credentials": marks}
        for at, marks in [(0, ""), (70, "A" * 16), (130, "")]
    ]
    (feed,) = load_message(folded(rows)[0], {}).feeds.values()
    assert feed.median == START + 60
    assert feed.fills("edge", ["credentials"])
    assert feed.fills("edge", [])
    assert not feed.fills("backend", [])
    assert not feed.fills("edge", ["script"])
