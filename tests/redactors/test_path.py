"""Paths: what is the key to something is marked; ids, dates, assets and words stay."""

from __future__ import annotations

import pytest

from redactors.policy import Policy
from tests.redactors.scrubbing import TOKEN, scrub

MARKED = {
    "behind reset": ("/reset-password/8f3k2m", "/reset-password/[path]"),
    "behind reset, in capitals": ("/Reset-Password/8f3k2m", "/Reset-Password/[path]"),
    "behind reset, underlined": ("/reset_password/8f3k2m", "/reset_password/[path]"),
    "behind verify, and more behind it": ("/auth/verify-email/8f3k2m/done", "/auth/verify-email/[path]/done"),
    "a number behind reset": ("/reset/493021", "/reset/[path]"),
    "a UUID behind reset": ("/reset/1e7519b3-08e2-441d-ae10-7c8c6d3b7e17", "/reset/[path]"),
    "behind invite": ("/invite/abcDEF123", "/invite/[path]"),
    "behind a webhook": ("/api/webhook/8f3k2m", "/api/webhook/[path]"),
    "two behind webhooks": ("/webhooks/8f3k2m/x9", "/webhooks/[path]/[path]"),
    "behind unsubscribe": ("/unsubscribe/8f3k2m", "/unsubscribe/[path]"),
    "behind activate": ("/activate/8f3k2m", "/activate/[path]"),
    "behind share": ("/share/8f3k2m", "/share/[path]"),
    "behind token": ("/token/8f3k2m", "/token/[path]"),
    "behind magic": ("/magic/LINK1x", "/magic/[path]"),
    "a bot's token": ("/bot123456789:AAx9/sendMessage", "/[path]/sendMessage"),
    "a random token": (f"/files/{TOKEN}/view", "/files/[path]/view"),
    "a matrix parameter": ("/a;JSESSIONID=8f3k2m/b", "/a;JSESSIONID=[path]/b"),
    "a matrix parameter among others": ("/cars;token=8f3k2m;color=red/2012", "/cars;token=[path];color=red/2012"),
    "a URL in a segment": ("/fetch/https%3A%2F%2Fu%3Ap%40h.example%2F/x", "/fetch/[path]/x"),
    "an encoded query": ("/p%3Ftoken%3D8f3k2m", "/p"),
    "a doubly encoded query": ("/p%253Ftoken%253D8f3k2m", "/p"),
    "a query": ("/a/b?x=1", "/a/b"),
}
KEPT = (
    "",
    "/",
    "//",
    "*",
    "/orders/1e7519b3-08e2-441d-ae10-7c8c6d3b7e17",
    "/commit/5d41402abc4b2a76b9719d911017c592",
    "/orders/4711",
    "/2026/03/02",
    "/static/app.3f2a9c1b.js",
    f"/_next/static/{TOKEN}/_buildManifest.js",
    "/en-US/shop",
    "/de/",
    "/reset/email",
    "/reset/summer-sale-2026",
    "/verify/v2",
    "/auth/callback",
    "/share/index.html",
    "/monkey/banana",
    "/getUserProfileById2OrName",
    "/A%20b/%7euser",
    "/a@b/c;v=1",
)


@pytest.mark.parametrize(("path", "safe"), MARKED.values(), ids=MARKED)
def test_a_segment_that_is_a_key_to_something_is_marked(path: str, safe: str) -> None:
    assert scrub("path", path) == safe
    assert scrub("path", safe) == safe


@pytest.mark.parametrize("path", KEPT, ids=repr)
def test_words_slugs_versions_ids_dates_assets_and_locales_stay(path: str) -> None:
    assert scrub("path", path) == path


TEMPLATES = {
    "its last segment": ("/r/abc", "/r/[path]"),
    "a segment between": ("/u/ada/orders", "/u/[path]/orders"),
    "any segment before": ("/x/any/abc", "/x/any/[path]"),
    "a longer path": ("/r/abc/more", "/r/abc/more"),
    "a shorter path": ("/r", "/r"),
    "another word": ("/s/abc", "/s/abc"),
    "marked already": ("/r/[path]", "/r/[path]"),
}


@pytest.mark.parametrize(("path", "safe"), TEMPLATES.values(), ids=TEMPLATES)
def test_templates_of_the_user_mark_their_segments(path: str, safe: str) -> None:
    policy = Policy(path_templates=("/r/{secret}", "/u/{name}/orders", "/x/*/{secret}"))
    assert scrub("path", path, policy) == safe
    assert scrub("url", f"https://h.example{path}?q=1", policy) == f"https://h.example{safe}"
