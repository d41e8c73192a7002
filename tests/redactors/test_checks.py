"""Check digits and structure: what a vendor would accept passes, one changed character fails, nothing raises."""

from __future__ import annotations

import random
from base64 import b64encode

import pytest
import re2
from hypothesis import given
from hypothesis import strategies as st

from redactors.checks import CHECKS, crc32_base62, entropy
from redactors.rule_rows import Rule, parse_rows, rule_files
from tests.laws.stage import rules
from tests.redactors.values import WORD, draw

VALID = [
    ("luhn", "130 692 544"),
    ("card", "4111 1111 1111 1111"),
    ("card", "5555-5555-5555-4444"),
    ("card", "2223000048400011"),
    ("card", "378282246310005"),
    ("card", "30569309025904"),
    ("card", "6011111111111117"),
    ("card", "3530111333300000"),
    ("iban", "DE89370400440532013000"),
    ("iban", "GB29 NWBK 6016 1331 9268 19"),
    ("iban", "NO93-8601-1117-947"),
    ("jwt", "eyJhbGciOiJIUzI1NiJ9.e30.c2ln"),
    ("basic", b64encode(b"user:example").decode()),
    ("basic", b64encode(b"user:ex>?").decode().rstrip("=").replace("+", "-").replace("/", "_")),
    ("phone", "+14155550132"),
    ("phone", "%2B44%2020%207946%200958"),
    ("ssn", "219-09-9999"),
    ("dni", "12345678Z"),
    ("dni", "X1234567L"),
    ("cpf", "529.982.247-25"),
    ("nir", "2 55 08 14 168 025 38"),
    ("nir", "1 85 12 2A 001 001 89"),
    ("ean13", "756.9217.0769.85"),
    ("mixed", "example-0"),
]
INVALID = [
    ("luhn", "130 692 545"),
    ("luhn", "000 000 000"),
    ("card", "4111 1111 1111 1112"),
    ("card", "41111111111114"),
    ("card", "9111111111111111"),
    ("iban", "DE89370400440532013001"),
    ("crc32-base62", "ghp_ExampleOnly0123456789ExampleOnly0123"),
    ("jwt", "eyJhbGciOiJIUzI1NiJ.e30.c2ln"),
    ("jwt", "e30.e30.c2ln"),
    ("jwt", "é.e30.c2ln"),
    ("basic", b64encode(b"no password").decode()),
    ("basic", "authentication"),
    ("phone", "+123456"),
    ("ssn", "666-09-9999"),
    ("ssn", "000-09-9999"),
    ("ssn", "900-09-9999"),
    ("ssn", "219-00-9999"),
    ("ssn", "219-09-0000"),
    ("dni", "12345678A"),
    ("cpf", "529.982.247-26"),
    ("cpf", "111.111.111-11"),
    ("nir", "2 55 08 14 168 025 39"),
    ("verhoeff", "2345 6789 0123"),
    ("ean13", "756.9217.0769.84"),
    ("mixed", "example-only"),
    ("mixed", "0123456789-0123456789"),
]


@pytest.mark.parametrize(("name", "value"), VALID)
def test_a_valid_value_passes(name: str, value: str) -> None:
    assert CHECKS[name].holds(value)


@pytest.mark.parametrize(("name", "value"), INVALID)
def test_a_wrong_value_fails(name: str, value: str) -> None:
    assert not CHECKS[name].holds(value)


def test_exactly_one_ending_completes_a_token() -> None:
    token = next(row for row in parse_rows("code_hosts", rule_files()["code_hosts"]) if row.rule.id == "github-token")
    example = token.examples[0]
    assert crc32_base62(example)
    assert sum(crc32_base62(example[:-1] + last) for last in WORD) == 1


@pytest.mark.parametrize("digits", ["23456789012", "98765432101", "50000000000"])
def test_exactly_one_digit_completes_a_verhoeff_number(digits: str) -> None:
    assert sum(CHECKS["verhoeff"].holds(digits + last) for last in "0123456789") == 1


@given(st.text(alphabet="0123456789", min_size=15, max_size=15))
def test_exactly_one_digit_completes_a_luhn_number(digits: str) -> None:
    complete = [last for last in "0123456789" if CHECKS["luhn"].holds(digits + last)]
    assert len(complete) == 1 or set(digits) == {"0"}


@pytest.mark.parametrize("rule", [rule for rule in rules().rules if rule.check], ids=lambda rule: rule.id)
def test_a_check_never_raises_on_what_its_rule_matches(rule: Rule) -> None:
    chance, exact = random.Random(rule.id), re2.compile(rule.exact)  # noqa: S311 - made-up values
    for _ in range(200):
        drawn = draw(rule.exact, chance).encode()
        if match := exact.search(drawn):
            start, end = match.span(min(exact.groups, 1))
            assert CHECKS[rule.check or ""].holds(drawn[start:end].decode()) in {True, False}


@pytest.mark.parametrize(
    ("value", "bits"), [("aaaa", 0.0), ("abab", 1.0), ("abcd", 2.0)], ids=["one letter", "two", "four"]
)
def test_entropy_is_in_bits_per_character(value: str, bits: float) -> None:
    assert entropy(value) == pytest.approx(bits)
