"""Headers: names stay, a safe list of values stays, addresses and URLs and credentials go by kind, the rest goes."""

from __future__ import annotations

import pytest

from redactors.policy import Policy
from tests.laws.stage import survivors
from tests.redactors.scrubbing import SHORT, STRICT, TOKEN, mark, scrub

SAFE = {
    "accept": "text/html, */*;q=0.8",
    "accept-language": "en-US,en;q=0.5",
    "content-type": "application/json",
    "content-security-policy": "default-src 'self'",
    "digest": "SHA-256=4REjxQ4yrqUVicfSKYNO/cF9zNj5ANbzgDZt3/h3Qxo=",
    "cache-control": "private, max-age=0",
    "etag": 'W/"5d41402abc4b2a76b9719d911017c592"',
    "if-none-match": '"5d41402a"',
    "age": "17",
    "vary": "accept-encoding",
    "via": "1.1 varnish",
    "host": "h.example",
    "origin": "https://h.example",
    "strict-transport-security": "max-age=31536000",
    "access-control-allow-origin": "*",
    "x-forwarded-proto": "https",
    "x-forwarded-host": "h.example",
    "x-request-id": "1e7519b3-08e2-441d-ae10-7c8c6d3b7e17",
    "x-correlation-id": "c-17",
    "x-trace-id": "5d41402abc4b2a76",
    "traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    "b3": "80f198ee56343ba864fe8b2a57d3eff7-e457b5a2e4d86bd1-1",
    "x-datadog-trace-id": "17",
    "x-amzn-trace-id": "Root=1-67891233-abcdef012345678912345678",
    "cf-ray": "7a1f7ad4df2f870a-FRA",
    "server-timing": "db;dur=53",
    "ratelimit-remaining": "17",
    "sec-ch-ua": '"Chromium";v="110"',
    "user-agent": "curl/8.1",
}


@pytest.mark.parametrize(("name", "value"), SAFE.items(), ids=SAFE)
def test_a_header_of_the_safe_list_stays(name: str, value: str) -> None:
    assert scrub("headers", {name: value}) == {name: value}
    assert scrub("headers", {name.title(): value}) == {name.title(): value}


CHANGED = {
    "an unknown header": ("X-Shop", "v1", "[header]"),
    "an unknown header, empty": ("X-Shop", "", ""),
    "a websocket key is no trace": ("sec-websocket-key", "dGhlIHNhbXBsZQ==", "[header]"),
    "an address": ("x-forwarded-for", "203.0.113.77, 2001:db8:1:2::3", "203.0.113.0, 2001:db8:1::"),
    "the visitor's address": ("CF-Connecting-IP", "203.0.113.77", "203.0.113.0"),
    "the client's address": ("true-client-ip", "203.0.113.77", "203.0.113.0"),
    "the real address": ("x-real-ip", "203.0.113.77", "203.0.113.0"),
    "forwarded": (
        "forwarded",
        'for=203.0.113.77;proto=https, for="[2001:db8:cafe:1::17]:4711"',
        'for=203.0.113.0;proto=https, for="[2001:db8:cafe::]:4711"',
    ),
    "location": ("location", "/cb#id_token=abc", "/cb"),
    "referer": ("Referer", "https://u:p@h.example/p?token=abc", "https://h.example/p"),
    "link": ("Link", '<https://h.example/p?api_key=abc>; rel="next"', '<https://h.example/p>; rel="next"'),
    "authorization": ("authorization", "Bearer abc", f"Bearer {mark('credential', 'abc')}"),
    "authorization, Basic": ("Authorization", "Basic YWJjOmRlZg==", f"Basic {mark('credential', 'YWJjOmRlZg==')}"),
    "an API key": ("X-Api-Key", "abc", mark("credential", "abc")),
    "an access assertion": ("Cf-Access-Jwt-Assertion", "eyJabc", mark("credential", "eyJabc")),
    "cookies": ("cookie", "theme=dark; session=abc", f"theme=[cookie]; session={mark('session', 'abc')}"),
    "a cookie that is set": (
        "Set-Cookie",
        "sid=abc; Path=/; HttpOnly",
        f"sid={mark('session', 'abc')}; Path=/; HttpOnly",
    ),
    "a report URL in a policy": (
        "content-security-policy",
        "default-src 'self'; report-uri https://h.example/r?t=abc",
        "default-src 'self'; report-uri https://h.example/r",
    ),
}


@pytest.mark.parametrize(("name", "value", "safe"), CHANGED.values(), ids=CHANGED)
def test_a_header_is_redacted_by_its_kind(name: str, value: str, safe: str) -> None:
    assert scrub("headers", {name: value}) == {name: safe}
    assert scrub("headers", {name: [value, value]}) == {name: [safe, safe]}
    assert scrub("headers", {name: safe}) == {name: safe}


CASES = {
    "Referer": "https://h.example/p?token={}",
    "Location": "/cb#id_token={}",
    "Link": '<https://h.example/p?api_key={}>; rel="next"',
    "Cookie": "theme=dark; session={}; lang=en",
    "Set-Cookie": "sid={}; Path=/; HttpOnly",
    "X-Api-Key": "{}",
    "Cf-Access-Jwt-Assertion": "eyJ{}",
    "Proxy-Authorization": "Basic {}",
    "authorization": "bearer   {}",
    "Authorization": 'Digest username="u", response="{}", nonce="n"',
    "AUTHORIZATION": "AWS4-HMAC-SHA256 Credential=AKIAQYLPMN5HHHFPZAM2/x, SignedHeaders=host, Signature={}",
}


@pytest.mark.parametrize("secret", [SHORT, TOKEN])
@pytest.mark.parametrize(("name", "value"), CASES.items(), ids=CASES)
def test_a_secret_in_a_header_survives_nowhere(name: str, value: str, secret: str) -> None:
    planted = value.replace("{}", secret)
    for headers in ({name: planted}, {name: [planted]}, f"{name}: {planted}", [f"{name}: {planted}"]):
        assert not survivors(secret, str(scrub("headers", headers)).encode())


def test_the_scheme_of_a_credential_stays() -> None:
    assert scrub("headers", {"authorization": "bearer   abc"}) == {
        "authorization": f"bearer   {mark('credential', 'abc')}"
    }
    digest = scrub("headers", {"authorization": 'Digest username="u", response="abc"'})
    assert digest["authorization"].startswith("Digest [credential~")


def test_lists_are_extended_by_the_user() -> None:
    policy = Policy(headers_keep=("X-Shop",), identity_request=("RequestHeaders.X-User",))
    headers = {"x-shop": "v1", "X-USER": "ada", "x-other": "v1"}
    assert scrub("headers", headers, policy) == {
        "x-shop": "v1",
        "X-USER": mark("identity", "ada"),
        "x-other": "[header]",
    }


def test_a_secret_in_a_headers_name_is_marked() -> None:
    assert scrub("headers", {TOKEN: "v1", "host": "h"}) == {"[header]": "[header]", "host": "h"}


def test_the_user_agent_is_reduced_where_the_policy_says() -> None:
    agent = "Mozilla/5.0 (X11; Linux x86_64) Chrome/110.0 Safari/537.36"
    assert scrub("headers", {"user-agent": agent}) == {"user-agent": agent}
    assert scrub("headers", {"user-agent": agent}, STRICT) == {"user-agent": "Chrome"}


FORMS = {
    "lines": ("Accept: */*\nX-Shop: v1", "Accept: */*\nX-Shop: [header]"),
    "a list of lines": (["Accept: */*", "X-Shop: v1"], ["Accept: */*", "X-Shop: [header]"]),
    "a list of pairs": ([{"name": "X-Shop", "value": "v1"}], [{"name": "X-Shop", "value": "[header]"}]),
    "a number": (7, None),
}


@pytest.mark.parametrize(("headers", "safe"), FORMS.values(), ids=FORMS)
def test_headers_are_known_in_every_form(headers: object, safe: object) -> None:
    assert scrub("headers", headers) == safe
