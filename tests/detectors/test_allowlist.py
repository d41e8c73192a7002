"""Allowlists: exact hosts and suffixes on a label boundary, and the look-alikes of both."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import detectors.lookalikes
from detectors.allowlist import Allowlist
from detectors.hosts import canonical
from detectors.lookalikes import skeleton
from redactors.base import ConfigurationError

LOOKALIKES = Path(detectors.lookalikes.__file__).with_suffix(".toml")
ALLOWED = Allowlist(
    ["api.internal.example.com", "*.payments.example.com", "10.0.0.5", "fd00::5", "B\u00dcCHER.example", "apple.com"]
)

HOSTS = {
    "https://api.internal.example.com/x": True,
    "API.internal.example.com.": True,
    "https://%61pi.internal.example.com": True,
    "a.payments.example.com": True,
    "a.b.payments.example.com": True,
    "10.0.0.5": True,
    "http://10.5/": True,
    "[fd00::5]": True,
    "xn--bcher-kva.example": True,
    "internal.example.com": False,
    "x.api.internal.example.com": False,
    "api.internal.example.com.evil.example": False,
    "https://api.internal.example.com@evil.example": False,
    "payments.example.com": False,
    "evilpayments.example.com": False,
    "a.payments.example.com..": False,
    "10.0.0.50": False,
    "1.10.0.0.5.example": False,
    "": False,
    "/path": False,
    "http://1.2.3.4.5/": False,
}


@pytest.mark.parametrize(("text", "allowed"), HOSTS.items(), ids=HOSTS)
def test_a_host_is_allowed_by_its_name_or_by_a_suffix_on_a_label_boundary(text: str, *, allowed: bool) -> None:
    assert ALLOWED.allows(canonical(text)) is allowed


IMITATED = {
    "https://ap\u0456.internal.example.com": "api.internal.example.com",  # Ukrainian i
    "https://api.internaI.example.com": "api.internal.example.com",  # capital I for l
    "https://api.lnternal.example.com": "api.internal.example.com",
    "https://api.intemal.example.com": "api.internal.example.com",  # m for rn
    "https://\u00e1pi.internal.example.com": "api.internal.example.com",
    "https://a.p\u0430yments.example.com": "*.payments.example.com",
    "https://a.b.payrnents.example.com": "*.payments.example.com",
    "https://xn--80ak6aa92e.com/": "apple.com",  # five Cyrillic letters
    "https://app1e.com/": "apple.com",
    "https://\u13aa\u13e2\u13e2\u13de\u13ac.com/": "apple.com",  # Cherokee
    "https://bucher.example/": "B\u00dcCHER.example",
    "https://a.payments.example.com": "",
    "https://apple.com": "",
    "https://apples.com": "",
    "https://api.internal.example.org": "",
    "http://1.2.3.4.5/": "",
    "/path": "",
}


@pytest.mark.parametrize(("text", "pattern"), IMITATED.items(), ids=map(ascii, IMITATED))
def test_a_host_that_only_looks_allowed_is_told_with_what_it_imitates(text: str, pattern: str) -> None:
    assert ALLOWED.imitated(canonical(text)) == pattern


NO_HOSTS = """
    https://x.example x.example/ x.example:80 x.example:8443 [::1]:80 user@x.example x*.example *.*.x.example *. *
    *.10.0.0.1 *.[::1] 1.2.3.4.5 a..example .example x.example?y x.example#y ex|ample .*\\.example
""".split()


@pytest.mark.parametrize("pattern", [*NO_HOSTS, "", "a b.example", "x.example\t", " x.example"])
def test_what_is_no_host_is_refused_by_its_number(pattern: str) -> None:
    with pytest.raises(ConfigurationError, match=r"allow: pattern 2 is no host; right would be") as error:
        Allowlist(["fine.example", pattern])
    assert "x.example" not in str(error.value)


def test_an_empty_list_allows_nothing() -> None:
    assert not Allowlist([]).allows(canonical("shop.example"))
    assert Allowlist([]).imitated(canonical("shop.example")) == ""


@given(st.text(max_size=30))
def test_a_skeleton_never_fails_and_looks_like_itself(text: str) -> None:
    assert skeleton(skeleton(text)) == skeleton(text)


@pytest.mark.parametrize("name", ["xn--", "xn--a", "xn--zzzzzzzzzzzz99999.example", "xn--pokxncvks.xn--a"])
def test_a_label_that_is_no_punycode_looks_like_what_it_is(name: str) -> None:
    assert skeleton(name)


def test_every_look_alike_comes_to_letters_of_plain_names() -> None:
    tables = tomllib.loads(LOOKALIKES.read_text(encoding="utf-8"))
    for target, letters in [*tables["unicode"].items(), *tables["more"].items()]:
        for letter in letters:
            assert skeleton(letter) == skeleton(target)
            assert re.fullmatch(r"[a-z2-9-]+", skeleton(letter))
