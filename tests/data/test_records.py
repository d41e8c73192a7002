"""The fixtures of the law tests cover every field of every dataset."""

from __future__ import annotations

import orjson
import pytest

from redactors.datasets import Catalogue, load_catalogue
from tests.data.records import SECRET, clean_record, sample_record

CATALOGUE: Catalogue = load_catalogue()


@pytest.mark.parametrize("name", CATALOGUE.names())
def test_a_record_has_every_field_of_its_dataset_and_is_recognised(name: str) -> None:
    for record in (sample_record(CATALOGUE[name]), clean_record(CATALOGUE[name])):
        assert record.keys() == CATALOGUE[name].fields.keys()
        assert CATALOGUE.recognise(record) is CATALOGUE[name]


@pytest.mark.parametrize("name", CATALOGUE.names())
def test_a_sample_holds_the_secret_where_a_field_can_hold_one_and_a_clean_record_nowhere(name: str) -> None:
    dataset = CATALOGUE[name]
    without = {"safe", "safe.list", "host", "geo", "ip", "ip.infrastructure", "ip.actor"}
    expected = {field for field, label in dataset.fields.items() if label not in without}
    holding = {field for field, value in sample_record(dataset).items() if SECRET.encode() in orjson.dumps(value)}
    assert holding == expected
    assert SECRET.encode() not in orjson.dumps(clean_record(dataset))


def test_a_sample_takes_any_secret() -> None:
    record = sample_record(CATALOGUE["http_requests"], "other")
    assert record["Cookies"]["session"] == "other"
    assert SECRET.encode() not in orjson.dumps(record)
