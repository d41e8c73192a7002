"""Names and values in text: the value of a telling name is marked, however the pair is written."""

from __future__ import annotations

import pytest

from redactors.keyring import new_ring
from redactors.marks import Marker
from tests.redactors.scrubbing import SHORT, mark, scrub

MARK = mark("credential", SHORT)
PAIRS = {
    "equals": "password={}",
    "equals with spaces": "password = {} rest",
    "colon": "a password: {} b",
    "arrow": "token => {}",
    "capitals": "PASSWORD={}",
    "camel case": "AccessToken={}, next=1",
    "a header's name": "x-api-key: {}",
    "brackets": "user[token]={}",
    "single quotes": "api_key='{}' x",
    "double quotes": 'token="{}" x',
    "JSON": 'x {"password":"{}"} y',
    "JSON with spaces": '"token" : "{}"',
    "JSON with escaped quotes": 'x {\\"password\\":\\"{}\\"} y',
    "JSON cut off": 'x {"user":"ada","password":"{}',
    "GraphQL": 'mutation{login(password:"{}")}',
    "among parameters": "a=1&token={}&b=2",
    "among parameters parted by semicolons": "a=1;token={};b=2",
    "among words parted by commas": "user=ada, token={}, b=2",
    "over two lines": "password:\n  {}",
    "a one-time password": "otp={}",
    "at the end of a URL path": "/cars;token={};color=red/2012",
}


@pytest.mark.parametrize("text", PAIRS.values(), ids=PAIRS)
def test_the_value_of_a_telling_name_is_marked_and_nothing_else(text: str) -> None:
    assert scrub("text", text.replace("{}", SHORT)) == text.replace("{}", MARK)


def test_a_scheme_before_the_value_stays_and_the_fingerprint_is_that_of_the_bare_token() -> None:
    safe = scrub("text", f"authorization=Bearer {SHORT}")
    assert safe.startswith("authorization=Bearer [")
    assert safe.partition("~")[2][:19] == MARK.partition("~")[2][:19]


WHOLE_LINES = ("Authorization: Bearer {} more", "Cookie: lang=en; sid={}", "Set-Cookie: sid={}; Path=/")


@pytest.mark.parametrize("text", WHOLE_LINES)
def test_of_a_header_line_in_text_nothing_of_the_secret_stays(text: str) -> None:
    assert SHORT not in scrub("text", text.replace("{}", SHORT))


ENCODED = (
    "to%6Ben={}",
    "user%5Btoken%5D={}",
    "password%3D{}",
    "password%253D{}",
    "variables=%7B%22password%22%3A%22{}%22%7D",
    "a\\u0026token\\u003d{}",
    "?a=1&amp;token={}",
    "password&#61;{}",
)


@pytest.mark.parametrize("text", ENCODED)
def test_an_encoded_pair_is_marked_too(text: str) -> None:
    safe = scrub("text", text.replace("{}", SHORT))
    assert SHORT not in safe
    assert scrub("text", safe) == safe


KEPT = (
    "monkey=banana",
    "keyboard=qwerty",
    "is_authenticated=true",
    "max_tokens=100",
    "cache_key=abc123",
    "error_code=E4711",
    "RayID: 7a1f7ad4df2f870a",
    "JA3Hash: 5d41402abc4b2a76b9719d911017c592",
    "token_type=bearer",
    "password: null",
    "password=",
    "password=***",
    "password=[credential]",
    f"password={mark('credential', 'x')}",
    "the password is wrong",
    "12:30:45 done",
)


@pytest.mark.parametrize("text", KEPT)
def test_a_pair_that_hides_nothing_stays(text: str) -> None:
    assert scrub("text", text) == text


FORGED = {
    "made up": "[credential~AA.AAAAAAAAAAAAAAAAAAAA]",
    "of another ring": Marker(new_ring(bytes(range(64, 128)))).keyed("credential", "x"),
    "of an unknown rule": "[made-up]",
}


@pytest.mark.parametrize("text", FORGED.values(), ids=FORGED)
def test_a_mark_that_is_not_ours_is_a_value_like_any_other(text: str) -> None:
    assert scrub("text", f"password={text}") == f"password={mark('credential', text)}"


def test_a_secret_behind_a_mark_does_not_hide() -> None:
    assert SHORT not in scrub("text", f"password={MARK}{SHORT}")


def test_an_address_under_its_name_is_treated_as_one() -> None:
    assert scrub("text", "client_ip=203.0.113.77 x=1") == "client_ip=203.0.113.0 x=1"
    assert scrub("text", '{"remote_addr": "2001:db8:1:2::9"') == '{"remote_addr": "2001:db8:1::"'
