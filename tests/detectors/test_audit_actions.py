"""How grave actions are, in the words of both formats."""

from __future__ import annotations

import pytest

from detectors.audit_actions import CHANGE, GRAVE, READ, gravity
from detectors.audit_networks import is_listed
from pipeline.simulator import audit
from redactors.base import ConfigurationError


@pytest.mark.parametrize(
    ("action", "resource", "expected"),
    [
        ("token_create", "api_token", GRAVE),
        ("create", "api_token", GRAVE),
        ("API_key_view", "user", GRAVE),
        ("member_add", "member", GRAVE),
        ("update", "account_member", GRAVE),
        ("logpush_job_delete", "logpush_job", GRAVE),
        ("delete", "logpush.job", GRAVE),
        ("worker_secret_create", "worker_secret", GRAVE),
        ("update", "script.bindings", GRAVE),
        ("waf_off", "waf", GRAVE),
        ("delete", "firewall_rule", GRAVE),
        ("disable", "ruleset", GRAVE),
        ("2FA_disabled", "user", GRAVE),
        ("view", "zone", READ),
        ("read", "audit_log", READ),
        ("rec_set", "dns_record", CHANGE),
        ("purge_cache", "zone", CHANGE),
        ("rule_update", "firewall_rule", CHANGE),
        ("update", "logpush_job", CHANGE),
        ("login", "account", CHANGE),
        ("", "", CHANGE),
        ("keyboard_tokenize", "", CHANGE),
    ],
)
def test_an_action_is_as_grave_as_its_words(action: str, resource: str, expected: int) -> None:
    assert gravity(action, resource) == expected


def test_the_simulators_everyday_changes_are_not_grave_and_its_grave_ones_are() -> None:
    for actions, expected in ((audit.USUAL, CHANGE), (audit.GRAVE, GRAVE)):
        for each in actions:
            assert gravity(each.first, each.resource) == expected, each
            assert gravity(each.kind, each.resource) == expected, each


def test_a_network_that_is_none_is_told_by_its_number() -> None:
    with pytest.raises(ConfigurationError, match=r"network 2 is none; right would be one such as 203\.0\.113\.0/24"):
        is_listed("203.0.113.7/32", ("203.0.113.0/24", "office"))
