"""Guards: what the last scan sees in the bytes that leave, and the careful reading that follows."""

from __future__ import annotations

import re

import orjson
import pytest

from redactors.guards import guard_patterns, guarded_names
from tests.laws.stage import catalogue, run
from tests.redactors.scrubbing import SHORT

WIDE, OBJECTS = (re.compile(pattern.encode()) for pattern in guard_patterns(catalogue()))
REQUEST = '{"RayID":"7a1f7ad4df2f870a","EdgeResponseStatus":200,'


def test_the_guarded_fields_are_the_plain_scalars_of_the_hottest_datasets() -> None:
    names = guarded_names(catalogue())
    fields = {**catalogue()["workers_trace_events"].fields, **catalogue()["http_requests"].fields}
    assert {"RayID", "EdgeResponseStatus", "ClientRequestHost", "Outcome"} <= names
    assert {fields[name] for name in names} == {"safe", "host"}


def test_no_guarded_field_holds_objects_in_another_dataset() -> None:
    guarded = guarded_names(catalogue())
    fields = [pair for name in catalogue().names() for pair in catalogue()[name].fields.items()]
    assert {field_class for name, field_class in fields if name in guarded} == {"safe", "host"}


@pytest.mark.parametrize("number", [2**64, 2**64 + 1, -(2**63) - 1, 10**30, -(10**30)])
def test_the_fast_parser_writes_an_integer_over_64_bits_so_that_the_guard_sees_it(number: int) -> None:
    assert WIDE.search(orjson.dumps(orjson.loads(str(number))))


@pytest.mark.parametrize("number", [2**64 - 1, -(2**63), 0, 1.5])
def test_the_guard_does_not_see_numbers_that_stay_exact(number: float) -> None:
    assert not WIDE.search(orjson.dumps(number))


@pytest.mark.parametrize("value", [{"a": 1}, ["a"], [[{"a": 1}]], [{}], {"a": {}}])
def test_the_guard_sees_an_object_or_a_list_in_a_scalar_field(value: object) -> None:
    assert OBJECTS.search(orjson.dumps({"RayID": value}))


@pytest.mark.parametrize("value", ["{a}", "[a]", 7, None, True, {}, []])
def test_the_guard_does_not_see_scalars_and_what_is_empty(value: object) -> None:
    assert not OBJECTS.search(orjson.dumps({"RayID": value}))


@pytest.mark.parametrize("number", [2**64 + 1, -(2**63) - 1, 12345678901234567890123])
@pytest.mark.parametrize("field", ["EdgeResponseBytes", "WAFMatchedVar", "Extra", "ClientRequestURI"])
def test_an_integer_over_64_bits_leaves_as_it_came(field: str, number: int) -> None:
    result = run(f'{REQUEST}"{field}":{number},"ClientRequestReferer":"/p?token={SHORT}"}}\n'.encode())
    assert result.records[0][field] == number
    assert result.records[0]["ClientRequestReferer"] == "/p"


HIDING = (
    f'{{"password":"{SHORT}"}}',
    f'["x",{{"password":"{SHORT}"}}]',
    f'[[{{"password":"{SHORT}"}}]]',
    f'{{"a":{{"headers":{{"x-shop":"{SHORT}"}}}}}}',
    f'{{"a":"token={SHORT}"}}',
)


@pytest.mark.parametrize("value", HIDING)
@pytest.mark.parametrize("field", ["RayID", "EdgeColoCode", "EdgeRequestHost", "rayid", "Edge\\u0043oloCode"])
def test_an_object_in_a_scalar_field_hides_nothing(field: str, value: str) -> None:
    result = run(f'{{"ClientRequestHost":"h","EdgeResponseStatus":200,"{field}":{value}}}\n'.encode())
    assert SHORT.encode() not in result.safe
    assert len(result.records) == 1


def test_an_object_in_a_scalar_field_of_a_subrequest_hides_nothing() -> None:
    result = run(f'{REQUEST}"Subrequests":[{{"RayID":{{"password":"{SHORT}"}}}}]}}\n'.encode())
    assert SHORT.encode() not in result.safe


def test_lines_beside_a_careful_one_are_not_touched() -> None:
    good = f'{REQUEST}"EdgeResponseBytes":17}}\n'.encode()
    wide = good.replace(b"17", str(2**64 + 1).encode())
    assert run(good + wide + good).safe == good + wide + good
