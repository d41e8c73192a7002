"""What makes a path odd to a cache, and which routes it may hide."""

from __future__ import annotations

from typing import Any

import pytest

from detectors.deception import odd_path
from detectors.private_routes import hides_one, is_among


@pytest.mark.parametrize(
    ("path", "word"),
    [
        ("/account/x.css", "ext:css"),
        ("/account/x.JS", "ext:js"),
        ("/account/x.webp?v=1", "ext:webp"),
        ("/account/a.b.woff2", "ext:woff2"),
        ("/account;x.js", ";"),
        ("/account;", ";"),
        ("/static/..%2faccount", "%2f"),
        ("/account%2F..%2Fx.css", "%2f"),
        ("/account%0ax.js", "%0a"),
        ("/account%0Dx.js", "%0d"),
        ("/account%3bx.js", "%3b"),
        ("/account%23x.css", "%23"),
        ("/account%3fx.jpg", "%3f"),
        ("/account%5cx.jpg", "%5c"),
        ("/account%00.css", "%00"),
        ("/account", ""),
        ("/account/", ""),
        ("/account/v1.2", ""),
        ("/account/x.css/", ""),
        ("/account/xcss", ""),
        ("/account/caf%C3%A9", ""),
        ("/account?next=/x.css", ""),
        ("/account?a=1;b=2", ""),
        ("/account/x.css.bak", ""),
        ("", ""),
        (None, ""),
        (7, ""),
        (["/x.css"], ""),
    ],
    ids=str,
)
def test_an_odd_path_is_named(path: Any, word: str) -> None:  # noqa: ANN401 (any JSON value)
    assert odd_path(path) == word


@pytest.mark.parametrize(
    ("patterns", "route", "hidden"),
    [
        (("/account/*",), "/account/x.css", True),
        (("/account/profile",), "/account/profile/x.css", True),
        (("/account/profile",), "/account/*", True),
        (("/u/*/orders",), "/u/*/orders/x.css", True),
        (("/u/*/orders",), "/u/*/*", True),
        (("/account",), "/*", False),
        (("/account",), "/account/x.css", True),
        (("/account/profile",), "/accounts/*", False),
        (("/account/profile",), "/products/profile/x.css", False),
        (("/account/profile",), "/account", False),
        ((), "/account/x.css", False),
    ],
    ids=str,
)
def test_a_path_may_hide_a_private_route(patterns: tuple[str, ...], route: str, hidden: bool) -> None:
    assert hides_one(patterns, route) == hidden
    assert hidden or not is_among(patterns, route)
