"""What stands where a secret would stand."""

from __future__ import annotations

import pytest

from pipeline.scanning.placeholders import is_placeholder

PLACEHOLDERS = (
    ("url-password", "password"),
    ("url-password", "pass"),
    ("url-password", "xxxxx"),
    ("url-password", "****"),
    ("url-password", "${DB_PASSWORD}"),
    ("url-password", "%DB_PASSWORD%"),
    ("url-password", "<password>"),
    ("npmrc-token", "MYTOKEN1"),
    ("bearer", "BearerToken"),
    ("generic-key", "ed25519.Ed25519PrivateKey"),
    ("generic-key", "settings.production.apiKey1"),
    ("private-key", "-----BEGIN OPENSSH PRIVATE KEY-----"),
)
SECRETS = (
    ("url-password", "hunter2"),
    ("url-password", "passw0rd!"),
    ("generic-key", "q8Zt3LmVx0Wn5RbK"),
    ("generic-key", "q8Zt3LmV.x0Wn5RbK.pL2cD9fG"),
    ("github-token", "settings.production.apiKey1"),
    ("private-key", "-----BEGIN PRIVATE KEY-----\n" + "MIIEexampleONLY0123456789" * 4 + "\n-----END PRIVATE KEY-----"),
)


@pytest.mark.parametrize(("rule", "value"), PLACEHOLDERS)
def test_a_word_for_a_secret_is_none(rule: str, value: str) -> None:
    assert is_placeholder(rule, value)


@pytest.mark.parametrize(("rule", "value"), SECRETS, ids=[f"{rule} {len(value)}" for rule, value in SECRETS])
def test_a_secret_is_no_word_for_one(rule: str, value: str) -> None:
    assert not is_placeholder(rule, value)
