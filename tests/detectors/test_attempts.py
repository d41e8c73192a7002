"""What counts as an internal address in what a visitor sent, and that looking for one costs little."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detectors.attempts import asked
from detectors.hosts import canonical

METADATA = "http://169.254.169.254"


@pytest.mark.parametrize(
    ("uri", "place"),
    [
        ("/fetch?url=http://169.254.169.254/latest/meta-data/", METADATA),
        ("/fetch?url=http%3A%2F%2F169.254.169.254%2Flatest", METADATA),
        ("/fetch?url=http%253A%252F%252F169.254.169.254", METADATA),
        ("/fetch?url=http%25253A%25252F%25252F169.254.169.254", METADATA),
        ("/fetch?a=1&url=HTTP%3a//2852039166/", METADATA),
        ("/fetch?url=http:169.254.169.254", METADATA),
        ("/fetch?url=http:/169.254.169.254", METADATA),
        ("/fetch?url=http:///169.254.169.254", METADATA),
        ("/fetch?url=//169.254.169.254/x", "https://169.254.169.254"),
        (r"/fetch?url=\\169.254.169.254\x", "https://169.254.169.254"),
        ("/fetch?url=%5c%5C169.254.169.254", "https://169.254.169.254"),
        ("/fetch?url=https://shop.example@10.0.0.1:8443/", "https://@10.0.0.1:8443"),
        ("/fetch?at=10:30,http://10.0.0.1", "http://10.0.0.1"),
        ("/fetch?url=https%3A%2F%2F%5B%3A%3A1%5D%2F", "https://[::1]"),
        ("/fetch?url=http://vault/v1/secret", "http://vault"),
        ("/fetch?url=http://app.10-0-0-5.sslip.io/", "http://app.10-0-0-5.sslip.io"),
        ("/fetch?url=gopher://127.0.0.1:6379/_FLUSHALL", "gopher://127.0.0.1:6379"),
        ("/fetch?url=jar:http://127.0.0.1!/x", "http://127.0.0.1"),
        ("/fetch?url=file:///etc/passwd", "file://"),
        ("/fetch?url=http://256.256.256.256/", "invalid:"),
        ("/proxy/http://10.0.0.1/admin", "http://10.0.0.1"),
        ("/http://10.0.0.1", "http://10.0.0.1"),
        ("https://www.shop.example/proxy/http://10.0.0.1?x=1", "http://10.0.0.1"),
        ("https://www.shop.example/fetch?url=http://10.0.0.1", "http://10.0.0.1"),
    ],
)
def test_an_internal_address_is_seen_however_it_is_spelled(uri: str, place: str) -> None:
    assert asked(uri) == place


@pytest.mark.parametrize(
    "uri",
    [
        "",
        "/",
        "/p/123",
        "/p?page=2&sort=price&utm_source=news",
        "/p?next=https://www.shop.example/cart",
        "/p?next=https%3A%2F%2Fapp.shop.example%2Fcb%3Fcode%3D1",
        "/p?app=myapp://home",
        "/p?at=2026-03-02T10:30:00Z",
        "/p?ratio=16:9&list=a//b",
        "/p?b=//foo",
        "/p?mail=mailto:a@localhost",
        "//wp-includes/wlwmanifest.xml?x=1",
        "https://127.0.0.1/p?page=2",
        "https://localhost/p",
        "/p?q=100%25 https:",
        "/p?u=http://%zz",
        "/p?ip=10.0.0.1",
    ],
)
def test_what_names_no_internal_url_is_none(uri: str) -> None:
    assert asked(uri) == ""


@given(uri=st.text(max_size=300) | st.text("?&=:/\\%25aAhtp[]0.1@#", max_size=300))
def test_it_never_raises_and_says_places_that_are_read_again_alike(uri: str) -> None:
    place = asked(uri)
    assert place in ("", "invalid:", "file://") or canonical(place).verdict.value == "internal"


@pytest.mark.parametrize("part", ["http:", ":", ":/", "://", "%25", "%3a//", "=//", "http://a.example,", r"\\"])
def test_a_long_uri_costs_no_more_than_its_length(part: str) -> None:
    assert asked("/p?" + part * 100_000) == ""
