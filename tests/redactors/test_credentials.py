"""Credentials, identities and mail addresses: replaced by marks that can be followed."""

from __future__ import annotations

import pytest

from redactors.policy import Policy
from tests.redactors.scrubbing import mark, scrub

ABC = mark("credential", "abc")
CREDENTIALS = {
    "bare": ("abc", ABC),
    "Bearer": ("Bearer abc", f"Bearer {ABC}"),
    "small, with spaces": ("bearer   abc", f"bearer   {ABC}"),
    "with a tab": ("bearer\tabc", f"bearer\t{ABC}"),
    "Basic": ("Basic YWJj", f"Basic {mark('credential', 'YWJj')}"),
    "DPoP": ("DPoP abc", f"DPoP {ABC}"),
    "token": ("token abc", f"token {ABC}"),
    "quoted": ('"abc"', ABC),
    "percent-encoded": ("a%62c", ABC),
    "empty": ("", ""),
    "marked already": (ABC, ABC),
    "marked already behind a scheme": (f"Bearer {ABC}", f"Bearer {ABC}"),
    "what the platform redacted": ("REDACTED", "REDACTED"),
    "a list": (["abc", "Bearer abc"], [ABC, f"Bearer {ABC}"]),
    "null": (None, None),
    "an object": ({"a": "abc", "n": 7}, {"a": ABC, "n": 7}),
}


@pytest.mark.parametrize(("value", "safe"), CREDENTIALS.values(), ids=CREDENTIALS)
def test_a_credential_becomes_a_mark_and_its_scheme_stays(value: object, safe: object) -> None:
    assert scrub("credential", value) == safe


@pytest.mark.parametrize("value", ["Custom abc def", 'Digest username="u", response="abc"', "abc def"])
def test_of_a_credential_in_an_unknown_form_nothing_stays(value: str) -> None:
    assert "abc" not in scrub("credential", value)
    assert "def" not in scrub("credential", value)


IDENTITIES = {
    "mark": ("mark", "user-7", mark("identity", "user-7")),
    "mark, empty": ("mark", "", ""),
    "mark, marked already": ("mark", mark("identity", "u"), mark("identity", "u")),
    "keep": ("keep", "user-7", "user-7"),
}


@pytest.mark.parametrize(("choice", "value", "safe"), IDENTITIES.values(), ids=IDENTITIES)
def test_an_identity_is_marked_or_kept(choice: str, value: str, safe: str) -> None:
    assert scrub("identity", value, Policy(identity=choice)) == safe


ADA = mark("email", "ada@mail.example")
EMAILS = {
    "mark keeps the domain": ("mark", "ada@mail.example", f"{ADA}@mail.example"),
    "mark, in capitals": ("mark", "Ada@mail.example", f"{ADA}@mail.example"),
    "mark, without a domain": ("mark", "ada", mark("email", "ada")),
    "mark, empty": ("mark", "", ""),
    "mark, marked already": ("mark", f"{ADA}@mail.example", f"{ADA}@mail.example"),
    "keep": ("keep", "ada@mail.example", "ada@mail.example"),
    "drop": ("drop", "ada@mail.example", "[email]"),
}


@pytest.mark.parametrize(("choice", "value", "safe"), EMAILS.values(), ids=EMAILS)
def test_a_mail_address_is_marked_kept_or_dropped(choice: str, value: str, safe: str) -> None:
    assert scrub("email", value, Policy(email=choice)) == safe
