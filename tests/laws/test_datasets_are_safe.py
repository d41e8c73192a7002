"""What holds for every dataset, by being listed in the catalogue."""

from __future__ import annotations

import base64
import json
import random
from collections.abc import Callable
from urllib.parse import quote

import orjson
import pytest

from redactors.datasets import load_catalogue
from tests.data.records import clean_record, sample_record
from tests.laws.stage import catalogue, engine, lines, run, survivors

NAMES = load_catalogue().names()
CANARY = "q7ZkV2mXw9LrT4cN8bYs"

ENCODINGS: dict[str, Callable[[str], str]] = {
    "as it is": lambda secret: secret,
    "percent-encoded": lambda secret: "".join(f"%{ord(letter):02X}" for letter in secret),
    "doubly percent-encoded": lambda secret: "".join(f"%25{ord(letter):02X}" for letter in secret),
    "base64 of Basic": lambda secret: "Basic " + base64.b64encode(f"ada:{secret}".encode()).decode(),
    "JSON in a string": lambda secret: json.dumps({"password": secret}),
    "quoted": lambda secret: quote(f'"{secret}"'),
}


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("name", NAMES)
def test_a_canary_in_any_sensitive_field_in_any_encoding_never_leaves(name: str, encoding: str) -> None:
    planted = ENCODINGS[encoding](CANARY)
    result = run(lines(sample_record(catalogue()[name], planted)), name)
    assert not result.dead
    views = result.safe + base64.b64encode(result.safe)
    assert not survivors(CANARY, views)
    assert not survivors(base64.b64encode(f"ada:{CANARY}".encode()).decode(), result.safe)
    assert run(result.safe, name).safe == result.safe


@pytest.mark.parametrize("name", NAMES)
def test_unicode_escapes_hide_nothing(name: str) -> None:
    escaped = "".join(f"\\u{ord(letter):04x}" for letter in CANARY)
    raw = orjson.dumps(sample_record(catalogue()[name], "CANARY")).replace(b"CANARY", escaped.encode()) + b"\n"
    assert not survivors(CANARY, run(raw, name).safe)


@pytest.mark.parametrize("name", NAMES)
def test_a_record_with_nothing_to_hide_leaves_as_it_came(name: str) -> None:
    record = clean_record(catalogue()[name])
    result = run(lines(record), name)
    assert result.safe == orjson.dumps(record) + b"\n"
    assert result.tally.records[name, "clean"] == 1


@pytest.mark.parametrize("name", NAMES)
def test_recognised_by_its_fields_or_told_by_the_user_is_the_same(name: str) -> None:
    raw = lines(sample_record(catalogue()[name]))
    assert run(raw).safe == run(raw, name).safe


@pytest.mark.parametrize("name", NAMES)
def test_fields_keep_their_order_and_any_type_is_taken(name: str) -> None:
    values: list[object] = [None, True, 7, 2**64 - 1, 0.5, "", "x", [], {}, ["x", 1, None], {"a": {"password": CANARY}}]
    source = random.Random(5)  # noqa: S311 - made-up records
    for value in values:
        record = sample_record(catalogue()[name])
        for field in source.sample(list(record), len(record) // 2 + 1):
            record[field] = value
        result = run(lines(record), name)
        assert [list(each) for each in result.records] == [list(record)]
        assert not survivors(CANARY, result.safe)
        assert run(result.safe, name).safe == result.safe


def test_records_of_all_datasets_in_one_file_are_told_apart() -> None:
    raw = b"".join(lines(sample_record(catalogue()[name]), clean_record(catalogue()[name])) for name in NAMES)
    result = run(raw)
    assert {dataset for (dataset, _), count in result.tally.records.items() if count} == set(NAMES)
    alone = b"".join(run(lines(sample_record(catalogue()[n]), clean_record(catalogue()[n]))).safe for n in NAMES)
    assert result.safe == alone


def test_an_engine_that_has_seen_much_gives_the_same_as_a_new_one() -> None:
    by = engine()
    raws = [lines(sample_record(catalogue()[name])) for name in NAMES]
    for raw in raws:
        run(raw, by=by)
    assert [run(raw, by=by).safe for raw in raws] == [run(raw).safe for raw in raws]
