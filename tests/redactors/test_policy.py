"""Policies: three profiles, closed lists of words, a digest of the content."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from redactors.base import ConfigurationError
from redactors.policy import CHOICES, Policy, profile

PROFILES = {
    "standard": {"query": "strip", "ip": "truncate", "unknown": "scrub", "user_agent": "keep", "geo": "coarse"},
    "strict": {"query": "strip", "ip": "drop", "unknown": "drop", "user_agent": "family", "geo": "coarse"},
    "forensic": {"query": "params", "ip": "mark", "unknown": "scrub", "user_agent": "keep", "geo": "coarse"},
}


@pytest.mark.parametrize(("name", "choices"), PROFILES.items(), ids=PROFILES)
def test_a_profile_stands_for_its_choices(name: str, choices: dict[str, str]) -> None:
    policy = profile(name)
    assert {choice: getattr(policy, choice) for choice in choices} == choices
    assert (policy.profile, policy.identity, policy.email, policy.scope) == (name, "mark", "mark", "global")


def test_the_default_is_the_standard_profile() -> None:
    assert Policy() == profile("standard")


@pytest.mark.parametrize("choice", CHOICES)
def test_a_word_that_no_choice_has_is_refused_with_the_words_it_has(choice: str) -> None:
    changes: dict[str, Any] = {choice: "hunter22x"}
    with pytest.raises(ConfigurationError) as caught:
        replace(Policy(), **changes)
    assert choice in str(caught.value)
    assert all(word in str(caught.value) for word in CHOICES[choice])
    assert "hunter22x" not in str(caught.value)


def test_an_unknown_profile_is_refused_with_the_known_ones() -> None:
    with pytest.raises(ConfigurationError, match="standard, strict, forensic"):
        profile("paranoid")


CHANGES = {
    "a choice": Policy(ip="keep"),
    "a list": Policy(cookies_keep=("lang",)),
    "a table": Policy(field_classes={"http_requests": {"X": "safe"}}),
    "a rule's allowlist": Policy(rules_allow={"generic-key": ("^test",)}),
    "the personal family": Policy(personal=False),
}


@pytest.mark.parametrize("policy", CHANGES.values(), ids=CHANGES)
def test_the_digest_tells_policies_apart(policy: Policy) -> None:
    assert policy.digest != Policy().digest
    assert policy.digest == replace(policy).digest


def test_the_digest_does_not_depend_on_the_order_of_tables() -> None:
    one = Policy(field_classes={"a": {"X": "safe", "Y": "url"}, "b": {}})
    two = Policy(field_classes={"b": {}, "a": {"Y": "url", "X": "safe"}})
    assert one.digest == two.digest
    assert len(one.digest) == 16
