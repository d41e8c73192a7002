"""Thousands of secrets in odd places: nothing of any of them leaves."""

from __future__ import annotations

import random
import string

import pytest

from redactors.shapes import is_random
from tests.laws.places import AFTER_CAPABILITY, ANY_SECRET, KNOWN_FORMAT, RANDOM_TOKEN, Place
from tests.laws.stage import run, survivors, windows

PER_PLACE = 48
_BASE62 = string.ascii_letters + string.digits


def _letters(source: random.Random, alphabet: str, length: int) -> str:
    return "".join(source.choice(alphabet) for _ in range(length))


def _any_secret(source: random.Random) -> str:
    """Return a secret of any form: short, long, hexadecimal, small letters only, digits only, with signs."""
    alphabet, length = source.choice(
        [
            (_BASE62, 40),
            (_BASE62, 12),
            ("0123456789abcdef", 32),
            (string.ascii_lowercase, 16),
            (string.digits, 10),
            (_BASE62 + "-_", 64),
            (_BASE62 + "-_", 22),
            (_BASE62 + "+/", 43),
            (_BASE62 + ".~!$*", 24),
        ]
    )
    return _letters(source, alphabet, length)


def _random_token(source: random.Random) -> str:
    while True:
        token = _letters(source, _BASE62, source.randint(20, 48))
        if is_random(token):
            return token


def _opaque(source: random.Random) -> str:
    return _letters(source, string.ascii_lowercase + string.digits, 14) + "4x"


def _known_format(source: random.Random) -> str:
    return source.choice(["AKIA" + _letters(source, string.ascii_uppercase + "234567", 16)])


def _prove_gone(place: Place, secrets: list[str]) -> None:
    result = run(b"\n".join(place(secret) for secret in secrets) + b"\n")
    assert not result.dead
    assert result.safe.count(b"\n") == len(secrets)
    assert [secret for secret in secrets if survivors(secret, result.safe)] == []
    again = run(result.safe)
    assert again.safe == result.safe


@pytest.mark.parametrize("place", [pytest.param(place, id=name) for name, place in ANY_SECRET.items()])
def test_a_secret_of_any_form_is_gone_from_a_sensitive_place(place: Place) -> None:
    source = random.Random(1)  # noqa: S311 - made-up secrets
    _prove_gone(place, [_any_secret(source) for _ in range(PER_PLACE)])


@pytest.mark.parametrize("place", [pytest.param(place, id=name) for name, place in RANDOM_TOKEN.items()])
def test_a_random_token_is_gone_wherever_its_shape_is_looked_at(place: Place) -> None:
    source = random.Random(2)  # noqa: S311 - made-up secrets
    _prove_gone(place, [_random_token(source) for _ in range(PER_PLACE)])


@pytest.mark.parametrize("place", [pytest.param(place, id=name) for name, place in AFTER_CAPABILITY.items()])
def test_what_follows_a_capability_word_is_gone(place: Place) -> None:
    source = random.Random(3)  # noqa: S311 - made-up secrets
    _prove_gone(place, [_opaque(source) for _ in range(PER_PLACE)])


@pytest.mark.parametrize("place", [pytest.param(place, id=name) for name, place in KNOWN_FORMAT.items()])
def test_a_token_of_a_known_format_is_gone_wherever_it_stands(place: Place) -> None:
    source = random.Random(4)  # noqa: S311 - made-up secrets
    _prove_gone(place, [_known_format(source) for _ in range(PER_PLACE)])


def test_the_stress_set_is_dense_enough() -> None:
    places = len(ANY_SECRET) + len(RANDOM_TOKEN) + len(AFTER_CAPABILITY) + len(KNOWN_FORMAT)
    assert places >= 14
    assert places * PER_PLACE >= 4000
    assert windows("abcdefghij", 8) == ["abcdefgh", "bcdefghi", "cdefghij"]
