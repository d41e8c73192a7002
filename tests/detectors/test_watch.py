"""Watching a batch: rows and lines and hits stay together, dead lines leave nothing, scopes are folded apart."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from detectors.base import Need, Verdict, View
from detectors.columns import Columns
from detectors.evidence import Cell
from detectors.facts import Facts
from detectors.folder import Folder
from detectors.kinds import Key, Kind
from detectors.watch import Watch
from tests.detectors.toys import SEED, START, a_row

Seen = tuple[str, str, int, tuple[tuple[str, str, str], ...], int]
"""Ray, scope, line, hits, weight."""


@dataclass(frozen=True, slots=True)
class Spy:
    """Writes down what it is shown."""

    seen: list[Seen] = field(default_factory=list)
    stretches: list[int] = field(default_factory=list)
    name: str = "spy"
    kinds: tuple[Kind, ...] = ()
    columns: frozenset[str] = frozenset({"ray", "host"})
    needs: tuple[Need, ...] = ()

    def fold(self, columns: Columns, _facts: Facts, _into: Folder) -> None:
        """Write down each row."""
        self.stretches.append(columns.count)
        for row in range(columns.count):
            hits = tuple((hit.path, hit.rule, hit.fingerprint) for hit in columns.hits if hit.row == row)
            ray, scope = columns.texts("ray")[row], columns.texts("scope")[row]
            self.seen.append((ray, scope, columns.line(row), hits, columns.weight))

    def judge(self, _kind: Kind, _key: Key, _pane: int, _cell: Cell, _view: View, _facts: Facts) -> Iterator[Verdict]:
        """Say nothing."""
        yield from ()

    def inventory(self, _key: Key, _memory: Mapping[str, Any]) -> Iterator[str]:
        """Say nothing."""
        yield from ()


def a_watch() -> tuple[Watch, Spy]:
    """Return a watch with a spy."""
    spy = Spy()
    watch = Watch(Facts(), SEED, detectors=(spy,), clean=lambda text: text.replace("s3cret", "[rule]"))
    watch.begin("origin", weight=10)
    return watch, spy


def rows(*given: tuple[str, str, int]) -> list[dict[str, str | int]]:
    """Make rows of ray, scope and whether it is a record's last."""
    return [{"time": START * 1000, "ray": ray, "scope": scope, "last": last} for ray, scope, last in given]


def test_each_row_has_the_line_of_its_record() -> None:
    watch, spy = a_watch()
    watch.rows.extend(a_row(watch, **row) for row in rows(("a", "z", 1), ("b1", "z", 0), ("b", "z", 1), ("c", "z", 1)))
    watch.fold([4, 7, 8])
    assert [(ray, line) for ray, _, line, _, _ in spy.seen] == [("a", 4), ("b", 7), ("c", 8), ("b1", 7)]
    assert {weight for *_, weight in spy.seen} == {10}


def test_hits_stand_at_their_records_own_row() -> None:
    watch, spy = a_watch()
    watch.rows.extend(a_row(watch, **row) for row in rows(("a1", "z", 0), ("a", "z", 1), ("b", "z", 1)))
    watch.fold([1, 2], found=[(1, "Logs", "x", "F"), (0, "E", "y", ""), (0, "E", "z", "")])
    assert [(ray, [rule for _, rule, _ in hits]) for ray, _, _, hits, _ in spy.seen] == [
        ("a1", []),
        ("a", ["y", "z"]),
        ("b", ["x"]),
    ]


def test_what_did_not_leave_is_not_seen() -> None:
    watch, spy = a_watch()
    watch.rows.extend(a_row(watch, **row) for row in rows(("a1", "z", 0), ("a", "z", 1), ("b", "z", 1), ("c", "z", 1)))
    watch.fold([1, 2, 3], found=[(0, "E", "x", ""), (2, "E", "y", "")], dropped=[0, 1])
    assert [(ray, line, len(hits)) for ray, _, line, hits, _ in spy.seen] == [("c", 3, 1)]


def test_rows_of_several_scopes_are_folded_apart_with_their_lines() -> None:
    watch, spy = a_watch()
    watch.rows.extend(
        a_row(watch, **row) for row in rows(("a", "x", 1), ("b1", "?", 0), ("b", "y", 1), ("c", "x", 1), ("d", "y", 1))
    )
    watch.fold([1, 2, 3, 4], found=[(3, "E", "r", "")])
    assert [(ray, line, len(hits)) for ray, _, line, hits, _ in spy.seen] == [
        ("a", 1, 0),
        ("c", 3, 0),
        ("b1", 2, 0),
        ("b", 2, 0),
        ("d", 4, 1),
    ]
    assert spy.stretches == [2, 1, 2]


def test_the_names_of_a_record_in_which_a_secret_was_found_are_cleaned() -> None:
    watch, spy = a_watch()
    watch.rows.extend(
        a_row(watch, **row) for row in rows(("a-s3cret", "z", 1), ("b-s3cret", "z", 0), ("c-s3cret", "z", 1))
    )
    watch.fold([1, 2], marked=[1])
    assert [ray for ray, *_ in spy.seen] == ["a-s3cret", "c-[rule]", "b-[rule]"]


def test_a_stretch_is_forgotten_when_it_is_folded() -> None:
    watch, spy = a_watch()
    watch.rows.extend(a_row(watch, **row) for row in rows(("a", "z", 1)))
    watch.fold([1])
    watch.fold([])
    assert watch.rows == []
    assert len(spy.seen) == 1


@pytest.mark.parametrize("judges", [1, 3])
def test_a_batch_without_rows_is_evidence_of_nothing(judges: int) -> None:
    watch, _ = a_watch()
    assert len(set(watch.finish(judges))) == 1
