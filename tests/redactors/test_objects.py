"""Objects and the small classes: every value by its name and by what it is, and by the class of its field."""

from __future__ import annotations

import json

import pytest

from redactors.policy import Policy
from tests.redactors.scrubbing import SHORT, TOKEN, mark, scrub

MARK = mark("credential", SHORT)
OBJECTS = {
    "a credential": ({"a": {"password": SHORT}}, {"a": {"password": MARK}}),
    "a session": ({"sessionId": SHORT}, {"sessionId": mark("session", SHORT)}),
    "a credential in a list": ([{"token": SHORT}], [{"token": MARK}]),
    "all strings under a credential": (
        {"auth": {"a": [SHORT, {"b": SHORT}], "n": 7, "t": True}},
        {"auth": {"a": [MARK, {"b": MARK}], "n": 7, "t": True}},
    ),
    "a pair of name and value": ({"name": "password", "value": SHORT}, {"name": "password", "value": MARK}),
    "a pair in capitals": ([{"Key": "x-api-key", "Value": SHORT}], [{"Key": "x-api-key", "Value": MARK}]),
    "text by its content": ({"Message": f"token={SHORT}"}, {"Message": f"token={MARK}"}),
    "JSON in a string": ({"m": f'{{"password":"{SHORT}"}}'}, {"m": f'{{"password":"{MARK}"}}'}),
    "a URL by its name": ({"webhookUrl": "https://h.example/a?b=c"}, {"webhookUrl": "https://h.example/a"}),
    "headers by their name": ({"headers": {"X-Shop": "v1"}}, {"headers": {"X-Shop": "[header]"}}),
    "cookies by their name": ({"cookies": {"lang": "en"}}, {"cookies": {"lang": "[cookie]"}}),
    "an address by its name": ({"client_ip": "203.0.113.77"}, {"client_ip": "203.0.113.0"}),
    "a body by its name": ({"body": "hello"}, {"body": "[body]"}),
    "a query by its name": ({"query": "a=b"}, {"query": ""}),
    "a mail address by its name": (
        {"email": "ada@mail.example"},
        {"email": f"{mark('email', 'ada@mail.example')}@mail.example"},
    ),
    "a name that is random": ({"a": {TOKEN: 1, "ok": 2}}, {"a": {"[token]": 1, "ok": 2}}),
    "two names that are random": ({TOKEN: 1, TOKEN[::-1]: 2}, {"[token]": 1, "[token]'": 2}),
    "a string": (f"token={SHORT}", f"token={MARK}"),
}


@pytest.mark.parametrize("field_class", ["object", "unknown"])
@pytest.mark.parametrize(("value", "safe"), OBJECTS.values(), ids=OBJECTS)
def test_an_object_is_redacted_by_names_and_values(value: object, safe: object, field_class: str) -> None:
    assert scrub(field_class, value) == safe
    assert scrub(field_class, safe) == safe


def test_numbers_go_only_under_names_of_numbers_to_hide() -> None:
    hidden = dict.fromkeys(("otp", "pin", "cvv", "ssn", "card", "card_number"), 4711)
    kept = {"token": 77, "password": 4711, "secret": True, "n": 2**64 - 1}
    assert scrub("object", {**hidden, **kept}) == {**dict.fromkeys(hidden), **kept}


KEPT = {
    "names that only look so": {
        "monkey": "banana",
        "keyboard": "qwerty",
        "is_authenticated": True,
        "max_tokens": 100,
        "cache_key": "abc123",
        "error_code": "E4711",
        "RayID": "7a1f7ad4df2f870a",
        "JA3Hash": "5d41402abc4b2a76b9719d911017c592",
    },
    "every JSON type": {"a": None, "b": True, "c": -1.5, "d": [], "e": {}, "f": "", "g": [1, "x", None]},
    "empty credentials": {"password": None, "secret": "", "token": []},
    "a number": 7,
    "null": None,
}


@pytest.mark.parametrize("value", KEPT.values(), ids=KEPT)
def test_an_object_with_nothing_to_hide_stays(value: object) -> None:
    assert json.dumps(scrub("object", value)) == json.dumps(value)


BODIES = {"a string": ("hello", "[body]"), "an object": ({"a": "x"}, None), "a number": (7, None), "null": (None, None)}


@pytest.mark.parametrize(("body", "safe"), BODIES.values(), ids=BODIES)
def test_a_body_is_a_mark_if_it_is_a_string_and_else_null(body: object, safe: object) -> None:
    assert scrub("body", body) == safe


PLACES = {
    "a latitude": ("51.75670", "51.8"),
    "a longitude": ("-0.12574", "-0.1"),
    "a number": (51.7567, 51.8),
    "a city": ("Berlin", "Berlin"),
    "a region": ("NI", "NI"),
    "coarse already": ("51.8", "51.8"),
}


@pytest.mark.parametrize(("place", "safe"), PLACES.values(), ids=PLACES)
def test_a_place_is_coarse_or_dropped(place: object, safe: object) -> None:
    assert scrub("geo", place) == safe
    assert scrub("geo", place, Policy(geo="drop")) in ("[geo]", None)


@pytest.mark.parametrize("field_class", ["safe", "safe.list", "host"])
def test_safe_fields_keep_scalars_and_lists_and_look_into_objects(field_class: str) -> None:
    for kept in ("h.example", 7, True, None, ["a", 1], "token=abc"):
        assert scrub(field_class, kept) == kept
    assert scrub(field_class, ["a", {"password": SHORT}]) == ["a", {"password": MARK}]
    assert scrub(field_class, {"password": SHORT}) == {"password": MARK}


@pytest.mark.parametrize(
    "field_class", ["url", "path", "query", "text", "cookies", "headers", "ip", "email", "identity"]
)
def test_an_object_under_another_class_is_unknown(field_class: str) -> None:
    assert SHORT not in json.dumps(scrub(field_class, {"password": SHORT, "a": [{"token": SHORT}]}))
