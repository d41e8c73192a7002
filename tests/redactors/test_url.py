"""URLs: no userinfo, no query, no fragment; the rest byte for byte, however odd the URL is written."""

from __future__ import annotations

import pytest

from redactors.policy import Policy
from tests.laws.stage import survivors
from tests.redactors.scrubbing import FORENSIC, SHORT, TOKEN, mark, scrub

STANDARD = {
    "a query": ("/a/b?x=1", "/a/b"),
    "a fragment": ("/a/b#x", "/a/b"),
    "a query and a fragment": ("/a?x=1#y?z", "/a"),
    "a bare question mark": ("/a?", "/a"),
    "a question mark behind the number sign": ("/a#b?c", "/a"),
    "userinfo": ("https://u:p@h.example:8443/a", "https://h.example:8443/a"),
    "userinfo of a name only": ("https://u@h.example/a", "https://h.example/a"),
    "userinfo with an encoded at sign": ("https://u%40d:p%3A@h.example/", "https://h.example/"),
    "userinfo of another scheme": ("postgres://u:p@db.example/main", "postgres://db.example/main"),
    "an at sign in the path is no userinfo": ("/a@b/c", "/a@b/c"),
    "an at sign in the path behind a host": ("https://h.example/a@b/c", "https://h.example/a@b/c"),
    "an at sign in the query is no userinfo": ("https://h.example/a?x=b@c", "https://h.example/a"),
    "protocol-relative": ("//u:p@h.example/p?x=1", "//h.example/p"),
    "backslashes": ("https:\\\\u:p@h.example\\p?x=1", "https:\\\\h.example\\p"),
    "websocket": ("wss://h.example/s?x=1", "wss://h.example/s"),
    "an IPv6 host": ("https://[2001:db8::1]:8080/a?b", "https://[2001:db8::1]:8080/a"),
    "without a scheme": ("h.example/p?x=1", "h.example/p"),
    "a percent-encoded query": ("https://h.example/p%3Fx%3D1", "https://h.example/p"),
    "an overlong question mark": ("/p%C0%BFx=1", "/p"),
    "a mail address": ("mailto:ada@mail.example?subject=x", f"mailto:{mark('email', 'ada@mail.example')}@mail.example"),
    "a data URL": ("data:text/plain,abc", "data:[body]"),
    "a random segment": (f"https://h.example/files/{TOKEN}/view", "https://h.example/files/[path]/view"),
}
KEPT = (
    "/",
    "*",
    "",
    "https://h.example",
    "HTTPS://H.Example:443/A%20b/%7euser",
    "/p;v=1/x",
    "/orders/1e7519b3-08e2-441d-ae10-7c8c6d3b7e17",
    "https://h.example/static/app.3f2a9c1b.js",
    "about:blank",
    "android-app://com.example/",
)


@pytest.mark.parametrize(("url", "safe"), STANDARD.values(), ids=STANDARD)
def test_userinfo_query_and_fragment_go_and_the_rest_stays(url: str, safe: str) -> None:
    assert scrub("url", url) == safe


@pytest.mark.parametrize("url", KEPT, ids=repr)
def test_a_url_with_nothing_to_hide_stays_byte_for_byte(url: str) -> None:
    assert scrub("url", url) == url


IN_URLS = (
    "/reset-password/{}",
    "/auth/verify-email/{}/done?x=1",
    "https://api.telegram.org/bot123456789:AA{}/sendMessage",
    "/p%3Ftoken%3D{}",
    "/p%253Ftoken%253D{}",
    "/a;JSESSIONID={}/b?x=1",
    "/cars;token={};color=red/2012",
    "/cb#access_token={}&token_type=bearer",
    "/cb?code={}&state={}",
    "/sso?SAMLRequest={}%2B%2F&RelayState={}",
    "https://{}@github.com/o/r.git",
    "https://u%40d:{}%3A@h.example/",
    "/fetch?u=https%3A%2F%2Fu%3A{}%40h.example%2F",
    "//h.example/p?token={}",
    "/p?token={}",
    "https:\\\\h.example\\p?token={}",
    "/p?to\tken={}",
    "wss://h.example/s?token={}",
    "/p%C0%BFtoken={}",
    "/graphql?query=mutation%7Blogin(password:%22{}%22)%7D&variables=%7B%22password%22%3A%22{}%22%7D",
)
IN_QUERIES = (
    "?to%6Ben={}&a=1",
    "?ACCESS_Token={}",
    "?user[password]={}&user%5Btoken%5D={}",
    "?a=1;token={};b=2",
    "?a=1&amp;token={}",
    "?authorization=Bearer+{}",
    "?={}",
    "?{}",
    "?token=&token={}",
    "?a=1?token={}",
    "?x=%zz&token={}",
    "?next=https%253A%252F%252Fo.example%252Fcb%253Faccess_token%253D{}",
    "?X-Amz-Credential={}&X-Amz-Signature={}",
    "?sv=1&sig={}%3D",
    "?X-Goog-Signature={}",
    "?Signature={}&Key-Pair-Id={}",
)
POLICIES = {"standard": Policy(), "forensic": FORENSIC}


@pytest.mark.parametrize("secret", [SHORT, TOKEN])
@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize("url", [*IN_URLS, *(f"/p{query}" for query in IN_QUERIES)])
def test_a_secret_in_a_url_survives_nowhere(url: str, policy: str, secret: str) -> None:
    safe = scrub("url", url.replace("{}", secret), POLICIES[policy])
    assert not survivors(secret, safe.encode())
    assert scrub("url", safe, POLICIES[policy]) == safe


@pytest.mark.parametrize("secret", [SHORT, TOKEN])
@pytest.mark.parametrize("query", IN_QUERIES)
def test_a_secret_in_a_query_survives_nowhere(query: str, secret: str) -> None:
    assert scrub("query", query.replace("{}", secret)) == ""
    assert not survivors(secret, scrub("query", query.replace("{}", secret), FORENSIC).encode())


PARAMETERS = {
    "safe names keep their values": (
        "?page=2&sort=up&utm_source=news&lang=de",
        "?page=2&sort=up&utm_source=news&lang=de",
    ),
    "other values are marked": ("?q=shoes&page=2", "?q=[param]&page=2"),
    "credentials are marked": ("?token=abc&page=2", "?token=[param]&page=2"),
    "a safe name with a random value": (f"?page={TOKEN}", "?page=[param]"),
    "a safe name with an encoded value": ("?page=%73ecret", "?page=[param]"),
    "a name that is random": (f"?{TOKEN}=1", "?[param]=[param]"),
    "a key without a value": ("?abc", "?[param]"),
    "an empty value": ("?token=&page=2", "?token=&page=2"),
    "without a question mark": ("page=2&q=shoes", "page=2&q=[param]"),
    "a fragment": ("?page=2#x=1", "?page=2"),
    "parted by semicolons": ("?page=2;q=shoes", "?page=2;q=[param]"),
}


@pytest.mark.parametrize(("query", "safe"), PARAMETERS.values(), ids=PARAMETERS)
def test_under_params_names_stay_and_values_of_a_safe_list(query: str, safe: str) -> None:
    assert scrub("query", query, FORENSIC) == safe
    assert scrub("url", f"/a?{query.removeprefix('?')}", FORENSIC) == f"/a?{safe.removeprefix('?')}"


def test_the_safe_list_of_parameters_is_the_users() -> None:
    policy = Policy(query="params", params_keep=("q",))
    assert scrub("url", "/a?q=shoes&page=2", policy) == "/a?q=shoes&page=[param]"


def test_parameters_that_only_look_like_credentials_stay_in_text() -> None:
    assert scrub("text", "monkey=banana&keyboard=qwerty") == "monkey=banana&keyboard=qwerty"
