"""Packaged rules: each proves itself, holds in every surrounding, is found by its prefilter, and leaves marks alone."""

from __future__ import annotations

import base64
import random
from collections import Counter

import hyperscan
import orjson
import pytest
import re2
from hypothesis import given
from hypothesis import strategies as st

from redactors.checks import CHECKS
from redactors.rule_rows import Row, parse_rows, rule_files
from redactors.secrets import parse_rules
from tests.bench.generate import generate_http_requests
from tests.laws.stage import rules, run
from tests.redactors.values import SURROUNDINGS, draw

ROWS = {row.rule.id: row for name, text in rule_files().items() for row in parse_rows(name, text)}
COMPILED = rules()
RULES = COMPILED.rules
NUMBERS = {rule.id: rule.number for rule in RULES}
FAMILIES = (
    "ai apps chat ci cloud code_hosts commands databases generic identity observability packages payment personal"
).split()
NUMERIC = frozenset({"card", "iban", "phone", "phone-national", "ssn"})

each_rule = pytest.mark.parametrize("row", ROWS.values(), ids=ROWS)


def fired(text: str) -> set[int]:
    """Return the rules whose prefilters fire on a text: as a value and as a name in a record, or alone in a text."""
    as_value, as_name = (COMPILED.scan(orjson.dumps(record)) for record in ({"k": [text]}, {"a": 1, text: {}}))
    alone = {number for _, number in COMPILED.scanner.scan_text(orjson.dumps(text))}
    return {number for _, number in as_value} & {number for _, number in as_name} | alone


def found(row: Row, text: str) -> list[str]:
    """Return what one rule finds in a text, by its prefilter and then its exact form."""
    spans = COMPILED.confirm(text, {NUMBERS[row.rule.id]} & fired(text))
    return [text[span.start : span.end] for span in spans]


def test_there_are_rules_of_every_family() -> None:
    counts = Counter(rule.family for rule in RULES)
    assert sorted(counts) == FAMILIES
    assert len(RULES) >= 250
    assert min(counts.values()) >= 10


def test_ids_are_unique_and_numbers_are_places() -> None:
    assert len(NUMBERS) == len(RULES)
    assert [rule.number for rule in RULES] == list(range(len(RULES)))


def test_every_check_is_used() -> None:
    assert {rule.check for rule in RULES} - {None} | {"luhn"} == set(CHECKS)


@each_rule
def test_a_rule_finds_its_examples_and_nothing_in_its_counter_examples(row: Row) -> None:
    assert all(found(row, example) for example in row.examples)
    assert not any(found(row, example) for example in row.counter_examples)


KIND = (
    "https://h.example/p?t={}&x=1",
    "https://h.example/cb#t={}",
    "https://h.example/p?t={}#top",
    "({})",
    "<{}>",
    "'{}'",
    '{{"t":"{}"}}',
    "t={};u",
    "{}, then",
    "\n{}\r\n",
    "\t{}\t",
    "é{}é",
)
ENCODED = ("%22{}%22", "%3D{}%26", "%253D{}%2526", r"\u003d{}\u0026", r"\n{}\n", r"\"{}\"", r"\x3d{}")


@each_rule
def test_a_rule_holds_in_urls_json_and_text(row: Row) -> None:
    alone = found(row, row.examples[0])
    for surrounding in KIND:
        inside = found(row, surrounding.format(row.examples[0]))
        assert len(inside) == len(alone), surrounding
        assert all(secret in hit for secret, hit in zip(alone, inside, strict=True)), surrounding


@each_rule
def test_a_rule_holds_between_percent_encodings_and_escapes(row: Row) -> None:
    for surrounding in ENCODED:
        # The boundary of numbers is one character: encoded text reaches them in the decoded view.
        apart = surrounding.replace("{}", " {}") if row.rule.id in NUMERIC else surrounding
        assert found(row, apart.format(row.examples[0])), surrounding


@each_rule
def test_two_secrets_side_by_side_are_both_found(row: Row) -> None:
    example = row.examples[0]
    assert len(found(row, f"{example} {example}")) >= 2 or row.rule.id in {"private-key", "putty-private-key"}


@each_rule
def test_what_the_exact_rule_matches_its_prefilter_finds(row: Row) -> None:
    chance = random.Random(row.rule.id)  # noqa: S311 - made-up values
    exact = re2.compile(row.rule.exact)
    matched = 0
    for surrounding in SURROUNDINGS * 3:
        text = surrounding.format(draw(row.rule.exact, chance))
        if exact.search(text.encode()):
            matched += 1
            assert NUMBERS[row.rule.id] in fired(text)
    assert matched >= 6


@each_rule
def test_both_engines_read_the_exact_rule_alike(row: Row) -> None:
    database, wider = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK), False
    flags = hyperscan.HS_FLAG_UTF8 | hyperscan.HS_FLAG_SINGLEMATCH
    try:
        database.compile(expressions=[row.rule.exact.encode()], ids=[0], elements=1, flags=[flags])
    except hyperscan.error:
        # It counts too far for the scanner, which may then only find more than the exact rule, and never less.
        wider = True
        flags |= hyperscan.HS_FLAG_PREFILTER
        database.compile(expressions=[row.rule.exact.encode()], ids=[0], elements=1, flags=[flags])
    chance = random.Random(row.rule.id)  # noqa: S311 - made-up values
    exact = re2.compile(row.rule.exact)
    drawn = [surrounding.format(draw(row.rule.exact, chance)) for surrounding in SURROUNDINGS]
    for text in (*row.examples, *row.counter_examples, *drawn):
        hits: list[int] = []
        database.scan(text.encode(), lambda number, *_: hits.append(number))  # noqa: B023 - called at once
        matched = bool(exact.search(text.encode()))
        assert matched <= bool(hits) if wider else matched == bool(hits)


@each_rule
def test_a_mark_is_no_secret(row: Row) -> None:
    for mark in (
        f"[{row.rule.id}]",
        f"[{row.rule.id}~K2.ABCDEFGHIJKLMNOPQRST]",
        "[credential~ZZ.AKIAEXAMPLEONLY23456]",
    ):
        for surrounding in ("{}", "Bearer {}", "postgres://u:{}@h.example/", "sig={}", "client_secret={}"):
            assert COMPILED.confirm(surrounding.format(mark)) == []


@given(st.binary(min_size=12, max_size=12), st.binary(min_size=2, max_size=3), st.sampled_from(sorted(NUMBERS)))
def test_no_fingerprint_is_a_secret(print_: bytes, check: bytes, name: str) -> None:
    body = base64.b32encode(print_ + check).decode().replace("=", "7")[:20]
    assert COMPILED.confirm(f"Authorization: Bearer [{name}~A2.{body}], then") == []


CLEAN = {
    "a user agent": "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) Version/17.5 Safari/604.1",
    "a bot": "Mozilla/5.0 (compatible; ExampleBot/2.1; +http://www.example.com/bot.html)",
    "a UUID": "4716aee3-5a4d-4c2b-9d58-1b6f31a0c2de",
    "a UUID of digits": "41111111-1111-4111-8111-111111111111",
    "a RayID": "8f2a41234567890d-FRA",
    "a JA3 hash": "e7d705a3286e19ea42f587b344ee6865",
    "JA4": "t13d1516h2_8daaf6152771_02713d6af862",
    "an ETag": 'W/"5e1b-18c7a5c4b60"',
    "a trace": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
    "nanoseconds": "1732448400123456789",
    "a nonce": "script-src 'nonce-4AEemGb0xJptoIGFP3Nd' 'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='",
    "a hashed asset": "/static/js/main.8f2ab4c1.chunk.js",
    "an image for dense screens": "/img/name@2x.png",
    "a package path": "/npm/vue@3.2.1/dist/vue.global.prod.js",
    "a time with its zone": "2025-11-24T10:00:00.123+01:00",
    "an analytics cookie": "GA1.2.1234567890.1732448400",
    "an address": "203.0.113.77:4111",
    "IPv6": "2001:db8:4111:1111:1111:1111:1111:1111",
    "a port and a path": "https://h.example:8443/users/@me?x=1",
    "a challenge": 'Bearer realm="example", error="invalid_token"',
    "plain words": "basic authentication with a bearer token is required, digest of the response included",
    "a slug": "/blog/sk-learn-and-other-short-names-for-pa-rsers",
    "a version range": "api-v2.10.3-beta.20251124",
    "a colour and a size": "#4a90e2 1024x768",
}


@pytest.mark.parametrize("text", CLEAN.values(), ids=CLEAN)
def test_what_edge_logs_are_full_of_is_left_alone(text: str) -> None:
    assert COMPILED.spans(text) == []


MARKED = {
    "a header": {"x-api-key": "[credential~K2.ABCDEFGHIJKLMNOPQRST]"},
    "a header without a key ring": {"x-api-key": "[credential]"},
    "a pair": "api_key=[generic-key~K2.ABCDEFGHIJKLMNOPQRST]&secret_key=[generic-key]",
    "a quoted pair": '"access_token": "[credential~K2.ABCDEFGHIJKLMNOPQRST]"',
    "JSON in JSON": orjson.dumps({"apiKey": "[token]"}).decode(),
    "a mark of keys": "[aws-secret-key~K2.ABCDEFGHIJKLMNOPQRST]: [azure-account-key~K2.ABCDEFGHIJKLMNOPQRST]",
}


@pytest.mark.parametrize("value", MARKED.values(), ids=MARKED)
def test_keys_that_are_marked_do_not_wake_the_rule_for_keys(value: object) -> None:
    assert NUMBERS["generic-key"] not in {number for _, number in COMPILED.scan(orjson.dumps({"k": value}))}


def test_safe_requests_do_not_wake_the_rule_for_keys() -> None:
    safe = run(b"".join(generate_http_requests(400, 11, dirty=0.5))).safe
    assert NUMBERS["generic-key"] not in {number for _, number in COMPILED.scan(safe)}


def test_numbers_in_json_do_not_wake_the_number_rules() -> None:
    record = {"a": 1732448400123456789, "b": [1732448400123, 31536000], "c": 4115550132, "d": 219099999}
    assert COMPILED.scan(orjson.dumps(record)) == []


def test_every_packaged_file_is_proven_when_it_is_read() -> None:
    assert sum(len(parse_rules(name, text)) for name, text in rule_files().items()) == len(RULES)
