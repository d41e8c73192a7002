"""How raw values become what a detector may see: tables of times, addresses, hosts, targets, routes, marks."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detectors import sights, tokens
from detectors.columns import LONGEST
from detectors.routes import MAX_SEGMENTS, Routes
from redactors.keyring import new_ring
from redactors.marks import Marker

MARKER = Marker(new_ring(bytes(range(64))))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)

TIMES: dict[str, tuple[Any, int]] = {
    "unixnano": (1_772_442_840_123_456_789, 1_772_442_840_123),
    "microseconds": (1_772_442_840_123_456, 1_772_442_840_123),
    "milliseconds": (1_772_442_840_123, 1_772_442_840_123),
    "unix": (1_772_442_840, 1_772_442_840_000),
    "unix with a fraction": (1_772_442_840.5, 1_772_442_840_500),
    "digits": ("1772442840123456789", 1_772_442_840_123),
    "rfc3339": ("2026-03-02T09:14:00Z", 1_772_442_840_000),
    "rfc3339ms": ("2026-03-02T09:14:00.123Z", 1_772_442_840_123),
    "rfc3339ns": ("2026-03-02T09:14:00.123456789Z", 1_772_442_840_123),
    "one digit of a second": ("2026-03-02T09:14:00.1Z", 1_772_442_840_100),
    "with an offset": ("2026-03-02T10:14:00+01:00", 1_772_442_840_000),
    "with a space": ("2026-03-02 09:14:00Z", 1_772_442_840_000),
    "without an offset": ("2026-03-02T09:14:00", 0),
    "no day": ("2026-02-30T09:14:00Z", 0),
    "no second": ("2026-03-02T09:14:xxZ", 0),
    "text": ("soon", 0),
    "long digits": ("9" * 400, 0),
    "negative": (-5, 0),
    "far beyond": (10**30, 0),
    "nothing": (None, 0),
    "a truth": (True, 0),
    "a list": ([1_772_442_840], 0),
}


@pytest.mark.parametrize(("value", "milliseconds"), TIMES.values(), ids=TIMES)
def test_times_of_every_spelling_are_milliseconds(value: Any, milliseconds: int) -> None:  # noqa: ANN401 (any JSON)
    assert sights.time_ms(value) == milliseconds


ADDRESSES = {
    "203.0.113.77": ("203.0.113.0/24", "203.0.113.77"),
    "0.0.0.0": ("0.0.0.0/24", "0.0.0.0"),  # noqa: S104 (an address like any other)
    "2001:0DB8::9": ("2001:db8::/48", "2001:db8::9"),
    "::ffff:203.0.113.77": ("203.0.113.0/24", "203.0.113.77"),
    "fe80::1%eth0": ("fe80::/48", "fe80::1"),
    "203.0.113.077": ("", ""),
    "203.0.113": ("", ""),
    "999.1.1.1": ("", ""),
    "": ("", ""),
    "unknown": ("", ""),
}


@pytest.mark.parametrize("text", ADDRESSES)
def test_an_address_is_its_network_and_its_one_spelling(text: str) -> None:
    assert sights.address(text) == ADDRESSES[text]


TARGETS = {
    "https://api.example/x?y#z": "https://api.example",
    "HTTPS://API.Example:443/": "https://api.example",
    "http://api.example:8080": "http://api.example:8080",
    "https://me:pw@api.example/": "https://@api.example",
    "http://0x7f.1/": "http://127.0.0.1",
    "http://[::ffff:10.0.0.1]/": "http://[::ffff:a00:1]",
    "gopher://10.0.0.1:70/_x": "gopher://10.0.0.1:70",
    "/relative?u=https://x.example": "",
    "http://256.256.256.256/": "invalid:",
    "": "",
}


@pytest.mark.parametrize("url", TARGETS)
def test_a_target_is_scheme_host_and_port(url: str) -> None:
    assert sights.target(url) == TARGETS[url]


def test_targets_in_text_are_found_however_deep_and_once() -> None:
    logs = [
        {"Message": ["calling https://a.example/x?token=1,", {"to": ["see <http://b.example:81/>"]}]},
        {"message": 'again "https://a.example/y"'},
        {"Message": [None, 5, "no://"]},
    ]
    assert sorted(sights.targets(logs)) == ["http://b.example:81", "https://a.example"]


def test_endless_targets_in_one_text_are_bounded() -> None:
    assert len(sights.targets(" ".join(f"https://h{at}.example/" for at in range(1000)))) <= 20


@pytest.mark.parametrize(
    ("location", "leads"),
    [
        ("https://x.example/a", "https://x.example"),
        ("//x.example/a", "https://x.example"),
        (["https://x.example/a"], "https://x.example"),
        ("/next", ""),
        ("/next?u=//x.example/", ""),
        ([], ""),
        (None, ""),
    ],
    ids=repr,
)
def test_a_redirect_leads_somewhere_only_if_it_names_a_host(location: Any, leads: str) -> None:  # noqa: ANN401 (any JSON)
    assert sights.redirect(location) == leads


HOSTS = {
    "Shop.Example": "shop.example",
    "shop.example:8443": "shop.example",
    "shop.example.": "shop.example",
    "[2001:DB8::1]:443": "[2001:db8::1]",
    "2001:db8::1": "2001:db8::1",
    "": "",
}


@pytest.mark.parametrize("text", HOSTS)
def test_a_host_has_small_letters_and_no_port(text: str) -> None:
    assert sights.host(text) == HOSTS[text]


ROUTES = {
    "/": "/",
    "": "",
    "/products": "/products",
    "/products/8812": "/products/*",
    "/u/8812/orders?page=2": "/u/*/orders",
    "https://shop.example/u/8812": "/u/*",
    "https://shop.example": "/",
    "/api/v2/items": "/api/v2/items",
    "/assets/app.3f2a11.js": "/assets/*",
    "/account/style.css": "/account/style.css",
    "/o/3b241101-e2bb-4255-8caf-4136c566a962": "/o/*",
    "/o/deadbeefcafe": "/o/*",
    "/reset/[path]/x": "/reset/*/x",
    "/a%2Fb/c": "/*/c",
    "/blog/the-ten-best-shirts-of-all": "/blog/*",
    "/blog/best-shirts": "/blog/best-shirts",
    "/a" * 30: "/a" * MAX_SEGMENTS + "/*",
    "*": "*",
}


@pytest.mark.parametrize("path", ROUTES)
def test_a_route_is_a_path_without_what_differs(path: str) -> None:
    routes = Routes()
    assert routes.route(path) == ROUTES[path]
    assert routes.route(path) == ROUTES[path]


def test_the_users_own_routes_come_first() -> None:
    assert Routes(["/u/*/orders", "/files/*"]).route("/files/ab/cd/ef") == "/files/*"


@given(paths=st.lists(st.text("/abc01-%[]é", max_size=20)))
def test_a_route_of_a_route_is_the_same(paths: list[str]) -> None:
    routes = Routes()
    for path in paths:
        once = routes.route(f"/{path}")
        assert routes.route(once) == once


@given(value=JSON)
def test_nothing_makes_a_sight_fail(value: Any) -> None:  # noqa: ANN401 (any JSON)
    assert 0 <= sights.time_ms(value) < 10**14
    assert sights.number(value) >= 0
    assert len(sights.text(value)) <= LONGEST
    assert isinstance(sights.target(value), str)
    assert isinstance(sights.redirect(value), str)
    assert isinstance(sights.targets(value), list)
    assert isinstance(sights.host(value), str)
    assert all(isinstance(each, str) for each in (*sights.address(value), *sights.whole_address(value)))
    assert isinstance(Routes().route(value), str)
    assert isinstance(tokens.marks(value) + tokens.sessions(value), str)
    assert all(isinstance(each, str) for each in (*tokens.claims(value), *tokens.crash(value)))
    assert isinstance(tokens.person(value, MARKER.keyer("identity")), str)
    assert isinstance(tokens.strong_tag(value), str)


def _letters(mark: str) -> str:
    return mark[-21:-5]


@pytest.mark.parametrize(
    "form",
    ["{}", "Bearer {}", "Digest a={}, b=1", "a {} b"],
)
def test_a_fingerprint_is_found_wherever_its_mark_stands(form: str) -> None:
    mark = MARKER.keyed("credential", "s3cret")
    assert tokens.marks(form.format(mark)) == _letters(mark)


def test_all_fingerprints_of_a_value_are_joined() -> None:
    one, two = MARKER.keyed("credential", "a"), MARKER.keyed("github-token", "b")
    assert tokens.marks([f"x {one}{two}", two, None]) == _letters(one) + 2 * _letters(two)


@pytest.mark.parametrize("value", ["[credential]", "none ~ at all", "[x~KQ.SHORT]", "a~b", "REDACTED"])
def test_what_is_no_keyed_mark_has_no_fingerprint(value: str) -> None:
    assert tokens.marks(value) == ""


def test_sessions_are_told_from_other_cookies() -> None:
    sid, csrf, mail = (MARKER.keyed(rule, rule) for rule in ("session", "credential", "email"))
    cookies = {"sid": sid, "lang": "[cookie]", "csrf": [csrf], "long": "x" * 40, "n": 5, "x": None}
    assert tokens.sessions(cookies) == _letters(sid) + _letters(csrf)
    assert tokens.sessions(f"lang=[cookie]; sid={sid}; m={mail}") == _letters(sid)
    assert tokens.sessions([f"sid={sid}; Path=/; HttpOnly"]) == _letters(sid)


def test_a_person_who_was_not_marked_gets_the_same_fingerprint() -> None:
    mark = MARKER.keyer("identity")
    assert tokens.person("u-17", mark) == tokens.person(mark("u-17"), mark) == _letters(mark("u-17"))
    assert tokens.person(["u-17"], mark) == _letters(mark("u-17"))
    assert tokens.person("[identity]", mark) == ""


def _jwt(claims: object) -> str:
    parts = [
        base64.urlsafe_b64encode(json.dumps(each).encode()).rstrip(b"=").decode() for each in ({"alg": "x"}, claims)
    ]
    return ".".join([*parts, "sig"])


@pytest.mark.parametrize(
    ("claims", "found"),
    [
        ({"iss": "https://id.example", "aud": "shop"}, ("https://id.example", "shop")),
        ({"iss": "https://id.example", "aud": ["a", "b"]}, ("https://id.example", "a")),
        ({"sub": "u-17"}, ("", "")),
        (["iss"], ("", "")),
        ({"iss": 5, "aud": {}}, ("", "")),
        ({"iss": "x" * 500}, ("x" * LONGEST, "")),
    ],
    ids=["both", "a list", "neither", "no map", "other types", "long"],
)
def test_issuer_and_audience_of_a_token_are_read_and_nothing_else(claims: object, found: tuple[str, str]) -> None:
    assert tokens.claims(f"Bearer {_jwt(claims)}") == found


@pytest.mark.parametrize("value", ["Bearer abc", "Bearer eyJ!!.x.y", "Bearer eyJhbGciOiJ4In0.!.x", "eyJ.eyJ.x", ""])
def test_what_is_no_jwt_has_no_claims(value: str) -> None:
    assert tokens.claims(value) == ("", "")


def test_two_crashes_that_differ_in_digits_are_the_same() -> None:
    def crash(order: int) -> list[dict[str, str]]:
        stack = f"TypeError: no order {order}\n    at priceOf (worker.js:{order}:19)\n    at fetch (worker.js:9:3)"
        return [{"Name": "TypeError", "Message": f"no order {order}", "Stack": stack}]

    assert tokens.crash(crash(1)) == tokens.crash(crash(88))
    assert tokens.crash(crash(1))[0] == "TypeError"
    assert tokens.crash([{"name": "see https://x.example?t=1", "message": "m"}])[0] == "Error"


def test_a_keyed_hash_hangs_on_its_seed() -> None:
    one, two = tokens.hashing(b"a" * 32), tokens.hashing(b"b" * 32)
    assert one("x") == tokens.hashing(b"a" * 32)("x") != two("x")
    assert one("x") != one("y")
