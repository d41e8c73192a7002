"""Cookies: names stay, sessions and credentials can be followed, all other values go."""

from __future__ import annotations

import pytest

from redactors.policy import Policy
from tests.redactors.scrubbing import TOKEN, mark, scrub

SESSION, CREDENTIAL, PLAIN = mark("session", "abc"), mark("credential", "abc"), "[cookie]"
BY_NAME = {
    "sid": SESSION,
    "session": SESSION,
    "PHPSESSID": SESSION,
    "JSESSIONID": SESSION,
    "connect.sid": SESSION,
    "__Host-sid": SESSION,
    "__Secure-session": SESSION,
    "CF_Authorization": SESSION,
    "remember_me": SESSION,
    "token": CREDENTIAL,
    "jwt": CREDENTIAL,
    "csrftoken": CREDENTIAL,
    "XSRF-TOKEN": CREDENTIAL,
    "access_token": CREDENTIAL,
    "theme": PLAIN,
    "lang": PLAIN,
    "_ga": PLAIN,
    "is_authenticated": PLAIN,
    "cookieconsent": PLAIN,
}


@pytest.mark.parametrize(("name", "safe"), BY_NAME.items(), ids=BY_NAME)
def test_a_cookie_is_marked_by_its_name(name: str, safe: str) -> None:
    assert scrub("cookies", {name: "abc"}) == {name: safe}
    assert scrub("cookies", f"a=1; {name}=abc; b=2") == f"a=[cookie]; {name}={safe}; b=[cookie]"
    assert scrub("headers", {"set-cookie": f"{name}=abc; Path=/"}) == {"set-cookie": f"{name}={safe}; Path=/"}


ATTRIBUTES = (
    "Path=/; HttpOnly",
    "Expires=Wed, 21 Oct 2026 07:28:00 GMT; Max-Age=1",
    "Domain=h.example; Secure; SameSite=Lax; Partitioned; Priority=High",
    "path=/;secure;httponly",
)


@pytest.mark.parametrize("attributes", ATTRIBUTES)
def test_attributes_of_a_cookie_that_is_set_stay(attributes: str) -> None:
    assert scrub("headers", {"set-cookie": f"a=1; {attributes}"}) == {"set-cookie": f"a=[cookie]; {attributes}"}


ODD = {
    "empty": ("", ""),
    "an empty value": ("sid=", "sid="),
    "a value without a name": ("abc", "[cookie]"),
    "parted without spaces": ("a=1;sid=abc;b=2", f"a=[cookie];sid={SESSION};b=[cookie]"),
    "an equals sign in the value": ("a=b=c", "a=[cookie]"),
    "a random name": (f"{TOKEN}=1", "[cookie]=[cookie]"),
    "marked already": (f"sid={SESSION}; a=[cookie]", f"sid={SESSION}; a=[cookie]"),
    "what the platform redacted": ("sid=REDACTED", "sid=REDACTED"),
    "an attribute's name in a request": ("path=abc", "path=[cookie]"),
}


@pytest.mark.parametrize(("cookies", "safe"), ODD.values(), ids=ODD)
def test_a_header_of_odd_cookies_is_redacted(cookies: str, safe: str) -> None:
    assert scrub("cookies", cookies) == safe


def test_values_of_other_types_become_null_and_lists_are_marked_one_by_one() -> None:
    assert scrub("cookies", {"n": 5, "l": ["a", "b"], "sid": ["abc"], "o": {"a": "x"}, "e": ""}) == {
        "n": None,
        "l": [PLAIN, PLAIN],
        "sid": [SESSION],
        "o": None,
        "e": "",
    }


def test_names_are_kept_or_followed_as_the_user_says() -> None:
    policy = Policy(cookies_keep=("lang", "consent"), session_cookies=("shop",))
    assert scrub("cookies", {"lang": "en", "consent": "yes", "shop": "abc", "ab": "1"}, policy) == {
        "lang": "en",
        "consent": "yes",
        "shop": SESSION,
        "ab": PLAIN,
    }
    assert scrub("cookies", "lang=en; shop=abc", policy) == f"lang=en; shop={SESSION}"


def test_a_session_has_the_same_fingerprint_in_a_map_and_in_headers() -> None:
    headers = scrub("headers", {"cookie": "sid=a%2Fb", "set-cookie": 'sid="a/b"; Path=/'})
    assert scrub("cookies", {"sid": "a/b"})["sid"] in headers["cookie"]
    assert mark("session", "a/b") in headers["set-cookie"]


def test_without_a_key_marks_are_plain() -> None:
    assert scrub("cookies", "sid=abc; token=abc; a=1", ring=None) == "sid=[session]; token=[credential]; a=[cookie]"
