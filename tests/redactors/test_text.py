"""Text: what hides in it is found as a known format, as JSON, as a pair, in a URL, as a random run."""

from __future__ import annotations

import json

import pytest

from redactors.policy import Policy
from tests.laws.stage import engine, lines, run, survivors
from tests.redactors.scrubbing import SHORT, STRICT, TOKEN, mark, scrub

CHANGED = {
    "a random token": (f"got {TOKEN} now", "got [token] now"),
    "a URL": ("see https://u:p@h.example/a?b=c now", "see https://h.example/a now"),
    "a URL of a path only": ("GET /p?x=abc HTTP/1.1", "GET /p HTTP/1.1"),
    "a fragment": ("see https://h.example/a#b now", "see https://h.example/a now"),
    "a capability in a URL": (
        "opened https://h.example/reset/8f3k2m twice",
        "opened https://h.example/reset/[path] twice",
    ),
    "a database URL": ("postgres://app:abc@db.example/main", "postgres://db.example/main"),
    "an address alone": ("203.0.113.77", "203.0.113.0"),
}


@pytest.mark.parametrize(("text", "safe"), CHANGED.values(), ids=CHANGED)
def test_what_hides_in_text_is_marked_and_the_rest_stays(text: str, safe: str) -> None:
    assert scrub("text", text) == safe
    assert scrub("text", safe) == safe


KEPT = (
    "",
    "ok",
    "Login ok, took 17 ms.",
    "1e7519b3-08e2-441d-ae10-7c8c6d3b7e17",
    "5d41402abc4b2a76b9719d911017c592",
    "7a1f7ad4df2f870a",
    "2026-03-02T09:14:00.123Z",
    "getUserProfileById2OrName",
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/110.0 Safari/537.36",
    "at fetch (/src/index.js:17:4)",
    "GET /orders/1e7519b3-08e2-441d-ae10-7c8c6d3b7e17 HTTP/1.1",
    "100 % of [2] items: done",
    '{"a": 1, "b": "x"}',
    "{not json}",
)


@pytest.mark.parametrize("text", KEPT)
def test_text_with_nothing_to_hide_stays(text: str) -> None:
    assert scrub("text", text) == text


JSON_CASES = {
    "a URL in JSON": '{"u":"/p?a=1\\u0026token={}"}',
    "an escaped URL": "\\u003ftoken\\u003d{}",
    "escaped slashes": "https:\\/\\/h.example\\/reset\\/{}",
    "JSON in JSON": '{"m":"{\\"password\\":\\"{}\\"}"}',
    "a query that was never encoded": "/graphql?query=mutation{login(password:{})}",
    "an authorization line": "Authorization: AWS4-HMAC-SHA256 Credential=AKIAQYLPMN5HHHFPZAM2/x, Signature={}",
    "a list in JSON": '[{"password":"{}"},{"token":["{}"]}]',
}


@pytest.mark.parametrize("secret", [SHORT, TOKEN])
@pytest.mark.parametrize("text", JSON_CASES.values(), ids=JSON_CASES)
def test_a_secret_in_text_survives_nowhere(text: str, secret: str) -> None:
    safe = scrub("text", text.replace("{}", secret))
    assert not survivors(secret, safe.encode())
    assert scrub("text", safe) == safe


def test_json_in_text_stays_json_with_its_order_and_its_other_values() -> None:
    safe = scrub("text", '{"z":18446744073709551615,"password":"hunter22x","a":[1.5,true,null,"x"]}')
    assert safe == f'{{"z":18446744073709551615,"password":"{mark("credential", SHORT)}","a":[1.5,true,null,"x"]}}'


def test_a_known_format_goes_first_where_a_url_would_be_cut() -> None:
    token = "AKIAQYLPMN5HHHFPZAM2"
    safe = scrub("text", f"aws key {token} at https://h.example/a?b=c")
    assert safe == f"aws key {mark('aws-access-key', token)} at https://h.example/a"


BASE = {"RayID": "7a1f7ad4df2f870a", "EdgeResponseStatus": 200, "ClientRequestHost": "h"}
ADA = mark("email", "ada@mail.example")
PERSONAL = {
    "mark": (Policy(), f"write to {ADA}@mail.example now"),
    "keep": (Policy(email="keep"), "write to ada@mail.example now"),
    "drop": (Policy(email="drop"), "write to [email] now"),
}


@pytest.mark.parametrize(("policy", "safe"), PERSONAL.values(), ids=PERSONAL)
def test_a_mail_address_in_text_is_treated_as_the_policy_says(policy: Policy, safe: str) -> None:
    raw = lines({**BASE, "WAFMatchedVar": "write to ada@mail.example now"})
    assert run(raw, by=engine(policy)).records[0]["WAFMatchedVar"] == safe


@pytest.mark.parametrize("number", ["+49 30 901820", "+493090182012", "(202) 555-0143"])
def test_a_phone_number_in_text_is_marked(number: str) -> None:
    safe = run(lines({**BASE, "WAFMatchedVar": f"call {number} now"})).records[0]["WAFMatchedVar"]
    assert number not in safe
    assert safe.startswith("call ")
    assert safe.endswith(" now")


AGENTS = {
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/110.0 Safari/537.36": "Chrome",
    "Mozilla/5.0 (X11; rv:121.0) Gecko/20100101 Firefox/121.0": "Firefox",
    "curl/8.1": "curl",
    "Googlebot/2.1": "bot",
    "hunter22x": "other",
    "": "",
}


@pytest.mark.parametrize(("agent", "family"), AGENTS.items())
def test_user_agents_are_text_and_in_the_strict_profile_families(agent: str, family: str) -> None:
    assert scrub("text.user_agent", agent) == agent
    assert scrub("text.user_agent", agent, STRICT) == family
    assert scrub("text.user_agent", family, STRICT) == family


def test_a_secret_in_a_user_agent_is_marked() -> None:
    assert SHORT not in scrub("text.user_agent", f"sync/1.0 (api_key={SHORT})")


@pytest.mark.parametrize("value", [7, 1.5, True, None], ids=json.dumps)
def test_what_is_no_string_in_a_text_field_stays(value: object) -> None:
    assert scrub("text", value) == value
