"""Looking at what is odd: marks that were typed, records redacted before, fields missing, of any type and dataset."""

from __future__ import annotations

import copy

import pytest

from detectors.columns import ALWAYS, COLUMNS, MARK_LETTERS, NOTHING, Columns, wanted
from detectors.facts import Facts
from detectors.looking import Surroundings
from detectors.makers import makers
from detectors.observing import Observing
from detectors.tokens import hashing
from redactors import registry
from redactors.plan import Plans, Said
from tests.detectors.looks import FACTS, POLICY, REQUEST, Record, row_of, shown
from tests.detectors.toys import SEED
from tests.laws.stage import RING, catalogue, rules


def test_a_mark_that_a_visitor_typed_is_nobodys() -> None:
    mark = registry.build(POLICY, RING, rules()).marker.keyed("credential", "s3cretTokenOfAda")
    typed = {**REQUEST, "RequestHeaders": {"authorization": f"Bearer {mark}"}}
    assert "credentials" not in row_of(typed)
    assert row_of(typed, redacted=True)["credentials"] == row_of(REQUEST)["credentials"]
    assert row_of(typed)["sessions"] == row_of(REQUEST)["sessions"]


def test_a_record_that_was_redacted_gives_the_same_row_in_all_its_marks() -> None:
    redactors = registry.build(POLICY, RING, rules())
    redacted = copy.deepcopy(REQUEST)
    Plans(POLICY, redactors, catalogue(), Said()).find(tuple(redacted)).scrub(redacted)
    raw, again = row_of(REQUEST), row_of(redacted, redacted=True)
    differ = {name for name in raw if raw[name] != again.get(name)}
    assert differ <= {"client", "cache_key"}


def test_the_batch_says_what_records_do_not() -> None:
    without = {name: value for name, value in REQUEST.items() if name != "ZoneName"}
    assert row_of(without, facts=Facts(), zone="other.example")["zone"] == "other.example"
    assert row_of(REQUEST, facts=Facts(), zone="other.example")["zone"] == "shop.example"
    assert row_of(REQUEST, facts=Facts(), account="acc-2")["account"] == "acc-2"


@pytest.mark.parametrize("field", REQUEST)
@pytest.mark.parametrize("value", [None, [], {}, True, -1.5, "", 10**25, ["x", 5], {"a": {"b": "c"}}], ids=repr)
def test_a_value_of_any_type_leaves_the_others_as_they_are(field: str, value: object) -> None:
    row = row_of({**REQUEST, field: value}, "http_requests")
    for name in row.keys() & COLUMNS.keys():
        kind = COLUMNS[name].type
        assert isinstance(row[name], int if kind == "number" else str)
        assert kind != "marks" or len(str(row[name])) % MARK_LETTERS == 0


@pytest.mark.parametrize("count", [0, 1, len(REQUEST)])
def test_fields_that_are_not_there_leave_their_columns_empty(count: int) -> None:
    row = row_of(dict(list(REQUEST.items())[:count]) or {"RayID": ""}, "http_requests")
    assert row["side"] == "edge"


def test_field_names_in_small_letters_are_known() -> None:
    row = row_of({name.lower(): value for name, value in REQUEST.items()}, "http_requests")
    assert row["ray"] == REQUEST["RayID"]


def test_only_columns_that_are_asked_for_are_filled() -> None:
    redactors = registry.build(POLICY, RING, rules())
    around = Surroundings(FACTS, hashing(SEED))
    columns = wanted(["network@audit", "ray"])
    observing = Observing(columns, around)
    plans = Plans(POLICY, redactors, catalogue(), Said(), observe=observing.look)
    record = copy.deepcopy(REQUEST)
    plans.find(tuple(record)).scrub(record)
    (row,) = observing.rows
    assert set(columns) == {*ALWAYS, "network", "ray"}
    assert Columns([row]).texts("network") == [""]


def test_every_column_has_its_maker_and_every_dataset_can_be_looked_at() -> None:
    around = Surroundings(FACTS, hashing(SEED))
    assert set(makers(around)) == {*COLUMNS, "places"}
    known = catalogue()
    for name in known.names():
        observing = Observing(wanted(COLUMNS), around)
        before, after = observing.look(known[name], tuple(known[name].fields), nested=False)
        record: Record = dict.fromkeys(known[name].fields)
        after(record, before(record))
        (row,) = shown(observing)
        assert {type(row[each]) is type(NOTHING[column.type]) for each, column in COLUMNS.items()} == {True}, name
    assert around.faults == 0
